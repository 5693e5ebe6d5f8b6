/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/core.h"
#include "simfs/volume/datto/datto.h"
#include "simfs/volume/datto/device.h"
#include "simfs/volume/life.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/profile/datto.h"

/* ---- ending a command ---- */

static void say(struct volume *volume, int error, const char *what)
{
	text_log_line(&volume->kernel_log, "datto: %s: %d", what, error);
}

void datto_command_end(struct datto_command *command, int result)
{
	static const char *const handlers[] = {
		[DATTO_SETUP] = "setup",
		[DATTO_RELOAD_SNAPSHOT] = "reload",
		[DATTO_RELOAD_INCREMENTAL] = "reload",
		[DATTO_DESTROY] = "destroy",
		[DATTO_TO_INCREMENTAL] = "transition to incremental",
		[DATTO_TO_SNAPSHOT] = "transition to snapshot",
		[DATTO_RECONFIGURE] = "reconfigure",
		[DATTO_EXPAND] = "expand cow file",
		[DATTO_AUTO_EXPAND] = "reconfigure auto expand",
		[DATTO_UNMOUNT] = NULL,
	};
	const char *handler = handlers[command->ioctl];

	if (result < 0 && handler)
		text_log_line(&command->volume->kernel_log,
			"datto: error during %s ioctl handler: %d", handler, result);
	command->done(command, result);
}

static int refuse(struct datto_command *command, int error, const char *what)
{
	say(command->volume, error, what);
	return error;
}

/* ---- checks of the device ---- */

static int minor_check(struct datto_command *command)
{
	return command->minor < DATTO_MINORS
		       ? 0
		       : refuse(command, -EINVAL, "minor number specified is out of range");
}

static bool is_at_minor(struct datto_command *command)
{
	const struct datto_unverified *unverified = &command->volume->datto->unverified;

	if (unverified->exists)
		return unverified->minor == command->minor;
	command->snapshot = datto_traced(command->volume);
	return command->snapshot &&
	       owner_of(store_facts(command->snapshot->store)).minor == command->minor;
}

static int minor_is_free(struct datto_command *command)
{
	int error = minor_check(command);

	if (error == 0 && is_at_minor(command))
		error = refuse(command, -EBUSY, "device specified already exists");
	if (error < 0)
		say(command->volume, error, "verify_minor_available");
	return error;
}

/* NOT_BUSY: no file of it may be open. */
static int minor_is_used(struct datto_command *command, bool not_busy)
{
	int error = minor_check(command);

	if (error < 0)
		return error;
	if (!is_at_minor(command))
		return refuse(command, -ENOENT, "device specified does not exist");
	if (not_busy && command->snapshot && command->snapshot->files_open > 0)
		return refuse(command, -EBUSY, "device specified is busy");
	return 0;
}

static int not_failed(struct datto_command *command)
{
	const struct snapshot *snapshot = command->snapshot;

	if (snapshot ? snapshot->state != SNAPSHOT_ACTIVE
		     : command->volume->datto->unverified.error < 0)
		return refuse(command, -EINVAL, "device specified is in the fail state");
	return 0;
}

static int mode_check(struct datto_command *command, bool is_incremental)
{
	const struct snapshot *snapshot = command->snapshot;

	if (snapshot && !snapshot_is_dormant(snapshot) && snapshot->tracks_only == is_incremental)
		return 0;
	return refuse(command, -EINVAL,
		is_incremental ? "device specified is not in active incremental mode"
			       : "device specified is not in active snapshot mode");
}

/* It exists, has not failed, and is active in that mode. */
static int ready(struct datto_command *command, bool not_busy, bool is_incremental)
{
	int error = minor_is_used(command, not_busy);

	error = error == 0 ? not_failed(command) : error;
	return error == 0 ? mode_check(command, is_incremental) : error;
}

static int device_check(struct datto_command *command)
{
	const char *live = command->volume->options.live_path;

	return live && strcmp(live, command->block_device) == 0 ? 0 : -ENOTBLK;
}

/* ---- setup and destroy ---- */

static void created(struct snapshot_create *create, int result)
{
	struct datto_command *command = CONTAINER_OF(create, struct datto_command, create);

	/* The reason has been logged, with the handler's line. */
	if (command->ioctl == DATTO_SETUP && create->was_logged) {
		command->done(command, result);
		return;
	}
	/* One that was replaced is freed, with its reference, whatever happened to the new one. */
	snapshot_put(create->replaces);
	datto_command_end(command, result);
}

static void take(struct datto_command *command)
{
	snprintf(command->name, sizeof command->name, "datto%u", command->minor);
	command->create = (struct snapshot_create){
		.name = command->name,
		.has_limit = command->fallocate_bytes > 0,
		.limit = { .bytes = command->fallocate_bytes },
		.minor = command->minor,
		.label = command->cow_path,
		.done = created,
	};
	if (command->ioctl == DATTO_TO_SNAPSHOT) {
		command->create.name = command->snapshot->name;
		command->create.replaces = command->snapshot;
		/* It stays until it is replaced. */
		snapshot_get(command->snapshot);
	}
	volume_snapshot_create(command->volume, &command->create);
}

static int setup(struct datto_command *command)
{
	int error = minor_is_free(command);

	error = error == 0 ? device_check(command) : error;
	if (error < 0)
		return error;
	command->volume->datto->cache_bytes = command->cache_bytes ? command->cache_bytes
								   : DATTO_CACHE_BYTES;
	take(command);
	return 0;
}

static void device_gone(struct volume *volume)
{
	volume->datto->cache_bytes = DATTO_CACHE_BYTES;
	volume->datto->step_bytes = 0;
	volume->datto->unverified.exists = false;
}

static void destroyed(struct snapshot_delete *deletion, int result)
{
	struct datto_command *command = CONTAINER_OF(deletion, struct datto_command, deletion);

	if (result == 0)
		device_gone(command->volume);
	datto_command_end(command, result);
}

static int destroy(struct datto_command *command)
{
	int error = minor_is_used(command, true);

	if (error < 0)
		return error;
	if (!command->snapshot) {
		device_gone(command->volume);
		datto_command_end(command, 0);
		return 0;
	}
	command->deletion.done = destroyed;
	volume_snapshot_delete(command->volume, command->snapshot, &command->deletion);
	return 0;
}

static int reload(struct datto_command *command)
{
	struct volume *volume = command->volume;
	struct datto_unverified *unverified = &volume->datto->unverified;
	int error;

	if (!volume->datto->is_unmounted)
		return refuse(command, -EINVAL, "illegal to perform reload while mounted");
	error = minor_is_free(command);
	error = error == 0 ? device_check(command) : error;
	if (error == 0 && datto_device_exists(volume))
		error = refuse(command, -EINVAL, "block device is already being traced");
	if (error < 0)
		return error;
	*unverified = (struct datto_unverified){
		.exists = true,
		.is_incremental = command->ioctl == DATTO_RELOAD_INCREMENTAL,
		.minor = command->minor,
	};
	snprintf(unverified->cow_path, sizeof unverified->cow_path, "%s", command->cow_path);
	volume->datto->cache_bytes = command->cache_bytes ? command->cache_bytes
							  : DATTO_CACHE_BYTES;
	datto_command_end(command, 0);
	return 0;
}

/* ---- transitions ---- */

static void incremental_written(struct store_waiter *waiter, int error)
{
	struct datto_command *command = CONTAINER_OF(waiter, struct datto_command, written);
	struct snapshot *snapshot = command->snapshot;
	struct volume *volume = command->volume;
	int failure = snapshot->state == SNAPSHOT_ACTIVE ? 0 : snapshot->error;

	if (error == 0) {
		snapshot->tracks_only = true;
		volume->datto->step_bytes = 0;
		snapshot_changed(snapshot);
	}
	if (failure < 0)
		say(volume, failure,
			"errors occurred while cleaning up cow thread, putting incremental into "
			"error state");
	snapshot_put(snapshot);
	volume_barrier_end(volume, &command->barrier);
	datto_command_end(command, failure < 0 ? failure : error);
}

/* A write in flight may have failed it: it becomes an incremental anyway. */
static void incremental_drained(struct volume_barrier *barrier)
{
	struct datto_command *command = CONTAINER_OF(barrier, struct datto_command, barrier);
	struct store_facts facts = *store_facts(command->snapshot->store);

	owner_set_mode(&facts, SNAPSHOT_MODE_INCREMENTAL);
	store_waiter_arm(&command->written, incremental_written);
	store_update(command->snapshot->store, &facts, &command->written);
}

static int to_incremental(struct datto_command *command)
{
	int error = ready(command, true, false);

	if (error < 0)
		return error;
	snapshot_get(command->snapshot);
	command->barrier.drained = incremental_drained;
	volume_barrier_begin(command->volume, &command->barrier);
	return 0;
}

static int to_snapshot(struct datto_command *command)
{
	int error = ready(command, true, true);

	if (error == 0)
		take(command);
	return error;
}

/* ---- sizes ---- */
static int reconfigure(struct datto_command *command)
{
	int error = minor_is_used(command, false);

	error = error == 0 ? not_failed(command) : error;
	if (error < 0)
		return error;
	command->volume->datto->cache_bytes = command->cache_bytes ? command->cache_bytes
								   : DATTO_CACHE_BYTES;
	datto_command_end(command, 0);
	return 0;
}

static void expanded(struct store_waiter *waiter, int error)
{
	struct datto_command *command = CONTAINER_OF(waiter, struct datto_command, written);

	snapshot_put(command->snapshot);
	datto_command_end(command, error);
}

static int expand(struct datto_command *command)
{
	int error = ready(command, false, false);
	struct store_facts facts;

	if (error < 0)
		return error;
	facts = *store_facts(command->snapshot->store);
	facts.limit_bytes += command->expand_bytes;
	snapshot_get(command->snapshot);
	store_waiter_arm(&command->written, expanded);
	store_update(command->snapshot->store, &facts, &command->written);
	return 0;
}

static int auto_expand(struct datto_command *command)
{
	int error = ready(command, false, false);

	if (error < 0)
		return error;
	command->volume->datto->step_bytes = command->expand_bytes;
	command->volume->datto->reserved_bytes = command->reserved_bytes;
	datto_command_end(command, 0);
	return 0;
}

void volume_datto_ioctl(struct volume *volume, struct datto_command *command)
{
	/* Each returns 0 if the command has ended or will end, else why it did not begin. */
	static int (*const start[])(struct datto_command *) = {
		[DATTO_SETUP] = setup,
		[DATTO_RELOAD_SNAPSHOT] = reload,
		[DATTO_RELOAD_INCREMENTAL] = reload,
		[DATTO_DESTROY] = destroy,
		[DATTO_TO_INCREMENTAL] = to_incremental,
		[DATTO_TO_SNAPSHOT] = to_snapshot,
		[DATTO_RECONFIGURE] = reconfigure,
		[DATTO_EXPAND] = expand,
		[DATTO_AUTO_EXPAND] = auto_expand,
		[DATTO_MOUNT] = datto_mount_or_unmount,
		[DATTO_UNMOUNT] = datto_mount_or_unmount,
	};
	int error;

	command->volume = volume;
	command->snapshot = NULL;
	if (!volume->datto) {
		command->done(command, -EOPNOTSUPP);
		return;
	}
	error = start[command->ioctl](command);
	if (error < 0)
		datto_command_end(command, error);
}
