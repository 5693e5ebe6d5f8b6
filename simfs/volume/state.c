/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.c - what IMAGE.snaprig/ holds: the volume's identity and its stores.
 *
 *	volume			struct volume_record, one unit
 *	NAME.store		a snapshot
 *	ID.node			a node of a chain, beside the image, which is its root
 *	*.new			one that was being taken when the rig was killed
 *
 * A snapshot whose store is damaged is kept and shown as failed with EUCLEAN:
 * its file may still be worth something to somebody, its content is not to be
 * believed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/volume/volume_internal.h"

#define VOLUME_FILE	"volume"
#define VOLUME_FILE_NEW "volume.new"
#define VOLUME_MAGIC	0x31766c6f70616e73ull

struct volume_record {
	uint64_t magic;
	uint64_t hash; /* XXH3-64 of the rest */
	uint64_t volume_id;
	uint64_t volume_bytes;
};

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

static uint64_t record_hash(const struct volume_record *record)
{
	return XXH3_64bits(&record->volume_id, sizeof *record - 2 * sizeof(uint64_t));
}

static int record_write(struct volume *volume, void *unit)
{
	struct blockio_folder *folder = volume->folder;
	struct volume_record *record = unit;
	struct blockio *io;

	memset(unit, 0, STORE_UNIT_BYTES);
	record->magic = VOLUME_MAGIC;
	record->volume_id = mix64((uint64_t)clock_wall_ns() ^ mix64((uint64_t)getpid()));
	record->volume_bytes = volume_bytes(volume);
	record->hash = record_hash(record);
	volume->volume_id = record->volume_id;

	folder->ops->remove(folder, VOLUME_FILE_NEW);

	int error = folder->ops->open(folder, VOLUME_FILE_NEW, true, &io);

	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_WRITE, 0, unit, STORE_UNIT_BYTES);
	/* A power cut may keep the name and lose the bytes: no mount would be possible. */
	if (error == 0)
		error = blockio_do(io, BLOCKIO_FLUSH, 0, NULL, 0);
	blockio_destroy(io);
	if (error == 0)
		error = folder->ops->rename(folder, VOLUME_FILE_NEW, VOLUME_FILE);
	if (error == 0)
		error = folder->ops->sync(folder);
	return error;
}

static int record_check(struct volume *volume, const struct volume_record *record)
{
	if (record->magic != VOLUME_MAGIC || record->hash != record_hash(record)) {
		log_error("state file '" VOLUME_FILE "' does not check at offset 0 "
			  "(remove the state folder to give up its snapshots)");
		return -EUCLEAN;
	}
	if (record->volume_bytes != volume_bytes(volume)) {
		log_error("state is of a volume of %" PRIu64 " bytes, the image has %" PRIu64
			  " (remove the state folder to give up its snapshots)",
			record->volume_bytes, volume_bytes(volume));
		return -EUCLEAN;
	}
	volume->volume_id = record->volume_id;
	return 0;
}

static int record_load(struct volume *volume)
{
	struct blockio *io;
	void *unit = NULL;

	if (posix_memalign(&unit, BLOCKIO_ALIGNMENT_MAX, STORE_UNIT_BYTES) != 0)
		return -ENOMEM;

	AUTO(auto_free) void *owned = unit;
	int error = volume->folder->ops->open(volume->folder, VOLUME_FILE, false, &io);

	if (error == -ENOENT)
		return record_write(volume, owned);
	if (error < 0)
		return error;
	error = blockio_do(io, BLOCKIO_READ, 0, owned, STORE_UNIT_BYTES);
	blockio_destroy(io);
	return error < 0 ? error : record_check(volume, owned);
}

/* The names in the folder, taken first: opening stores changes what is listed. */
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

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}

bool state_has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static void say_recovered(const struct volume *volume, const struct snapshot *snapshot,
	const struct store_findings *findings)
{
	if (volume->options.quiet || findings->was_clean)
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

/* In order of creation, whatever the order of the listing. */
static void snapshot_insert(struct volume *volume, struct snapshot *snapshot)
{
	struct list *before = volume->snapshots.next;

	while (before != &volume->snapshots &&
		CONTAINER_OF(before, struct snapshot, link)->id < snapshot->id)
		before = before->next;
	list_append(before, &snapshot->link);
	volume->snapshot_count++;
	if (snapshot->id >= volume->next_order)
		volume->next_order = snapshot->id + 1;
}

/* Whose store is expected in a file. */
struct expected {
	const struct volume *volume;
	const char *name;
	enum store_role role;
	bool is_of_another_topology;
};

static const char *foreign(const struct store_facts *facts, void *context)
{
	struct expected *expected = context;

	if (facts->volume_id != expected->volume->volume_id ||
		facts->volume_bytes != volume_bytes(expected->volume))
		return "store of another volume";
	if (strcmp(facts->name, expected->name) != 0)
		return "store of another snapshot";
	if (facts->block_bytes > VOLUME_BLOCK_MAX_BYTES)
		return "superblock makes no sense";
	if (facts->role != expected->role) {
		expected->is_of_another_topology = true;
		return "store of another topology";
	}
	return NULL;
}

static bool is_read_on(const struct store_facts *facts, void *context)
{
	const struct profile *profile = profile_find(facts->profile);

	(void)context;
	return profile && profile->goes_stale;
}

/* Data of a store that is read in a moment is verified; a mount must not take minutes. */
#define VERIFY_UP_TO_BYTES (64u << 20)

/* Acknowledged blocks of it may be missing, and nobody can say which. */
static int give_up(struct snapshot *snapshot)
{
	int error = state_mark(snapshot->store, -EIO);

	snapshot->state = SNAPSHOT_FAILED;
	snapshot->error = -EIO;
	if (error < 0)
		log_error_code(error, "cannot mark snapshot '%s' as lost", snapshot->name);
	else if (!snapshot->volume->options.quiet)
		log_info("snapshot '%s' is lost: the machine went down while it was in use, and "
			 "it was not mounted with --durable",
			snapshot->name);
	return error;
}

int state_load_snapshot(struct volume *volume, const char *file, enum store_role role)
{
	struct store_findings findings;
	struct store *store;
	char name[STORE_NAME_BYTES] = "";
	size_t length = strlen(file) - strlen(STORE_SUFFIX);

	if (length > VOLUME_SNAPSHOT_NAME_MAX)
		return 0;
	memcpy(name, file, length);

	struct expected expected = { .volume = volume, .name = name, .role = role };
	struct store_open_options options = {
		.refuses = foreign,
		.reads_failed = is_read_on,
		.context = &expected,
		.boot_id = volume->options.boot_id,
		.durable = volume->options.durable,
		.verify_up_to_bytes = VERIFY_UP_TO_BYTES,
	};
	int error = store_open(volume->folder, file, &options, &store, &findings);

	if (expected.is_of_another_topology) {
		log_error("snapshot '%s' was taken %s: mount it with the profile of then", name,
			role == ROLE_COW_SNAPSHOT ? "in a chain" : "by copy-on-write");
		return -EUCLEAN;
	}
	if (error < 0 && error != -EUCLEAN) {
		log_error_code(error, "cannot open store '%s'", file);
		return error;
	}

	struct snapshot *snapshot = snapshot_new(volume, name, store);

	if (!snapshot) {
		store_destroy(store);
		return -ENOMEM;
	}
	if (error == -EUCLEAN) {
		snapshot->state = SNAPSHOT_FAILED;
		snapshot->error = -EUCLEAN;
		if (!volume->options.quiet)
			log_info("snapshot '%s' is lost: '%s' at offset %" PRIu64 ": %s", name,
				file, findings.damage_offset, findings.damage);
	} else if (snapshot->state == SNAPSHOT_ACTIVE && findings.machine_restarted &&
		   !findings.was_durable) {
		error = give_up(snapshot);
	} else {
		say_recovered(volume, snapshot, &findings);
	}
	snapshot_insert(volume, snapshot);
	return error == -EUCLEAN ? 0 : error;
}

/*
 * A store that cannot be read does not say its place in the order: it comes
 * last, with an id that none of the others has.
 */
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

/* Of a snapshot that was being taken when the rig was killed. */
static bool is_unfinished(const char *name)
{
	return state_has_suffix(name, STORE_SUFFIX NEW_SUFFIX) ||
	       state_has_suffix(name, NODE_SUFFIX NEW_SUFFIX);
}

int state_load(struct volume *volume)
{
	struct names names = { 0 };
	struct blockio_folder *folder = volume->folder;
	int error = record_load(volume);

	if (error == 0)
		error = folder->ops->list(folder, names_add, &names);
	for (size_t i = 0; i < names.count && error == 0; i++) {
		const char *name = names.names[i];

		if (!is_unfinished(name)) {
			error = volume->topology->load(volume, name);
			continue;
		}
		if (!volume->options.quiet)
			log_info("removed '%s', a snapshot that was not finished", name);
		error = folder->ops->remove(folder, name);
	}
	place_unreadable(volume);
	if (error == 0)
		error = area_loaded(volume);
	if (error == 0 && volume->topology->loaded)
		error = volume->topology->loaded(volume);
	names_free(&names);
	return error;
}
