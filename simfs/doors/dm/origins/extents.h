/* SPDX-License-Identifier: Apache-2.0 */
/* extents.h - what a merge still has to do: ranges of bytes, taken from the end.  Pure. */
#ifndef SNAPRIG_DM_EXTENTS_H
#define SNAPRIG_DM_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

struct extent {
	uint64_t offset, length;
};

/* In ascending order, none touches another. */
struct extents {
	struct extent *list;
	size_t count, size;
};

/*
 * Adds one behind all others; of it only what is below END.  0, -EINVAL when it is not
 * behind them, or -ENOMEM.
 */
int extents_add(struct extents *extents, uint64_t offset, uint64_t length, uint64_t end);
void extents_deinit(struct extents *extents);

/* A range up to the end of the last extent, and the first extent that is in it. */
struct extents_batch {
	uint64_t offset, length;
	size_t first;
};

/*
 * The last ones, of a span of MAX_BYTES at most, or one block if that is longer; it begins at
 * an extent, or within one at a block.  There are some.
 */
struct extents_batch extents_last(
	const struct extents *extents, uint64_t max_bytes, uint64_t block_bytes);

/* All from END on is done. */
void extents_cut(struct extents *extents, uint64_t end);

/* How many blocks they touch. */
uint64_t extents_blocks(const struct extents *extents, uint64_t block_bytes);

#endif
