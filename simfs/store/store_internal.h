/* SPDX-License-Identifier: Apache-2.0 */
/* store_internal.h - what the files of store/ share; for nobody else. */
#ifndef SNAPRIG_STORE_STORE_INTERNAL_H
#define SNAPRIG_STORE_STORE_INTERNAL_H

#include <xxhash.h>

#include "simfs/store/map.h"
#include "simfs/store/store.h"

/* Bounds one write, and the window of a recovery. */
#define SEGMENT_DATA_MAX_BYTES (2u << 20)

/* Of preserved ranges, not blocks: each is one iovec of the write. */
#define SEGMENT_RANGES_MAX 256u

/* A batch of blocks on its way into the file. */
struct segment {
	struct blockio_request request;
	struct segment_header *header; /* one unit, aligned */
	struct iovec iov[1 + SEGMENT_RANGES_MAX];
	struct store_waiter *waiters[SEGMENT_RANGES_MAX];
	unsigned range_count;
	struct store *store;
	struct list link;
};

struct store {
	struct blockio *io;
	struct store_facts facts;
	struct store_map map;
	uint64_t blocks;
	uint64_t blocks_taken;

	uint64_t end_unit; /* where the next segment goes */
	uint64_t sequence; /* of the last segment that was started */
	struct segment *writing;
	struct list waiting; /* segments; only the last one still takes blocks */
	struct list spare;   /* segments to be used again */
	int error;	     /* sticky: why nothing more is appended */
	XXH3_state_t *hash_state;

	struct blockio_request mark;
	struct store_superblock *superblock; /* one unit, aligned */
	struct store_waiter *mark_waiter;
};

static inline uint64_t store_units_per_block(const struct store *store)
{
	return store->facts.block_bytes / STORE_UNIT_BYTES;
}

static inline uint64_t store_block_count(const struct store_facts *facts)
{
	return (facts->volume_bytes + facts->block_bytes - 1) / facts->block_bytes;
}

uint64_t superblock_hash(const struct store_superblock *superblock);
uint64_t segment_hash(const struct segment_header *header);

/* An empty store over IO, which becomes its own when 0 is returned. */
int store_new(struct blockio *io, const struct store_facts *facts, struct store **ret);

/* Fills the superblock from what the store knows. */
void store_fill_superblock(struct store *store, uint32_t flags);

#endif
