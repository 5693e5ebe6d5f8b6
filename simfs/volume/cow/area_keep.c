/* SPDX-License-Identifier: Apache-2.0 */
/*
 * area_keep.c - deletes a snapshot of a shared area, but keeps its store for the older ones.
 *
 *   renamed to ORDER.kept ─▶ (the folder is synced) ─▶ counted for the next older one
 *                                     │ failed
 *                                     ▼
 *                             renamed back, and it stays
 */
#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/area.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"

bool area_needs(const struct snapshot *snapshot)
{
	return area_has(snapshot) && area_before(snapshot);
}

/* Gives the file the name that goes with IS_KEPT: 0, or -errno and nothing is changed. */
static int keep_rename(struct snapshot *snapshot, bool is_kept)
{
	struct blockio_folder *folder = snapshot->volume->folder;
	char from[STORE_NAME_BYTES + 16], to[STORE_NAME_BYTES + 16];
	int error;

	snapshot_file(snapshot, from, sizeof from);
	snapshot->is_kept = is_kept;
	snapshot_file(snapshot, to, sizeof to);
	error = folder->ops->rename(folder, from, to);
	if (error < 0)
		snapshot->is_kept = !is_kept;
	return error;
}

static void count_for_owner(struct snapshot *snapshot)
{
	struct snapshot *owner = snapshot;

	while (owner && owner->is_kept)
		owner = area_before(owner);
	/* Without an owner, only kept ones are older, and they are being removed: this one
	 * follows. */
	if (owner)
		area_count_kept(owner);
}

static void kept(struct snapshot *snapshot, int error)
{
	if (error < 0 && keep_rename(snapshot, false) < 0) {
		log_error_code(error, "a power cut may show snapshot '%s' again, which is deleted",
			snapshot->name);
		error = 0;
	}
	if (error == 0)
		count_for_owner(snapshot);
	snapshot_delete_kept(snapshot, error);
}

static void synced(struct blockio_request *io, int result)
{
	struct snapshot_delete *command = CONTAINER_OF(io, struct snapshot_delete, io);

	command->is_syncing = false;
	kept(command->snapshot, result);
}

void area_keep(struct snapshot *snapshot)
{
	struct volume *volume = snapshot->volume;
	struct snapshot_delete *command = snapshot->deletion;
	int error = keep_rename(snapshot, true);

	if (error < 0) {
		snapshot_delete_kept(snapshot, error);
		return;
	}
	if (!volume->options.durable) {
		kept(snapshot, 0);
		return;
	}
	/* Under its old name, a power cut would show it again. */
	command->is_syncing = true;
	command->io.done = synced;
	volume->folder->ops->start_sync(volume->folder, &command->io);
}

void area_sweep(struct volume *volume)
{
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!area_has(snapshot))
			continue;
		/* The next one follows when this one is gone. */
		if (snapshot->is_kept)
			snapshot_drop(snapshot);
		return;
	}
}
