/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.c - what IMAGE.snaprig/ holds: the volume's identity and its stores.
 *
 *	volume			struct volume_record, one unit
 *	NAME.store		a snapshot
 *	ORDER.kept		a deleted one, kept for older ones (cow/area_life.c)
 *	ID.node			a node of a chain, beside the image, which is its root
 *	*.new			one that was being taken when the rig was killed
 *
 * A snapshot whose store is damaged is kept and shown as failed with EUCLEAN: its file may
 * still be useful to someone, but its content must not be used.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/volume/core.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/life.h"
#include "simfs/volume/opening.h"
#include "simfs/volume/state.h"

struct wait {
	struct store_waiter waiter;
	bool has_ended;
	int error;
};

static void wait_done(struct store_waiter *waiter, int error)
{
	struct wait *wait = CONTAINER_OF(waiter, struct wait, waiter);

	wait->error = error;
	wait->has_ended = true;
}

static int wait_for(struct wait *wait, struct store *store)
{
	while (!wait->has_ended)
		store_io(store)->ops->step(store_io(store));
	return wait->error;
}

int state_update(struct store *store, const struct store_facts *facts)
{
	struct wait wait = { .waiter = { .done = wait_done } };

	store_update(store, facts, &wait.waiter);
	return wait_for(&wait, store);
}

int state_mark(struct store *store, int error)
{
	struct wait wait = { .waiter = { .done = wait_done } };

	store_mark(store, error, 0, &wait.waiter);
	return wait_for(&wait, store);
}

/* The names in the folder, listed first: opening stores changes the folder. */
struct names {
	char **names;
	size_t count;
};

static int names_add(const char *name, void *context)
{
	struct names *names = context;
	char **grown = realloc(names->names, (names->count + 1) * sizeof *grown);

	if (!grown)
		return -ENOMEM;
	names->names = grown;
	names->names[names->count] = strdup(name);
	return names->names[names->count] ? (names->count++, 0) : -ENOMEM;
}

static bool has_stores(const struct names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		if (state_has_suffix(names->names[i], STORE_SUFFIX) ||
			state_has_suffix(names->names[i], KEPT_SUFFIX) ||
			state_has_suffix(names->names[i], LOST_SUFFIX) ||
			state_has_suffix(names->names[i], NODE_SUFFIX))
			return true;
	}
	return false;
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}

static bool has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0)
			return true;
	}
	return false;
}

/* Loads a lost snapshot, unless someone has put a store of the same name beside it: then it
 * is unclear which one is meant. */
static int load_lost(struct volume *volume, const char *file, const struct names *names)
{
	size_t length = strlen(file) - strlen(LOST_SUFFIX);
	char store[NAME_MAX + 1];

	snprintf(store, sizeof store, "%.*s" STORE_SUFFIX, (int)length, file);
	if (!has_name(names, store))
		return state_load_lost(volume, file);
	log_error("both '%s' and '%s' exist: remove one of them", store, file);
	return -EEXIST;
}

static void say_recovered(const struct volume *volume, const struct snapshot *snapshot,
	const struct store_findings *findings)
{
	if (volume->options.quiet || findings->was_clean || snapshot->is_kept)
		return;
	if (snapshot->state == SNAPSHOT_FAILED)
		log_info("snapshot '%s' had failed with %s", snapshot->name,
			error_name(snapshot->error));
	else
		log_info("recovered snapshot '%s': %" PRIu64 " blocks in %" PRIu64
			 " segments, %" PRIu64 " unused bytes cut off",
			snapshot->name, store_blocks(snapshot->store), findings->segments,
			findings->torn_bytes);
}

void state_insert(struct volume *volume, struct snapshot *snapshot)
{
	struct list *before = volume->snapshots.next;

	while (before != &volume->snapshots &&
		CONTAINER_OF(before, struct snapshot, link)->id < snapshot->id)
		before = before->next;
	list_append(before, &snapshot->link);
	volume->snapshot_count += !snapshot->is_kept;
	if (snapshot->id >= volume->next_order)
		volume->next_order = snapshot->id + 1;
}

/* The store expected in a file. */
struct expected {
	const struct volume *volume;
	const char *name; /* NULL: any */
	enum owner_kind kind;
	bool is_foreign; /* whole, but of something else */
	bool is_of_another_topology;
};

static const char *why_foreign(const struct store_facts *facts, struct expected *expected)
{
	if (facts->volume_id != expected->volume->volume_id ||
		facts->volume_bytes != expected->volume->image.stored_bytes)
		return "store of another volume";
	if (expected->name && strcmp(facts->name, expected->name) != 0 &&
		!state_may_rename(expected->volume->folder, facts))
		return "store of another snapshot";
	if (facts->block_bytes > VOLUME_BLOCK_MAX_BYTES)
		return "superblock makes no sense";
	if (owner_fault(facts))
		return owner_fault(facts);
	if (facts->owner.kind != expected->kind) {
		expected->is_of_another_topology = true;
		return "store of another topology";
	}
	return NULL;
}

static const char *foreign(const struct store_facts *facts, void *context)
{
	struct expected *expected = context;
	const char *why = why_foreign(facts, expected);

	expected->is_foreign = why != NULL;
	/* No data were preserved for it since then, so it must never be used. */
	if (!why && state_is_older(facts, expected->volume->image.closing_id))
		why = "it is older than the last unmount";
	return why;
}

bool state_reads_failed(const struct store_facts *facts, void *context)
{
	const struct profile *profile = profile_find(facts->profile);

	(void)context;
	return profile && profile->reads_on;
}

bool state_needs_data(const struct store_facts *facts, void *context)
{
	(void)context;
	return owner_of(facts).mode != SNAPSHOT_MODE_INCREMENTAL;
}

/* Acknowledged blocks of it may be missing, and it is unknown which. */
static int give_up(struct snapshot *snapshot)
{
	int error = state_mark(snapshot->store, -EIO);

	snapshot->state = SNAPSHOT_FAILED;
	snapshot->error = -EIO;
	if (error < 0)
		log_error_code(error, "cannot mark snapshot '%s' as lost", snapshot->name);
	else if (!snapshot->volume->options.quiet)
		log_info("snapshot '%s' is lost: the machine crashed while it was in use, and it "
			 "was not mounted with --durable",
			snapshot->name);
	return error;
}

/* Its age continues from the previous mount, by the wall clock; 0 if the time in the file is
 * impossible. */
static uint64_t age_ns(int64_t created_seconds)
{
	int64_t now_seconds = clock_wall_seconds();

	if (created_seconds <= 0 || created_seconds > now_seconds)
		return 0;
	return NS_PER_S * (uint64_t)(now_seconds - created_seconds);
}

/* What older snapshots need is missing, so they are given up (cow/area_life.c). */
static int lose_kept(struct snapshot *snapshot, const char *file, bool is_foreign)
{
	struct blockio_folder *folder = snapshot->volume->folder;
	int error = is_foreign ? 0 : folder->ops->remove(folder, file);

	if (error < 0)
		log_error_code(error, "cannot remove '%s'", file);
	snapshot_free(snapshot);
	return error;
}

/* Decides about SNAPSHOT, found whole and in the right place. */
static int keep_found(struct snapshot *snapshot, const struct store_findings *findings)
{
	const struct topology *topology = snapshot->volume->topology;

	/* Its record was flushed when it was created, and its nodes are durable. */
	if (snapshot->is_clone)
		return findings->machine_restarted ? state_mark(snapshot->store, 0) : 0;
	if (snapshot->state == SNAPSHOT_ACTIVE && findings->machine_restarted &&
		!findings->was_durable)
		return give_up(snapshot);
	say_recovered(snapshot->volume, snapshot, findings);
	if (snapshot->state == SNAPSHOT_ACTIVE && topology->snapshot_loaded)
		topology->snapshot_loaded(snapshot);
	return 0;
}

int state_load_snapshot(struct volume *volume, const char *file, enum owner_kind kind)
{
	struct store_findings findings;
	struct store *store;
	char name[STORE_NAME_BYTES] = "", named[STORE_NAME_BYTES + 16];
	bool is_kept = state_has_suffix(file, KEPT_SUFFIX);
	size_t length = strlen(file) - (is_kept ? strlen(KEPT_SUFFIX) : strlen(STORE_SUFFIX));

	if (length > VOLUME_SNAPSHOT_NAME_MAX)
		return 0;
	memcpy(name, file, length);

	struct expected expected = {
		.volume = volume,
		.name = is_kept ? NULL : name,
		.kind = kind,
	};
	struct store_open_options options = {
		.refuses = foreign,
		.needs_data = state_needs_data,
		.reads_failed = state_reads_failed,
		.context = &expected,
		.boot_id = volume->options.boot_id,
		.durable = volume->options.durable,
		.verify_data = volume->options.verify,
		.verify_up_to_bytes = volume->limits->verify_up_to_bytes,
		.limits = volume->limits->store,
		.flushes_later = true,
	};
	int error = store_open(volume->folder, file, &options, &store, &findings);

	if (expected.is_of_another_topology) {
		log_error("snapshot '%s' was taken %s: mount it with a profile of that kind", name,
			kind == OWNER_COW_SNAPSHOT ? "in a chain" : "by copy-on-write");
		return -EUCLEAN;
	}
	if (error < 0 && error != -EUCLEAN) {
		log_error_code(error, "cannot open store '%s'", file);
		return error;
	}

	int unnamed = store && !is_kept
			      ? state_settle_name(volume, store, file, name, named, sizeof named)
			      : 0;
	struct snapshot *snapshot = unnamed == 0 ? snapshot_new(volume, name, store) : NULL;

	if (!snapshot) {
		store_destroy(store);
		return unnamed < 0 ? unnamed : -ENOMEM;
	}
	file = store && !is_kept ? named : file;
	if (store)
		store_join(store, &volume->stores);
	snapshot->is_kept = is_kept;
	snapshot->older_ns = age_ns(snapshot_created_seconds(snapshot));
	state_tell_sums(volume, file, &findings);
	if (error == -EUCLEAN) {
		if (!volume->options.quiet)
			log_info("snapshot '%s' is lost: '%s' at offset %" PRIu64 ": %s", name,
				file, findings.damage_offset, findings.damage);
		if (is_kept)
			return lose_kept(snapshot, file, expected.is_foreign);
		/* The store of something else is never used here, but may be useful elsewhere. */
		error = expected.is_foreign ? 0 : state_lose(snapshot, file);
	} else {
		error = keep_found(snapshot, &findings);
	}
	state_insert(volume, snapshot);
	return error;
}

/* An unreadable store does not have its place in the order: it comes last, with an unused id. */
static void place_unreadable(struct volume *volume)
{
	while (!list_empty(&volume->snapshots)) {
		struct snapshot *first = CONTAINER_OF(
			volume->snapshots.next, struct snapshot, link);

		if (first->id != 0)
			return;
		first->id = volume->next_order++;
		list_remove(&first->link);
		list_append(&volume->snapshots, &first->link);
	}
}

int state_load(struct volume *volume)
{
	struct names names = { 0 };
	struct blockio_folder *folder = volume->folder;
	int error = folder->ops->list(folder, names_add, &names);

	if (error == 0)
		error = state_record_load(volume, has_stores(&names));
	for (size_t i = 0; i < names.count && error == 0; i++) {
		const char *name = names.names[i];

		if (state_has_suffix(name, LOST_SUFFIX)) {
			error = load_lost(volume, name, &names);
			continue;
		}
		if (!state_is_unfinished(name)) {
			error = volume->topology->load(volume, name);
			continue;
		}
		if (!volume->options.quiet)
			log_info("removed '%s', a snapshot that was not finished", name);
		error = folder->ops->remove(folder, name);
	}
	place_unreadable(volume);
	if (error == 0)
		error = opening_flush(volume);
	if (error == 0 && volume->topology->loaded)
		error = volume->topology->loaded(volume);
	if (error == 0)
		error = image_loaded(volume);
	if (error == 0 && volume->topology->judge)
		error = volume->topology->judge(volume);
	/* Last: until then the record may say what the image was. */
	if (error == 0)
		error = state_record_open(volume);
	for (size_t i = 0; i < names.count && error == 0; i++)
		state_sweep_sums(volume, names.names[i]);
	names_free(&names);
	return error;
}
