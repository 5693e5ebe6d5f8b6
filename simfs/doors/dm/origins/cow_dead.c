/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cow_dead.c - a COW device whose table is all errors: what was preserved on it cannot be read any
 * more, and the next chunk to preserve makes the snapshot invalid.
 *
 * The data that dm-snapshot would have there is in the engine's store, which is intact.  So the
 * snapshot's device gets errors where something is preserved, and the store may keep no more.
 * Another table undoes both.
 */
#include <errno.h>
#include <stdio.h>

#include "simfs/base/check.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

int cow_area_extents(const struct cow_area *area, const struct patience *patience, uint64_t end,
	struct extents *ret)
{
	json_int_t from = 0;
	int error = 0;

	while (error == 0 && from >= 0) {
		json_t *answer = NULL, *extent;
		json_int_t begun = from;
		size_t i;

		error = backing_call(area->origin->backing, "snapshot.changed",
			json_pack("{s:s, s:I}", "name", area->name, "from", from), patience,
			&answer);
		json_array_foreach(json_object_get(answer, "extents"), i, extent)
		{
			json_int_t offset = json_integer_value(json_array_get(extent, 0));
			json_int_t length = json_integer_value(json_array_get(extent, 1));

			if (error == 0)
				error = extents_add(ret, (uint64_t)offset, (uint64_t)length, end);
		}

		const json_t *next = json_object_get(answer, "next");

		from = json_is_integer(next) ? json_integer_value(next) : -1;
		json_decref(answer);
		/* A rig that gives the same answer forever is not ours. */
		if (error == 0 && from >= 0 && from <= begun)
			error = -EIO;
	}
	return error;
}

static bool is_all_errors(const struct dm_table *table)
{
	for (unsigned i = 0; table && i < table->target_count; i++)
		if (table->targets[i].kind != DM_ERROR)
			return false;
	return table && table->target_count > 0;
}

static void die(struct cow_area *area, const struct patience *patience)
{
	/* Nothing more is preserved from here on, so this is complete. */
	if (cow_area_extents(area, patience, UINT64_MAX, &area->dead) < 0)
		extents_deinit(&area->dead);
}

void cow_areas_look(struct origins *origins, uint64_t cow_disk, const struct dm_table *table)
{
	const struct patience patience = { .stopping = &origins->stopping };
	bool is_dead = is_all_errors(table);
	struct list *at = origins->areas.next;
	struct cow_area *area;

	while ((area = cow_area_next_on(origins, &at, cow_disk, true))) {
		bool was_dead = area->is_dead;

		area->is_dead = is_dead;
		cow_area_limit(origins, area, &patience);
		if (is_dead == was_dead || area->merging)
			continue;
		extents_deinit(&area->dead);
		if (is_dead)
			die(area, &patience);
		(void)origins_map(origins, area->device->disk, area->table);
	}
}
