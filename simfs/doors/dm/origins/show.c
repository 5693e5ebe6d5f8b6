/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

#define SECTOR_BYTES 512u
#define SIZE_BYTES   32
/* The engine takes no smaller chunks than LVM's, nor fewer than a store needs. */
#define CHUNK_SECTORS_MIN 8u
#define STORE_CHUNKS_MIN  3u
#define NAME_TRIES	  3
/* Less than any store uses. */
#define DEAD_SECTORS 1u

static struct patience patience_of(struct origins *origins, void *caller)
{
	return (struct patience){
		.stopping = &origins->stopping,
		.waits = caller ? origins->order.waits : NULL,
		.context = origins->order.context,
		.caller = caller,
	};
}

static uint32_t block_sectors(const struct cow_area *area)
{
	return area->chunk_sectors < CHUNK_SECTORS_MIN ? CHUNK_SECTORS_MIN : area->chunk_sectors;
}

/* How much the engine may keep for it, as a size on its command line. */
static void limit_text(struct origins *origins, const struct cow_area *area, char *text)
{
	uint32_t chunk = block_sectors(area);

	pthread_mutex_lock(&origins->lock);

	uint64_t sectors = contents_sectors(&origins->contents, area->cow_disk);

	pthread_mutex_unlock(&origins->lock);
	if (area->persistence == DM_TRANSIENT)
		sectors = transient_limit_sectors(sectors, chunk);
	if (area->is_dead)
		sectors = DEAD_SECTORS;
	else if (sectors < (uint64_t)STORE_CHUNKS_MIN * chunk)
		sectors = (uint64_t)STORE_CHUNKS_MIN * chunk;
	snprintf(text, SIZE_BYTES, "%" PRIu64 "s", sectors);
}

static int ask(const struct cow_area *area, const char *command, const struct patience *patience)
{
	return backing_call(area->origin->backing, command, json_pack("{s:s}", "name", area->name),
		patience, NULL);
}

/* Attaches it, with its behaviour when a write to it does not fit. */
static int ask_attach(const struct cow_area *area, const struct patience *patience)
{
	bool bears_overflow = area->persistence == DM_PERSISTENT_OVERFLOW;

	return backing_call(area->origin->backing, "snapshot.attach",
		json_pack("{s:s, s:b}", "name", area->name, "overflow", bears_overflow), patience,
		NULL);
}

/* A name that is free, for an area that is in the way or comes second. */
static void other_name(const struct cow_area *area, const char *name, char *ret)
{
	char id[COW_ID_TEXT_BYTES];
	int length = (int)(SNAPSHOT_NAME_MAX - 9);

	cow_id_write(&area->id, id);
	snprintf(ret, ENGINE_NAME_BYTES, "%.*s~%.8s", length, name, id);
}

/* If an area that is not shown has the name that AREA wants, renames it. */
static void make_way(struct origins *origins, const struct cow_area *area, const char *name,
	const struct patience *patience)
{
	struct cow_area *other = NULL;
	char aside[ENGINE_NAME_BYTES];

	pthread_mutex_lock(&origins->lock);
	list_for_each (link, &origins->areas) {
		struct cow_area *at = CONTAINER_OF(link, struct cow_area, link);

		if (at != area && !at->device && strcmp(at->name, name) == 0 &&
			strcmp(at->origin_key, area->origin_key) == 0)
			other = at;
	}
	pthread_mutex_unlock(&origins->lock);
	if (!other)
		return;
	other_name(other, name, aside);
	if (backing_call(area->origin->backing, "snapshot.rename",
		    json_pack("{s:s, s:s}", "name", name, "to", aside), patience, NULL) < 0)
		return;
	memcpy(other->name, aside, sizeof aside);
	(void)cow_area_keep(origins, other);
}

/* Takes the snapshot under NAME, or a similar name if that is taken. */
static int take(struct origins *origins, struct cow_area *area, const char *name,
	const struct patience *patience)
{
	char limit[SIZE_BYTES], block[SIZE_BYTES];
	int error = -EEXIST;

	limit_text(origins, area, limit);
	snprintf(block, sizeof block, "%us", block_sectors(area));
	snprintf(area->name, sizeof area->name, "%s", name);
	for (unsigned try = 0; try < NAME_TRIES && error == -EEXIST; try++) {
		if (try == 1)
			make_way(origins, area, name, patience);
		if (try == 2)
			other_name(area, name, area->name);
		error = backing_call(area->origin->backing, "snapshot.create",
			json_pack("{s:s, s:s, s:s, s:b}", "name", area->name, "limit", limit,
				"block", block, "writers", false),
			patience, NULL);
	}
	if (error == 0 && area->persistence == DM_PERSISTENT_OVERFLOW)
		error = ask_attach(area, patience);
	if (error < 0)
		area->name[0] = '\0';
	return error < 0 ? error : cow_area_keep(origins, area);
}

void cow_area_limit(struct origins *origins, struct cow_area *area, const struct patience *patience)
{
	char limit[SIZE_BYTES];

	limit_text(origins, area, limit);
	(void)backing_call(area->origin->backing, "snapshot.limit",
		json_pack("{s:s, s:s}", "name", area->name, "limit", limit), patience, NULL);
}

/* Shows AREA's earlier snapshot again, preserving or not.  -ENOENT: it is gone. */
static int attach(struct origins *origins, struct cow_area *area, const char *name, bool preserves,
	const struct patience *patience)
{
	json_t *snapshot = NULL;
	int error = backing_snapshot(area->origin->backing, area->name, patience, &snapshot);

	json_decref(snapshot);
	if (error < 0)
		return error;
	cow_area_renamed(origins, area, name, patience);
	cow_area_limit(origins, area, patience);

	/* A failed one is shown as it is. */
	error = preserves ? ask_attach(area, patience) : ask(area, "snapshot.detach", patience);
	return error == -EINTR || error == -ENOTCONN ? error : 0;
}

void cow_area_renamed(struct origins *origins, struct cow_area *area, const char *name,
	const struct patience *patience)
{
	int error = -EEXIST;

	if (area->name[0] == '\0' || strcmp(area->name, name) == 0)
		return;
	for (unsigned try = 0; try < 2 && error == -EEXIST; try++) {
		if (try == 1)
			make_way(origins, area, name, patience);
		error = backing_call(area->origin->backing, "snapshot.rename",
			json_pack("{s:s, s:s}", "name", area->name, "to", name), patience, NULL);
	}
	if (error < 0)
		return;

	/* The watcher reads it under the lock. */
	pthread_mutex_lock(&origins->lock);
	snprintf(area->name, sizeof area->name, "%s", name);
	pthread_mutex_unlock(&origins->lock);
	(void)cow_area_keep(origins, area);
}

static int open_snapshot(struct origins *origins, struct cow_area *area)
{
	AUTO(auto_free) char *path = NULL;

	if (asprintf(&path, "%s/" MOUNT_SNAPSHOTS "/%s", backing_mount_point(area->origin->backing),
		    area->name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return disks_file_open(origins->disks, path, false, &area->file);
}

/* The device of EFFECT shows it now. */
static void belong(struct origins *origins, struct cow_area *area, const struct dm_effect *effect)
{
	pthread_mutex_lock(&origins->lock);

	struct dm_device *before = area->device;

	area->device = dm_device_get(effect->device);
	area->table = effect->to;
	area->left_by = 0;
	pthread_mutex_unlock(&origins->lock);
	if (before)
		dm_device_put(before);
}

/* Drops the rig of an area that is not shown. */
static void release(struct origins *origins, struct cow_area *area)
{
	pthread_mutex_lock(&origins->lock);

	struct origin *origin = TAKE_PTR(area->origin);

	pthread_mutex_unlock(&origins->lock);
	origin_put(origin);
}

int cow_area_show(struct origins *origins, struct cow_area *area, const struct dm_effect *effect,
	unsigned index)
{
	const struct dm_snapshot_target *target = &effect->to->targets[index].snapshot;
	const struct patience patience = patience_of(origins, effect->caller);
	uint64_t disk = effect->to->refs[target->origin].disk;
	char name[ENGINE_NAME_BYTES];
	bool is_merge = effect->to->targets[index].kind == DM_SNAPSHOT_MERGE;
	int error = 0;

	area->cow_disk = effect->to->refs[target->cow].disk;
	area->origin_disk = disk;
	if (area->is_lost) {
		belong(origins, area, effect);
		return 0;
	}
	if (!area->origin) {
		struct origin *origin = NULL;

		error = origin_find(origins, area, disk, &origin);
		pthread_mutex_lock(&origins->lock);
		area->origin = origin;
		pthread_mutex_unlock(&origins->lock);
		if (error == -EUCLEAN) {
			area->is_lost = true;
			belong(origins, area, effect);
			return 0;
		}
		if (error < 0)
			return error;
	}
	if (is_merge)
		snprintf(name, sizeof name, "%s", area->name);
	else
		engine_name(effect->name, index, name);
	if (area->origin->key[0] != '\0')
		area->rig_sectors = backing_sectors(area->origin->backing);
	if (area->name[0] == '\0')
		error = take(origins, area, name, &patience);
	else
		error = attach(origins, area, name, !is_merge, &patience);
	if (error == -ENOENT) {
		area->is_lost = true;
		error = 0;
	}
	area->is_detached = is_merge;
	if (error == 0 && !area->is_lost && area->file == 0)
		(void)open_snapshot(origins, area);
	if (error == 0)
		belong(origins, area, effect);
	else if (!area->device)
		release(origins, area);
	return error;
}

void cow_area_leave(struct origins *origins, struct cow_area *area)
{
	const struct patience patience = patience_of(origins, NULL);

	pthread_mutex_lock(&origins->lock);

	struct merging *merging = TAKE_PTR(area->merging);

	pthread_mutex_unlock(&origins->lock);
	if (merging && merging_left_chunks(merging) == 0 && !atomic_load(&area->is_failed))
		area->is_merged = true;
	merging_stop(merging);
	if (area->origin && area->name[0] != '\0' && !area->is_detached)
		(void)ask(area, "snapshot.detach", &patience);
	area->is_detached = true;
	area->is_dead = false;
	extents_deinit(&area->dead);
	if (area->file)
		(void)disks_file_close(origins->disks, area->file);
	area->file = 0;
	pthread_mutex_lock(&origins->lock);

	struct dm_device *device = TAKE_PTR(area->device);

	area->table = NULL;
	pthread_mutex_unlock(&origins->lock);
	if (device)
		dm_device_put(device);
	release(origins, area);
}

struct cow_area *cow_area_next_on(
	struct origins *origins, struct list **at, uint64_t disk, bool by_cow)
{
	struct cow_area *found = NULL;

	pthread_mutex_lock(&origins->lock);
	for (; *at != &origins->areas && !found; *at = (*at)->next) {
		struct cow_area *area = CONTAINER_OF(*at, struct cow_area, link);

		if (area->device && area->origin && !area->is_lost && area->name[0] != '\0' &&
			(by_cow ? area->cow_disk : area->origin_disk) == disk)
			found = area;
	}
	pthread_mutex_unlock(&origins->lock);
	return found;
}

void cow_areas_attach(struct origins *origins, uint64_t disk, bool attach)
{
	const struct patience patience = patience_of(origins, NULL);
	struct list *at = origins->areas.next;
	struct cow_area *area;

	while ((area = cow_area_next_on(origins, &at, disk, false))) {
		if (area->is_detached == !attach || area->merging)
			continue;
		if (ask(area, attach ? "snapshot.attach" : "snapshot.detach", &patience) == 0)
			area->is_detached = !attach;
	}
}
