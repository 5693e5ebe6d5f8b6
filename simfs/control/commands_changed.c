/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/log.h"
#include "simfs/control/commands_internal.h"
#include "simfs/control/protocol.h"
#include "simfs/volume/changed.h"
#include "simfs/volume/snapshot_cancel.h"

/* Up to PROTOCOL_EXTENTS_MAX extents of SNAPSHOT until UNTIL, starting at FROM, and where to
 * continue. */
static json_t *changed_json(struct volume *volume, const struct snapshot *snapshot,
	const struct snapshot *until, uint64_t from)
{
	json_t *extents = json_array();
	json_t *status = snapshot_status(snapshot);
	json_t *next = json_null();
	struct changed_walk walk;
	uint64_t offset, length;

	changed_walk_begin(&walk, snapshot, until, from);
	while (changed_walk_next(&walk, &offset, &length)) {
		if (json_array_size(extents) == PROTOCOL_EXTENTS_MAX) {
			next = json_integer((json_int_t)offset);
			break;
		}
		json_array_append_new(
			extents, json_pack("[I, I]", (json_int_t)offset, (json_int_t)length));
	}

	json_t *answer = json_pack("{s:O, s:I, s:I, s:o, s:o}", "block_bytes",
		json_object_get(status, "block_bytes"), "size_bytes",
		(json_int_t)volume_bytes(volume), "changed_blocks",
		(json_int_t)changed_told_blocks(snapshot, until), "extents", extents, "next", next);

	json_decref(status);
	return answer;
}

struct changed_command {
	struct control_lease lease; /* first */
	uint64_t from;
	struct changed_ask ask;
};

static void asker_left(struct control_lease *lease)
{
	struct changed_command *command = CONTAINER_OF(lease, struct changed_command, lease);

	volume_moment_cancel(&command->ask.moment);
}

/* *RET is NULL if no snapshot is named; else its changes are known, or REQUEST was refused. */
static int find_until(struct control_request *request, struct volume *volume, struct snapshot **ret)
{
	const char *name = json_string_value(json_object_get(request->arguments, "until"));

	*ret = NULL;
	if (!name)
		return 0;
	if (!commands_snapshot(request, volume, name, ret))
		return -ENOENT;
	if (!snapshot_tells_of_two(*ret)) {
		control_request_refuse(request, -EOPNOTSUPP,
			"cannot list changes until '%s': this needs a chain", name);
		return -EOPNOTSUPP;
	}
	return 0;
}

static void answer(struct control_request *request, struct volume *volume,
	const struct snapshot *snapshot, uint64_t from)
{
	const char *failed = "name";
	struct snapshot *until;
	int error = snapshot_changed_error(snapshot);

	if (find_until(request, volume, &until) < 0)
		return;
	if (error == 0 && until) {
		failed = "until";
		error = snapshot_changed_error(until);
	}
	if (error < 0)
		control_request_refuse(request, error,
			"snapshot '%s' failed with %s: the changes since then are not known",
			json_string_value(json_object_get(request->arguments, failed)),
			error_name(error));
	else
		control_request_answer(request, changed_json(volume, snapshot, until, from));
}

static void changed_done(struct changed_ask *ask, struct snapshot *snapshot, int result)
{
	struct changed_command *command = CONTAINER_OF(ask, struct changed_command, ask);
	struct control_request *request = command->lease.request;
	const char *name = json_string_value(json_object_get(request->arguments, "name"));
	struct volume *volume = ask->volume;
	uint64_t from = command->from;

	control_lease_end(&command->lease);
	free(command);
	if (result < 0)
		control_request_refuse(request, result, "cannot list the changes since '%s': %s",
			name, error_text(result));
	else
		answer(request, volume, snapshot, from);
}

void commands_run_snapshot_changed(struct control_request *request, void *context)
{
	json_t *from = json_object_get(request->arguments, "from");
	json_t *until = json_object_get(request->arguments, "until");
	struct volume *volume;
	const char *name;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "name", &name))
		return;
	if (until && !json_is_string(until)) {
		control_request_refuse(
			request, -EINVAL, "argument 'until' of 'snapshot.changed' must be a text");
		return;
	}
	if (from && (!json_is_integer(from) || json_integer_value(from) < 0)) {
		control_request_refuse(request, -EINVAL,
			"argument 'from' of 'snapshot.changed' must be a number of bytes");
		return;
	}

	struct snapshot *snapshot, *other;

	if (!commands_snapshot(request, volume, name, &snapshot) ||
		find_until(request, volume, &other) < 0)
		return;

	struct changed_command *command;
	struct control_lease *lease = commands_lease(request, sizeof *command, asker_left, NULL);

	if (!lease)
		return;
	command = CONTAINER_OF(lease, struct changed_command, lease);
	command->from = (uint64_t)json_integer_value(from);
	command->ask.done = changed_done;
	changed_ask(snapshot, command->from, &command->ask);
}
