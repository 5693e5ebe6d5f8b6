/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/map_leaf.h"

#include <errno.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/store/map.h"
#include "simfs/store/map_memory.h"
#include "simfs/store/map_slots.h"

/* The rest of a leaf grows by at most this many blocks, plus one. */
#define REST_GROWTH 8u

/* ---- memory ---- */

static bool is_wide(uint32_t shift)
{
	return shift > MAP_LOW_SHIFT;
}

static size_t piece_bytes(uint32_t shift)
{
	return (size_t)MAP_PIECE_BLOCKS * map_slot_bytes(is_wide(shift));
}

/* A leaf that is not dense, without its pieces. */
static size_t leaf_bytes(uint32_t shift, uint32_t piece_count, uint32_t rest_room)
{
	return sizeof(struct map_leaf) + piece_count * (sizeof(uint32_t *) + sizeof(uint32_t)) +
	       (size_t)rest_room * map_slot_bytes(is_wide(shift));
}

static size_t leaf_bytes_of(const struct map_leaf *leaf)
{
	return leaf->is_dense ? sizeof *leaf + MAP_CHUNK_BLOCKS * sizeof(uint32_t)
			      : leaf_bytes(leaf->shift, leaf->piece_count, leaf->rest_room);
}

/* The room for a leaf of COUNT blocks after its pieces: for one more and some spare, using
 * what the allocator rounds up to, at most a piece. */
static uint32_t rest_room_for(uint32_t shift, uint32_t count)
{
	uint32_t pieces = count / MAP_PIECE_BLOCKS;
	uint32_t more = count / 16 < REST_GROWTH ? count / 16 : REST_GROWTH;
	uint32_t wanted = count % MAP_PIECE_BLOCKS + 1 + more;
	uint64_t bytes = map_allocation_bytes(leaf_bytes(shift, pieces, wanted)) - MAP_OWN_BYTES -
			 leaf_bytes(shift, pieces, 0);
	uint32_t room = (uint32_t)(bytes / map_slot_bytes(is_wide(shift)));

	return room < MAP_PIECE_BLOCKS ? room : MAP_PIECE_BLOCKS;
}

/* As map_leaf_new(), without the pieces. */
static struct map_leaf *leaf_without_pieces(uint32_t shift, uint32_t count, uint64_t *total)
{
	uint32_t pieces = count / MAP_PIECE_BLOCKS, room = rest_room_for(shift, count);
	struct map_leaf *leaf = map_allocate(leaf_bytes(shift, pieces, room), total);

	if (leaf)
		*leaf = (struct map_leaf){
			.shift = (uint8_t)shift,
			.piece_count = (uint8_t)pieces,
			.rest_room = (uint8_t)room,
		};
	return leaf;
}

/* Frees LEAF and the first COUNT of its pieces. */
static void leaf_give_back(struct map_leaf *leaf, uint32_t count, uint64_t *total)
{
	for (uint32_t i = 0; i < count; i++)
		map_give_back(leaf->pieces[i], piece_bytes(leaf->shift), total);
	map_give_back(leaf, leaf_bytes_of(leaf), total);
}

struct map_leaf *map_leaf_new(uint32_t shift, uint32_t count, uint64_t *total)
{
	struct map_leaf *leaf = leaf_without_pieces(shift, count, total);

	for (uint32_t i = 0; leaf && i < leaf->piece_count; i++) {
		leaf->pieces[i] = map_allocate(piece_bytes(shift), total);
		if (leaf->pieces[i])
			continue;
		leaf_give_back(leaf, i, total);
		return NULL;
	}
	return leaf;
}

void map_leaf_free(struct map_leaf *leaf, uint64_t *total)
{
	if (leaf)
		leaf_give_back(leaf, leaf->piece_count, total);
}

uint32_t map_leaf_room(const struct map_leaf *leaf)
{
	return leaf->is_dense ? MAP_CHUNK_BLOCKS
			      : leaf->piece_count * MAP_PIECE_BLOCKS + leaf->rest_room;
}

/* ---- places in a leaf that is not dense ---- */

static uint32_t *dense_positions(struct map_leaf *leaf)
{
	return (uint32_t *)leaf->pieces;
}

/* The first keys of its pieces. */
static uint32_t *firsts_of(struct map_leaf *leaf)
{
	return (uint32_t *)(leaf->pieces + leaf->piece_count);
}

/* The slots of piece PIECE; the one after the last is the rest. */
static struct map_slots slots_of(struct map_leaf *leaf, uint32_t piece)
{
	if (piece < leaf->piece_count)
		return map_slots_at(leaf->pieces[piece], MAP_PIECE_BLOCKS, is_wide(leaf->shift));
	return map_slots_at(
		firsts_of(leaf) + leaf->piece_count, leaf->rest_room, is_wide(leaf->shift));
}

/* How many of its blocks are in PIECE. */
static uint32_t count_in(const struct map_leaf *leaf, uint32_t piece)
{
	uint32_t before = piece * MAP_PIECE_BLOCKS;
	uint32_t count = leaf->count > before ? leaf->count - before : 0;

	return count < MAP_PIECE_BLOCKS ? count : MAP_PIECE_BLOCKS;
}

static uint32_t key_at(struct map_leaf *leaf, uint32_t at)
{
	struct map_slots slots = slots_of(leaf, at / MAP_PIECE_BLOCKS);

	return map_slot_key(&slots, at % MAP_PIECE_BLOCKS);
}

static uint32_t position_at(struct map_leaf *leaf, uint32_t at)
{
	return slots_of(leaf, at / MAP_PIECE_BLOCKS).positions[at % MAP_PIECE_BLOCKS];
}

static void first_update(struct map_leaf *leaf, uint32_t piece)
{
	uint32_t *first = piece < leaf->piece_count ? &firsts_of(leaf)[piece] : &leaf->rest_first;

	*first = key_at(leaf, piece * MAP_PIECE_BLOCKS);
}

/* Whether AT is where KEY is, or would be inserted. */
static bool is_place(struct map_leaf *leaf, uint32_t at, uint32_t key)
{
	return at <= leaf->count && (at == 0 || key_at(leaf, at - 1) < key) &&
	       (at == leaf->count || key_at(leaf, at) >= key);
}

/* The piece where KEY is, or would be inserted: the last one that begins at KEY or before it,
 * else the first. */
static uint32_t piece_find(struct map_leaf *leaf, uint32_t key)
{
	const uint32_t *firsts = firsts_of(leaf);
	uint32_t count = (leaf->count + MAP_PIECE_BLOCKS - 1) / MAP_PIECE_BLOCKS, piece = 0;

	if (count > leaf->piece_count) {
		if (leaf->rest_first <= key)
			return leaf->piece_count;
		count = leaf->piece_count;
	}
	for (uint32_t left = count; left > 1;) {
		uint32_t half = left / 2;

		piece += half & -(uint32_t)(firsts[piece + half] <= key);
		left -= half;
	}
	return piece;
}

/* Where KEY is, or would be inserted. */
static uint32_t key_find(struct map_leaf *leaf, uint32_t key)
{
	uint32_t at = leaf->last;
	/* For any other key, checking the last place first would only cost time. */
	bool is_near = key - leaf->last_key <= 1;

	if (!is_near || !is_place(leaf, at, key)) {
		if (is_near && is_place(leaf, at + 1, key)) {
			at++;
		} else {
			uint32_t piece = piece_find(leaf, key);
			struct map_slots slots = slots_of(leaf, piece);

			at = piece * MAP_PIECE_BLOCKS +
			     map_slots_before(&slots, count_in(leaf, piece), key);
		}
	}
	leaf->last = (uint16_t)at;
	leaf->last_key = key;
	return at;
}

/* ---- changes of form ---- */

/* Creates a leaf for one half of OLD: the blocks at FROM to before TO, with keys relative to
 * FIRST. */
static struct map_leaf *half_new(
	struct map_leaf *old, uint32_t from, uint32_t to, uint32_t first, uint64_t *total)
{
	struct map_leaf *half = map_leaf_new(old->shift - 1u, to - from, total);

	if (!half)
		return NULL;
	for (uint32_t i = from; i < to; i++) {
		uint32_t at = i - from;
		struct map_slots slots = slots_of(half, at / MAP_PIECE_BLOCKS);

		map_slot_set(
			&slots, at % MAP_PIECE_BLOCKS, key_at(old, i) - first, position_at(old, i));
		if (at % MAP_PIECE_BLOCKS == 0)
			first_update(half, at / MAP_PIECE_BLOCKS);
	}
	half->count = (uint16_t)(to - from);
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
	struct map_leaf head = { .count = sparse->count, .shift = sparse->shift, .is_dense = true };
	struct map_leaf *dense = map_allocate(leaf_bytes_of(&head), total);

	if (!dense)
		return NULL;
	memset(dense, 0, leaf_bytes_of(&head));
	*dense = head;
	for (uint32_t i = 0; i < sparse->count; i++)
		dense_positions(dense)[key_at(sparse, i)] = position_at(sparse, i);
	map_leaf_free(sparse, total);
	return dense;
}

struct map_leaf *map_leaf_grown(struct map_leaf *leaf, uint64_t *total)
{
	struct map_leaf *grown = leaf_without_pieces(leaf->shift, leaf->count, total);
	uint32_t pieces = leaf->piece_count;
	struct map_slots rest, to;

	MUST(leaf->count == map_leaf_room(leaf));
	if (!grown)
		return NULL;
	MUST(map_leaf_room(grown) > leaf->count && grown->piece_count <= pieces + 1);
	if (grown->piece_count > pieces) {
		grown->pieces[pieces] = map_allocate(piece_bytes(leaf->shift), total);
		if (!grown->pieces[pieces]) {
			leaf_give_back(grown, 0, total);
			return NULL;
		}
	}
	memcpy(grown->pieces, leaf->pieces, pieces * sizeof *leaf->pieces);
	memcpy(firsts_of(grown), firsts_of(leaf), pieces * sizeof(uint32_t));
	rest = slots_of(leaf, pieces);
	to = slots_of(grown, pieces);
	map_slots_move(&to, 0, &rest, 0, leaf->count - pieces * MAP_PIECE_BLOCKS);
	first_update(grown, pieces);
	grown->count = leaf->count;
	leaf_give_back(leaf, 0, total);
	return grown;
}

/* ---- contents ---- */

/* Opens a gap at AT: from the last piece back, each passes its last block to the next one. */
static void gap_open(struct map_leaf *leaf, uint32_t at)
{
	uint32_t piece = leaf->count / MAP_PIECE_BLOCKS, first = at / MAP_PIECE_BLOCKS;
	uint32_t count = leaf->count % MAP_PIECE_BLOCKS;
	struct map_slots slots = slots_of(leaf, piece);

	for (; piece > first; piece--) {
		struct map_slots before = slots_of(leaf, piece - 1);

		map_slots_move(&slots, 1, &slots, 0, count);
		map_slots_move(&slots, 0, &before, MAP_PIECE_BLOCKS - 1, 1);
		first_update(leaf, piece);
		slots = before;
		count = MAP_PIECE_BLOCKS - 1;
	}
	at %= MAP_PIECE_BLOCKS;
	map_slots_move(&slots, at + 1, &slots, at, count - at);
}

/* Removes the block at AT: each later piece passes its first block to the one before. */
static void gap_close(struct map_leaf *leaf, uint32_t at)
{
	uint32_t piece = at / MAP_PIECE_BLOCKS, end = (leaf->count - 1u) / MAP_PIECE_BLOCKS;
	struct map_slots slots = slots_of(leaf, piece);

	at %= MAP_PIECE_BLOCKS;
	for (;; piece++, at = 0) {
		uint32_t count = count_in(leaf, piece);

		map_slots_move(&slots, at, &slots, at + 1, count - at - 1);
		if (piece == end)
			break;

		struct map_slots next = slots_of(leaf, piece + 1);

		map_slots_move(&slots, MAP_PIECE_BLOCKS - 1, &next, 0, 1);
		first_update(leaf, piece);
		slots = next;
	}
	first_update(leaf, end);
}

uint32_t map_leaf_get(struct map_leaf *leaf, uint32_t key)
{
	uint32_t at;

	if (leaf->is_dense)
		return dense_positions(leaf)[key];
	at = key_find(leaf, key);
	return at < leaf->count && key_at(leaf, at) == key ? position_at(leaf, at) : MAP_ABSENT;
}

void map_leaf_add(struct map_leaf *leaf, uint32_t key, uint32_t position)
{
	MUST(leaf->count < map_leaf_room(leaf));
	if (leaf->is_dense) {
		MUST(dense_positions(leaf)[key] == MAP_ABSENT);
		dense_positions(leaf)[key] = position;
	} else {
		uint32_t at = key_find(leaf, key), piece = at / MAP_PIECE_BLOCKS;
		struct map_slots slots = slots_of(leaf, piece);

		MUST(at == leaf->count || key_at(leaf, at) != key);
		gap_open(leaf, at);
		map_slot_set(&slots, at % MAP_PIECE_BLOCKS, key, position);
		if (at % MAP_PIECE_BLOCKS == 0)
			first_update(leaf, piece);
	}
	leaf->count++;
}

void map_leaf_remove(struct map_leaf *leaf, uint32_t key)
{
	MUST(map_leaf_get(leaf, key) != MAP_ABSENT);
	if (leaf->is_dense)
		dense_positions(leaf)[key] = MAP_ABSENT;
	else
		gap_close(leaf, key_find(leaf, key));
	leaf->count--;
}

uint32_t map_leaf_next(struct map_leaf *leaf, uint32_t key, bool known)
{
	uint32_t end = 1u << leaf->shift, at;

	if (leaf->is_dense) {
		while (key < end && (dense_positions(leaf)[key] != MAP_ABSENT) != known)
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
