/* SPDX-License-Identifier: Apache-2.0 */
/*
 * area.c - the one area that the snapshots of some profiles share (VSS).
 *
 * There a block that is replaced is kept once, in the newest snapshot's part of
 * the area, and an older snapshot finds it there.  Here each has a store of its
 * own and keeps the block too; so what the one area would hold is counted:
 *
 *	newest snapshot		all blocks of its store
 *	an older one		those its store had when the next one was taken
 *
 *	   s1 ▒▒▒▒▒▒░░░░░░░░	▒ counted
 *	   s2       ▒▒▒▒░░░░	░ kept, but the next one's
 *	   s3           ▒▒▒▒
 *	   ──────────────────▶ time
 *
 * A store says how many blocks each older one had when its snapshot was taken
 * (its elders).  So when s2 goes, s3 knows what s1 has from then on, and
 * nothing is written that a kill could leave half done.
 *
 * What fails one of them fails all, and all are deleted then.
 */
#include "simfs/base/log.h"
#include "simfs/volume/volume_internal.h"

/* One that is being deleted counts no more, even when a reader keeps it for hours. */
static bool is_in_area(const struct snapshot *snapshot)
{
	return snapshot->profile->shares_area && snapshot->store && !snapshot->deletion &&
	       snapshot->state == SNAPSHOT_ACTIVE;
}

/* What SNAPSHOT knows of ELDER, or NULL. */
static const struct store_elder *elder_find(
	const struct snapshot *snapshot, const struct snapshot *elder)
{
	const struct store_facts *facts = store_facts(snapshot->store);

	for (uint32_t i = 0; i < facts->elder_count; i++) {
		if (facts->elders[i].order == elder->id)
			return &facts->elders[i];
	}
	return NULL;
}

/* What ELDER had when SNAPSHOT was taken. */
static uint64_t elder_blocks(const struct snapshot *snapshot, const struct snapshot *elder)
{
	const struct store_elder *known = elder_find(snapshot, elder);

	/* It knows all, but when somebody put a store there by hand. */
	return known ? known->blocks : store_blocks(elder->store);
}

void area_recount(struct volume *volume)
{
	struct snapshot *before = NULL;

	volume->area_older_blocks = 0;
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!is_in_area(snapshot))
			continue;
		if (before) {
			before->counted_blocks = elder_blocks(snapshot, before);
			volume->area_older_blocks += before->counted_blocks;
		}
		before = snapshot;
	}
	volume->area_newest = before;
}

uint64_t area_blocks_of(const struct snapshot *snapshot)
{
	if (snapshot->volume->area_newest == snapshot)
		return store_blocks_taken(snapshot->store);
	return snapshot->counted_blocks;
}

uint64_t area_blocks(const struct volume *volume)
{
	const struct snapshot *newest = volume->area_newest;

	return volume->area_older_blocks + (newest ? store_blocks_taken(newest->store) : 0);
}

void area_note_elders(const struct volume *volume, struct store_facts *facts)
{
	facts->elder_count = 0;
	list_for_each (at, &volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!is_in_area(snapshot) || facts->elder_count == STORE_ELDERS_MAX)
			continue;
		facts->elders[facts->elder_count++] = (struct store_elder){
			.order = snapshot->id,
			.blocks = store_blocks(snapshot->store),
		};
	}
}

void area_fail_others(struct volume *volume, int error, const char *why)
{
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (is_in_area(snapshot))
			snapshot_fail_one(snapshot, error, why);
	}
	area_recount(volume);
}

static void dropped(struct snapshot_delete *command, int result)
{
	if (result < 0)
		log_error_code(result, "cannot delete snapshot '%s', which is given up",
			command->snapshot->name);
}

void area_drop(struct snapshot *snapshot)
{
	if (snapshot->deletion) {
		snapshot_maybe_delete(snapshot);
		return;
	}
	snapshot->drop.done = dropped;
	snapshot_delete_begin(snapshot, &snapshot->drop);
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
		if (!is_in_area(at))
			continue;
		oldest = oldest ? oldest : at;
		count++;
	}
	if (count <= profile->snapshots_max)
		return;
	profile->log_oldest_dropped(&volume->kernel_log);
	area_drop(oldest);
}

/* Whether SNAPSHOT has failed, or was active when another one failed. */
static bool is_given_up(struct volume *volume, const struct snapshot *snapshot)
{
	if (!snapshot->profile->shares_area || !snapshot->store)
		return false;
	list_for_each (at, &volume->snapshots) {
		const struct snapshot *other = CONTAINER_OF(at, struct snapshot, link);

		if (!other->profile->shares_area || !other->store ||
			other->state == SNAPSHOT_ACTIVE)
			continue;
		if (other == snapshot || elder_find(other, snapshot) || elder_find(snapshot, other))
			return true;
	}
	return false;
}

static int remove_given_up(struct snapshot *snapshot)
{
	struct volume *volume = snapshot->volume;
	char file[STORE_NAME_BYTES + 16];
	int error;

	snapshot_file_name(snapshot->name, file, sizeof file);
	error = volume->folder->ops->remove(volume->folder, file);
	if (error == 0 && volume->options.durable)
		error = volume->folder->ops->sync(volume->folder);
	if (error < 0) {
		log_error_code(error, "cannot remove '%s', which is given up", file);
		return error;
	}
	if (!volume->options.quiet)
		log_info("removed snapshot '%s', which had failed", snapshot->name);
	volume->snapshot_count--;
	snapshot_free(snapshot);
	return 0;
}

/* Removes those in STATE that are given up: 0 or the first -errno. */
static int remove_all_given_up(struct volume *volume, enum snapshot_state state)
{
	int first_error = 0;

	for (struct list *at = volume->snapshots.next, *next; at != &volume->snapshots; at = next) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		next = at->next;
		if (snapshot->state != state || !is_given_up(volume, snapshot))
			continue;

		int error = remove_given_up(snapshot);

		if (first_error == 0)
			first_error = error;
	}
	return first_error;
}

/*
 * First those that do not bear the mark themselves: without them the volume
 * must not be written to, or they would be there, and wrong, at the next
 * opening.  One that bears it may stay, and is shown as failed.
 */
int area_loaded(struct volume *volume)
{
	int error = remove_all_given_up(volume, SNAPSHOT_ACTIVE);

	if (error == 0) {
		remove_all_given_up(volume, SNAPSHOT_FAILED);
		area_recount(volume);
	}
	return error;
}
