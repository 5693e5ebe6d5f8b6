/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - which block of a snapshot lies where in its store.
 *
 * A tree of two levels.  A root is of MAP_ROOT_BLOCKS of the volume and has its leaves in order; a
 * leaf is of a power of two of blocks, at which it begins, and where no block is known there is
 * none.  One that becomes too long is cut into its two halves, down to MAP_CHUNK_BLOCKS:
 *
 *	roots  ┌───┬───┬───┬─ ─
 *	       │ ▪ │   │ ▪ │	for each block that it knows a leaf has
 *	       └─┼─┴───┴─┼─┴─ ─		its position		4 bytes
 *	       ▼ ▼ ▼     ▼ ▼		where it is in the leaf	2 bytes, 3 in one of more than 65536
 *	       ▪ ▪ ▪     ▪ ▪ leaves
 *
 * A leaf of MAP_CHUNK_BLOCKS with many known ones is dense: the positions of all of its blocks.
 *
 * So making one takes the same time for any size of volume, and it takes at most
 *	8 bytes for each block it knows, however they lie,
 *	64 bytes for each root that has one (64 GiB of a volume, blocks of 4 KiB),
 *	one page for each 512 roots there could be (32 TiB).
 * A position counts STORE_UNIT_BYTES, so that a store may be 16 TiB.
 */
#ifndef SNAPRIG_STORE_MAP_H
#define SNAPRIG_STORE_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* Positions 0 and 1 are a store's superblock and first header, so they can mean else. */
#define MAP_ABSENT	 0u
#define MAP_CHANGED	 1u /* known, but without data */

#define MAP_ROOT_BLOCKS	 (1u << 24)
#define MAP_CHUNK_BLOCKS 4096u

/* From here on a dense leaf takes no more than 8 bytes for each block it knows. */
#define MAP_DENSE_BLOCKS 2056u

/* With more in a leaf, too many are moved when one comes between; with fewer, leaves take more than
 * the blocks leave over: on the way down to a chunk up to 12 others come to be. */
#define MAP_LEAF_BLOCKS 512u

/* What is walked along to the next root is 32 KiB. */
#define MAP_BLOCKS_MAX (1ull << 36)

struct map_root;

struct store_map {
	struct map_root **roots;
	uint64_t block_count;
	uint64_t bytes;
	uint32_t dense_blocks; /* known ones at which a leaf becomes dense, or is cut if less */
};

/* Returns 0, -ENOMEM, or -EFBIG for more than MAP_BLOCKS_MAX.  dense_blocks is MAP_DENSE_BLOCKS and
 * may be lowered. */
int store_map_init(struct store_map *map, uint64_t block_count);
void store_map_deinit(struct store_map *map);

/* Of memory, as above, with what the allocator adds. */
uint64_t store_map_bytes(const struct store_map *map);

/* Its position, or MAP_ABSENT. */
uint32_t store_map_get(const struct store_map *map, uint64_t block);

/* Adds BLOCK, which it does not know: 0, or -ENOMEM and nothing is changed. */
int store_map_add(struct store_map *map, uint64_t block, uint32_t position);

/* Takes back BLOCK, which it knows. */
void store_map_remove(struct store_map *map, uint64_t block);

/* The first block at or after BLOCK that the map knows (or, with KNOWN false,
 * does not know), else its count of blocks. */
uint64_t store_map_next(const struct store_map *map, uint64_t block, bool known);

#endif
