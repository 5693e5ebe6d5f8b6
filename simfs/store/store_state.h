/* SPDX-License-Identifier: Apache-2.0 */
/* store_state.h - a store's state; for the files of store/ only. */
#ifndef SNAPRIG_STORE_STORE_STATE_H
#define SNAPRIG_STORE_STORE_STATE_H

#include "simfs/store/map.h"
#include "simfs/store/store.h"
#include "simfs/store/sums.h"

/* A batch of blocks being written to the file; a seal if it has none. */
struct segment {
	struct blockio_request request;
	struct segment_header *header; /* one unit, aligned */
	struct iovec iov[1 + SEGMENT_RANGES_MAX];
	struct store_waiter *waiters[SEGMENT_RANGES_MAX];
	unsigned range_count;
	struct store *store;
	struct list link;

	/* While in flight: whether its write has ended, and how. */
	bool has_ended;
	int result;
};

/* A write in place, waiting (rewrite.c) or in flight. */
struct rewrite {
	struct blockio_request request;
	struct store *store;
	struct store_waiter *waiter;
	uint64_t unit; /* from here on, unit_count units ... */
	uint32_t unit_count;
	uint32_t *sums;	       /* ... get these sums; NULL while it waits */
	uint32_t few_sums[16]; /* their storage ... */
	uint32_t *many_sums;   /* ... unless there are more */
	int error;	       /* of the failed write, while its units are read back */
	void *found;
	struct list link;
};

/*
 * The one unit of the superblock, written by one request at a time: requests made during a
 * write cause one more write after it.
 */
struct superblock_writer {
	struct blockio_request request;
	struct store_superblock_unit *unit; /* aligned; the current or last one written */
	bool is_writing;
	bool is_wanted;
	uint32_t flags_on_disk;
	struct list asking;   /* struct store_waiter.link: marks to be in the next write */
	struct list answered; /* marks in the current write */
};

/* How much there is to summarize. */
struct summary_counts {
	uint32_t runs;
	uint32_t units;
	uint32_t segments;
};

/* What the next summary will contain. */
struct summary {
	uint64_t unit; /* of the last summary; 0: none */
	struct summary_run *runs;
	void *data;		      /* of the summary in flight: whole units, aligned */
	struct summary_counts counts; /* since the last acknowledged summary */
	struct summary_counts taken;  /* the part of them in the summary in flight */
	bool is_on_its_way;
	bool is_off; /* the contents would not fit */
};

struct store {
	struct blockio *io;
	const struct store_limits *limits;
	struct store_facts facts;
	struct store_map map;
	struct store_sums sums; /* of the units that the map names */
	uint64_t blocks;
	uint64_t blocks_taken;

	uint64_t end_unit; /* where the next segment is written */
	uint64_t sequence; /* of the last segment started */
	uint64_t acknowledged_end_unit;
	uint64_t acknowledged_sequence;
	uint32_t attempt;      /* of the next segment */
	struct list in_flight; /* segments, in order of their sequence */
	unsigned in_flight_count;
	int flight_error;    /* of a failed segment: later ones in flight fail, too */
	struct list waiting; /* segments; only the last one takes more blocks */
	struct list spare;   /* segments for reuse */
	bool is_durable;
	bool has_changed; /* some record has no data */
	struct summary summary;
	int error;		   /* sticky: why nothing can be appended any more */
	struct store_group *group; /* store_join(), or NULL */
	struct superblock_writer superblock;

	/* Writes in place are allowed before this: see store.h, (5). */
	uint64_t sealed_unit;
	bool is_rewritten; /* since it was last closed cleanly */
	struct list rewrites_waiting;
	struct list rewrites_under_way;
	struct list rewrites_spare;

	/* For answers.c. */
	struct list answers;		/* struct store_waiter.link: told next, in order */
	struct list wanting_idle;	/* likewise: to be told when the store is idle */
	struct blockio_request nothing; /* makes the event loop come back to the answers */
	bool is_nothing_under_way;
	bool is_answering;
	bool is_destroyed; /* by an answer */
	bool is_abandoned; /* its file was removed */
	struct list reads; /* struct store_read.link */

	/* ID.sums, which a store has from its first rewrite on; NULL: not open. */
	struct blockio_folder *folder;
	struct blockio *sums_file;
	bool has_sums_file;
	bool is_read_only;
	bool wants_flush;
};

/* Counts BYTES that were hashed, to store or to check their sum. */
static inline void store_hashed(struct store *store, uint64_t bytes)
{
	if (store->io->counts)
		store->io->counts->hashed_bytes += bytes;
}

#endif
