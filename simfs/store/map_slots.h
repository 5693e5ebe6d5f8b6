/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_slots.h - blocks ordered by their keys, in three arrays; for map_leaf.c only.
 *
 *	positions[] 4 bytes	lows[] 2 bytes	highs[] 1 byte, only if wide
 */
#ifndef SNAPRIG_STORE_MAP_SLOTS_H
#define SNAPRIG_STORE_MAP_SLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MAP_LOW_SHIFT 16u

struct map_slots {
	uint32_t *positions;
	uint16_t *lows;
	uint8_t *highs; /* invalid unless is_wide */
	bool is_wide;
};

/* For ROOM slots in the memory at POSITIONS. */
static inline struct map_slots map_slots_at(uint32_t *positions, uint32_t room, bool is_wide)
{
	uint16_t *lows = (uint16_t *)(positions + room);

	return (struct map_slots){ positions, lows, (uint8_t *)(lows + room), is_wide };
}

/* Bytes per slot. */
static inline uint32_t map_slot_bytes(bool is_wide)
{
	return sizeof(uint32_t) + sizeof(uint16_t) + (is_wide ? sizeof(uint8_t) : 0);
}

static inline uint32_t map_slot_key(const struct map_slots *slots, uint32_t at)
{
	uint32_t low = slots->lows[at];

	return slots->is_wide ? low | (uint32_t)slots->highs[at] << MAP_LOW_SHIFT : low;
}

static inline void map_slot_set(
	const struct map_slots *slots, uint32_t at, uint32_t key, uint32_t position)
{
	slots->positions[at] = position;
	slots->lows[at] = (uint16_t)key;
	if (slots->is_wide)
		slots->highs[at] = (uint8_t)(key >> MAP_LOW_SHIFT);
}

/* Moves COUNT slots of FROM at AT to TO at TO_AT; both may be the same and overlap. */
static inline void map_slots_move(const struct map_slots *to, uint32_t to_at,
	const struct map_slots *from, uint32_t at, uint32_t count)
{
	memmove(to->positions + to_at, from->positions + at, count * sizeof *to->positions);
	memmove(to->lows + to_at, from->lows + at, count * sizeof *to->lows);
	if (to->is_wide)
		memmove(to->highs + to_at, from->highs + at, count);
}

/* How many of the first COUNT have a key less than KEY. */
static inline uint32_t map_slots_before(const struct map_slots *slots, uint32_t count, uint32_t key)
{
	const uint16_t *lows = slots->lows;
	const uint8_t *highs = slots->highs;
	uint32_t at = 0;

	/* No branch depends on the comparison, so none is mispredicted. */
	if (slots->is_wide) {
		while (count > 0) {
			uint32_t half = (count + 1) / 2, middle = at + half - 1;
			uint32_t found = lows[middle] | (uint32_t)highs[middle] << MAP_LOW_SHIFT;

			at += half & -(uint32_t)(found < key);
			count -= half;
		}
		return at;
	}
	while (count > 0) {
		uint32_t half = (count + 1) / 2;

		at += half & -(uint32_t)(lows[at + half - 1] < key);
		count -= half;
	}
	return at;
}

#endif
