/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_leaf.h - the blocks that a leaf of a map knows (map.h); for map.c only.
 *
 * They lie in order in pieces of MAP_PIECE_BLOCKS, and what is left over in the leaf itself:
 *
 *	┌──────┬────────────┬───────────┬──────┐	So what is allocated is pieces, which are
 *	│ head │ pieces[] ▪ │ firsts[]  │ rest │	all as long, and leaves, which are short:
 *	└──────┴──────────┼─┴───────────┴──────┘	arrays that grow as a whole leave gaps of a
 *			  └─▶ 72 blocks			fifth of what they take between them.
 *
 * A key is a block, counted from the first one of its leaf.  BYTES is what the map takes, and is
 * kept up to date.
 */
#ifndef SNAPRIG_STORE_MAP_LEAF_H
#define SNAPRIG_STORE_MAP_LEAF_H

#include <stdbool.h>
#include <stdint.h>

#define MAP_ROOT_SHIFT	24u
#define MAP_CHUNK_SHIFT 12u

/* With the word of the allocator's a piece of 7 bytes for each is of 512. */
#define MAP_PIECE_BLOCKS 72u

struct map_leaf {
	uint16_t count;
	uint8_t shift; /* it is of 1 << shift blocks */
	bool is_dense;
	uint8_t piece_count; /* each is full, or there is nothing behind it */
	uint8_t rest_room;   /* at most that of a piece */
	uint16_t last;	     /* place that was found: as struct map_root ... */
	uint32_t last_key;   /* ... when this was asked for; both may have changed since */
	uint32_t rest_first; /* first key of the rest */
	uint32_t *pieces[];  /* then their first keys, and the rest; when dense, positions alone */
};

/* With nothing in it, and room for COUNT blocks and one more, or NULL. */
struct map_leaf *map_leaf_new(uint32_t shift, uint32_t count, uint64_t *bytes);

/* NULL is fine. */
void map_leaf_free(struct map_leaf *leaf, uint64_t *bytes);

/* How many blocks it has room for. */
uint32_t map_leaf_room(const struct map_leaf *leaf);

/* The same blocks in an array of all positions, in place of LEAF, which is of MAP_CHUNK_BLOCKS:
 * NULL without memory, and LEAF stays. */
struct map_leaf *map_leaf_dense(struct map_leaf *leaf, uint64_t *bytes);

/* The same blocks, with room for one more, in place of LEAF, which is full: likewise. */
struct map_leaf *map_leaf_grown(struct map_leaf *leaf, uint64_t *bytes);

/* Leaves for the two halves of LEAF, which stays; one without blocks is NULL.  0 or -ENOMEM. */
int map_leaf_halves(struct map_leaf *leaf, struct map_leaf **ret_lower, struct map_leaf **ret_upper,
	uint64_t *bytes);

/* The position of KEY, or MAP_ABSENT. */
uint32_t map_leaf_get(struct map_leaf *leaf, uint32_t key);

/* There is room for KEY, which is not known; KEY is known. */
void map_leaf_add(struct map_leaf *leaf, uint32_t key, uint32_t position);
void map_leaf_remove(struct map_leaf *leaf, uint32_t key);

/* The first key at or after KEY that is KNOWN or not, else how many blocks it is of. */
uint32_t map_leaf_next(struct map_leaf *leaf, uint32_t key, bool known);

#endif
