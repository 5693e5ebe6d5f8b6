/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.h - a VHD that lies somewhere, and a chain of them read as one disk.
 *
 * Whatever is in the file is checked before it is relied on: what fails is -EBADMSG and says why.
 * A file without its last footer can be read, by its copy, and says so.
 */
#ifndef SNAPRIG_XAPI_VHD_READ_H
#define SNAPRIG_XAPI_VHD_READ_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/xapi/vhd/format.h"

/* Where it lies. */
struct vhd_source {
	/* Required.  Exactly LENGTH bytes, which lie within `length_bytes`.  0 or -errno. */
	int (*read)(void *context, uint64_t offset, void *bytes, size_t length);

	uint64_t length_bytes;
	void *context;
};

struct vhd;

/*
 * Opens it: 0 and *RET; -EBADMSG and *FLAW for what is no VHD, -ENOMEM, or what SOURCE returned.
 * The table is kept: 4 bytes for each block of the disk.
 */
int vhd_open(const struct vhd_source *source, struct vhd **ret, struct vhd_flaw *flaw);
void vhd_close(struct vhd *vhd);

const struct vhd_footer *vhd_footer(const struct vhd *vhd);

/* NULL for a fixed one. */
const struct vhd_header *vhd_header(const struct vhd *vhd);

/* Whether the file ends with its footer, as it must. */
bool vhd_has_tail(const struct vhd *vhd);

/* Whether BLOCK is in the file. */
bool vhd_has_block(const struct vhd *vhd, uint32_t block);

/*
 * What a locator says, as a path: into PATH, of LENGTH bytes.  False when locator number INDEX
 * says nothing that is one.
 */
bool vhd_parent_path(const struct vhd *vhd, unsigned int index, char *path, size_t length);

/*
 * Reads the disk that CHAIN is, its leaf first, COUNT of them: each sector of the first that has
 * it, zeros where none has.  The range lies in the leaf's disk; what a smaller parent lacks is
 * zeros.  0, -ENOMEM, or what a source returned.
 */
int vhd_chain_read(
	struct vhd *const *chain, size_t count, uint64_t offset, void *bytes, size_t length);

/*
 * The first range at or after FROM that some file of the chain has a block of: false when there is
 * none.  All else is zeros.
 */
bool vhd_chain_next(struct vhd *const *chain, size_t count, uint64_t from, uint64_t *ret_offset,
	uint64_t *ret_length);

#endif
