/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_limits.h - how much a volume does at a time, and how much it holds.
 *
 * Whatever exceeds them continues in the next batch, part, piece or round. So a test with the
 * smallest limits reaches with a few requests the states of a busy disk. A volume written
 * with one set of limits can be opened with any other.
 */
#ifndef SNAPRIG_VOLUME_VOLUME_LIMITS_H
#define SNAPRIG_VOLUME_VOLUME_LIMITS_H

#include <stddef.h>

#include "simfs/store/read.h"
#include "simfs/store/store_limits.h"

/* The maximum of `request_parts`: all of the longest read, if each 4 KiB of it, rounded out,
 * is in another place. */
#define VOLUME_REQUEST_PARTS 258

/* The maximum of `read_over_bytes`. */
#define VOLUME_READ_OVER_BYTES STORE_READ_OVER_BYTES

/* Likewise: of `chain_slots`, names of nodes in `owners`, of which 0 is none; of
 * `chain_nodes`, each of which has a slot (a longer chain is refused when it is opened); of
 * `coalesce_reads` and `coalesce_chunks`. */
#define VOLUME_CHAIN_SLOTS     256u
#define VOLUME_CHAIN_NODES     200u
#define VOLUME_COALESCE_READS  64
#define VOLUME_COALESCE_CHUNKS 16

/* Each is at most that of `volume_limits_default`, and at least 1 unless 0 has a meaning below. */
struct volume_limits {
	const struct store_limits *store;

	/* Parts of one request in flight at a time. */
	uint32_t request_parts;

	/* Gaps between two wanted places in one file are read, too, if they are no longer
	 * than this: another transfer takes longer. Whole units of BLOCKIO_ALIGNMENT_MAX. */
	uint32_t read_over_bytes;

	/* How far to read ahead of a reader of a snapshot (ahead.h); 0: off. */
	uint32_t ahead_bytes;

	/* For how long after a request to the live view read-ahead pauses; 0: no pause. */
	uint64_t ahead_beside_ns;

	/* The piece of a discard or zeroing that a snapshot needs preserved; a multiple of
	 * the image's alignment. */
	uint32_t zero_piece_bytes;

	/* Also limited by the profile. */
	uint32_t snapshots;

	/* From this many snapshots on, blocks that none lacks are recorded, in a table of
	 * this many words (common_blocks.h). */
	uint32_t common_snapshots;
	uint32_t common_words;

	/* The data of stores up to this size are verified when they are opened: a mount must
	 * not take minutes unasked. */
	uint64_t verify_up_to_bytes;

	/* For a chain: nodes of all trees; short names of nodes, before those of merged ones
	 * are given up (chain/view.c); one chunk of a merge, whole blocks. */
	uint32_t chain_nodes;
	uint32_t chain_slots;
	uint32_t coalesce_chunk_bytes;
	uint32_t coalesce_chunks;	/* in flight at a time ... */
	uint32_t coalesce_window_bytes; /* ... with this many bytes in total, or a single one */
	uint32_t coalesce_reads;	/* of all chunks, in parallel */
	uint32_t coalesce_beside_bytes; /* while others are active, this many bytes, and ... */
	uint64_t coalesce_beside_ns;	/* ... for this long after (coalesce/giving_way.h) */

	/* Sizes of the journal in memory, of its fired faults not yet formatted, and of one
	 * write to its file. */
	size_t journal_bytes;
	size_t journal_noted;
	size_t event_batch_bytes;
};

extern const struct volume_limits volume_limits_default;
extern const struct volume_limits volume_limits_smallest;

#endif
