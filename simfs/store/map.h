/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - maps each block of a snapshot to its position in the store.
 *
 * A tree of two levels. A root covers MAP_ROOT_BLOCKS of the volume and holds its leaves in
 * order. A leaf covers an aligned power of two of blocks; ranges without known blocks have no
 * leaf. A leaf that becomes too long is split in two halves, down to MAP_CHUNK_BLOCKS:
 *
 *	roots  ┌───┬───┬───┬─ ─
 *	       │ ▪ │   │ ▪ │	for each block that it knows a leaf has
 *	       └─┼─┴───┴─┼─┴─ ─		its position		4 bytes
 *	       ▼ ▼ ▼     ▼ ▼		its place in the leaf	2 bytes, 3 if of over 65536
 *	       ▪ ▪ ▪     ▪ ▪ leaves
 *
 * A leaf of MAP_CHUNK_BLOCKS with many known blocks is dense: it has the positions of all its
 * blocks.
 *
 * So creating a map takes the same time for any size of volume, and it takes at most
 *	8 bytes per known block, however they are scattered,
 *	64 bytes per root that has one (64 GiB of a volume, blocks of 4 KiB),
 *	one page per 512 possible roots (32 TiB).
 * A position counts in STORE_UNIT_BYTES, so a store may be 16 TiB.
 */
#ifndef SNAPRIG_STORE_MAP_H
#define SNAPRIG_STORE_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* Positions 0 and 1 are a store's superblock and first header, so they are free for these. */
#define MAP_ABSENT	 0u
#define MAP_CHANGED	 1u /* known, but without data */

#define MAP_ROOT_BLOCKS	 (1u << 24)
#define MAP_CHUNK_BLOCKS 4096u

/* From here on a dense leaf takes no more than 8 bytes per known block. */
#define MAP_DENSE_BLOCKS 2056u

/* With more blocks in a leaf, an insertion moves too many; with fewer, the leaves need more
 * memory than the blocks leave over: on the way down to a chunk up to 12 other leaves arise. */
#define MAP_LEAF_BLOCKS 512u

/* The search for the next root then walks 32 KiB. */
#define MAP_BLOCKS_MAX (1ull << 36)

struct map_root;

struct store_map {
	struct map_root **roots;
	uint64_t block_count;
	uint64_t bytes;
	uint32_t dense_blocks; /* known blocks at which a leaf becomes dense or is split */
};

/* Returns 0, -ENOMEM, or -EFBIG for more than MAP_BLOCKS_MAX. Sets dense_blocks to
 * MAP_DENSE_BLOCKS; the caller may lower it. */
int store_map_init(struct store_map *map, uint64_t block_count);
void store_map_deinit(struct store_map *map);

/* The memory it takes, as above, with the allocator's overhead. */
uint64_t store_map_bytes(const struct store_map *map);

/* The block's position, or MAP_ABSENT. */
uint32_t store_map_get(const struct store_map *map, uint64_t block);

/* Adds BLOCK, which must not be known. Returns 0, or -ENOMEM without any change. */
int store_map_add(struct store_map *map, uint64_t block, uint32_t position);

/* Removes BLOCK, which must be known. */
void store_map_remove(struct store_map *map, uint64_t block);

/* The first block at or after BLOCK that is known (with KNOWN false, unknown); block_count if
 * none is. */
uint64_t store_map_next(const struct store_map *map, uint64_t block, bool known);

#endif
