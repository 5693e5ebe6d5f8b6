/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_delete.c - what keeps a snapshot alive, and how it is deleted.
 *
 *	deletion ─▶ no file open, no reference, not FAILING ─▶ barrier drained
 *	              ─▶ no reference, store idle ─▶ file removed ─▶ (the folder is synced)
 *	              ─▶ no reference, store idle ─▶ answered ─▶ freed
 *
 *  (1) It cannot be found by name or number once its deletion has begun.
 *  (2) Each thing that the deletion waits for continues it: the last snapshot_put(),
 *      snapshot_closed(), its mark, the barrier, its store, the folder.
 *  (3) It is on the list until it is freed, so whatever applies to all snapshots applies to
 *      it, too. Live writes are held, and none preserves data for it.
 */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"
#include "simfs/volume/way.h"

static void delete_drained(struct volume_barrier *barrier);

void snapshots_recount(struct volume *volume)
{
	range_unit_changed(volume);
	if (volume->topology->recount)
		volume->topology->recount(volume);
}

static bool is_needed(const struct snapshot *snapshot)
{
	const struct topology *topology = snapshot->volume->topology;

	return topology->needs && topology->needs(snapshot);
}

static void sweep(struct volume *volume)
{
	if (volume->topology->sweep)
		volume->topology->sweep(volume);
}

static void store_is_still(struct store_waiter *waiter, int error)
{
	struct snapshot_delete *command = CONTAINER_OF(waiter, struct snapshot_delete, still);

	(void)error;
	delete_drained(&command->barrier);
}

static void delete_tell(struct snapshot *snapshot)
{
	struct volume *volume = snapshot->volume;

	reads_keep(snapshot);
	surface_list_changed(volume);
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_SNAPSHOT_DELETED,
		json_pack("{s:s}", "snapshot", snapshot->name));
	volume->snapshot_count--;
}

/* It stays, or is kept. */
static void delete_over(struct snapshot *snapshot, int error)
{
	struct volume *volume = snapshot->volume;
	struct snapshot_delete *command = snapshot->deletion;

	snapshot->deletion = NULL;
	snapshots_recount(volume);
	volume_barrier_end(volume, &command->barrier);
	command->done(command, error);
}

/* ---- kept for others ---- */

void snapshot_delete_kept(struct snapshot *snapshot, int error)
{
	struct volume *volume = snapshot->volume;

	if (error == 0)
		delete_tell(snapshot);
	/* It has failed in the meantime, and is no longer needed. */
	if (snapshot->state != SNAPSHOT_ACTIVE) {
		snapshots_recount(volume);
		snapshot_maybe_delete(snapshot);
		return;
	}
	delete_over(snapshot, error);
	/* Those that it is kept for may have been deleted in the meantime. */
	sweep(volume);
}

/* ---- freed ---- */

/*
 * Its file is removed. If a power cut may bring it back, it is marked as failed here: writes
 * no longer preserve data for it.
 */
static void removal_synced(struct blockio_request *io, int result)
{
	struct snapshot_delete *command = CONTAINER_OF(io, struct snapshot_delete, io);
	struct snapshot *snapshot = command->snapshot;

	command->is_syncing = false;
	if (result < 0) {
		log_error_code(
			result, "cannot make it durable that '%s' is deleted", snapshot->name);
		if (snapshot->store && snapshot->state == SNAPSHOT_ACTIVE)
			snapshot_fail_one(snapshot, result, "snapshot.delete");
	}
	snapshot_maybe_delete(snapshot);
}

static void gone(struct snapshot *snapshot)
{
	struct volume *volume = snapshot->volume;
	struct snapshot_delete *command = snapshot->deletion;

	if (!snapshot->is_kept)
		delete_tell(snapshot);
	if (volume->topology->snapshot_deleted)
		volume->topology->snapshot_deleted(snapshot);
	list_remove(&snapshot->link);
	snapshots_recount(volume);
	volume_barrier_end(volume, &command->barrier);
	command->done(command, 0);
	/* Last: COMMAND may be part of it. */
	store_abandon(TAKE_PTR(snapshot->store));
	snapshot_free(snapshot);
	sweep(volume);
}

/* From here on no write preserves data for it, so its file is removed first: after a kill it
 * would be taken for whole. */
static void file_remove(struct snapshot *snapshot)
{
	struct volume *volume = snapshot->volume;
	struct snapshot_delete *command = snapshot->deletion;
	char file[STORE_NAME_BYTES + 16];
	int error;

	snapshot_file(snapshot, file, sizeof file);
	error = volume->folder->ops->remove(volume->folder, file);
	/* If its mark could not be written, the file is removed already. */
	if (error < 0 && error != -ENOENT) {
		delete_over(snapshot, error);
		return;
	}
	command->is_removed = true;
	/* A power cut must not bring it back once no data are preserved for it, nor a clone
	 * without its node. */
	if (!volume->options.durable && !snapshot->is_clone) {
		gone(snapshot);
		return;
	}
	command->is_syncing = true;
	command->io.done = removal_synced;
	volume->folder->ops->start_sync(volume->folder, &command->io);
}

static void delete_drained(struct volume_barrier *barrier)
{
	struct snapshot_delete *command = CONTAINER_OF(barrier, struct snapshot_delete, barrier);
	struct snapshot *snapshot = command->snapshot;

	/* snapshot_put() will call this again. If it is only kept, reads of its store for an
	 * older snapshot may go on. */
	if (snapshot->references > 0 && !is_needed(snapshot))
		return;
	if (snapshot->store && !store_idle(snapshot->store)) {
		store_waiter_arm(&command->still, store_is_still);
		store_quiesce(snapshot->store, &command->still);
		return;
	}
	MUST(snapshot->state != SNAPSHOT_FAILING);
	if (command->is_removed)
		gone(snapshot);
	else if (is_needed(snapshot))
		snapshot->volume->topology->keep(snapshot);
	else
		file_remove(snapshot);
}

/*
 * Reads in flight may be of the origin, so writes preserve data until the last one has ended;
 * such a write may still fail the snapshot. Writes to the snapshot that wait behind a barrier
 * count as in flight.
 */
void snapshot_maybe_delete(struct snapshot *snapshot)
{
	struct snapshot_delete *command = snapshot->deletion;

	if (!command || snapshot->references > 0 || snapshot->state == SNAPSHOT_FAILING)
		return;
	if (command->has_begun) {
		if (command->barrier.is_drained && !command->still.done && !command->is_syncing)
			delete_drained(&command->barrier);
		return;
	}
	if (snapshot->files_open > 0)
		return;
	command->has_begun = true;
	volume_barrier_begin(snapshot->volume, &command->barrier);
}

void snapshot_get(struct snapshot *snapshot)
{
	if (snapshot)
		snapshot->references++;
}

void snapshot_put(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	MUST(snapshot->references > 0);
	snapshot->references--;
	snapshot_maybe_delete(snapshot);
}

void snapshot_delete_begin(struct snapshot *snapshot, struct snapshot_delete *command)
{
	MUST(!snapshot->deletion);
	command->snapshot = snapshot;
	command->has_begun = command->is_syncing = command->is_removed = false;
	command->still = (struct store_waiter){ 0 };
	command->barrier.drained = delete_drained;
	snapshot->deletion = command;
	snapshots_recount(snapshot->volume);
	snapshot_maybe_delete(snapshot);
}

static void dropped(struct snapshot_delete *command, int result)
{
	if (result < 0)
		log_error_code(result, "cannot delete snapshot '%s', which is given up",
			command->snapshot->name);
}

void snapshot_drop(struct snapshot *snapshot)
{
	if (snapshot->deletion) {
		snapshot_maybe_delete(snapshot);
		return;
	}
	snapshot->drop.done = dropped;
	snapshot_delete_begin(snapshot, &snapshot->drop);
}

/* A fault may have held it up, and SNAPSHOT may be gone or in use now. */
static void delete_go(struct volume_moment *moment, int result)
{
	struct snapshot_delete *command = CONTAINER_OF(moment, struct snapshot_delete, moment);
	struct snapshot *snapshot = volume_snapshot_by_id(command->volume, command->snapshot_id);

	if (result == 0 && !snapshot)
		result = -ENOENT;
	else if (result == 0 && snapshot->files_open > 0)
		result = -EBUSY;
	if (result < 0)
		command->done(command, result);
	else
		snapshot_delete_begin(snapshot, command);
}

void volume_snapshot_delete(
	struct volume *volume, struct snapshot *snapshot, struct snapshot_delete *command)
{
	if (snapshot->files_open > 0 || snapshot->deletion) {
		command->done(command, -EBUSY);
		return;
	}
	command->volume = volume;
	command->snapshot_id = snapshot->id;
	volume_moment_arm(&command->moment, delete_go);
	fault_moment(volume, FAULT_SNAPSHOT_DELETE, snapshot->name, snapshot, &command->moment);
}
