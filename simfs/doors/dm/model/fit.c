/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fit.c - checks a table against the devices below it.
 */
#include <errno.h>

#include "simfs/doors/dm/model/internal.h"

static uint64_t ref_sectors(const struct dm_ref *ref)
{
	return ref->device ? dm_device_size(ref->device) : ref->base->sectors;
}

/* A device without a size is not checked: it may get its table later. */
static bool lies_within(
	const struct dm_table *table, unsigned int ref, uint64_t offset, uint64_t length)
{
	uint64_t sectors = ref_sectors(&table->refs[ref]);

	return !sectors || (offset < sectors && length <= sectors - offset);
}

static bool striped_fits(const struct dm_table *table, const struct dm_target *target)
{
	const struct dm_striped *striped = &target->striped;

	for (unsigned int i = 0; i < striped->stripes; i++)
		if (!lies_within(table, striped->pieces[i].ref, striped->pieces[i].offset,
			    target->length / striped->stripes))
			return false;
	return true;
}

static bool delay_fits(const struct dm_table *table, const struct dm_target *target)
{
	for (unsigned int i = 0; i < DM_DELAY_CLASSES; i++) {
		const struct dm_piece *piece = &target->delay.classes[i].piece;
		if (!lies_within(table, piece->ref, piece->offset, target->length))
			return false;
	}
	return true;
}

static bool target_fits(const struct dm_table *table, const struct dm_target *target)
{
	switch (target->kind) {
	case DM_LINEAR:
		return lies_within(
			table, target->linear.ref, target->linear.offset, target->length);
	case DM_STRIPED:
		return striped_fits(table, target);
	case DM_DELAY:
		return delay_fits(table, target);
	case DM_SNAPSHOT:
	case DM_SNAPSHOT_MERGE:
		return lies_within(table, target->snapshot.origin, 0, target->length);
	case DM_SNAPSHOT_ORIGIN:
		return lies_within(table, target->origin, 0, target->length);
	default:
		return true;
	}
}

int dm_table_fits(const struct dm_table *table)
{
	for (unsigned int i = 0; i < table->target_count; i++)
		if (!target_fits(table, &table->targets[i]))
			return -EINVAL;
	return 0;
}

/* While two tables are being swapped, a device lies on both. */
static bool reaches(const struct dm_table *table, const struct dm_device *device, uint64_t search)
{
	for (unsigned int i = 0; table && i < table->ref_count; i++) {
		struct dm_device *below = table->refs[i].device;
		if (!below || below->seen == search)
			continue;
		below->seen = search;
		if (below == device || reaches(below->active, device, search) ||
			reaches(below->coming, device, search))
			return true;
	}
	return false;
}

int dm_table_loops(const struct dm_device *device, const struct dm_table *table)
{
	return reaches(table, device, ++device->model->searches) ? -EINVAL : 0;
}
