/* SPDX-License-Identifier: Apache-2.0 */
/* engine_load_snapshots.c - snapshots and clones that come and go under a load. */
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "tests/lib/engine_load_internal.h"

void load_release_held(struct load *load)
{
	volume_barrier_end(load->engine.volume, TAKE_PTR(load->held));
}

static void created(struct snapshot_create *create, int result)
{
	struct load_snapshot *snapshot = CONTAINER_OF(create, struct load_snapshot, create);
	struct load *load = snapshot->load;
	uint64_t volume_bytes = load->options.engine.volume_bytes;

	load->busy--;
	snapshot->state = result == 0 ? LOAD_THERE : LOAD_ABSENT;
	snapshot->has_failed = snapshot->was_told_failed = false;
	if (result < 0 && !load->options.may_fail)
		load_fail(load, "snapshot '%s' could not be taken: %d", snapshot->name, result);
	if (result < 0)
		return;
	snapshot->is_clone = create->kind != SNAPSHOT_TAKEN;
	load->clones_made += snapshot->is_clone;
	load->clones_taken_of += !snapshot->is_clone && snapshot->source;
	if (snapshot->has_unsure)
		memset(snapshot->unsure, 0, volume_bytes * sizeof(bool));
	if (snapshot->has_doubt)
		memset(snapshot->doubt, 0, volume_bytes * sizeof(bool));
	snapshot->has_unsure = snapshot->source && snapshot->source->has_unsure;
	snapshot->has_doubt = false;
	if (snapshot->source) {
		memcpy(snapshot->content, snapshot->source->content, volume_bytes);
		if (snapshot->has_unsure)
			memcpy(snapshot->unsure, snapshot->source->unsure,
				volume_bytes * sizeof(bool));
	} else {
		memcpy(snapshot->content, load->live, volume_bytes);
	}
	if (create->hold_writes)
		load->held = &create->barrier;
}

/* Chooses an existing snapshot at random, a clone or not; or NULL. */
static struct load_snapshot *choose_source(struct load *load, bool is_clone)
{
	uint64_t first = load_chance(load, CHANCE_SOURCE, 2 * LOAD_SNAPSHOTS_MAX);

	/* Half of the time the live view, if that is allowed. */
	if (is_clone && first >= LOAD_SNAPSHOTS_MAX)
		return NULL;
	for (uint64_t i = first; i < first + LOAD_SNAPSHOTS_MAX; i++) {
		struct load_snapshot *source = &load->snapshots[i % LOAD_SNAPSHOTS_MAX];

		if (load_is_there(load, source) && source->is_clone == is_clone)
			return source;
	}
	return NULL;
}

static void create_start(
	struct load *load, struct load_snapshot *snapshot, struct load_snapshot *source)
{
	MUST(snapshot->state == LOAD_ABSENT);
	snapshot->state = LOAD_CREATING;
	snapshot->source = source;
	snapshot->create.name = snapshot->name;
	snapshot->create.of = source ? engine_find(&load->engine, source->name) : NULL;
	snapshot->create.done = created;
	load->busy++;
	volume_snapshot_create(load->engine.volume, &snapshot->create);
}

void load_take(struct load *load, unsigned index, uint32_t block_bytes)
{
	static const uint32_t choice[] = { 4096, 16384, 65536 };
	struct load_snapshot *snapshot = &load->snapshots[index];
	bool is_fixed = volume_profile(load->engine.volume)->block_is_fixed;

	if (block_bytes == 0)
		block_bytes = load->options.snapshot_block_bytes;
	snapshot->create = (struct snapshot_create){
		.block_bytes = is_fixed	     ? 0
			       : block_bytes ? block_bytes
					     : choice[load_chance(load, CHANCE_BLOCK, 3)],
		.hold_writes = !load->held && load_chance(load, CHANCE_HOLD, 2),
	};
	create_start(load, snapshot, choose_source(load, true));
}

/* Chooses the snapshot to make now, or NULL. */
static struct load_snapshot *choose_absent(struct load *load)
{
	struct load_snapshot *snapshot = load_choose_snapshot(load);

	if (load_is_there(load, snapshot) || snapshot->state != LOAD_ABSENT)
		return NULL;
	/* Only one barrier is held at a time, and its owner must not be made again in the
	 * meantime. */
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++) {
		if (load->snapshots[i].state == LOAD_CREATING)
			return NULL;
	}
	if (load->held)
		load_release_held(load);
	return snapshot;
}

void load_start_create(struct load *load)
{
	struct load_snapshot *snapshot = choose_absent(load);

	if (snapshot)
		load_take(load, (unsigned)(snapshot - load->snapshots), 0);
}

void load_start_clone(struct load *load)
{
	struct load_snapshot *snapshot = choose_absent(load);
	struct load_snapshot *source = choose_source(load, false);

	if (!snapshot || !source)
		return;
	snapshot->create = (struct snapshot_create){
		.kind = load_chance(load, CHANCE_HOLD, 2) ? SNAPSHOT_COPIED : SNAPSHOT_CLONED,
	};
	create_start(load, snapshot, source);
}

/* A snapshot of which another is being made must stay. */
static bool is_source(const struct load *load, const struct load_snapshot *snapshot)
{
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++) {
		if (load->snapshots[i].state == LOAD_CREATING &&
			load->snapshots[i].source == snapshot)
			return true;
	}
	return false;
}

static void deleted(struct snapshot_delete *deletion, int result)
{
	struct load_snapshot *snapshot = CONTAINER_OF(deletion, struct load_snapshot, deletion);
	struct load *load = snapshot->load;

	load->busy--;
	if (result < 0 && !load->options.may_fail)
		load_fail(load, "snapshot '%s' could not be deleted: %d", snapshot->name, result);
	snapshot->state = result == 0 ? LOAD_ABSENT : LOAD_THERE;
}

void load_start_delete(struct load *load)
{
	struct load_snapshot *snapshot = load_choose_snapshot(load);

	if (!load_is_there(load, snapshot) || is_source(load, snapshot))
		return;
	snapshot->state = LOAD_DELETING;
	snapshot->deletion = (struct snapshot_delete){ .done = deleted };
	load->busy++;
	volume_snapshot_delete(load->engine.volume, engine_find(&load->engine, snapshot->name),
		&snapshot->deletion);
}
