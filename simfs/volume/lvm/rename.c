/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rename.c - renames a snapshot.
 *
 *	superblock: TO, named ─▶ file FROM.store renamed ─▶ it is TO ─▶ (the folder is synced)
 *	                                 │ failed
 *	                                 ▼
 *	                      old superblock written again
 *
 * A store that is `named` (owner.h) has its name in its superblock, whatever its file is
 * called: a mount that finds the two different renames the file (state_rename.c). So a kill
 * at any point does no harm, nor does what a power cut leaves of the folder.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/blockio/faulty.h"
#include "simfs/volume/core.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/lvm/change.h"
#include "simfs/volume/state.h"

static void synced(struct blockio_request *io, int result)
{
	struct lvm_change *change = CONTAINER_OF(io, struct lvm_change, io);

	/* The next mount corrects it if needed. */
	(void)result;
	change_end(change, 0);
}

/* Its file has the new name. */
static void renamed(struct lvm_change *change)
{
	struct volume *volume = change->volume;
	struct snapshot *snapshot = change->snapshot;

	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_SNAPSHOT_RENAMED,
		json_pack("{s:s, s:s}", "snapshot", snapshot->name, "to", change->to));
	snprintf(snapshot->name, sizeof snapshot->name, "%s", change->to);
	if (snapshot->store)
		faulty_store_rename(store_io(snapshot->store), snapshot->name);
	surface_list_changed(volume);
	if (!volume->options.durable) {
		change_end(change, 0);
		return;
	}
	change->io.done = synced;
	volume->folder->ops->start_sync(volume->folder, &change->io);
}

static int file_rename(struct lvm_change *change)
{
	struct blockio_folder *folder = change->volume->folder;
	struct snapshot *snapshot = change->snapshot;
	char from[STORE_NAME_BYTES + 16], to[STORE_NAME_BYTES + 16];
	char was[STORE_NAME_BYTES];

	memcpy(was, snapshot->name, sizeof was);
	snapshot_file(snapshot, from, sizeof from);
	snprintf(snapshot->name, sizeof snapshot->name, "%s", change->to);
	snapshot_file(snapshot, to, sizeof to);
	memcpy(snapshot->name, was, sizeof was);
	return folder->ops->rename(folder, from, to);
}

static void name_written(struct lvm_change *change)
{
	int error = file_rename(change);

	if (error < 0)
		change_undo(change, error);
	else
		renamed(change);
}

/* The file of one whose store was found damaged is never read. */
static void rename_lost(struct lvm_change *change)
{
	int error = change->snapshot->is_lost ? file_rename(change) : -EUCLEAN;

	if (error < 0)
		change_refuse(
			change, error, error == -EUCLEAN ? "its file is another one's" : NULL);
	else
		renamed(change);
}

static int check(struct lvm_change *change)
{
	struct volume *volume = change->volume;
	int error = snapshot_name_check(change->to);

	change->refusal = "a snapshot's name is UTF-8, at most 64 bytes, without '/', control "
			  "characters and a leading dot";
	if (error < 0)
		return error;
	change->refusal = "it exists already";
	if (snapshot_has_name(volume, change->to) || snapshot_is_being_created(volume, change->to))
		return -EEXIST;
	change->refusal = NULL;
	return 0;
}

void change_rename(struct lvm_change *change)
{
	struct snapshot *snapshot = change->snapshot;
	struct store_facts facts;
	int error;

	if (strcmp(snapshot->name, change->to) == 0) {
		change_end(change, 0);
		return;
	}
	error = check(change);
	if (error < 0) {
		change_end(change, error);
		return;
	}
	if (!snapshot->store || snapshot->is_lost) {
		rename_lost(change);
		return;
	}
	facts = *store_facts(snapshot->store);
	snprintf(facts.name, sizeof facts.name, "%s", change->to);
	owner_set_named(&facts);
	change_write(change, &facts, name_written);
}
