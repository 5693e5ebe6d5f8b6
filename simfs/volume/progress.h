/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - how much of a snapshot was read, and how far.
 *
 * One bit per block records whether it was read. A block is 4 KiB, or large enough that there
 * are at most 2^28. A block counts as read when one byte of it was read.
 */
#ifndef SNAPRIG_VOLUME_PROGRESS_H
#define SNAPRIG_VOLUME_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/check.h"

/* Zeroed before its first use. */
struct read_progress {
	uint64_t highest_first; /* the highest offset at which a read began */
	uint64_t blocks_read;
	uint64_t block_count; /* 0: nothing was read yet */
	unsigned block_shift;
	uint64_t *is_read; /* one bit per block */
};

/* A read at FIRST_BYTES begins. */
static inline void progress_begin(struct read_progress *progress, uint64_t first_bytes)
{
	if (first_bytes > progress->highest_first)
		progress->highest_first = first_bytes;
}

/* progress_end() for several blocks, or the first read. */
void progress_end_blocks(struct read_progress *progress, uint64_t volume_bytes,
	uint64_t first_bytes, uint64_t length_bytes);

/*
 * LENGTH_BYTES, at least 1, from FIRST_BYTES on were read, of VOLUME_BYTES, which never
 * change. The first read allocates the bits; without memory for them, reads are not counted.
 */
static inline void progress_end(struct read_progress *progress, uint64_t volume_bytes,
	uint64_t first_bytes, uint64_t length_bytes)
{
	uint64_t at = first_bytes >> progress->block_shift;
	uint64_t last = (first_bytes + length_bytes - 1) >> progress->block_shift;

	if (at != last || !progress->is_read) {
		progress_end_blocks(progress, volume_bytes, first_bytes, length_bytes);
		return;
	}
	/* The path of every small read: a single block needs no loop. */
	MUST(at < progress->block_count);

	uint64_t *word = &progress->is_read[at / 64];
	uint64_t bit = (uint64_t)1 << at % 64;

	progress->blocks_read += (*word & bit) == 0;
	*word |= bit;
}

/* The share of its blocks that were read, per million. */
uint64_t progress_share(const struct read_progress *progress);

/*
 * Finds the first range of blocks at or after AT that were all read, up to before *RET_END;
 * returns false if there is none.
 */
bool progress_next(
	const struct read_progress *progress, uint64_t at, uint64_t *ret_first, uint64_t *ret_end);

void progress_deinit(struct read_progress *progress);

#endif
