/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_enter.c - puts a new snapshot on the list, or removes it again, and answers its
 * creator.
 *
 *   rename ─▶ (--durable, or a clone: the folder is synced) ─▶ on the list ─▶ `entered`
 *
 * Live writes are held during this: if the rig is killed before it is on the list, a whole
 * snapshot remains that was not acknowledged to anyone.
 */
#include <errno.h>
#include <stdio.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/vss_codes.h"
#include "simfs/volume/core.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"

void snapshot_new_file_name(const struct snapshot_create *create, char *buffer, size_t length)
{
	snprintf(buffer, length, "%s.store.new", create->copied_name);
}

/* Otherwise only the caller would learn why a snapshot was not taken. */
static void journal_refusal(struct snapshot_create *create, int error)
{
	struct volume *volume = create->volume;

	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_SNAPSHOT_REFUSED,
		json_pack(
			"{s:s, s:s}", "snapshot", create->copied_name, "error", error_name(error)));
}

/* VSS requesters get a code. EIO may be any disk error, so it has none. */
static void name_code(struct snapshot_create *create, int error)
{
	const struct vss_code *code = vss_code_exact(error);
	struct snapshot_hold *hold = &create->hold;

	if (create->refusal || !code || error == -EIO ||
		create->volume->options.profile->dead_set_limit_ns == 0)
		return;
	snprintf(hold->why, sizeof hold->why, "%s (0x%08x)", code->name, code->code);
	create->refusal = hold->why;
}

void snapshot_create_tell(struct snapshot_create *create, int result)
{
	struct snapshot *snapshot = create->snapshot;

	if (result < 0) {
		create->snapshot = NULL;
		name_code(create, result);
		journal_refusal(create, result);
	}
	create->done(create, result);
	snapshot_put(snapshot);
}

/* A set with writers is not over yet. */
void snapshot_create_answer(struct snapshot_create *create, int result)
{
	if (create->is_in_set)
		writer_set_committed(create, result);
	else
		snapshot_create_tell(create, result);
}

void snapshot_create_end(struct snapshot_create *create, int result)
{
	struct volume *volume = create->volume;
	char file[STORE_NAME_BYTES + 16];

	list_remove(&create->link);
	if (result < 0) {
		snapshot_new_file_name(create, file, sizeof file);
		volume->folder->ops->remove(volume->folder, file);
		/* Its disk space is freed later: nothing waits for that. */
		store_abandon(create->store);
	}
	snapshot_create_answer(create, result);
}

/* The rename has replaced the old one with the new one. */
static void replaced_go(struct snapshot_create *create)
{
	create->volume->snapshot_count--;
	store_abandon(TAKE_PTR(create->replaces->store));
	snapshot_free(TAKE_PTR(create->replaces));
}

static void list_it(struct snapshot_create *create)
{
	struct volume *volume = create->volume;
	struct snapshot *snapshot = TAKE_PTR(create->entering);

	snapshot->store = TAKE_PTR(create->store);
	store_join(snapshot->store, &volume->stores);
	create->snapshot = snapshot;
	/* From here on it can be deleted; that waits until CREATE's `done` was called. */
	snapshot_get(snapshot);
	list_append(&volume->snapshots, &snapshot->link);
	volume->snapshot_count++;
	surface_list_changed(volume);
	snapshots_recount(volume);
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_SNAPSHOT_CREATED,
		json_pack("{s:s}", "snapshot", snapshot->name));
}

static void not_entered(struct snapshot_create *create, int error)
{
	if (create->entering)
		snapshot_free(TAKE_PTR(create->entering));
	create->entered(create, error);
}

static void say_not_durable(const struct snapshot_create *create, int error)
{
	log_error_code(error, "snapshot '%s' may not outlive a power cut", create->copied_name);
}

/* Its file is marked as failed, so that no mount uses it if it reappears. */
static void marked(struct store_waiter *waiter, int error)
{
	struct snapshot_create *create = CONTAINER_OF(waiter, struct snapshot_create, written);

	if (error < 0)
		log_error_code(error, "a power cut may show snapshot '%s', which was not taken",
			create->copied_name);
	not_entered(create, create->sync_error);
}

static void synced(struct blockio_request *io, int result)
{
	struct snapshot_create *create = CONTAINER_OF(io, struct snapshot_create, io);
	struct blockio_folder *folder = create->volume->folder;
	char file[STORE_NAME_BYTES + 16];

	if (create->snapshot) {
		if (result < 0)
			say_not_durable(create, result);
		create->entered(create, 0);
		return;
	}
	snapshot_file_name(create->copied_name, file, sizeof file);
	if (result < 0 && folder->ops->remove(folder, file) == 0) {
		create->sync_error = result;
		store_waiter_arm(&create->written, marked);
		store_mark(create->store, result, 0, &create->written);
		return;
	}
	/* Its file cannot be removed: a snapshot that may be lost is better than none. */
	if (result < 0)
		say_not_durable(create, result);
	list_it(create);
	create->entered(create, 0);
}

/* Renames the file to its final name: 0, or -errno and nothing is changed. */
static int name_it(struct snapshot_create *create)
{
	struct volume *volume = create->volume;
	char new_file[STORE_NAME_BYTES + 16], file[STORE_NAME_BYTES + 16];

	create->entering = snapshot_new(volume, create->copied_name, create->store);
	if (!create->entering)
		return -ENOMEM;
	create->entering->store = NULL; /* CREATE's until it is on the list */
	/* Lost data cannot be in a snapshot. */
	image_look_now(volume);
	if (volume->origin->is_lossy)
		return -EIO;
	snapshot_new_file_name(create, new_file, sizeof new_file);
	snapshot_file_name(create->copied_name, file, sizeof file);
	return volume->folder->ops->rename(volume->folder, new_file, file);
}

void snapshot_create_enter(
	struct snapshot_create *create, void (*entered)(struct snapshot_create *create, int result))
{
	struct volume *volume = create->volume;
	int error;

	create->entered = entered;
	error = name_it(create);
	if (error < 0) {
		not_entered(create, error);
		return;
	}
	/* The old one is gone for good, so the new one is listed at once. */
	if (create->replaces) {
		replaced_go(create);
		list_it(create);
	}
	if (volume->options.durable || create->kind != SNAPSHOT_TAKEN) {
		create->io.done = synced;
		volume->folder->ops->start_sync(volume->folder, &create->io);
		return;
	}
	if (create->entering)
		list_it(create);
	create->entered(create, 0);
}
