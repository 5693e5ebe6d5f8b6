/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - a store file on disk, format 5, little-endian.
 *
 *	unit 0        superblock: what this store is, and whether it was closed
 *	unit 1 …      segment: header unit, then its blocks in record order
 *	…             segment: may have records without blocks, or no records;
 *	              from time to time one summarizes those before (summary.c)
 *	end           the first unit without a segment with the next sequence
 *
 * A unit is STORE_UNIT_BYTES; a block is one or more units. Each unit of data has a checksum
 * ("sum") in the header of its segment, since a reader may want less than a block. The sums
 * of blocks that were later written in place are in a file of their own, ID.sums.
 *
 * Format 4 differs only in the three header words on segments in flight, which are zeros:
 * segments were written one at a time. So it is read unchanged, and writing to it makes it
 * format 5.
 */
#ifndef SNAPRIG_STORE_FORMAT_H
#define SNAPRIG_STORE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#define STORE_UNIT_BYTES     4096u
#define STORE_MAGIC	     0x3167697270616e73ull
#define SEGMENT_MAGIC	     0x3167657370616e73ull
#define STORE_FORMAT_VERSION 5u
#define STORE_FORMAT_OLDEST  4u /* still readable */

#define STORE_NAME_BYTES     72
#define STORE_PROFILE_BYTES  16
#define STORE_OWNER_BYTES    128u

/* `flags` of a superblock. */
#define STORE_FLAG_CLEAN     1u	 /* closed cleanly: `end_unit` and `segment_count` are valid */
#define STORE_FLAG_FAILED    2u	 /* the snapshot failed with `error`; its data must not be read */
#define STORE_FLAG_REWRITTEN 4u	 /* blocks were rewritten since it was last closed cleanly */
#define STORE_FLAG_DURABLE   8u	 /* everything acknowledged since it was opened was flushed */
#define STORE_FLAG_SUMS	     16u /* blocks have been written in place: it has a file of sums */

/* One 512-byte sector, so that a rewrite is never torn. */
#define STORE_SUPERBLOCK_BYTES 512u

struct store_superblock {
	uint64_t magic;
	uint64_t hash; /* XXH3-64 of this sector with hash = 0 */
	uint32_t version;
	uint32_t flags;
	uint64_t volume_id;
	uint64_t store_id;
	uint64_t order; /* creation order among the volume's snapshots */
	uint64_t volume_bytes;
	uint64_t limit_bytes; /* 0: none */
	uint64_t end_unit;
	uint64_t segment_count;
	int64_t created_seconds; /* wall clock */
	uint32_t block_bytes;
	int32_t error;		  /* -errno of a failed snapshot */
	uint64_t overflow_blocks; /* counted by the profile but not stored: see profile.h */
	char name[STORE_NAME_BYTES];
	char profile[STORE_PROFILE_BYTES];
	uint64_t blocks_taken; /* at the failure: what the profile counts from then on */
	uint64_t zero_between;
	uint64_t boot_id;      /* the machine's boot when the store was last opened */
	uint64_t summary_unit; /* of a summary, not necessarily the newest; 0: none */
	uint32_t owner_kind;   /* this and the next two are the owner's: see struct store_owner */
	uint32_t owner_length;
	uint8_t owner_bytes[STORE_OWNER_BYTES];
	uint32_t created_nanoseconds; /* within that second */
	uint32_t zero_behind[1];
	uint64_t acknowledged; /* segments, when this was written: none of these can be torn */
	uint64_t closing_id;   /* the owner's: identifies the last clean close */
	uint32_t zero[32];
};

_Static_assert(sizeof(struct store_superblock) == STORE_SUPERBLOCK_BYTES, "it is one sector");

/* The unit that begins with it. */
struct store_superblock_unit {
	struct store_superblock superblock;
	uint8_t zero[STORE_UNIT_BYTES - STORE_SUPERBLOCK_BYTES];
};

#define SEGMENT_BODY_WORDS  1008u
#define SEGMENT_RECORDS_MAX (SEGMENT_BODY_WORDS / 2)

/* What a reader accepts; a writer may use narrower limits (store_limits.h). */
#define SEGMENT_DATA_MAX_BYTES (2u << 20)
#define SEGMENTS_IN_FLIGHT_MAX 8u
#define SUMMARY_RUNS_MAX       4096u
#define SUMMARY_SUMS_MAX       (256u << 10)

/* `flags` of a segment's header. */
#define SEGMENT_FLAG_CHANGED 1u /* records without data: the blocks only changed */
#define SEGMENT_FLAG_SUMMARY 2u /* no records; the data are runs and sums, see summary.c */

/* Consecutive blocks at consecutive positions (MAP_CHANGED: without positions). */
struct summary_run {
	uint64_t block;
	uint32_t position;
	uint32_t count;
};

/* What a summary has instead of records. */
struct segment_summary {
	uint64_t previous_unit; /* of the previous summary; 0: none */
	uint64_t block_count;	/* all blocks in the map */
	uint64_t run_count;	/* struct summary_run, starting at the next unit */
	uint64_t sum_count;	/* sums of their units follow, in order, zero-padded to a unit */
	uint64_t data_hash;	/* XXH3-64 of these units */
};

struct segment_header {
	uint64_t magic;
	uint64_t hash; /* XXH3-64 of the header unit with hash = 0 */
	uint64_t store_id;
	uint64_t sequence;     /* from 1, without gaps */
	uint64_t unit;	       /* its own position: a copy elsewhere fails the check */
	uint32_t record_count; /* 0: a seal, see store.h */
	uint32_t block_bytes;
	uint32_t flags;

	/* Segments in flight when this one was started, fewer than SEGMENTS_IN_FLIGHT_MAX,
	 * and their units; all earlier ones were acknowledged. */
	uint32_t ahead_count;
	uint32_t ahead_units;

	/* Incremented each time the store resumes after a failed write: a segment of an
	 * earlier attempt that lies after one of a later attempt was never acknowledged. */
	uint32_t attempt;
	union {
		/* Block numbers in the volume; after the room for the maximum number of them,
		 * the sums of their units in the same order. */
		uint64_t blocks[SEGMENT_RECORDS_MAX];
		uint32_t words[SEGMENT_BODY_WORDS];
		struct segment_summary summary;
	};
};

_Static_assert(sizeof(struct segment_header) == STORE_UNIT_BYTES, "a header is one unit");

#endif
