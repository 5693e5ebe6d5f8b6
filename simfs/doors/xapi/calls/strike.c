/* SPDX-License-Identifier: Apache-2.0 */
/* Asks whether a fault strikes at a call: each rig knows its own rules. */
#include <stdio.h>
#include <string.h>

#include "simfs/control/protocol_doors.h"
#include "simfs/doors/xapi/calls/internal.h"
#include "simfs/doors/xapi/disks/disks.h"

/* The uuids of VM's disks, in order; the caller's.  Needs the pool's lock. */
static json_t *uuids_of_vm(struct pool *pool, const char *vm)
{
	json_t *vbds = pool_value(pool, POOL_CLASS_VM, vm, "VBDs"), *vbd;
	json_t *uuids = json_array();
	size_t at;

	json_array_foreach(vbds, at, vbd)
	{
		const char *vdi = pool_text(pool, POOL_CLASS_VBD, json_string_value(vbd), "VDI");
		const char *uuid = pool_text(pool, POOL_CLASS_VDI, vdi, "uuid");

		if (*uuid)
			json_array_append_new(uuids, json_string(uuid));
	}
	return uuids;
}

/* The VDIs that the first argument of CALL names, or an empty list; the caller's. */
static json_t *uuids_of_call(struct call *call)
{
	const char *ref = call_text(call, 0);
	enum pool_class class;
	json_t *uuids = NULL;

	if (!ref)
		return json_array();
	pool_lock(call->pool);
	if (pool_class_of(call->pool, ref, &class) == 0) {
		if (class == POOL_CLASS_VM)
			uuids = uuids_of_vm(call->pool, ref);
		else if (class == POOL_CLASS_VDI)
			uuids = json_pack("[s]", pool_text(call->pool, class, ref, "uuid"));
	}
	pool_unlock(call->pool);
	return uuids ? uuids : json_array();
}

static bool has_fired(const json_t *answer)
{
	return json_is_true(json_object_get(answer, "fired"));
}

static void read_answer(const json_t *answer, struct strike *ret)
{
	const char *action = json_string_value(json_object_get(answer, "action"));
	const char *reply = json_string_value(json_object_get(answer, "reply"));
	const char *error = json_string_value(json_object_get(answer, "error"));

	ret->is_fired = has_fired(answer);
	ret->drops = action && strcmp(action, "drop") == 0;
	snprintf(ret->reply, sizeof ret->reply, "%s", reply ? reply : error ? error : "");
}

void strike_ask(struct call *call, const char *point, bool is_async, struct strike *ret)
{
	char method[DOOR_METHOD_MAX + sizeof "Async."];
	json_t *arguments, *uuids, *uuid, *answer = NULL;
	size_t at;

	*ret = (struct strike){ 0 };
	/* No rule names a longer method. */
	snprintf(method, sizeof method, "%s%.*s", is_async ? "Async." : "", DOOR_METHOD_MAX,
		call->method);
	if (!call->disks || strlen(method) > DOOR_METHOD_MAX)
		return;
	arguments = json_pack("{s:s}", "point", point);
	if (strcmp(point, "xapi.call") == 0)
		json_object_set_new(arguments, "method", json_string(method));
	uuids = uuids_of_call(call);
	json_array_foreach(uuids, at, uuid)
	{
		json_decref(answer);
		answer = NULL;
		if (disks_call(call->disks, json_string_value(uuid), "fault.strike",
			    json_deep_copy(arguments), &answer) == 0 &&
			has_fired(answer))
			break;
	}
	if (json_array_size(uuids) == 0 && disks_call_each(call->disks, "fault.strike",
						   json_incref(arguments), has_fired, &answer) < 0)
		answer = NULL;
	read_answer(answer, ret);
	json_decref(answer);
	json_decref(uuids);
	json_decref(arguments);
}
