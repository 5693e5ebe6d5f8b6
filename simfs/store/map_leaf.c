/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/map_leaf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/store/map.h"

/* An allocation of the C library: a multiple of this, one word of which is its own. */
#define GRANULE_BYTES	 16u
#define OWN_BYTES	 8u
#define ALLOCATION_BYTES 32u /* at least */

#define LOW_SHIFT	 16u

/* ---- memory ---- */

uint64_t map_allocation_bytes(size_t bytes)
{
	uint64_t taken = (bytes + OWN_BYTES + GRANULE_BYTES - 1) / GRANULE_BYTES * GRANULE_BYTES;

	if (bytes == 0)
		return 0;
	return taken < ALLOCATION_BYTES ? ALLOCATION_BYTES : taken;
}

static bool is_wide(uint32_t shift)
{
	return shift > LOW_SHIFT;
}

static size_t leaf_bytes(uint32_t shift, bool is_dense, uint32_t capacity)
{
	size_t low_bytes = is_dense ? 0 : is_wide(shift) ? 3 : 2;

	return sizeof(struct map_leaf) + capacity * (sizeof(uint32_t) + low_bytes);
}

static size_t leaf_bytes_of(const struct map_leaf *leaf)
{
	return leaf ? leaf_bytes(leaf->shift, leaf->is_dense, leaf->capacity) : 0;
}

/* For one more block than COUNT and a sixteenth, up to what is allocated anyway. */
static uint32_t leaf_capacity(uint32_t shift, uint32_t count)
{
	size_t wanted = leaf_bytes(shift, false, count + 1 + count / 16);
	uint64_t bytes = map_allocation_bytes(wanted) - OWN_BYTES - leaf_bytes(shift, false, 0);

	return (uint32_t)(bytes / (leaf_bytes(shift, false, 1) - leaf_bytes(shift, false, 0)));
}

static void counted(uint64_t *total, size_t old_bytes, size_t bytes)
{
	*total += map_allocation_bytes(bytes) - map_allocation_bytes(old_bytes);
}

struct map_leaf *map_leaf_new(uint32_t shift, uint32_t count, uint64_t *total)
{
	uint32_t capacity = leaf_capacity(shift, count);
	size_t bytes = leaf_bytes(shift, false, capacity);
	struct map_leaf *leaf = malloc(bytes);

	if (!leaf)
		return NULL;
	*leaf = (struct map_leaf){ .capacity = (uint16_t)capacity, .shift = (uint8_t)shift };
	counted(total, 0, bytes);
	return leaf;
}

void map_leaf_free(struct map_leaf *leaf, uint64_t *total)
{
	counted(total, leaf_bytes_of(leaf), 0);
	free(leaf);
}

/* ---- keys ---- */

static uint16_t *lows_of(const struct map_leaf *leaf)
{
	return (uint16_t *)(leaf->positions + leaf->capacity);
}

static uint8_t *highs_of(const struct map_leaf *leaf)
{
	return (uint8_t *)(lows_of(leaf) + leaf->capacity);
}

static uint32_t key_at(const struct map_leaf *leaf, uint32_t at)
{
	uint32_t low = lows_of(leaf)[at];

	return is_wide(leaf->shift) ? low | (uint32_t)highs_of(leaf)[at] << LOW_SHIFT : low;
}

static void key_set(struct map_leaf *leaf, uint32_t at, uint32_t key)
{
	lows_of(leaf)[at] = (uint16_t)key;
	if (is_wide(leaf->shift))
		highs_of(leaf)[at] = (uint8_t)(key >> LOW_SHIFT);
}

/* Whether AT is where KEY is, or would be. */
static bool is_place(const struct map_leaf *leaf, uint32_t at, uint32_t key)
{
	return at <= leaf->count && (at == 0 || key_at(leaf, at - 1) < key) &&
	       (at == leaf->count || key_at(leaf, at) >= key);
}

static uint32_t key_search(const struct map_leaf *leaf, uint32_t key)
{
	const uint16_t *lows = lows_of(leaf);
	const uint8_t *highs = highs_of(leaf);
	uint32_t at = 0, left = leaf->count;

	/* No branch depends on what is compared, so none is predicted wrong. */
	if (is_wide(leaf->shift)) {
		while (left > 0) {
			uint32_t half = (left + 1) / 2, middle = at + half - 1;
			uint32_t found = lows[middle] | (uint32_t)highs[middle] << LOW_SHIFT;

			at += half & -(uint32_t)(found < key);
			left -= half;
		}
		return at;
	}
	while (left > 0) {
		uint32_t half = (left + 1) / 2;

		at += half & -(uint32_t)(lows[at + half - 1] < key);
		left -= half;
	}
	return at;
}

/* Where KEY is in a leaf that is not dense, or would be. */
static uint32_t key_find(struct map_leaf *leaf, uint32_t key)
{
	uint32_t last = leaf->last;

	if (is_place(leaf, last, key))
		return last;
	if (is_place(leaf, last + 1, key))
		last++;
	else
		last = key_search(leaf, key);
	leaf->last = (uint16_t)last;
	return last;
}

/* Moves the blocks from AT on to TO. */
static void keys_move(struct map_leaf *leaf, uint32_t to, uint32_t at)
{
	size_t count = leaf->count - at;

	memmove(leaf->positions + to, leaf->positions + at, count * sizeof(uint32_t));
	memmove(lows_of(leaf) + to, lows_of(leaf) + at, count * sizeof(uint16_t));
	if (is_wide(leaf->shift))
		memmove(highs_of(leaf) + to, highs_of(leaf) + at, count);
}

/* ---- in another shape ---- */

/* A leaf for one half of OLD's blocks, those FROM to before TO of it, which begins at the key
 * FIRST. */
static struct map_leaf *half_new(
	const struct map_leaf *old, uint32_t from, uint32_t to, uint32_t first, uint64_t *total)
{
	struct map_leaf *half = map_leaf_new(old->shift - 1u, to - from, total);

	if (!half)
		return NULL;
	half->count = (uint16_t)(to - from);
	memcpy(half->positions, old->positions + from, half->count * sizeof(uint32_t));
	for (uint32_t i = from; i < to; i++)
		key_set(half, i - from, key_at(old, i) - first);
	return half;
}

int map_leaf_halves(struct map_leaf *leaf, struct map_leaf **ret_lower, struct map_leaf **ret_upper,
	uint64_t *total)
{
	uint32_t half_blocks = 1u << (leaf->shift - 1), middle = key_find(leaf, half_blocks);

	*ret_lower = *ret_upper = NULL;
	if (middle > 0)
		*ret_lower = half_new(leaf, 0, middle, 0, total);
	if (middle < leaf->count)
		*ret_upper = half_new(leaf, middle, leaf->count, half_blocks, total);
	if ((middle == 0 || *ret_lower) && (middle == leaf->count || *ret_upper))
		return 0;
	map_leaf_free(*ret_lower, total);
	map_leaf_free(*ret_upper, total);
	return -ENOMEM;
}

struct map_leaf *map_leaf_dense(struct map_leaf *sparse, uint64_t *total)
{
	size_t bytes = leaf_bytes(sparse->shift, true, MAP_CHUNK_BLOCKS);
	struct map_leaf *dense = malloc(bytes);

	if (!dense)
		return NULL;
	memset(dense, 0, bytes);
	counted(total, 0, bytes);
	dense->count = sparse->count;
	dense->capacity = MAP_CHUNK_BLOCKS;
	dense->shift = sparse->shift;
	dense->is_dense = true;
	for (uint32_t i = 0; i < sparse->count; i++)
		dense->positions[key_at(sparse, i)] = sparse->positions[i];
	map_leaf_free(sparse, total);
	return dense;
}

struct map_leaf *map_leaf_grown(struct map_leaf *leaf, uint64_t *total)
{
	uint32_t capacity = leaf_capacity(leaf->shift, leaf->count);
	size_t old_bytes = leaf_bytes_of(leaf), bytes = leaf_bytes(leaf->shift, false, capacity);

	MUST(capacity > leaf->count);
	leaf = realloc(leaf, bytes);
	if (!leaf)
		return NULL;
	counted(total, old_bytes, bytes);

	const uint16_t *old_lows = lows_of(leaf);
	const uint8_t *old_highs = highs_of(leaf);

	leaf->capacity = (uint16_t)capacity;
	/* Each array begins behind the new end of the one before: the last one goes first. */
	if (is_wide(leaf->shift))
		memmove(highs_of(leaf), old_highs, leaf->count);
	memmove(lows_of(leaf), old_lows, leaf->count * sizeof(uint16_t));
	return leaf;
}

/* ---- what it knows ---- */

uint32_t map_leaf_get(struct map_leaf *leaf, uint32_t key)
{
	uint32_t at;

	if (leaf->is_dense)
		return leaf->positions[key];
	at = key_find(leaf, key);
	return at < leaf->count && key_at(leaf, at) == key ? leaf->positions[at] : MAP_ABSENT;
}

void map_leaf_add(struct map_leaf *leaf, uint32_t key, uint32_t position)
{
	if (leaf->is_dense) {
		MUST(leaf->positions[key] == MAP_ABSENT);
		leaf->positions[key] = position;
	} else {
		uint32_t at = key_find(leaf, key);

		MUST(leaf->count < leaf->capacity);
		MUST(at == leaf->count || key_at(leaf, at) != key);
		keys_move(leaf, at + 1, at);
		leaf->positions[at] = position;
		key_set(leaf, at, key);
	}
	leaf->count++;
}

void map_leaf_remove(struct map_leaf *leaf, uint32_t key)
{
	MUST(map_leaf_get(leaf, key) != MAP_ABSENT);
	if (leaf->is_dense) {
		leaf->positions[key] = MAP_ABSENT;
	} else {
		uint32_t at = key_find(leaf, key);

		keys_move(leaf, at, at + 1);
	}
	leaf->count--;
}

uint32_t map_leaf_next(struct map_leaf *leaf, uint32_t key, bool known)
{
	uint32_t end = 1u << leaf->shift, at;

	if (leaf->is_dense) {
		while (key < end && (leaf->positions[key] != MAP_ABSENT) != known)
			key++;
		return key;
	}
	at = key_find(leaf, key);
	if (known)
		return at < leaf->count ? key_at(leaf, at) : end;
	while (at < leaf->count && key_at(leaf, at) == key) {
		at++;
		key++;
	}
	return key;
}
