/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - a store file on disk, format 5, little-endian.
 *
 *	unit 0        superblock: what this store is, and whether it was closed
 *	unit 1 …      segment: header unit, then its blocks in record order
 *	…             segment: its records may also be without blocks, or none;
 *	              from time to time one sums up those before (summary.c)
 *	end           the first unit that holds no segment with the next sequence
 *
 * A unit is STORE_UNIT_BYTES; a block is one or more units.  Each unit of data has
 * a sum, in the header of its segment; a reader may want less than a block.  What
 * was written in place later has its sums in a file of its own, ID.sums.
 *
 * Format 4 is this one without the three words of a header on segments in flight, which
 * it has as zeros: one was written at a time.  So it is read as it is, and what is written
 * to it makes it format 5.
 */
#ifndef SNAPRIG_STORE_FORMAT_H
#define SNAPRIG_STORE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#define STORE_UNIT_BYTES     4096u
#define STORE_MAGIC	     0x3167697270616e73ull
#define SEGMENT_MAGIC	     0x3167657370616e73ull
#define STORE_FORMAT_VERSION 5u
#define STORE_FORMAT_OLDEST  4u /* that is read */

#define STORE_NAME_BYTES     72
#define STORE_PROFILE_BYTES  16
#define STORE_OWNER_BYTES    128u

/* `flags` of a superblock. */
#define STORE_FLAG_CLEAN     1u	 /* closed in order: `end_unit` and `segment_count` hold */
#define STORE_FLAG_FAILED    2u	 /* the snapshot failed with `error`; nothing in it is to be read */
#define STORE_FLAG_REWRITTEN 4u	 /* blocks were written in place since it was closed in order */
#define STORE_FLAG_DURABLE   8u	 /* what was acknowledged since it was opened was flushed */
#define STORE_FLAG_SUMS	     16u /* blocks were ever written in place: it has a file of sums */

/* One 512-byte sector: writing it again is never half done. */
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
	uint64_t overflow_blocks; /* counted by the profile, not stored: see profile.h */
	char name[STORE_NAME_BYTES];
	char profile[STORE_PROFILE_BYTES];
	uint64_t blocks_taken; /* when it failed: what the profile counts afterwards */
	uint64_t zero_between;
	uint64_t boot_id;      /* of the machine when it was opened last */
	uint64_t summary_unit; /* of a summary, not always the newest; 0: none */
	uint32_t owner_kind;   /* of the owner, as are all three: see struct store_owner */
	uint32_t owner_length;
	uint8_t owner_bytes[STORE_OWNER_BYTES];
	uint32_t created_nanoseconds; /* of that second */
	uint32_t zero_behind[1];
	uint64_t acknowledged; /* segments, when this was written: none of them is a torn one */
	uint64_t closing_id;   /* of the owner: the last time that it was closed in order */
	uint32_t zero[32];
};

_Static_assert(sizeof(struct store_superblock) == STORE_SUPERBLOCK_BYTES, "it is one sector");

/* The unit that it begins. */
struct store_superblock_unit {
	struct store_superblock superblock;
	uint8_t zero[STORE_UNIT_BYTES - STORE_SUPERBLOCK_BYTES];
};

#define SEGMENT_BODY_WORDS  1008u
#define SEGMENT_RECORDS_MAX (SEGMENT_BODY_WORDS / 2)

/* What a reader accepts; what is written may be bounded more narrowly (store_limits.h). */
#define SEGMENT_DATA_MAX_BYTES (2u << 20)
#define SEGMENTS_IN_FLIGHT_MAX 8u
#define SUMMARY_RUNS_MAX       4096u
#define SUMMARY_SUMS_MAX       (256u << 10)

/* `flags` of a segment's header. */
#define SEGMENT_FLAG_CHANGED 1u /* its records have no data: the blocks were only changed */
#define SEGMENT_FLAG_SUMMARY 2u /* no records; its data are runs and sums, see summary.c */

/* Blocks that follow on each other, and so do their positions (MAP_CHANGED: have none). */
struct summary_run {
	uint64_t block;
	uint32_t position;
	uint32_t count;
};

/* What a summary has in place of records. */
struct segment_summary {
	uint64_t previous_unit; /* of the summary before; 0: none */
	uint64_t block_count;	/* what the map knew, all in all */
	uint64_t run_count;	/* struct summary_run, from the next unit on */
	uint64_t sum_count;	/* behind them, of their units, in order; zeros up to a unit */
	uint64_t data_hash;	/* XXH3-64 of these units */
};

struct segment_header {
	uint64_t magic;
	uint64_t hash; /* XXH3-64 of the header unit with hash = 0 */
	uint64_t store_id;
	uint64_t sequence;     /* from 1, without a gap */
	uint64_t unit;	       /* where it lies: a copy elsewhere does not check */
	uint32_t record_count; /* 0: a seal, see store.h */
	uint32_t block_bytes;
	uint32_t flags;

	/* Segments that were being written when this one was started, fewer than
	 * SEGMENTS_IN_FLIGHT_MAX, and the units of them; all before them were acknowledged. */
	uint32_t ahead_count;
	uint32_t ahead_units;

	/* One more each time that the store went on after a failed write: a segment of an
	 * earlier attempt that lies behind one of a later was never acknowledged. */
	uint32_t attempt;
	union {
		/* Block numbers in the volume; behind the most that there can be of
		 * them, the sums of their units in the same order. */
		uint64_t blocks[SEGMENT_RECORDS_MAX];
		uint32_t words[SEGMENT_BODY_WORDS];
		struct segment_summary summary;
	};
};

_Static_assert(sizeof(struct segment_header) == STORE_UNIT_BYTES, "a header is one unit");

#endif
