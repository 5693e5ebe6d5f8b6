/* SPDX-License-Identifier: Apache-2.0 */
/*
 * range.c - writes with overlapping ranges take turns, in order of arrival.
 *
 * A write has its turn until it leaves its range and frees its scratch memory.
 *
 * A list with linear search: the kernel has at most a few hundred writes in flight, and a
 * tree would cost more than it saves.
 */
#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

static bool overlap(const struct extent *a, const struct extent *b)
{
	return a->first < b->end && b->first < a->end;
}

/* Whether a range before RANGE on the list overlaps it. */
static bool range_is_blocked(struct volume *volume, const struct volume_range *range)
{
	list_for_each (at, &volume->ranges) {
		const struct volume_range *earlier = CONTAINER_OF(at, struct volume_range, link);

		if (earlier == range)
			return false;
		if (overlap(&earlier->bytes, &range->bytes))
			return true;
	}
	return false;
}

/*
 * The unit that two writes must not share at a time: the largest block of a snapshot, since a
 * write preserves whole blocks; without snapshots, what an unaligned write reads and writes
 * back around its own bytes.
 */
static uint64_t range_unit(struct volume *volume)
{
	uint64_t unit = volume->turn_bytes;

	if (volume->range_unit_bytes > 0)
		return volume->range_unit_bytes;
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->state == SNAPSHOT_ACTIVE && snapshot_block_bytes(snapshot) > unit)
			unit = snapshot_block_bytes(snapshot);
	}
	volume->range_unit_bytes = unit;
	return unit;
}

void range_unit_changed(struct volume *volume)
{
	volume->range_unit_bytes = 0;
}

void range_take(struct volume *volume, struct volume_request *request)
{
	struct volume_range *range = &request->range;
	uint64_t unit = range_unit(volume);

	range->bytes = (struct extent){
		.first = round_down(request->offset, unit),
		.end = round_up(request->offset + request->length, unit),
	};
	request->scratch = NULL;
	list_append(&volume->ranges, &range->link);
	range->waits = range_is_blocked(volume, range);
	if (range->waits)
		volume->ranges_waiting++;
	else
		write_turn(request);
}

/* The first write that waited for GIVEN and is no longer blocked, or NULL. */
static struct volume_range *range_next(struct volume *volume, const struct extent *given)
{
	list_for_each (at, &volume->ranges) {
		struct volume_range *range = CONTAINER_OF(at, struct volume_range, link);

		if (range->waits && overlap(&range->bytes, given) &&
			!range_is_blocked(volume, range))
			return range;
	}
	return NULL;
}

struct extent range_leave(struct volume_request *request)
{
	list_remove(&request->range.link);
	scratch_give(request);
	return request->range.bytes;
}

void ranges_forget(struct volume *volume)
{
	list_for_each (at, &volume->ranges)
		scratch_give(CONTAINER_OF(at, struct volume_request, range.link));
}

void range_wake(struct volume *volume, struct extent given)
{
	struct volume_range *range;

	/* A turn may change the list, so the search starts again after each. */
	while (volume->ranges_waiting > 0 && (range = range_next(volume, &given))) {
		range->waits = false;
		volume->ranges_waiting--;
		write_turn(CONTAINER_OF(range, struct volume_request, range));
	}
}
