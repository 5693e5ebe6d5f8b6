/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"
#include "simfs/doors/dm/origins/pieces.h"

static bool is_area(const struct dm_target *target)
{
	return target->kind == DM_SNAPSHOT || target->kind == DM_SNAPSHOT_MERGE;
}

/* Whether TABLE has a target that is served by a rig. */
static bool is_special(const struct dm_table *table)
{
	return dm_table_has(table, DM_SNAPSHOT) || dm_table_has(table, DM_SNAPSHOT_ORIGIN) ||
	       dm_table_has(table, DM_SNAPSHOT_MERGE);
}

static struct cow_area *area_at(
	struct origins *origins, const struct dm_table *table, unsigned index)
{
	pthread_mutex_lock(&origins->lock);

	struct cow_area *area = cow_area_of(origins, table, index);

	pthread_mutex_unlock(&origins->lock);
	return area;
}

static bool is_in(
	struct origins *origins, const struct dm_table *table, const struct cow_area *area)
{
	for (unsigned i = 0; table && i < table->target_count; i++)
		if (area_at(origins, table, i) == area)
			return true;
	return false;
}

/* Leaves the areas that TABLE shows and KEPT does not. */
static void leave_areas(struct origins *origins, const struct dm_effect *effect,
	const struct dm_table *table, const struct dm_table *kept)
{
	for (unsigned i = 0; table && i < table->target_count; i++) {
		struct cow_area *area = area_at(origins, table, i);

		/* If another device shows it by now, it was handed over. */
		if (area && area->device == effect->device && area->table == table &&
			!is_in(origins, kept, area))
			cow_area_leave(origins, area);
	}
}

/*
 * lvremove turns the device of a snapshot into the bare area before it removes it; deactivation
 * does not.
 */
static void mark_left(struct origins *origins, const struct dm_effect *effect)
{
	const struct dm_table *table = effect->from;
	uint64_t disk = effect->device->disk;
	struct disk_place place;

	pthread_mutex_lock(&origins->lock);
	if (contents_place(&origins->contents, disk, 0, 1, &place))
		for (unsigned i = 0; table && i < table->target_count; i++) {
			struct cow_area *area = cow_area_of(origins, table, i);

			if (area && !area->device && area->place.disk == place.disk &&
				area->place.offset == place.offset)
				area->left_by = disk;
		}
	pthread_mutex_unlock(&origins->lock);
}

static int show_areas(struct origins *origins, const struct dm_effect *effect)
{
	const struct dm_table *table = effect->to;

	for (unsigned i = 0; i < table->target_count; i++) {
		struct cow_area *area = is_area(&table->targets[i]) ? area_at(origins, table, i)
								    : NULL;
		int error = area ? cow_area_show(origins, area, effect, i) : 0;

		if (error < 0) {
			leave_areas(origins, effect, table, effect->from);
			return error;
		}
	}
	return 0;
}

/* ---- snapshot-origins ---- */

/* Whether a snapshot-origin watches writes to DISK.  Under the lock. */
static bool is_watched(struct origins *origins, uint64_t disk)
{
	list_for_each (link, &origins->contents.disks) {
		const struct content *content = CONTAINER_OF(link, struct content, link);

		for (size_t i = 0; i < content->count; i++)
			if (content->parts[i].is_origin && content->parts[i].below.disk == disk)
				return true;
	}
	return false;
}

static uint64_t origin_disk_of(const struct dm_table *table, unsigned index)
{
	const struct dm_target *target = &table->targets[index];

	if (target->kind == DM_SNAPSHOT_ORIGIN)
		return table->refs[target->origin].disk;
	if (target->kind == DM_SNAPSHOT_MERGE)
		return table->refs[target->snapshot.origin].disk;
	return 0;
}

/* Snapshots preserve writes while a device watches their origin. */
static void attach_areas(struct origins *origins, const struct dm_table *table)
{
	for (unsigned i = 0; table && i < table->target_count; i++) {
		uint64_t disk = origin_disk_of(table, i);

		if (disk == 0)
			continue;
		pthread_mutex_lock(&origins->lock);

		bool is_on = is_watched(origins, disk);

		pthread_mutex_unlock(&origins->lock);
		cow_areas_attach(origins, disk, is_on);
	}
}

static int start_merges(struct origins *origins, const struct dm_effect *effect)
{
	const struct dm_table *table = effect->to;

	for (unsigned i = 0; table && i < table->target_count; i++) {
		struct cow_area *area = area_at(origins, table, i);
		int error = 0;

		if (table->targets[i].kind == DM_SNAPSHOT_MERGE && area && !area->merging)
			error = merging_start(origins, area, effect->device->disk);
		if (error < 0)
			return error;
	}
	return 0;
}

/* ---- the whole ---- */

int origins_map(struct origins *origins, uint64_t disk, const struct dm_table *table)
{
	struct pieces pieces;
	int error = pieces_make(origins, table, &pieces);

	if (error < 0)
		return error;
	error = disks_map(origins->disks, disk, pieces.pieces, pieces.piece_count);
	if (error == 0) {
		pthread_mutex_lock(&origins->lock);
		error = contents_set(&origins->contents, disk, pieces.parts, pieces.part_count);
		pthread_mutex_unlock(&origins->lock);
	}
	pieces_deinit(&pieces);
	return error;
}

static bool is_cow(struct origins *origins, uint64_t disk)
{
	bool found = false;

	pthread_mutex_lock(&origins->lock);
	list_for_each (link, &origins->areas) {
		const struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

		if (area->device && area->cow_disk == disk)
			found = true;
	}
	pthread_mutex_unlock(&origins->lock);
	return found;
}

static int activate_special(struct origins *origins, const struct dm_effect *effect)
{
	uint64_t disk = effect->device->disk;
	int error = show_areas(origins, effect);

	if (error < 0)
		return error;
	error = origins_map(origins, disk, effect->to);
	if (error == 0)
		error = start_merges(origins, effect);
	if (error < 0) {
		leave_areas(origins, effect, effect->to, effect->from);
		return error;
	}
	leave_areas(origins, effect, effect->from, effect->to);
	mark_left(origins, effect);
	attach_areas(origins, effect->from);
	attach_areas(origins, effect->to);
	origin_leave_unused(origins);
	return 0;
}

int origins_activate(struct origins *origins, const struct dm_effect *effect)
{
	uint64_t disk = effect->device->disk;
	int error;

	if (!is_special(effect->from) && !is_special(effect->to) && !is_cow(origins, disk))
		return origins_map(origins, disk, effect->to);
	pthread_mutex_lock(&origins->work);
	error = activate_special(origins, effect);
	if (error == 0)
		cow_areas_look(origins, disk, effect->to);
	pthread_mutex_unlock(&origins->work);
	return error;
}

/* ---- tables and devices end ---- */

/* Deletes areas that no device shows and no table has, if they are transient or were merged. */
static void drop_unused(struct origins *origins)
{
	struct cow_area *unused;

	do {
		unused = NULL;
		pthread_mutex_lock(&origins->lock);
		list_for_each (link, &origins->areas) {
			struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

			if (area->uses == 0 && !area->device && !area->is_dropped &&
				(area->persistence == DM_TRANSIENT || area->is_merged))
				unused = area;
		}
		pthread_mutex_unlock(&origins->lock);
		if (unused)
			cow_area_delete(origins, unused);
	} while (unused);
}

static void forget(struct origins *origins, const struct dm_table *table)
{
	if (!table)
		return;
	pthread_mutex_lock(&origins->lock);
	cow_area_unuse(origins, table);
	pthread_mutex_unlock(&origins->lock);
}

void origins_discard(struct origins *origins, const struct dm_effect *effect)
{
	if (!is_special(effect->from) && !is_special(effect->to))
		return;
	pthread_mutex_lock(&origins->work);
	forget(origins, effect->from);
	forget(origins, effect->to);
	drop_unused(origins);
	pthread_mutex_unlock(&origins->work);
}

/* The device that last showed an area is removed: so was the snapshot. */
static void delete_left(struct origins *origins, uint64_t disk)
{
	struct cow_area *left;

	do {
		left = NULL;
		pthread_mutex_lock(&origins->lock);
		list_for_each (link, &origins->areas) {
			struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

			if (!area->device && area->left_by == disk && area->uses == 0 &&
				!area->is_dropped)
				left = area;
		}
		pthread_mutex_unlock(&origins->lock);
		if (left)
			cow_area_delete(origins, left);
	} while (left);
}

/* The disk needs nothing that it lay on any more: lets files of rigs be closed. */
static void empty(struct origins *origins, uint64_t disk, const struct dm_table *table)
{
	const struct disk_piece nothing = { .length = dm_table_size(table),
		.kind = DISK_PIECE_ERROR };

	if (is_special(table))
		(void)disks_map(origins->disks, disk, &nothing, 1);
}

void origins_destroy(struct origins *origins, const struct dm_effect *effect)
{
	const struct dm_table *table = effect->from;
	uint64_t disk = effect->device->disk;

	pthread_mutex_lock(&origins->work);
	delete_left(origins, disk);
	pthread_mutex_lock(&origins->lock);
	contents_forget(&origins->contents, disk);
	pthread_mutex_unlock(&origins->lock);
	empty(origins, disk, table);
	leave_areas(origins, effect, table, NULL);
	attach_areas(origins, table);
	forget(origins, effect->from);
	forget(origins, effect->to);
	drop_unused(origins);
	origin_leave_unused(origins);
	pthread_mutex_unlock(&origins->work);
}

void origins_rename(struct origins *origins, const struct dm_effect *effect)
{
	const struct patience patience = { .stopping = &origins->stopping };
	char name[ENGINE_NAME_BYTES];

	pthread_mutex_lock(&origins->work);
	list_for_each (link, &origins->areas) {
		struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);
		const struct dm_table *table = area->table;

		if (area->device != effect->device || !area->origin)
			continue;
		for (unsigned i = 0; i < table->target_count; i++)
			if (table->targets[i].kind == DM_SNAPSHOT &&
				area_at(origins, table, i) == area) {
				engine_name(effect->new_name, i, name);
				cow_area_renamed(origins, area, name, &patience);
			}
	}
	pthread_mutex_unlock(&origins->work);
}
