/* SPDX-License-Identifier: Apache-2.0 */
/* commands_door.c - fault.strike and door.note: a door's questions and notes (protocol_doors.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/control/commands_internal.h"
#include "simfs/control/protocol_doors.h"
#include "simfs/volume/snapshot_cancel.h"

/* ---- fault.strike ---- */

struct strike {
	struct control_lease lease; /* first */
	struct volume_moment moment;
};

/* The caller no longer wants to wait. */
static void asker_left(struct control_lease *lease)
{
	volume_moment_cancel(&CONTAINER_OF(lease, struct strike, lease)->moment);
}

static void strike_go(struct volume_moment *moment, int result)
{
	struct strike *strike = CONTAINER_OF(moment, struct strike, moment);
	struct control_request *request = strike->lease.request;
	const struct fault_decision *decision = &moment->decision;
	bool has_fired = moment->has_waited || decision->action != FAULT_NO_ACTION;
	const char *reply = decision->action == FAULT_REPLY ? xapi_reply_at(decision->value)->word
							    : NULL;
	const char *action = result < 0 ? "error" : moment->is_dropped ? "drop" : NULL;

	if (reply)
		action = "reply";
	control_lease_end(&strike->lease);
	free(strike);
	control_request_answer(request,
		json_pack("{s:b, s:s?, s:s?, s:s?}", "fired", (int)has_fired, "action", action,
			"error", result < 0 ? error_name(result) : NULL, "reply", reply));
}

/* If no door has such a point, answers REQUEST and returns false. */
static bool read_point(struct control_request *request, enum fault_point *ret)
{
	const char *name;

	if (!commands_text(request, "point", &name))
		return false;
	if (fault_point_find(name, ret) == 0 && (fault_point_at(*ret)->traits & POINT_OF_DOOR) != 0)
		return true;
	control_request_refuse(request, -EINVAL, "no point '%s' of a door", name);
	return false;
}

/* A longer name is refused, since no rule could match it. */
static bool read_name(
	struct control_request *request, const char *name, size_t max_bytes, const char **ret)
{
	if (!commands_optional_text(request, name, ret))
		return false;
	if (!*ret || strlen(*ret) <= max_bytes)
		return true;
	control_request_refuse(
		request, -EINVAL, "argument '%s' has at most %zu bytes", name, max_bytes);
	return false;
}

/* A number of bytes, 0 if it is absent. */
static bool read_bytes(struct control_request *request, const char *name, uint64_t *ret)
{
	const json_t *bytes = json_object_get(request->arguments, name);

	if (bytes && (!json_is_integer(bytes) || json_integer_value(bytes) < 0)) {
		control_request_refuse(
			request, -EINVAL, "argument '%s' must be a number of bytes", name);
		return false;
	}
	*ret = (uint64_t)json_integer_value(bytes);
	return true;
}

static bool read_context(struct control_request *request, struct fault_context *ret)
{
	return read_name(request, "device", DOOR_DEVICE_MAX, &ret->device) &&
	       read_name(request, "ioctl", DM_IOCTL_NAME_BYTES - 1, &ret->ioctl) &&
	       read_name(request, "method", DOOR_METHOD_MAX, &ret->method) &&
	       read_bytes(request, "offset", &ret->offset) &&
	       read_bytes(request, "length", &ret->length);
}

void commands_run_fault_strike(struct control_request *request, void *context)
{
	struct fault_context where = { 0 };
	struct control_lease *lease;
	struct volume *volume;
	struct strike *strike;
	enum fault_point point;

	if (!commands_volume(context, request, &volume) || !read_point(request, &point) ||
		!read_context(request, &where))
		return;
	lease = commands_lease(request, sizeof *strike, asker_left, NULL);
	if (!lease)
		return;
	strike = CONTAINER_OF(lease, struct strike, lease);
	volume_moment_arm(&strike->moment, strike_go);
	volume_door_strike(volume, point, &where, &strike->moment);
}

/* ---- door.note ---- */

static bool is_short(const char *text)
{
	return text[0] && strlen(text) <= DOOR_NOTE_MAX;
}

void commands_run_door_note(struct control_request *request, void *context)
{
	json_t *data = json_object_get(request->arguments, "data");
	struct volume *volume;
	const char *door, *note;

	if (!commands_volume(context, request, &volume) || !commands_text(request, "door", &door) ||
		!commands_text(request, "note", &note))
		return;
	if (!is_short(door) || !is_short(note)) {
		control_request_refuse(request, -EINVAL,
			"the words of a door have 1 to %d bytes each", DOOR_NOTE_MAX);
		return;
	}
	if (data && !json_is_object(data)) {
		control_request_refuse(request, -EINVAL, "argument 'data' must be an object");
		return;
	}
	volume_door_note(volume, door, note, json_incref(data));
	control_request_answer(request, NULL);
}
