/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/control/commands_internal.h"
#include "simfs/volume/snapshot_cancel.h"

/* A snapshot that is being taken; with hold_writes, afterwards the hold on live writes. */
struct create_command {
	struct control_lease lease; /* first */
	struct commands *commands;
	struct volume *volume; /* still valid after commands_end() */
	struct snapshot_create create;
};

struct delete_command {
	struct control_lease lease; /* first */
	struct snapshot_delete delete;
};

/* ---- creating ---- */

static void writes_let_go(struct control_lease *lease)
{
	struct create_command *command = CONTAINER_OF(lease, struct create_command, lease);

	volume_barrier_end(command->volume, &command->create.barrier);
	free(command);
}

/* What has already taken effect stays. */
static void creator_left(struct control_lease *lease)
{
	struct create_command *command = CONTAINER_OF(lease, struct create_command, lease);

	volume_snapshot_cancel(&command->create);
}

/* Whether a rule at snapshot.create or snapshot.commit has struck. */
static bool has_struck(struct volume *volume)
{
	json_t *faults = volume_fault_list(volume), *fault;
	bool found = false;
	size_t index;

	json_array_foreach(faults, index, fault)
	{
		const char *point = json_string_value(json_object_get(fault, "point"));

		found |= point && strncmp(point, "snapshot.c", strlen("snapshot.c")) == 0 &&
			 json_integer_value(json_object_get(fault, "fired")) > 0;
	}
	json_decref(faults);
	return found;
}

static void refuse_create(
	struct control_request *request, struct volume *volume, int error, const char *refusal)
{
	const char *name = json_string_value(json_object_get(request->arguments, "name"));

	bool is_clone = strcmp(request->command->name, "snapshot.clone") == 0;

	if (error == -EEXIST && !(volume && has_struck(volume)))
		control_request_refuse(request, error, "snapshot '%s' exists already", name);
	else
		control_request_refuse(request, error, "cannot %s '%s': %s%s",
			is_clone ? "make clone" : "take snapshot", name,
			refusal ? refusal : error_text(error),
			refusal || !volume ? ""
			: has_struck(volume)
				? " (a fault struck: see 'snaprig fault list MNT')"
				: " (see MNT/.snaprig/kernel.log and 'snaprig events MNT')");
}

/* A peer may not hold writes if its leaving could not be noticed. */
static void hold_writes(struct create_command *command, struct control_connection *connection)
{
	struct control_lease *lease = &command->lease;

	lease->let_go = writes_let_go;
	lease->request = NULL;
	if (!command->commands->volume ||
		!control_lease_begin(lease, connection, &command->commands->write_leases))
		writes_let_go(lease);
}

static void create_done(struct snapshot_create *create, int result)
{
	struct create_command *command = CONTAINER_OF(create, struct create_command, create);
	struct control_request *request = command->lease.request;

	control_lease_end(&command->lease);
	if (result < 0) {
		refuse_create(request, command->commands->volume, result, create->refusal);
		free(command);
		return;
	}

	json_t *status = snapshot_status(create->snapshot);

	if (create->hold_writes)
		hold_writes(command, request->connection);
	else
		free(command);
	control_request_answer(request, status);
}

/* Reads limit and block.  If they make no sense, answers REQUEST and returns false. */
static bool read_sizes(struct control_request *request, struct snapshot_create *create)
{
	const char *limit = NULL;
	const char *block = NULL;
	uint64_t block_bytes = 0;
	char hint[64];

	if (!commands_optional_text(request, "limit", &limit) ||
		!commands_optional_text(request, "block", &block))
		return false;

	create->has_limit = limit != NULL;
	if (limit && size_or_share_parse(limit, &create->limit) < 0) {
		control_request_refuse(request, -EINVAL, "cannot read the limit '%s' (try %s)",
			limit, size_hint(limit, hint, sizeof hint));
		return false;
	}
	if (block && (size_parse(block, &block_bytes) < 0 || block_bytes == 0 ||
			     block_bytes > UINT32_MAX)) {
		control_request_refuse(
			request, -EINVAL, "cannot read the block size '%s' (try 4KiB)", block);
		return false;
	}
	create->block_bytes = (uint32_t)block_bytes;
	return true;
}

static void create_start(struct commands *commands, struct volume *volume,
	struct control_request *request, const struct snapshot_create *create)
{
	struct create_command *command;
	struct control_lease *lease = commands_lease(request, sizeof *command, creator_left, NULL);

	if (!lease)
		return;
	command = CONTAINER_OF(lease, struct create_command, lease);
	command->commands = commands;
	command->volume = volume;
	command->create = *create;
	volume_snapshot_create(volume, &command->create);
}

void commands_run_snapshot_create(struct control_request *request, void *context)
{
	struct snapshot_create create = { .done = create_done, .with_writers = true };
	const char *of = NULL;
	struct volume *volume;

	if (commands_volume(context, request, &volume) &&
		commands_text(request, "name", &create.name) &&
		commands_optional_text(request, "of", &of) &&
		commands_optional_bool(request, "hold_writes", &create.hold_writes) &&
		commands_optional_bool(request, "writers", &create.with_writers) &&
		read_sizes(request, &create) &&
		(!of || commands_snapshot(request, volume, of, &create.of)))
		create_start(context, volume, request, &create);
}

void commands_run_snapshot_clone(struct control_request *request, void *context)
{
	struct snapshot_create create = { .kind = SNAPSHOT_CLONED, .done = create_done };
	const char *of;
	bool full = false;
	struct volume *volume;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "of", &of) ||
		!commands_text(request, "name", &create.name) ||
		!commands_optional_bool(request, "full", &full) ||
		!commands_snapshot(request, volume, of, &create.of))
		return;
	if (full)
		create.kind = SNAPSHOT_COPIED;
	create_start(context, volume, request, &create);
}

void commands_run_writes_resume(struct control_request *request, void *context)
{
	struct commands *commands = context;
	struct volume *volume;

	if (!commands_volume(commands, request, &volume))
		return;
	control_leases_let_go(&commands->write_leases, false, NULL);
	control_request_answer(request, NULL);
}

/* ---- deleting and listing ---- */

static void deleter_left(struct control_lease *lease)
{
	struct delete_command *command = CONTAINER_OF(lease, struct delete_command, lease);

	volume_snapshot_delete_cancel(&command->delete);
}

static void delete_done(struct snapshot_delete *delete, int result)
{
	struct delete_command *command = CONTAINER_OF(delete, struct delete_command, delete);
	struct control_request *request = command->lease.request;
	const char *name = json_string_value(json_object_get(request->arguments, "name"));

	control_lease_end(&command->lease);
	free(command);
	if (result == -EBUSY)
		control_request_refuse(request, result, "snapshot '%s' is in use", name);
	else if (result < 0)
		control_request_refuse(request, result, "cannot delete snapshot '%s': %s", name,
			error_text(result));
	else
		control_request_answer(request, NULL);
}

void commands_run_snapshot_delete(struct control_request *request, void *context)
{
	struct volume *volume;
	const char *name;

	struct snapshot *snapshot;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "name", &name) ||
		!commands_snapshot(request, volume, name, &snapshot))
		return;

	struct delete_command *command;
	struct control_lease *lease = commands_lease(request, sizeof *command, deleter_left, NULL);

	if (!lease)
		return;
	command = CONTAINER_OF(lease, struct delete_command, lease);
	command->delete = (struct snapshot_delete){ .done = delete_done };
	volume_snapshot_delete(volume, snapshot, &command->delete);
}

void commands_run_snapshot_list(struct control_request *request, void *context)
{
	struct volume *volume;

	if (!commands_volume(context, request, &volume))
		return;

	json_t *snapshots = json_array();
	struct snapshot *snapshot = NULL;

	while ((snapshot = volume_snapshot_next(volume, snapshot)))
		json_array_append_new(snapshots, snapshot_status(snapshot));
	control_request_answer(request, json_pack("{s:o}", "snapshots", snapshots));
}
