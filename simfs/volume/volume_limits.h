/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_limits.h - how much a volume does at a time, and how much it holds.
 *
 * What they bound goes on in the next batch, part, piece or round; so a test that
 * takes the smallest sees with a few requests what else takes a busy disk.  What
 * one volume has written, another with other limits can open.
 */
#ifndef SNAPRIG_VOLUME_VOLUME_LIMITS_H
#define SNAPRIG_VOLUME_VOLUME_LIMITS_H

#include <stddef.h>

#include "simfs/store/read.h"
#include "simfs/store/store_limits.h"

/* The most `request_parts` can be: all of the longest read, when each 4 KiB of it, and of what it
 * is rounded out to, lie elsewhere. */
#define VOLUME_REQUEST_PARTS 258

/* The most `read_over_bytes` can be. */
#define VOLUME_READ_OVER_BYTES STORE_READ_OVER_BYTES

/* The same of `chain_slots`, names of nodes in `owners`, of which 0 is nobody's; of `chain_nodes`,
 * each of which has a slot: a chain that has more is refused when it is opened; and of
 * `coalesce_reads` and `coalesce_chunks`. */
#define VOLUME_CHAIN_SLOTS     256u
#define VOLUME_CHAIN_NODES     200u
#define VOLUME_COALESCE_READS  64
#define VOLUME_COALESCE_CHUNKS 16

/* None is 0 or above that of `volume_limits_default`. */
struct volume_limits {
	const struct store_limits *store;

	/* Parts of one request that are under way at a time. */
	uint32_t request_parts;

	/* What nobody wants is read, too, when so little of it lies between two places in one file:
	 * a transfer more takes longer.  Whole units of BLOCKIO_ALIGNMENT_MAX. */
	uint32_t read_over_bytes;

	/* What may be read ahead of a reader of a snapshot (ahead.h); 0: nothing is. */
	uint32_t ahead_bytes;

	/* So long after the live view was asked for something nothing is; 0: it is all the same. */
	uint64_t ahead_beside_ns;

	/* Of a discard or zeroing that a snapshot wants, at a time; a multiple of the
	 * image's alignment. */
	uint32_t zero_piece_bytes;

	/* Whatever the profile says. */
	uint32_t snapshots;

	/* Where there are so many snapshots at least, what none lacks is noted in so many words
	 * (common_blocks.h). */
	uint32_t common_snapshots;
	uint32_t common_words;

	/* The data of stores up to so long is verified when they are opened: a mount
	 * must not take minutes unasked. */
	uint64_t verify_up_to_bytes;

	/* Of a chain: nodes of all trees; short names of nodes, before those of
	 * merged ones are given up (chain/view.c); one chunk of a merge, whole blocks. */
	uint32_t chain_nodes;
	uint32_t chain_slots;
	uint32_t coalesce_chunk_bytes;
	uint32_t coalesce_chunks;	/* under way at a time ... */
	uint32_t coalesce_window_bytes; /* ... of so many bytes together, or one of them */
	uint32_t coalesce_reads;	/* of them all, side by side */
	uint32_t coalesce_beside_bytes; /* while others ask for something, so many bytes, and */
	uint64_t coalesce_beside_ns;	/* ... for so long after they did (giving_way.h) */

	/* Of the journal in memory, of what has fired and is no line yet, and of one write
	 * to its file. */
	size_t journal_bytes;
	size_t journal_noted;
	size_t event_batch_bytes;
};

extern const struct volume_limits volume_limits_default;
extern const struct volume_limits volume_limits_smallest;

#endif
