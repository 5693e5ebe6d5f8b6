/* SPDX-License-Identifier: Apache-2.0 */
/*
 * area.c - the area that the snapshots of some profiles share (VSS): which has which block.
 *
 * A replaced block is kept once, in the store of the newest snapshot, the receiver. An older
 * snapshot that lacks it finds it there:
 *
 *	   s1 ▒▒▒▒▒▒			s1 reads its own store, then that of s2,
 *	   s2       ▒▒▒▒		of s3, and then the image
 *	   s3           ▒▒▒▒ ◀── what is replaced now
 *	   ──────────────────▶ time
 *
 * So the store of a deleted snapshot is kept for the older ones, and removed when the last of
 * them is gone (area_life.c). A kept store receives nothing more: if s3 is deleted, s2 is the
 * receiver, and does not get what s3 has.
 *
 * The size of an area is counted in blocks. A kept store counts for the next older snapshot,
 * for the blocks that this one lacks: VolSnap merges the two.
 */
#include "simfs/volume/cow/area.h"
#include "simfs/base/check.h"
#include "simfs/volume/core.h"

bool area_has(const struct snapshot *snapshot)
{
	return snapshot->profile->shares_area && snapshot->store && !snapshot->is_lost &&
	       snapshot->state == SNAPSHOT_ACTIVE;
}

/* One that is being deleted no longer counts, even if a reader keeps it for hours. */
static bool is_counted(const struct snapshot *snapshot)
{
	return area_has(snapshot) && !snapshot->is_kept && !snapshot->deletion;
}

struct snapshot *area_next(const struct snapshot *snapshot)
{
	struct list *end = &snapshot->volume->snapshots;

	if (!snapshot->profile->shares_area)
		return NULL;
	for (struct list *at = snapshot->link.next; at != end; at = at->next) {
		struct snapshot *next = CONTAINER_OF(at, struct snapshot, link);

		if (area_has(next))
			return next;
	}
	return NULL;
}

struct snapshot *area_before(const struct snapshot *snapshot)
{
	struct list *end = &snapshot->volume->snapshots;

	for (struct list *at = snapshot->link.previous; at != end; at = at->previous) {
		struct snapshot *before = CONTAINER_OF(at, struct snapshot, link);

		if (area_has(before))
			return before;
	}
	return NULL;
}

bool area_receives(const struct snapshot *snapshot)
{
	return !snapshot->profile->shares_area || snapshot == snapshot->volume->area_receiver;
}

struct snapshot *snapshot_holder(struct snapshot *snapshot, uint64_t block)
{
	struct snapshot *at = snapshot;

	while (at && store_offset(at->store, block) == 0)
		at = area_next(at);
	return at;
}

bool snapshot_next_run(const struct snapshot *snapshot, uint64_t from_block, uint64_t *ret_first,
	uint64_t *ret_count)
{
	uint64_t first = UINT64_MAX, run_first, run_count;
	bool has_grown = true;

	for (const struct snapshot *at = snapshot; at; at = area_next(at)) {
		if (store_next_run(at->store, from_block, &run_first, &run_count) &&
			run_first < first)
			first = run_first;
	}
	if (first == UINT64_MAX)
		return false;

	uint64_t end = first;

	/* A run may continue in another store. */
	while (has_grown) {
		has_grown = false;
		for (const struct snapshot *at = snapshot; at; at = area_next(at)) {
			if (!store_next_run(at->store, end, &run_first, &run_count) ||
				run_first != end)
				continue;
			MUST(run_count > 0);
			end += run_count;
			has_grown = true;
		}
	}
	*ret_first = first;
	*ret_count = end - first;
	return true;
}

/* ---- counting ---- */

void area_recount(struct volume *volume)
{
	struct snapshot *owner = NULL;

	volume->area_receiver = NULL;
	volume->area_older_blocks = 0;
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!area_has(snapshot))
			continue;
		if (!snapshot->is_kept) {
			owner = is_counted(snapshot) ? snapshot : NULL;
			snapshot->counted_blocks = store_blocks(snapshot->store);
			snapshot->kept_blocks = 0;
			/* Readers of one that is being deleted also need replaced data. */
			volume->area_receiver = snapshot;
		} else if (owner) {
			owner->kept_blocks += snapshot->counted_blocks;
		}
		if (owner)
			volume->area_older_blocks += snapshot->counted_blocks;
	}
	/* It grows: its current count is queried, not stored. */
	if (volume->area_receiver && is_counted(volume->area_receiver))
		volume->area_older_blocks -= volume->area_receiver->counted_blocks;
}

/* Whether OWNER, or a kept one between it and KEPT, has BLOCK. */
static bool is_had_before(const struct snapshot *owner, const struct snapshot *kept, uint64_t block)
{
	for (const struct snapshot *at = owner; at != kept; at = area_next(at)) {
		if (store_offset(at->store, block) != 0)
			return true;
	}
	return false;
}

void area_count_kept(struct snapshot *owner)
{
	for (struct snapshot *kept = area_next(owner); kept && kept->is_kept;
		kept = area_next(kept)) {
		uint64_t from = 0, first, count;

		kept->counted_blocks = 0;
		while (store_next_run(kept->store, from, &first, &count)) {
			MUST(count > 0);
			from = first + count;
			for (uint64_t block = first; block < from; block++)
				kept->counted_blocks += !is_had_before(owner, kept, block);
		}
	}
}

/* The blocks of all. */
static uint64_t area_blocks(const struct volume *volume)
{
	const struct snapshot *receiver = volume->area_receiver;
	bool counts = receiver && is_counted(receiver);

	return volume->area_older_blocks + (counts ? store_blocks_taken(receiver->store) : 0);
}

void area_count(const struct snapshot *snapshot, struct profile_snapshot *facts)
{
	if (!snapshot->profile->shares_area)
		return;
	facts->blocks_taken += snapshot->kept_blocks;
	facts->area_blocks = area_blocks(snapshot->volume);
}
