/* SPDX-License-Identifier: Apache-2.0 */
/* commands_lvm.c - snapshot.detach, .attach, .rename and .limit (protocol_doors.h). */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/log.h"
#include "simfs/control/commands_internal.h"
#include "simfs/volume/lvm/lvm.h"

struct running {
	struct control_request *request;
	struct lvm_change change;
};

static const char *verb_of(enum lvm_change_kind kind)
{
	static const char *const verbs[] = {
		[LVM_DETACH] = "detach",
		[LVM_ATTACH] = "attach",
		[LVM_RENAME] = "rename",
		[LVM_LIMIT] = "set the limit of",
	};

	return verbs[kind];
}

static void done(struct lvm_change *change, int result)
{
	struct running *running = CONTAINER_OF(change, struct running, change);
	struct control_request *request = running->request;
	const char *name = json_string_value(json_object_get(request->arguments, "name"));

	if (result == -EEXIST)
		control_request_refuse(request, result, "snapshot '%s' exists already", change->to);
	else if (result < 0)
		control_request_refuse(request, result, "cannot %s snapshot '%s': %s",
			verb_of(change->kind), name,
			change->refusal ? change->refusal : error_text(result));
	else
		control_request_answer(request, snapshot_status(change->snapshot));
	free(running);
}

/* If an argument makes no sense, answers REQUEST and returns false. */
static bool read_arguments(struct control_request *request, struct lvm_change *change)
{
	const char *limit;
	char hint[64];

	if (change->kind == LVM_ATTACH) {
		change->sets_overflow = json_object_get(request->arguments, "overflow") != NULL;
		return commands_optional_bool(request, "overflow", &change->bears_overflow);
	}
	if (change->kind == LVM_RENAME)
		return commands_text(request, "to", &change->to);
	if (change->kind != LVM_LIMIT)
		return true;
	if (!commands_text(request, "limit", &limit))
		return false;
	if (size_or_share_parse(limit, &change->limit) == 0)
		return true;
	control_request_refuse(request, -EINVAL, "cannot read the limit '%s' (try %s)", limit,
		size_hint(limit, hint, sizeof hint));
	return false;
}

static void run(struct control_request *request, void *context, enum lvm_change_kind kind)
{
	struct lvm_change change = { .kind = kind, .done = done };
	struct snapshot *snapshot;
	struct running *running;
	struct volume *volume;
	const char *name;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "name", &name) ||
		!read_arguments(request, &change))
		return;
	if (!commands_snapshot(request, volume, name, &snapshot))
		return;
	running = malloc(sizeof *running);
	if (!running) {
		control_request_refuse(request, -ENOMEM, "out of memory");
		return;
	}
	*running = (struct running){ .request = request, .change = change };
	volume_lvm_change(volume, snapshot, &running->change);
}

void commands_run_snapshot_detach(struct control_request *request, void *context)
{
	run(request, context, LVM_DETACH);
}

void commands_run_snapshot_attach(struct control_request *request, void *context)
{
	run(request, context, LVM_ATTACH);
}

void commands_run_snapshot_rename(struct control_request *request, void *context)
{
	run(request, context, LVM_RENAME);
}

void commands_run_snapshot_limit(struct control_request *request, void *context)
{
	run(request, context, LVM_LIMIT);
}
