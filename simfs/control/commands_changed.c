/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "simfs/base/log.h"
#include "simfs/control/commands_internal.h"
#include "simfs/control/protocol.h"
#include "simfs/volume/changed.h"

/* The extents of SNAPSHOT from FROM on, as many as an answer takes, and where to go on. */
static json_t *changed_json(struct volume *volume, struct snapshot *snapshot, uint64_t from)
{
	json_t *extents = json_array();
	json_t *status = snapshot_status(snapshot);
	json_t *next = json_null();
	uint64_t offset, length;

	while (snapshot_changed_next(snapshot, from, &offset, &length)) {
		if (json_array_size(extents) == PROTOCOL_EXTENTS_MAX) {
			next = json_integer((json_int_t)offset);
			break;
		}
		json_array_append_new(
			extents, json_pack("[I, I]", (json_int_t)offset, (json_int_t)length));
		from = offset + length;
	}

	json_t *answer = json_pack("{s:O, s:I, s:I, s:o, s:o}", "block_bytes",
		json_object_get(status, "block_bytes"), "size_bytes",
		(json_int_t)volume_bytes(volume), "changed_blocks",
		(json_int_t)snapshot_changed_blocks(snapshot), "extents", extents, "next", next);

	json_decref(status);
	return answer;
}

void commands_run_snapshot_changed(struct control_request *request, void *context)
{
	json_t *from = json_object_get(request->arguments, "from");
	struct volume *volume;
	const char *name;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "name", &name))
		return;
	if (from && (!json_is_integer(from) || json_integer_value(from) < 0)) {
		control_request_refuse(request, -EINVAL,
			"argument 'from' of 'snapshot.changed' must be a number of bytes");
		return;
	}

	struct snapshot *snapshot = volume_snapshot_find(volume, name);

	if (!snapshot) {
		control_request_refuse(request, -ENOENT, "no snapshot '%s'", name);
		return;
	}

	int error = snapshot_changed_error(snapshot);

	if (error < 0) {
		control_request_refuse(request, error,
			"snapshot '%s' failed with %s: what changed since is not known", name,
			error_name(error));
		return;
	}
	control_request_answer(
		request, changed_json(volume, snapshot, (uint64_t)json_integer_value(from)));
}
