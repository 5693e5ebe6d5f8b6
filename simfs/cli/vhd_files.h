/* SPDX-License-Identifier: Apache-2.0 */
/* vhd_files.h - VHDs stored as files, with the parents that they name. */
#ifndef SNAPRIG_CLI_VHD_FILES_H
#define SNAPRIG_CLI_VHD_FILES_H

#include <stddef.h>

#include "simfs/doors/xapi/vhd/read.h"

/* Longer chains are refused; a XenServer has at most 30. */
#define VHD_FILES_MAX 256

struct vhd_files {
	struct vhd_file *files[VHD_FILES_MAX];
	struct vhd *chain[VHD_FILES_MAX]; /* leaf first */
	size_t count;

	/* A damaged file that a child names as its parent. */
	char *damaged;
	struct vhd_flaw flaw;
};

/*
 * Opens PATH and all its parents.  Each is found where a locator says, beside its child, or in
 * FOLDER (NULL: nowhere else), and must have the uuid that the child names.  Returns EXIT_MET, or
 * the exit code after a message.  Reports also what a file lacks without needing it.
 */
int vhd_files_open(const char *path, const char *folder, struct vhd_files *ret);
void vhd_files_close(struct vhd_files *files);

/*
 * Writes the disk that they form to a new file OUT, sparse where there is no data.  Returns
 * EXIT_MET, or the exit code after a message, without leaving a file.
 */
int vhd_files_flatten(const struct vhd_files *files, const char *out);

#endif
