/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - how much of a snapshot was read, and how far.
 *
 * A bit for each block tells whether it was read: of 4 KiB, or of as much as makes
 * 2^28 of them.  A block counts when a byte of it was read.
 */
#ifndef SNAPRIG_VOLUME_PROGRESS_H
#define SNAPRIG_VOLUME_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* All zeros at first. */
struct read_progress {
	uint64_t highest_first; /* offset at which a read began */
	uint64_t blocks_read;
	uint64_t block_count; /* 0: nothing was read yet */
	unsigned block_shift;
	uint64_t *is_read; /* a bit for each block */
};

/* A read at FIRST_BYTES begins. */
static inline void progress_begin(struct read_progress *progress, uint64_t first_bytes)
{
	if (first_bytes > progress->highest_first)
		progress->highest_first = first_bytes;
}

/*
 * LENGTH_BYTES, at least 1, from FIRST_BYTES on were read, of VOLUME_BYTES, which are always
 * the same.  Without memory for the bits, which the first read asks for, it does not count.
 */
void progress_end(struct read_progress *progress, uint64_t volume_bytes, uint64_t first_bytes,
	uint64_t length_bytes);

/* Per million: of its blocks those that were read. */
uint64_t progress_share(const struct read_progress *progress);

void progress_deinit(struct read_progress *progress);

#endif
