/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_leaf.h - the blocks that a leaf of a map knows (map.h); for map.c only.
 *
 * They lie in order in pieces of MAP_PIECE_BLOCKS; the rest lies in the leaf itself:
 *
 *	┌──────┬────────────┬───────────┬──────┐	So the allocations are pieces, all of the
 *	│ head │ pieces[] ▪ │ firsts[]  │ rest │	same length, and leaves, which are short:
 *	└──────┴──────────┼─┴───────────┴──────┘	arrays that grow as a whole would leave
 *			  └─▶ 72 blocks			gaps of a fifth of their size.
 *
 * A key is the number of a block within its leaf. BYTES is the map's memory use, which each
 * function updates.
 */
#ifndef SNAPRIG_STORE_MAP_LEAF_H
#define SNAPRIG_STORE_MAP_LEAF_H

#include <stdbool.h>
#include <stdint.h>

#define MAP_ROOT_SHIFT	24u
#define MAP_CHUNK_SHIFT 12u

/* With the allocator's word, a piece of 7-byte entries is 512 bytes. */
#define MAP_PIECE_BLOCKS 72u

struct map_leaf {
	uint16_t count;
	uint8_t shift; /* it covers 1 << shift blocks */
	bool is_dense;
	uint8_t piece_count; /* all are full, or nothing follows */
	uint8_t rest_room;   /* at most that of a piece */
	uint16_t last;	     /* the last place found: as in struct map_root ... */
	uint32_t last_key;   /* ... for this key; both may be out of date */
	uint32_t rest_first; /* the first key of the rest */
	uint32_t *pieces[];  /* then their first keys, and the rest; if dense, only positions */
};

/* An empty leaf with room for COUNT blocks and one more, or NULL. */
struct map_leaf *map_leaf_new(uint32_t shift, uint32_t count, uint64_t *bytes);

/* NULL is fine. */
void map_leaf_free(struct map_leaf *leaf, uint64_t *bytes);

/* The number of blocks it has room for. */
uint32_t map_leaf_room(const struct map_leaf *leaf);

/* Replaces LEAF, which covers MAP_CHUNK_BLOCKS, with an array of all positions. Returns NULL
 * without memory; LEAF then stays. */
struct map_leaf *map_leaf_dense(struct map_leaf *leaf, uint64_t *bytes);

/* Replaces LEAF, which is full, with one that has room for one more block; likewise. */
struct map_leaf *map_leaf_grown(struct map_leaf *leaf, uint64_t *bytes);

/* Creates leaves for the two halves of LEAF, which stays; a half without blocks is NULL. 0 or
 * -ENOMEM. */
int map_leaf_halves(struct map_leaf *leaf, struct map_leaf **ret_lower, struct map_leaf **ret_upper,
	uint64_t *bytes);

/* The position of KEY, or MAP_ABSENT. */
uint32_t map_leaf_get(struct map_leaf *leaf, uint32_t key);

/* map_leaf_add() needs room, and KEY must not be known; for map_leaf_remove() it must be. */
void map_leaf_add(struct map_leaf *leaf, uint32_t key, uint32_t position);
void map_leaf_remove(struct map_leaf *leaf, uint32_t key);

/* The first key at or after KEY that is known (or not, if !KNOWN), else the number of blocks
 * it covers. */
uint32_t map_leaf_next(struct map_leaf *leaf, uint32_t key, bool known);

#endif
