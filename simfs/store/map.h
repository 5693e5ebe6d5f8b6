/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - which block of a snapshot lies where in its store.
 *
 * A flat array of 32-bit positions in address space that the kernel fills
 * with zeros on first touch: making one takes the same time for any size of
 * volume, and a block that was never preserved in a dense neighbourhood costs
 * nothing.  A position counts STORE_UNIT_BYTES, so that a store may be 16 TiB.
 */
#ifndef SNAPRIG_STORE_MAP_H
#define SNAPRIG_STORE_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* Positions 0 and 1 are a store's superblock and first header, so they can mean else. */
#define MAP_ABSENT  0u
#define MAP_CHANGED 1u /* known, but without data */

struct store_map {
	uint32_t *positions;
	uint64_t block_count;
};

/* Returns 0 or -ENOMEM. */
int store_map_init(struct store_map *map, uint64_t block_count);
void store_map_deinit(struct store_map *map);

static inline uint32_t store_map_get(const struct store_map *map, uint64_t block)
{
	return map->positions[block];
}

static inline void store_map_set(struct store_map *map, uint64_t block, uint32_t position)
{
	map->positions[block] = position;
}

/* The first block at or after BLOCK that the map knows (or, with KNOWN false,
 * does not know), else its count of blocks. */
uint64_t store_map_next(const struct store_map *map, uint64_t block, bool known);

#endif
