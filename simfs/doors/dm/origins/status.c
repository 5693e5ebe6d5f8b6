/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

/* The facts about an area that make up its status, copied under the lock. */
struct facts {
	char name[ENGINE_NAME_BYTES];
	struct origin *origin; /* with a reference */
	struct store_usage usage;
	bool is_known, is_lost, is_failed, is_merging;
};

/*
 * A store belongs to one table: a table that waits for it, or has handed it over to a merge,
 * reports a chunk size of 0, and the latter is invalid.
 */
static void note_owner(const struct cow_area *area, struct dm_effect *effect, struct facts *facts)
{
	bool is_owner = !area->table || area->table == effect->from;

	effect->chunk = is_owner ? area->chunk_sectors : 0;
	if (!is_owner && area->merging && effect->target->kind == DM_SNAPSHOT)
		facts->is_lost = true;
}

static struct facts facts_of(struct origins *origins, struct dm_effect *effect)
{
	const struct dm_table *table = effect->from;
	unsigned index = (unsigned)(effect->target - table->targets);
	struct facts facts = { .name = "" };

	pthread_mutex_lock(&origins->lock);

	const struct cow_area *area = cow_area_of(origins, table, index);

	if (area) {
		uint64_t cow_disk = table->refs[effect->target->snapshot.cow].disk;

		facts.is_known = true;
		facts.is_lost = area->is_lost;
		note_owner(area, effect, &facts);
		facts.is_failed = area->is_failed;
		facts.usage.chunk_sectors = area->chunk_sectors;
		facts.usage.total_sectors = contents_sectors(&origins->contents, cow_disk);
		facts.usage.is_transient = area->persistence == DM_TRANSIENT;
		facts.is_merging = area->merging != NULL;
		if (area->merging)
			facts.usage.chunks = merging_left_chunks(area->merging);
		else
			facts.origin = area->origin;
		if (facts.origin)
			facts.origin->holders++;
		memcpy(facts.name, area->name, sizeof facts.name);
	}
	pthread_mutex_unlock(&origins->lock);
	return facts;
}

/* Asks the engine how much is kept, or what is wrong. */
static const char *ask(struct origins *origins, const struct dm_effect *effect, struct facts *facts)
{
	const struct patience patience = { .stopping = &origins->stopping,
		.waits = origins->order.waits,
		.context = origins->order.context,
		.caller = effect->caller };
	json_t *snapshot = NULL;
	const char *trouble = NULL;
	int error = backing_snapshot(facts->origin->backing, facts->name, &patience, &snapshot);

	if (error < 0)
		return error == -ENOENT ? "Invalid" : "Unknown";

	const char *state = json_string_value(json_object_get(snapshot, "state"));
	const json_t *store = json_object_get(snapshot, "store");

	/* PO matters only if a write to the snapshot itself does not fit. */
	if (!state || strcmp(state, "active") != 0)
		trouble = "Invalid";
	else if (json_is_true(json_object_get(snapshot, "overflowed")))
		trouble = "Overflow";
	facts->usage.chunks = (uint64_t)json_integer_value(json_object_get(store, "blocks"));
	json_decref(snapshot);
	return trouble;
}

void origins_status(struct origins *origins, struct dm_effect *effect)
{
	struct facts facts = facts_of(origins, effect);
	const char *trouble = NULL;

	if (effect->of_table) {
		origin_put(facts.origin);
		return;
	}
	if (!facts.is_known)
		trouble = "Unknown";
	else if (facts.is_lost)
		trouble = "Invalid";
	else if (facts.is_failed)
		trouble = "Merge failed";
	else if (!facts.is_merging && facts.origin && facts.name[0] != '\0')
		trouble = ask(origins, effect, &facts);
	origin_put(facts.origin);
	if (trouble)
		snprintf(effect->status, sizeof effect->status, "%s", trouble);
	else
		store_usage_write(&facts.usage, effect->status, sizeof effect->status);
}
