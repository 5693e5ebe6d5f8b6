/* SPDX-License-Identifier: Apache-2.0 */
/* vhd_files.h - VHDs that are files, with the parents that they name. */
#ifndef SNAPRIG_CLI_VHD_FILES_H
#define SNAPRIG_CLI_VHD_FILES_H

#include <stddef.h>

#include "simfs/doors/xapi/vhd/read.h"

/* Longer chains are refused; a XenServer has 30. */
#define VHD_FILES_MAX 256

struct vhd_files {
	struct vhd_file *files[VHD_FILES_MAX];
	struct vhd *chain[VHD_FILES_MAX]; /* the leaf first */
	size_t count;

	/* Of a file that a child names, and that is damaged. */
	char *damaged;
	struct vhd_flaw flaw;
};

/*
 * Opens PATH and all parents of it: each where a locator says, beside its child, or in FOLDER
 * (NULL: nowhere else); always the one with the uuid that the child names.  EXIT_MET, or the exit
 * code after a message; what a file lacks that is not needed is said, too.
 */
int vhd_files_open(const char *path, const char *folder, struct vhd_files *ret);
void vhd_files_close(struct vhd_files *files);

/*
 * Writes the disk that they are into a new file OUT, sparse where nothing is there.  EXIT_MET, or
 * the exit code after a message, without the file.
 */
int vhd_files_flatten(const struct vhd_files *files, const char *out);

#endif
