/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cow.c - copy-on-write: the live view is the image, and a snapshot's store
 * gets what a write is about to replace in it (preserve.c).
 *
 *   cow_write ─▶ preserve_start ─▶ origin_write ─▶ write_end
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/cow/bodies.h"
#include "simfs/volume/cow/cow.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/measure.h"
#include "simfs/volume/state.h"
#include "simfs/volume/way.h"

static void cow_write(struct volume_request *request)
{
	if (request->kind != VOLUME_DISCARD)
		memory_guard(request->volume);
	preserve_start(request);
}

static int cow_load(struct volume *volume, const char *file)
{
	if (state_has_suffix(file, STORE_SUFFIX) || state_has_suffix(file, KEPT_SUFFIX))
		return state_load_snapshot(volume, file, ROLE_COW_SNAPSHOT);
	if (state_has_suffix(file, NODE_SUFFIX)) {
		log_error("the state holds a chain of nodes ('%s'): mount it with --profile xen",
			file);
		return -EUCLEAN;
	}
	return 0;
}

/*
 * A block is in the snapshot's store from before the first write that replaces
 * it, and stays there: so what the store knows is what has changed.
 */
static uint64_t cow_changed_blocks(const struct snapshot *snapshot)
{
	uint64_t blocks = 0, from = 0, first, count;

	if (!snapshot->profile->shares_area)
		return store_blocks(snapshot->store);
	for (; snapshot_next_run(snapshot, from, &first, &count); from = first + count) {
		MUST(count > 0);
		blocks += count;
	}
	return blocks;
}

static bool cow_changed_next(const struct snapshot *snapshot, uint64_t from_block,
	uint64_t *ret_first, uint64_t *ret_count)
{
	return snapshot_next_run(snapshot, from_block, ret_first, ret_count);
}

const struct topology topology_cow = {
	.load = cow_load,
	.live_read = origin_read,
	.live_write = cow_write,
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
};
