/* SPDX-License-Identifier: Apache-2.0 */
/* extents.h - the rest of a merge: ranges of bytes, taken from the end.  Pure. */
#ifndef SNAPRIG_DM_EXTENTS_H
#define SNAPRIG_DM_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

struct extent {
	uint64_t offset, length;
};

/* In ascending order, with gaps between them. */
struct extents {
	struct extent *list;
	size_t count, size;
};

/*
 * Adds an extent after all others, as far as it is below END.  Returns 0; -EINVAL if it is not
 * after them; or -ENOMEM.
 */
int extents_add(struct extents *extents, uint64_t offset, uint64_t length, uint64_t end);
void extents_deinit(struct extents *extents);

/* A range up to the end of the last extent, and the first extent in it. */
struct extents_batch {
	uint64_t offset, length;
	size_t first;
};

/*
 * The last extents, spanning at most MAX_BYTES, or one block if that is longer.  The batch begins
 * at an extent, or at a block within one.  EXTENTS must not be empty.
 */
struct extents_batch extents_last(
	const struct extents *extents, uint64_t max_bytes, uint64_t block_bytes);

/* Removes everything from END on, as done. */
void extents_cut(struct extents *extents, uint64_t end);

/* How many blocks they touch. */
uint64_t extents_blocks(const struct extents *extents, uint64_t block_bytes);

#endif
