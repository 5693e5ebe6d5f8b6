/* SPDX-License-Identifier: Apache-2.0 */
/*
 * area_life.c - how snapshots that share an area fail and are deleted, and how a mount finds
 * them.
 *
 *	            deleted, older ones exist
 *	in the area ────────────────────────────▶ kept ──┐ the last older one is gone
 *	     │ ▲                                         ▼
 *	     │ └ found by a mount       deleted, none is older
 *	     └──────────────────────────────────────────▶ gone
 *
 * If one of them fails, all fail, and are then deleted.
 *
 * A store names the next newer one (parent_id), without which its content would be wrong:
 *  (1) The link is written when the newer snapshot has its file, before it is acknowledged. A
 *      kill in between leaves the link out, and the next mount repairs it, since both exist.
 *  (2) A snapshot whose parent is missing or damaged is given up, and so are all older ones.
 *  (3) If one is marked as failed, all that are linked with it are given up, marked or not.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"

/* ---- failing ---- */

void area_fail_others(struct snapshot *failed, int error, const char *why)
{
	struct volume *volume = failed->volume;

	if (!failed->profile->shares_area)
		return;
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (area_has(snapshot))
			snapshot_fail_one(snapshot, error, why);
	}
	area_recount(volume);
}

bool area_drops(const struct snapshot *snapshot)
{
	return snapshot->profile->shares_area;
}

void area_drop_oldest(struct volume *volume)
{
	const struct profile *profile = volume->options.profile;
	struct snapshot *oldest = NULL;
	unsigned count = 0;

	if (!profile->shares_area)
		return;
	for (struct snapshot *at = volume_snapshot_next(volume, NULL); at;
		at = volume_snapshot_next(volume, at)) {
		if (!area_has(at))
			continue;
		oldest = oldest ? oldest : at;
		count++;
	}
	if (count <= profile->snapshots_max)
		return;
	profile->log_oldest_dropped(&volume->kernel_log);
	snapshot_drop(oldest);
}

/* ---- the links ---- */

void area_link(struct snapshot *snapshot, struct store_waiter *waiter)
{
	struct snapshot *before = area_has(snapshot) ? area_before(snapshot) : NULL;

	if (!before)
		return;

	struct store_facts facts = *store_facts(before->store);

	owner_set_parent(&facts, snapshot->id);
	store_update(before->store, &facts, waiter);
}

/* ---- at a mount ---- */

/* Whether its links can be read. */
static bool has_links(const struct snapshot *snapshot)
{
	return snapshot->profile->shares_area && snapshot->store && !snapshot->is_lost;
}

/* Rule (3), from the oldest to the newest. */
static bool is_marked(const struct snapshot *snapshot)
{
	if (snapshot->state == SNAPSHOT_FAILED)
		return true;
	list_for_each (at, &snapshot->volume->snapshots) {
		const struct snapshot *older = CONTAINER_OF(at, struct snapshot, link);

		if (has_links(older) && older->is_given_up &&
			owner_of(store_facts(older->store)).parent_id == snapshot->id)
			return true;
	}
	return false;
}

/* Rule (2), from the newest to the oldest. */
static bool has_whole_parent(const struct snapshot *snapshot)
{
	uint64_t parent_id = owner_of(store_facts(snapshot->store)).parent_id;

	if (parent_id == 0)
		return true;
	list_for_each (at, &snapshot->volume->snapshots) {
		const struct snapshot *newer = CONTAINER_OF(at, struct snapshot, link);

		if (has_links(newer) && newer->id == parent_id)
			return !newer->is_given_up;
	}
	return false;
}

static void judge(struct volume *volume)
{
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		snapshot->is_given_up = has_links(snapshot) && is_marked(snapshot);
	}
	for (struct list *at = volume->snapshots.previous; at != &volume->snapshots;
		at = at->previous) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (has_links(snapshot) && !has_whole_parent(snapshot))
			snapshot->is_given_up = true;
	}
}

static int remove_found(struct snapshot *snapshot, const char *why)
{
	struct volume *volume = snapshot->volume;
	char file[STORE_NAME_BYTES + 16];
	int error;

	snapshot_file(snapshot, file, sizeof file);
	error = volume->folder->ops->remove(volume->folder, file);
	if (error == 0 && volume->options.durable)
		error = volume->folder->ops->sync(volume->folder);
	if (error < 0) {
		log_error_code(error, "cannot remove '%s', which is given up", file);
		return error;
	}
	if (!volume->options.quiet && !snapshot->is_kept)
		log_info("removed snapshot '%s', %s", snapshot->name, why);
	if (!snapshot->is_kept)
		volume->snapshot_count--;
	store_abandon(TAKE_PTR(snapshot->store));
	snapshot_free(snapshot);
	return 0;
}

/* Removes those in STATE that are given up: 0 or the first -errno. */
static int remove_all_given_up(struct volume *volume, enum snapshot_state state)
{
	int first_error = 0;

	for (struct list *at = volume->snapshots.next, *next; at != &volume->snapshots; at = next) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);
		const char *why = state == SNAPSHOT_FAILED
					  ? "which had failed"
					  : "which shares blocks with one that is lost or failed";

		next = at->next;
		if (snapshot->state != state || !snapshot->is_given_up)
			continue;

		int error = remove_found(snapshot, why);

		if (first_error == 0)
			first_error = error;
	}
	return first_error;
}

static struct snapshot *area_first(struct volume *volume)
{
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (area_has(snapshot))
			return snapshot;
	}
	return NULL;
}

/* Rule (1): a kill came between a snapshot's rename and the link to it. */
static int mend_links(struct volume *volume)
{
	int error = 0;

	for (struct snapshot *at = area_first(volume); at && error == 0; at = area_next(at)) {
		const struct snapshot *next = area_next(at);
		struct store_facts facts = *store_facts(at->store);

		if (!next || owner_of(&facts).parent_id == next->id)
			continue;
		owner_set_parent(&facts, next->id);
		error = state_update(at->store, &facts);
	}
	if (error < 0)
		log_error_code(
			error, "cannot record in a store which snapshot is the next newer one");
	return error;
}

/*
 * First those not marked themselves: while they exist the volume must not be written to,
 * since the next opening would show them, with wrong content. A marked one may stay, and is
 * shown as failed.
 */
int area_judge(struct volume *volume)
{
	struct snapshot *first;
	int error;

	judge(volume);
	error = remove_all_given_up(volume, SNAPSHOT_ACTIVE);
	if (error < 0)
		return error;
	remove_all_given_up(volume, SNAPSHOT_FAILED);
	while ((first = area_first(volume)) && first->is_kept) {
		error = remove_found(first, "");
		if (error < 0)
			return error;
	}
	for (struct snapshot *at = first; at; at = area_next(at)) {
		if (!at->is_kept)
			area_count_kept(at);
	}
	area_recount(volume);
	return mend_links(volume);
}
