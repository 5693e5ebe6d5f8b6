/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vm_copy.c - VM.clone and VM.copy.
 *
 * Both copy all data: a disk of the new VM is a chain of one node.  So a clone helps, as advised,
 * when a chain has become too long.
 */
#include <stdio.h>
#include <string.h>

#include "simfs/doors/xapi/calls/vm.h"
#include "simfs/doors/xapi/disks/disks.h"

/* The fields of a VDI that users have set are copied. */
static json_t *vdi_fields(struct call *call, const char *vdi)
{
	static const char *const kept[] = { "name_label", "name_description", "other_config",
		"tags", "sharable", "read_only", "type" };
	json_t *fields = json_object();

	pool_lock(call->pool);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		json_object_set_new(fields, kept[i],
			json_deep_copy(pool_value(call->pool, POOL_CLASS_VDI, vdi, kept[i])));
	pool_unlock(call->pool);
	return fields;
}

/* SR_UUID "": each disk into its own SR. */
static int copy_all(struct call *call, struct vm_disks *disks, const char *sr_uuid)
{
	for (size_t i = 0; i < disks->count; i++) {
		struct vm_disk *disk = &disks->items[i];
		const char *sr = *sr_uuid ? sr_uuid : disk->sr_uuid;
		json_t *fields = vdi_fields(call, disk->vdi);
		int error;

		disks_sr_lock(call->disks, sr);
		error = disks_copy(call->disks, disk->vdi_uuid, sr, fields, call_copy_progress,
			call, disk->new_uuid, &call->failure);
		disks_sr_unlock(call->disks, sr);
		json_decref(fields);
		if (error < 0)
			return CALL_FAILED;
	}
	return 0;
}

static void roll_back(struct call *call, const struct vm_disks *disks, const char *sr_uuid)
{
	for (size_t i = 0; i < disks->count; i++) {
		const struct vm_disk *disk = &disks->items[i];
		const char *sr = *sr_uuid ? sr_uuid : disk->sr_uuid;
		json_t *failure = NULL;

		if (!*disk->new_uuid)
			continue;
		disks_sr_lock(call->disks, sr);
		disks_destroy(call->disks, disk->new_uuid, &failure);
		disks_sr_unlock(call->disks, sr);
		json_decref(failure);
	}
}

static int check_power(struct call *call, const char *vm)
{
	const char *power;
	int result = 0;

	pool_lock(call->pool);
	power = pool_text(call->pool, POOL_CLASS_VM, vm, "power_state");
	if (strcmp(power, "Halted") != 0)
		result = call_fail(call, "VM_BAD_POWER_STATE", vm, "halted",
			strcmp(power, "Running") == 0 ? "running" : "suspended", NULL);
	pool_unlock(call->pool);
	return result;
}

static int copy(struct call *call, const char *operation, const char *sr_uuid)
{
	const char *vm = call_text(call, 0);
	struct vm_disks disks;
	int result;

	if (vm_check_operation(call, vm, operation) < 0 || check_power(call, vm) < 0 ||
		vm_check_licence(call, vm) < 0)
		return CALL_FAILED;
	vm_disks_init(call, vm, NULL, &disks);
	result = copy_all(call, &disks, sr_uuid);
	if (result == 0)
		result = vm_make_like(call, vm,
			json_pack("{s:s, s:b, s:b, s:s, s:s, s:{}, s:s}", "name_label",
				call_text(call, 1), "is_a_snapshot", 0, "is_a_template", 0,
				"snapshot_of", POOL_REF_NULL, "power_state", "Halted",
				"blocked_operations", "snapshot_time", "19700101T00:00:00Z"),
			&disks);
	if (result < 0)
		roll_back(call, &disks, sr_uuid);
	vm_disks_deinit(&disks);
	return result;
}

int vm_clone(struct call *call)
{
	return copy(call, "clone", "");
}

int vm_copy(struct call *call)
{
	char uuid[POOL_UUID_BYTES];

	call_sr_uuid(call, call_text(call, 2), uuid);
	return copy(call, "copy", uuid);
}
