/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/summary_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/store/segment.h"

/* Parts of a volume; with ten million blocks in one of 1 TiB, each part's map is 18 KiB. */
#define PARTS	   4096u

#define FIRST_ROOM 4096u

/* 0, -EEXIST or -ENOMEM. */
static int enter_run(struct store *store, const struct summary_run *run)
{
	uint64_t step = run->position == MAP_CHANGED ? 0 : store_units_per_block(store);

	for (uint32_t i = 0; i < run->count; i++) {
		uint64_t block = run->block + i;
		int error = -EEXIST;

		if (store_map_get(&store->map, block) == MAP_ABSENT)
			error = store_map_add(
				&store->map, block, (uint32_t)(run->position + i * step));
		if (error < 0)
			return error;
	}
	store->blocks += run->count;
	store->has_changed |= run->position == MAP_CHANGED;
	return 0;
}

static void put_in_order(const struct store *store, struct summary_batch *batch)
{
	uint32_t at[PARTS] = { 0 }, shift = 0, before = 0;

	while ((store->map.block_count - 1) >> shift >= PARTS)
		shift++;
	for (uint32_t i = 0; i < batch->count; i++)
		at[batch->runs[i].block >> shift]++;
	for (uint32_t part = 0; part < PARTS; part++) {
		uint32_t count = at[part];

		at[part] = before;
		before += count;
	}
	for (uint32_t i = 0; i < batch->count; i++)
		batch->in_order[at[batch->runs[i].block >> shift]++] = batch->runs[i];
}

int summary_batch_enter(struct store *store, struct summary_batch *batch)
{
	int error = 0;

	put_in_order(store, batch);
	for (uint32_t i = 0; i < batch->count && error == 0; i++)
		error = enter_run(store, &batch->in_order[i]);
	batch->count = 0;
	return error;
}

/* Tries to enlarge the batch; false without memory, or at the limit. */
static bool has_grown(const struct store *store, struct summary_batch *batch)
{
	uint32_t limit = store->limits->batch_runs;
	uint32_t room = batch->room == 0 ? FIRST_ROOM : 2 * batch->room;

	if (room > limit)
		room = limit;
	if (room == batch->room)
		return false;

	struct summary_run *runs = malloc(room * sizeof *runs);
	struct summary_run *in_order = malloc(room * sizeof *in_order);

	if (!runs || !in_order) {
		free(runs);
		free(in_order);
		return false;
	}
	if (batch->count > 0)
		memcpy(runs, batch->runs, batch->count * sizeof *runs);
	summary_batch_deinit(batch);
	batch->runs = runs;
	batch->in_order = in_order;
	batch->room = room;
	return true;
}

int summary_batch_add(
	struct store *store, struct summary_batch *batch, const struct summary_run *run)
{
	if (batch->count == batch->room && !has_grown(store, batch)) {
		int error = batch->room == 0 ? -ENOMEM : summary_batch_enter(store, batch);

		if (error < 0)
			return error;
	}
	batch->runs[batch->count++] = *run;
	return 0;
}

void summary_batch_deinit(struct summary_batch *batch)
{
	free(TAKE_PTR(batch->runs));
	free(TAKE_PTR(batch->in_order));
}
