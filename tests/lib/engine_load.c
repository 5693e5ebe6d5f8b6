/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/engine_load_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"

#define SECTOR_BYTES 512u

/* From 512 bytes to 256 KiB. */
#define LENGTH_SCALES 10

/* Half of the requests go to this part of the volume, so that many overlap. */
#define HOT_SHARE 16

uint64_t load_chance(const struct load *load, enum chance which, uint64_t bound)
{
	return mix_below(load->options.seed, load->operation * CHANCES + which, bound);
}

/* ---------------------------------------------------------------- requests */

static void slot_done(struct volume_request *request, int result)
{
	struct load_slot *slot = CONTAINER_OF(request, struct load_slot, request);
	struct load *load = slot->load;

	slot->is_busy = false;
	load->busy--;
	if (load_changes(request->kind))
		load_write_ended(load, slot, result);
	else if (request->kind == VOLUME_READ)
		load_read_ended(load, slot, result);
	else if (result == 0)
		load_power_flushed(load, slot->versions);
	else if (!load->options.may_fail)
		load_fail(load, "a flush was answered with %d", result);
}

/* Returns a free slot with a random range. */
static struct load_slot *slot_take(struct load *load, enum volume_kind kind)
{
	struct load_slot *slot = load->slots;
	uint64_t volume_bytes = load->options.engine.volume_bytes;
	uint64_t place_bytes = load_chance(load, CHANCE_PLACE, 2) ? volume_bytes
								  : volume_bytes / HOT_SHARE;
	uint64_t most = load->options.length_max;

	while (slot->is_busy)
		slot++;
	/* Small ones are as frequent as large ones; three of four have whole sectors. */
	for (uint64_t halves = load_chance(load, CHANCE_LENGTH_SCALE, LENGTH_SCALES); halves > 0;
		halves--)
		most = most > SECTOR_BYTES ? most / 2 : most;

	uint64_t length = 1 + load_chance(load, CHANCE_LENGTH, most);
	uint64_t offset = load_chance(load, CHANCE_OFFSET, place_bytes);

	if (load->operation % 4 != 0) {
		length = (length + SECTOR_BYTES - 1) & ~(uint64_t)(SECTOR_BYTES - 1);
		offset &= ~(uint64_t)(SECTOR_BYTES - 1);
	}
	if (length > volume_bytes - offset)
		length = volume_bytes - offset;
	slot->is_busy = true;
	slot->is_disturbed = false;
	slot->operation = load->operation;
	slot->snapshot = NULL;
	load->busy++;
	slot->request = (struct volume_request){
		.kind = kind,
		.offset = offset,
		.length = length,
		.buffer = slot->request.buffer,
		.done = slot_done,
	};
	return slot;
}

/* Returns whether an overlapping write to SLOT's view is in flight; a write marks such reads. */
static bool disturbs(struct load *load, struct load_slot *slot)
{
	bool found = false;

	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++) {
		struct load_slot *at = &load->slots[i];

		if (!at->is_busy || at == slot || at->snapshot != slot->snapshot ||
			at->request.kind == VOLUME_FLUSH ||
			!load_overlap(&at->request, &slot->request))
			continue;
		if (load_changes(at->request.kind))
			found = true;
		else if (load_changes(slot->request.kind))
			at->is_disturbed = true;
	}
	return found;
}

static void start_write(struct load *load)
{
	struct load_slot *slot = slot_take(load, VOLUME_WRITE);

	engine_stamp_fill(slot->request.buffer, slot->request.length, load->operation);
	disturbs(load, slot);
	volume_submit(load->engine.volume, &slot->request);
}

/* Of whole sectors, so that it acts at once, like a write. */
static void start_zero(struct load *load)
{
	const struct profile *profile = volume_profile(load->engine.volume);
	bool may_discard = !profile->chain && !profile->ignores_discards;
	struct load_slot *slot;

	if (load->operation % 4 == 0)
		return;
	slot = slot_take(load,
		may_discard && load_chance(load, CHANCE_HOLD, 2) ? VOLUME_DISCARD : VOLUME_ZERO);
	memset(slot->request.buffer, 0, slot->request.length);
	disturbs(load, slot);
	volume_submit(load->engine.volume, &slot->request);
}

static void start_read_live(struct load *load)
{
	struct load_slot *slot = slot_take(load, VOLUME_READ);

	slot->is_disturbed = disturbs(load, slot);
	volume_submit(load->engine.volume, &slot->request);
}

bool load_is_there(struct load *load, struct load_snapshot *snapshot)
{
	struct volume *volume = load->engine.volume;

	if (snapshot->state == LOAD_THERE && snapshot->was_told_failed &&
		volume_profile(volume)->shares_area &&
		!volume_snapshot_find(volume, snapshot->name))
		snapshot->state = LOAD_ABSENT;
	return snapshot->state == LOAD_THERE;
}

struct load_snapshot *load_choose_snapshot(struct load *load)
{
	return &load->snapshots[load_chance(load, CHANCE_SNAPSHOT, LOAD_SNAPSHOTS_MAX)];
}

static void start_on_snapshot(struct load *load, enum volume_kind kind)
{
	struct load_snapshot *snapshot = load_choose_snapshot(load);

	if (!load_is_there(load, snapshot))
		return;

	struct load_slot *slot = slot_take(load, kind);

	slot->snapshot = snapshot;
	slot->request.snapshot = engine_find(&load->engine, snapshot->name);
	if (kind == VOLUME_WRITE)
		engine_stamp_fill(slot->request.buffer, slot->request.length, ~load->operation);
	slot->is_disturbed = disturbs(load, slot);
	volume_submit(load->engine.volume, &slot->request);
}

static void start_read_snapshot(struct load *load)
{
	start_on_snapshot(load, VOLUME_READ);
}

static void start_write_snapshot(struct load *load)
{
	if (!volume_profile(load->engine.volume)->chain || load_choose_snapshot(load)->is_clone)
		start_on_snapshot(load, VOLUME_WRITE);
}

static void start_flush(struct load *load)
{
	struct load_slot *slot = slot_take(load, VOLUME_FLUSH);

	slot->versions = load->version_count;
	volume_submit(load->engine.volume, &slot->request);
}

/* --------------------------------------------------------------------- run */

void load_reopen(struct load *load)
{
	while (load->busy > 0 || load->held) {
		if (load->held)
			load_release_held(load);
		else if (!engine_step(&load->engine))
			load_fail(load, "%u requests never end", load->busy);
	}
	if (engine_close(&load->engine) == 0)
		load_power_flushed(load, load->version_count);
	else if (!load->options.may_fail)
		load_fail(load, "cannot close");
	if (engine_open(&load->engine) == 0)
		load_settle_snapshots(load);
	else if (!load->options.may_fail)
		load_fail(load, "cannot open again");
}

static void operate(struct load *load)
{
	static void (*const start[LOAD_KINDS])(struct load *) = {
		[LOAD_WRITE] = start_write,
		[LOAD_READ_LIVE] = start_read_live,
		[LOAD_READ_SNAPSHOT] = start_read_snapshot,
		[LOAD_WRITE_SNAPSHOT] = start_write_snapshot,
		[LOAD_FLUSH] = start_flush,
		[LOAD_ZERO] = start_zero,
		[LOAD_CREATE] = load_start_create,
		[LOAD_CLONE] = load_start_clone,
		[LOAD_DELETE] = load_start_delete,
		[LOAD_REOPEN] = load_reopen,
	};
	const unsigned *weights = load->options.weights;
	uint64_t sum = 0, pick;
	unsigned kind = 0;

	for (unsigned i = 0; i < LOAD_KINDS; i++)
		sum += weights[i];
	pick = load_chance(load, CHANCE_KIND, sum);
	while (pick >= weights[kind])
		pick -= weights[kind++];
	load->operation++;
	start[kind](load);
}

bool load_run(struct load *load, uint64_t operations, uint64_t steps_max)
{
	uint64_t end = load->operation + operations;

	while (load->steps < steps_max && load->engine.volume) {
		bool is_full = load->busy >= load->options.depth;

		/* In between, the disk gets ahead of the load. */
		if (load->operation < end && !is_full &&
			mix_below(load->options.seed, load->steps * CHANCES + CHANCE_PAUSE, 3) >
				0) {
			operate(load);
			continue;
		}
		if (engine_step(&load->engine)) {
			load->steps++;
		} else if (load->held) {
			load_release_held(load);
		} else if (load->operation < end && !is_full) {
			operate(load);
		} else if (load->busy > 0) {
			load_fail(load, "%u requests never end", load->busy);
		} else {
			return true;
		}
	}
	return false;
}
