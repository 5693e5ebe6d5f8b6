/* SPDX-License-Identifier: Apache-2.0 */
/* store_state.h - what a store knows; of the files of store/ only. */
#ifndef SNAPRIG_STORE_STORE_STATE_H
#define SNAPRIG_STORE_STORE_STATE_H

#include "simfs/store/map.h"
#include "simfs/store/store.h"
#include "simfs/store/sums.h"

/* A batch of blocks on its way into the file; a seal when it has none. */
struct segment {
	struct blockio_request request;
	struct segment_header *header; /* one unit, aligned */
	struct iovec iov[1 + SEGMENT_RANGES_MAX];
	struct store_waiter *waiters[SEGMENT_RANGES_MAX];
	unsigned range_count;
	struct store *store;
	struct list link;

	/* While it is in flight: whether its write has ended, and how. */
	bool has_ended;
	int result;
};

/* A write in place, waiting (rewrite.c) or under way. */
struct rewrite {
	struct blockio_request request;
	struct store *store;
	struct store_waiter *waiter;
	uint64_t unit; /* from here on, so many units ... */
	uint32_t unit_count;
	uint32_t *sums;	       /* ... become these; NULL while it waits */
	uint32_t few_sums[16]; /* where they are ... */
	uint32_t *many_sums;   /* ... unless they are more */
	int error;	       /* with which it failed; what became of it is being read */
	void *found;
	struct list link;
};

/*
 * The one unit of the superblock, written by one request at a time:
 * what is asked for meanwhile is written once more behind it.
 */
struct superblock_writer {
	struct blockio_request request;
	struct store_superblock_unit *unit; /* aligned; what is being written or was last */
	bool is_writing;
	bool is_wanted;
	uint32_t flags_on_disk;
	struct list asking;   /* struct store_waiter.link: of marks that come with the next one */
	struct list answered; /* of those that are in what is being written now */
};

/* How much there is to sum up. */
struct summary_counts {
	uint32_t runs;
	uint32_t units;
	uint32_t segments;
};

/* What the next summary has to hold. */
struct summary {
	uint64_t unit; /* of the last one; 0: none */
	struct summary_run *runs;
	void *data;		      /* of one that is being written: whole units, aligned */
	struct summary_counts counts; /* since the last one that was acknowledged */
	struct summary_counts taken;  /* of these by one that is being written */
	bool is_on_its_way;
	bool is_off; /* it would not fit */
};

struct store {
	struct blockio *io;
	const struct store_limits *limits;
	struct store_facts facts;
	struct store_map map;
	struct store_sums sums; /* of the units that the map names */
	uint64_t blocks;
	uint64_t blocks_taken;

	uint64_t end_unit; /* where the next segment goes */
	uint64_t sequence; /* of the last segment that was started */
	uint64_t acknowledged_end_unit;
	uint64_t acknowledged_sequence;
	uint32_t attempt;      /* that the next segment is of */
	struct list in_flight; /* segments, in order of their sequence */
	unsigned in_flight_count;
	int flight_error;    /* with which one failed: those behind it fail, too */
	struct list waiting; /* segments; only the last one still takes blocks */
	struct list spare;   /* segments to be used again */
	bool is_durable;
	bool has_changed; /* a record without data */
	struct summary summary;
	int error;		   /* sticky: why nothing more is appended */
	struct store_group *group; /* store_join(), or NULL */
	struct superblock_writer superblock;

	/* Writes in place: allowed before this, which store.h, (5) is about. */
	uint64_t sealed_unit;
	bool is_rewritten; /* since it was closed in order */
	struct list rewrites_waiting;
	struct list rewrites_under_way;
	struct list rewrites_spare;

	/* Of answers.c. */
	struct list answers;		/* struct store_waiter.link: told next, in this order */
	struct list wanting_idle;	/* the same: told when it is idle */
	struct blockio_request nothing; /* which brings the event loop to them */
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

/* So many bytes went into a sum, or were compared with one. */
static inline void store_hashed(struct store *store, uint64_t bytes)
{
	if (store->io->counts)
		store->io->counts->hashed_bytes += bytes;
}

#endif
