/* SPDX-License-Identifier: Apache-2.0 */
/* vbd.c - the link between a VDI and a VM. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/doors/xapi/calls/vm.h"
#include "simfs/doors/xapi/disks/disks.h"

#define DEVICES_MAX 255

/* Whether VM has a disk NUMBER. */
static bool is_taken(struct pool *pool, const char *vm, const char *number)
{
	json_t *vbd;
	size_t i;

	json_array_foreach(pool_value(pool, POOL_CLASS_VM, vm, "VBDs"), i, vbd)
	{
		if (strcmp(pool_text(pool, POOL_CLASS_VBD, json_string_value(vbd), "userdevice"),
			    number) == 0)
			return true;
	}
	return false;
}

/* Sets NUMBER, of 8 bytes, to the one that the client asks for, or the first free one. */
static int choose_device(struct call *call, const char *vm, const char *asked, char *number)
{
	if (asked && *asked && strcmp(asked, "autodetect") != 0) {
		snprintf(number, 8, "%s", asked);
		return is_taken(call->pool, vm, number)
			       ? call_fail(call, "DEVICE_ALREADY_EXISTS", number, NULL)
			       : 0;
	}
	for (unsigned i = 0; i < DEVICES_MAX; i++) {
		snprintf(number, 8, "%u", i);
		if (!is_taken(call->pool, vm, number))
			return 0;
	}
	return call_fail(call, "INVALID_DEVICE", "autodetect", NULL);
}

/* Under the pool's lock. */
static int create(struct call *call, json_t *record)
{
	struct pool *pool = call->pool;
	const char *vm = json_string_value(json_object_get(record, "VM"));
	const char *vdi = json_string_value(json_object_get(record, "VDI"));
	const char *asked = json_string_value(json_object_get(record, "userdevice"));
	bool is_empty = !vdi || strcmp(vdi, POOL_REF_NULL) == 0;
	json_t *fields;
	char number[8];
	const char *ref;

	if (!vm || !pool_find(pool, POOL_CLASS_VM, vm))
		return call_fail(call, "HANDLE_INVALID", "VM", vm ? vm : "", NULL);
	if (!is_empty && !pool_find(pool, POOL_CLASS_VDI, vdi))
		return call_fail(call, "HANDLE_INVALID", "VDI", vdi, NULL);
	if (choose_device(call, vm, asked, number) < 0)
		return CALL_FAILED;
	fields = json_deep_copy(record);
	json_object_del(fields, "uuid");
	json_object_update_new(fields,
		json_pack("{s:s, s:b, s:b, s:{}}", "userdevice", number, "currently_attached", 0,
			"empty", (int)is_empty, "current_operations"));
	ref = pool_add(pool, POOL_CLASS_VBD, fields);
	pool_list_add(pool, POOL_CLASS_VM, vm, "VBDs", ref);
	if (!is_empty)
		pool_list_add(pool, POOL_CLASS_VDI, vdi, "VBDs", ref);
	call->result = json_string(ref);
	return 0;
}

int vbd_create(struct call *call)
{
	int result;

	pool_lock(call->pool);
	result = create(call, call_argument(call, 0));
	pool_unlock(call->pool);
	return result;
}

int vbd_destroy(struct call *call)
{
	struct pool *pool = call->pool;
	const char *vbd = call_text(call, 0);
	int result = 0;

	pool_lock(pool);
	if (pool_is(pool, POOL_CLASS_VBD, vbd, "currently_attached")) {
		result = call_fail(call, "OPERATION_NOT_ALLOWED", "VBD is attached", NULL);
	} else {
		pool_list_remove(pool, POOL_CLASS_VM, pool_text(pool, POOL_CLASS_VBD, vbd, "VM"),
			"VBDs", vbd);
		pool_list_remove(pool, POOL_CLASS_VDI, pool_text(pool, POOL_CLASS_VBD, vbd, "VDI"),
			"VBDs", vbd);
		pool_remove(pool, POOL_CLASS_VBD, vbd);
	}
	pool_unlock(pool);
	return result;
}

int vbd_check_attach(struct call *call, const char *vbd)
{
	const char *vdi = pool_text(call->pool, POOL_CLASS_VBD, vbd, "VDI");
	const char *uuid = pool_text(call->pool, POOL_CLASS_VDI, vdi, "uuid");

	if (!call->disks || !disks_in_use(call->disks, uuid))
		return 0;
	return call_fail(call, "VDI_IN_USE", vdi, "attach", NULL);
}

static int attach(struct call *call, bool wanted)
{
	struct pool *pool = call->pool;
	const char *vbd = call_text(call, 0), *vm;
	int result = 0;

	pool_lock(pool);
	vm = pool_text(pool, POOL_CLASS_VBD, vbd, "VM");
	if (strcmp(pool_text(pool, POOL_CLASS_VM, vm, "power_state"), "Running") != 0)
		result = call_fail(call, "VM_BAD_POWER_STATE", vm, "running", "halted", NULL);
	else if (pool_is(pool, POOL_CLASS_VBD, vbd, "currently_attached") == wanted)
		result = call_fail(call,
			wanted ? "DEVICE_ALREADY_ATTACHED" : "DEVICE_ALREADY_DETACHED", vbd, NULL);
	else if (wanted && vbd_check_attach(call, vbd) < 0)
		result = CALL_FAILED;
	else
		pool_set(pool, POOL_CLASS_VBD, vbd, "currently_attached", json_boolean(wanted));
	pool_unlock(pool);
	return result;
}

int vbd_plug(struct call *call)
{
	return attach(call, true);
}

int vbd_unplug(struct call *call)
{
	return attach(call, false);
}
