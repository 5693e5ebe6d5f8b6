/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - which block of a snapshot lies where in its store.
 *
 * A directory of chunks, MAP_CHUNK_BLOCKS blocks of the volume each.  A chunk
 * with few known blocks is sparse, two parallel arrays in the order of the
 * blocks; one with many is dense, an array of positions:
 *
 *	directory  ┌───┬───┬───┬───┬ ─ ─     in address space that the kernel
 *	           │ ▪ │   │ ▪ │   │         fills with zeros on first touch
 *	           └─┼─┴───┴─┼─┴───┴ ─ ─
 *	   sparse    ▼       ▼    dense
 *	   positions[capacity]    positions[MAP_CHUNK_BLOCKS]
 *	   lows[capacity]
 *
 * So making one takes the same time for any size of volume, and it takes at most
 *	8 bytes for each block it knows,
 *	48 bytes for each chunk that has one (16 MiB of a volume, blocks of 4 KiB),
 *	one page for each 512 chunks in a row that have one (8 GiB).
 * A position counts STORE_UNIT_BYTES, so that a store may be 16 TiB.
 */
#ifndef SNAPRIG_STORE_MAP_H
#define SNAPRIG_STORE_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* Positions 0 and 1 are a store's superblock and first header, so they can mean else. */
#define MAP_ABSENT	 0u
#define MAP_CHANGED	 1u /* known, but without data */

#define MAP_CHUNK_BLOCKS 4096u

/* From here on a dense chunk takes no more than 8 bytes for each block it knows. */
#define MAP_DENSE_BLOCKS 2056u

/* The directory of so many is 128 MiB of addresses, which can still be walked. */
#define MAP_BLOCKS_MAX (1ull << 36)

struct map_chunk {
	uint16_t count;
	uint16_t capacity;    /* MAP_CHUNK_BLOCKS: dense */
	uint32_t positions[]; /* then, when sparse, uint16_t lows[capacity] */
};

struct store_map {
	struct map_chunk **chunks;
	uint64_t block_count;
	uint64_t chunk_end; /* behind the highest chunk there is */
	uint64_t bytes;
	uint32_t dense_blocks; /* known ones at which a chunk becomes dense */
};

/* Returns 0, -ENOMEM, or -EFBIG for more than MAP_BLOCKS_MAX.  dense_blocks is MAP_DENSE_BLOCKS and
 * may be lowered. */
int store_map_init(struct store_map *map, uint64_t block_count);
void store_map_deinit(struct store_map *map);

/* Of memory, as above, with what the allocator adds. */
uint64_t store_map_bytes(const struct store_map *map);

static inline const uint16_t *map_chunk_lows(const struct map_chunk *chunk)
{
	return (const uint16_t *)(chunk->positions + chunk->capacity);
}

/* Where LOW is in a sparse chunk, or would be. */
static inline uint32_t map_chunk_find(const struct map_chunk *chunk, uint32_t low)
{
	const uint16_t *lows = map_chunk_lows(chunk);
	uint32_t at = 0;

	/* No branch depends on what is compared, so none is predicted wrong. */
	for (uint32_t left = chunk->count; left > 0;) {
		uint32_t half = (left + 1) / 2;

		at = lows[at + half - 1] < low ? at + half : at;
		left -= half;
	}
	return at;
}

static inline uint32_t store_map_get(const struct store_map *map, uint64_t block)
{
	const struct map_chunk *chunk = map->chunks[block / MAP_CHUNK_BLOCKS];
	uint32_t low = block % MAP_CHUNK_BLOCKS;

	if (!chunk)
		return MAP_ABSENT;
	if (chunk->capacity == MAP_CHUNK_BLOCKS)
		return chunk->positions[low];

	uint32_t at = map_chunk_find(chunk, low);

	return at < chunk->count && map_chunk_lows(chunk)[at] == low ? chunk->positions[at]
								     : MAP_ABSENT;
}

/* Adds BLOCK, which it does not know: 0, or -ENOMEM and nothing is changed. */
int store_map_add(struct store_map *map, uint64_t block, uint32_t position);

/* Takes back BLOCK, which it knows. */
void store_map_remove(struct store_map *map, uint64_t block);

/* The first block at or after BLOCK that the map knows (or, with KNOWN false,
 * does not know), else its count of blocks. */
uint64_t store_map_next(const struct store_map *map, uint64_t block, bool known);

#endif
