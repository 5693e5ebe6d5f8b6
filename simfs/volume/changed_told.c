/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changed_told.c - how a fault distorts the list of changed blocks that a client gets.
 *
 * To choose which blocks are missing or added, the blocks to choose from (those that changed,
 * or the others) are divided into parts of equal size, and the random value of the decision
 * picks one in each part. So a walk meets them in order, and the same seed picks the same
 * ones.
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/changed.h"
#include "simfs/volume/core.h"

static uint64_t volume_blocks(const struct snapshot *snapshot)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);

	return (store_facts(snapshot->store)->volume_bytes - 1) / block_bytes + 1;
}

/* The number of blocks to choose from. */
static uint64_t lie_room(const struct snapshot *snapshot, const struct snapshot *until)
{
	uint64_t changed = snapshot_differing_blocks(snapshot, until);

	return snapshot->map_lie.action == FAULT_ADDED ? volume_blocks(snapshot) - changed
						       : changed;
}

static uint64_t lie_count(const struct snapshot *snapshot, const struct snapshot *until)
{
	const struct fault_decision *lie = &snapshot->map_lie;
	uint64_t room;

	if (lie->action != FAULT_MISSING && lie->action != FAULT_ADDED)
		return 0;
	room = lie_room(snapshot, until);
	return lie->value < room ? lie->value : room;
}

/* ---- queries ---- */

static void asked(struct volume_moment *moment, int result)
{
	struct changed_ask *ask = CONTAINER_OF(moment, struct changed_ask, moment);
	struct snapshot *snapshot = volume_snapshot_by_id(ask->volume, ask->snapshot_id);

	if (result == 0 && !snapshot)
		result = -ENOENT;
	if (result == 0)
		snapshot->map_lie = moment->decision;
	ask->done(ask, snapshot, result);
}

void changed_ask(struct snapshot *snapshot, uint64_t from_bytes, struct changed_ask *ask)
{
	ask->volume = snapshot->volume;
	ask->snapshot_id = snapshot->id;
	if (from_bytes > 0) {
		ask->done(ask, snapshot, 0);
		return;
	}
	volume_moment_arm(&ask->moment, asked);
	fault_moment(ask->volume, FAULT_CHANGED_READ, snapshot->name, snapshot, &ask->moment);
}

/* ---- answers ---- */

uint64_t changed_told_blocks(const struct snapshot *snapshot, const struct snapshot *until)
{
	uint64_t changed = snapshot_differing_blocks(snapshot, until);

	switch (snapshot->map_lie.action) {
	case FAULT_LOST:
		return 0;
	case FAULT_MISSING:
		return changed - lie_count(snapshot, until);
	case FAULT_ADDED:
		return changed + lie_count(snapshot, until);
	default:
		return changed;
	}
}

void changed_walk_begin(struct changed_walk *walk, const struct snapshot *snapshot,
	const struct snapshot *until, uint64_t from_bytes)
{
	*walk = (struct changed_walk){
		.snapshot = snapshot,
		.until = until,
		.from_bytes = from_bytes,
		.lies_count = lie_count(snapshot, until),
	};
	/* Without a fault, the number of changed blocks before is not needed. */
	if (walk->lies_count == 0)
		walk->at_block = from_bytes / snapshot_block_bytes(snapshot);
}

/* The index, among the blocks to choose from, of the next chosen one. */
static uint64_t next_lie(const struct changed_walk *walk)
{
	struct fault_decision lie = walk->snapshot->map_lie;

	if (walk->lies_told == walk->lies_count)
		return UINT64_MAX;
	lie.value = walk->lies_count;
	return fault_flip_bit(&lie, walk->lies_told, lie_room(walk->snapshot, walk->until));
}

/* The next changed blocks; returns false and an empty range at the end of the volume. */
static bool next_changed(const struct changed_walk *walk, uint64_t *ret_first, uint64_t *ret_end)
{
	uint64_t block_bytes = snapshot_block_bytes(walk->snapshot);
	uint64_t offset, length;

	if (!snapshot_differing_next(
		    walk->snapshot, walk->until, walk->at_block * block_bytes, &offset, &length)) {
		*ret_first = *ret_end = volume_blocks(walk->snapshot);
		return false;
	}
	*ret_first = offset / block_bytes;
	*ret_end = (offset + length - 1) / block_bytes + 1;
	return true;
}

/* The next changed range, up to the next missing block, or starting after it. */
static bool next_but_missing(struct changed_walk *walk, uint64_t *ret_first, uint64_t *ret_end)
{
	while (next_changed(walk, ret_first, ret_end)) {
		uint64_t told = next_lie(walk) - walk->changed_before;

		if (told == 0) {
			walk->lies_told++;
			walk->changed_before++;
			walk->at_block = *ret_first + 1;
			continue;
		}
		if (told < *ret_end - *ret_first)
			*ret_end = *ret_first + told;
		walk->changed_before += *ret_end - *ret_first;
		walk->at_block = *ret_end;
		return true;
	}
	return false;
}

static bool next_with_added(struct changed_walk *walk, uint64_t *ret_first, uint64_t *ret_end)
{
	uint64_t unchanged_before = walk->at_block - walk->changed_before;
	uint64_t added = next_lie(walk) - unchanged_before;
	bool is_there = next_changed(walk, ret_first, ret_end);

	if (added < *ret_first - walk->at_block) {
		walk->lies_told++;
		*ret_first = walk->at_block + added;
		*ret_end = *ret_first + 1;
		is_there = true;
	} else {
		walk->changed_before += *ret_end - *ret_first;
	}
	walk->at_block = *ret_end;
	return is_there;
}

static bool next_blocks(struct changed_walk *walk, uint64_t *ret_first, uint64_t *ret_end)
{
	switch (walk->snapshot->map_lie.action) {
	case FAULT_LOST:
		return false;
	case FAULT_ADDED:
		return next_with_added(walk, ret_first, ret_end);
	default:
		return next_but_missing(walk, ret_first, ret_end);
	}
}

bool changed_walk_next(
	struct changed_walk *walk, uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes)
{
	uint64_t volume_end = store_facts(walk->snapshot->store)->volume_bytes;
	uint64_t block_bytes = snapshot_block_bytes(walk->snapshot);
	uint64_t first, end;

	while (next_blocks(walk, &first, &end)) {
		MUST_GET_ON(first, end);
		first *= block_bytes;
		end *= block_bytes;
		if (end <= walk->from_bytes)
			continue;
		if (first < walk->from_bytes)
			first = walk->from_bytes;
		if (end > volume_end)
			end = volume_end;
		*ret_offset_bytes = first;
		*ret_length_bytes = end - first;
		return true;
	}
	return false;
}
