/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.h - reads a VHD, and a chain of them as one disk.
 *
 * Everything in the file is checked before it is relied on: failures are -EBADMSG, with a reason.
 * A file without its last footer is read by the copy, and vhd_has_tail() is false.
 */
#ifndef SNAPRIG_XAPI_VHD_READ_H
#define SNAPRIG_XAPI_VHD_READ_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/xapi/vhd/format.h"

/* Where the file is. */
struct vhd_source {
	/* Required.  Reads exactly LENGTH bytes, within `length_bytes'.  Returns 0 or -errno. */
	int (*read)(void *context, uint64_t offset, void *bytes, size_t length);

	uint64_t length_bytes;
	void *context;
};

struct vhd;

/*
 * Opens a VHD.  Returns 0 and *RET; -EBADMSG and *FLAW if it is none; -ENOMEM; or the error of
 * SOURCE.  Keeps the table in memory: 4 bytes for each block of the disk.
 */
int vhd_open(const struct vhd_source *source, struct vhd **ret, struct vhd_flaw *flaw);
void vhd_close(struct vhd *vhd);

const struct vhd_footer *vhd_footer(const struct vhd *vhd);

/* NULL if fixed. */
const struct vhd_header *vhd_header(const struct vhd *vhd);

/* Whether the file ends with its footer, as it must. */
bool vhd_has_tail(const struct vhd *vhd);

/* Whether BLOCK is in the file. */
bool vhd_has_block(const struct vhd *vhd, uint32_t block);

/* Copies a locator, as a path, into PATH, of LENGTH bytes.  False if locator INDEX has no path. */
bool vhd_parent_path(const struct vhd *vhd, unsigned int index, char *path, size_t length);

/*
 * Reads from the disk of CHAIN, COUNT files, the leaf first: each sector from the first file that
 * has it, or zeros.  The range is within the leaf's disk; a smaller parent reads as zeros beyond
 * its end.  Returns 0, -ENOMEM, or the error of a source.
 */
int vhd_chain_read(
	struct vhd *const *chain, size_t count, uint64_t offset, void *bytes, size_t length);

/*
 * The first range at or after FROM for which a file of the chain has a block; false if none.
 * Everything else is zeros.
 */
bool vhd_chain_next(struct vhd *const *chain, size_t count, uint64_t from, uint64_t *ret_offset,
	uint64_t *ret_length);

#endif
