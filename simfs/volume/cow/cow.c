/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cow.c - copy-on-write: the live view is the image, and a snapshot's store gets the data
 * that a write is about to replace in it (live_write.c).
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/seek.h"
#include "simfs/volume/state.h"
#include "simfs/volume/way.h"

static int cow_load(struct volume *volume, const char *file)
{
	if (state_has_suffix(file, STORE_SUFFIX) || state_has_suffix(file, KEPT_SUFFIX))
		return state_load_snapshot(volume, file, OWNER_COW_SNAPSHOT);
	if (state_has_suffix(file, NODE_SUFFIX)) {
		log_error("the state holds a chain of nodes ('%s'): mount it with --profile xen",
			file);
		return -EUCLEAN;
	}
	return 0;
}

/*
 * A block is in the snapshot's store from before the first write that replaces it, and stays
 * there: so the blocks in the store are those that have changed.
 */
static uint64_t cow_changed_blocks(const struct snapshot *snapshot, const struct snapshot *until)
{
	uint64_t blocks = 0, from = 0, first, count;

	MUST(!until);
	if (!snapshot->profile->shares_area)
		return store_blocks(snapshot->store);
	for (; snapshot_next_run(snapshot, from, &first, &count); from = first + count) {
		MUST(count > 0);
		blocks += count;
	}
	return blocks;
}

static bool cow_changed_next(const struct snapshot *snapshot, const struct snapshot *until,
	uint64_t from_block, uint64_t *ret_first, uint64_t *ret_count)
{
	MUST(!until);
	return snapshot_next_run(snapshot, from_block, ret_first, ret_count);
}

static void cow_search(
	struct volume *volume, const struct snapshot *snapshot, struct search *search)
{
	uint64_t block_bytes, first, count;

	search_image(search, volume);
	if (!snapshot)
		return;
	block_bytes = snapshot_block_bytes(snapshot);
	if (snapshot_next_run(snapshot, search->from / block_bytes, &first, &count))
		search_meets_blocks(search, first, count, block_bytes);
}

static uint64_t cow_view_bytes(const struct volume *volume, const struct snapshot *snapshot)
{
	(void)volume;
	if (!snapshot || !snapshot->store)
		return 0;
	return store_blocks(snapshot->store) * snapshot_block_bytes(snapshot);
}

/* Unless its own store has all of it. */
static bool cow_hangs_on_image(const struct snapshot *snapshot)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);

	/* It shows whatever the image has. */
	if (snapshot->is_detached)
		return false;
	return snapshot->tracks_only ||
	       store_blocks(snapshot->store) <
		       (volume_bytes(snapshot->volume) + block_bytes - 1) / block_bytes;
}

static void cow_part_damaged(struct request_part *part)
{
	snapshot_damaged(part->holder, &part->read, part_damage_first(part));
}

const struct topology topology_cow = {
	.live_is_image = true,
	.create_point = FAULT_SNAPSHOT_CREATE,
	.load = cow_load,
	.live_read = origin_read,
	.live_write = cow_live_write,
	.live_flush = origin_flush,
	.snapshot_read = cow_snapshot_read,
	.snapshot_write = cow_snapshot_write,
	.snapshot_flush = cow_snapshot_flush,
	.snapshot_create = cow_snapshot_create,
	.snapshot_loaded = room_take_again,
	.judge = area_judge,
	.recount = area_recount,
	.receives = area_receives,
	.count = area_count,
	.fail_others = area_fail_others,
	.drops = area_drops,
	.needs = area_needs,
	.keep = area_keep,
	.sweep = area_sweep,
	.changed_blocks = cow_changed_blocks,
	.changed_next = cow_changed_next,
	.search = cow_search,
	.view_bytes = cow_view_bytes,
	.hangs_on_image = cow_hangs_on_image,
	.part_damaged = cow_part_damaged,
};
