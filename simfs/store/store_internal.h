/* SPDX-License-Identifier: Apache-2.0 */
/* store_internal.h - what the files of store/ share; for nobody else. */
#ifndef SNAPRIG_STORE_STORE_INTERNAL_H
#define SNAPRIG_STORE_STORE_INTERNAL_H

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
};

/* A write in place, waiting (rewrite.c) or under way. */
struct rewrite {
	struct blockio_request request;
	struct store *store;
	struct store_waiter *waiter;
	uint64_t unit; /* from here on, so many units ... */
	uint32_t unit_count;
	uint32_t *sums; /* ... become these; NULL while it waits */
	int error;	/* with which it failed; what became of it is being read */
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

/* What the next summary has to hold. */
struct summary {
	uint64_t unit; /* of the last one; 0: none */
	struct summary_run *runs;
	void *data; /* of one that is being written: whole units, aligned */
	uint32_t run_count;
	uint32_t unit_count;
	uint32_t segment_count;
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
	struct segment *writing;
	struct list waiting; /* segments; only the last one still takes blocks */
	struct list spare;   /* segments to be used again */
	bool is_durable;
	bool has_changed; /* a record without data */
	struct summary summary;
	int error;	/* sticky: why nothing more is appended */
	unsigned *ends; /* store_count_ends(), or NULL */
	struct superblock_writer superblock;

	/* Writes in place: allowed below the last acknowledged segment. */
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
};

static inline uint64_t store_units_per_block(const struct store *store)
{
	return store->facts.block_bytes / STORE_UNIT_BYTES;
}

static inline uint64_t store_block_count(const struct store_facts *facts)
{
	return (facts->volume_bytes + facts->block_bytes - 1) / facts->block_bytes;
}

/* How many records a segment with FLAGS may have, whoever wrote it. */
static inline uint32_t segment_records_max(const struct store *store, uint32_t flags)
{
	uint32_t data_max = SEGMENT_DATA_MAX_BYTES / store->facts.block_bytes;

	/* A record takes two words, and one for each unit of its block. */
	uint32_t records_max = SEGMENT_BODY_WORDS /
			       (2 + store->facts.block_bytes / STORE_UNIT_BYTES);

	if (flags & SEGMENT_FLAG_SUMMARY)
		return 0;
	if (flags & SEGMENT_FLAG_CHANGED)
		return SEGMENT_RECORDS_MAX;
	return data_max < records_max ? data_max : records_max;
}

/* The sums of the units that follow HEADER, no summary. */
static inline uint32_t *segment_sums(const struct store *store, struct segment_header *header)
{
	return header->words + 2 * segment_records_max(store, header->flags);
}

/* How many this store gives it. */
static inline uint32_t segment_records_limit(const struct store *store, uint32_t flags)
{
	uint32_t records_max = segment_records_max(store, flags);
	uint32_t data_max = store->limits->data_bytes / store->facts.block_bytes;

	if (records_max > store->limits->records)
		records_max = store->limits->records;
	if (flags & SEGMENT_FLAG_CHANGED || records_max <= data_max)
		return records_max;
	return data_max > 0 ? data_max : 1;
}

static inline uint64_t segment_data_bytes(
	const struct store *store, const struct segment_header *header)
{
	if (header->flags & SEGMENT_FLAG_SUMMARY) {
		uint64_t bytes = header->summary.run_count * sizeof(struct summary_run) +
				 header->summary.sum_count * sizeof(uint32_t);

		return (bytes + STORE_UNIT_BYTES - 1) / STORE_UNIT_BYTES * STORE_UNIT_BYTES;
	}
	if (header->flags & SEGMENT_FLAG_CHANGED)
		return 0;
	return (uint64_t)header->record_count * store->facts.block_bytes;
}

/* Header and data. */
static inline uint64_t segment_units(const struct store *store, const struct segment_header *header)
{
	return 1 + segment_data_bytes(store, header) / STORE_UNIT_BYTES;
}

/* What the map says of record INDEX of a segment. */
static inline uint32_t segment_position(
	const struct store *store, const struct segment_header *header, uint32_t index)
{
	if (header->flags & SEGMENT_FLAG_CHANGED)
		return MAP_CHANGED;
	return (uint32_t)(header->unit + 1 + index * store_units_per_block(store));
}

/* ----------------------------------------------------------------- answers.c */

/* Takes one count off WAITER, for what has ended with ERROR; queues it when that was the last. */
void store_answer(struct store *store, struct store_waiter *waiter, int error);

/* Answers all in the queue: the last thing that a completion does.  STORE may be gone then. */
void store_answers_go(struct store *store);

/* Sees to it that the event loop does; the last thing that any other call does. */
void store_answers_later(struct store *store);

/* -------------------------------------------------------------- superblock.c */

uint64_t superblock_hash(const struct store_superblock *superblock);

/* Why UNIT cannot be used, or NULL. */
const char *superblock_fault(const struct store_superblock_unit *unit);
bool superblock_is_of_another_version(const struct store_superblock *superblock);
void superblock_facts(const struct store_superblock_unit *unit, struct store_facts *facts);

/* Writes the superblock with what the store knows, now or after the one under way. */
void superblock_write(struct store *store);

/* What it would write, with FLAGS besides, is in superblock.unit. */
void superblock_fill(struct store *store, uint32_t flags);

/* The same at once, with FLAGS besides; for opening.  Blocks. */
int superblock_do(struct store *store, uint32_t flags);

/* ------------------------------------------------------------------ append.c */

uint64_t segment_hash(const struct segment_header *header);

/*
 * Enters the acknowledged segment with HEADER into the map: 0, -EEXIST when
 * one of its blocks is known or there twice, or -ENOMEM; then nothing of it is.
 */
int store_map_segment(struct store *store, struct segment_header *header);

/* Makes a summary the next segment.  Nothing is being written. */
void segment_summarize(struct store *store);

/* Sees to it that a segment is on its way, if only a seal.  The store has not ended. */
void segment_seal(struct store *store);

/* store_stop(), for a caller that answers itself. */
void segments_stop(struct store *store, int error);

/* ----------------------------------------------------------------- rewrite.c */

/* Starts what waits and may go now, and ends what never will. */
void rewrites_go(struct store *store);

/* Ends all that waits with ERROR. */
void rewrites_fail(struct store *store, int error);

/* Whether SUM is what UNIT is, or what a write in place that is under way makes of it. */
bool rewrites_sum_checks(struct store *store, uint64_t unit, uint32_t sum);

/* Whether one of units from FIRST to before END is under way. */
bool rewrites_meet(const struct store *store, uint64_t first, uint64_t end);

/* -------------------------------------------------------------------- read.c */

/* Tells the reads that are under way that units from FIRST to before END change now. */
void reads_race(struct store *store, uint64_t first, uint64_t end);

/* ----------------------------------------------------------------- summary.c */

/* 0 or -ENOMEM. */
int summary_init(struct summary *summary);
void summary_deinit(struct summary *summary);

/* The segment with HEADER was acknowledged, and is in the map. */
void summary_add(struct store *store, const struct segment_header *header);

/* A summary must come before the next segment; there is something to sum up. */
bool summary_is_due(const struct store *store);
bool summary_is_wanted(const struct store *store);

/* Makes HEADER that of the next summary, whose data are summary.data then: 0 or -ENOMEM. */
int summary_fill(struct store *store, struct segment_header *header);

/* ------------------------------------------------------------------- store.c */

/* An empty store over IO, which becomes its own when 0 is returned.  LIMITS as store_create(). */
int store_new(struct blockio_folder *folder, struct blockio *io, const struct store_facts *facts,
	const struct store_limits *limits, struct store **ret);

/* An empty map of BLOCK_COUNT: 0 or -errno. */
int store_new_map(struct store *store, uint64_t block_count);

#endif
