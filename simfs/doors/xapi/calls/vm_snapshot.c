/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vm_snapshot.c - VM.snapshot: disk by disk; if one fails, the snapshots taken are destroyed.
 *
 * (XAPI does no better: its snapshots of several disks are not of one moment.)
 */
#include <stdio.h>
#include <string.h>

#include "simfs/doors/xapi/calls/vm.h"
#include "simfs/doors/xapi/disks/disks.h"

/* Checked before anything is done. */
static int check_srs(struct call *call, const struct vm_disks *disks)
{
	for (size_t i = 0; i < disks->count; i++)
		if (!disks_sr_can_snapshot(call->disks, disks->items[i].sr_uuid))
			return call_fail(
				call, "SR_OPERATION_NOT_SUPPORTED", disks->items[i].sr, NULL);
	return 0;
}

static int take_all(struct call *call, struct vm_disks *disks)
{
	for (size_t i = 0; i < disks->count; i++) {
		struct vm_disk *disk = &disks->items[i];

		if (disks_snapshot(call->disks, disk->vdi_uuid, disk->new_uuid, &call->failure) < 0)
			return CALL_FAILED;
		call_progress(call, (double)(i + 1) / (double)(disks->count + 1));
	}
	return 0;
}

/* "Running" at the moment of the snapshot: a revert would return to that. */
static json_t *snapshot_fields(struct call *call, const char *vm, const char *name)
{
	char time[POOL_DATE_BYTES];
	json_t *fields;

	pool_lock(call->pool);
	fields = json_pack("{s:s, s:b, s:b, s:s, s:s, s:s, s:{s:s, s:s}, s:s, s:{}}", "name_label",
		name, "is_a_snapshot", 1, "is_a_template", 1, "snapshot_of", vm, "snapshot_time",
		pool_date_now(time), "power_state", "Halted", "snapshot_info",
		"power-state-at-snapshot", pool_text(call->pool, POOL_CLASS_VM, vm, "power_state"),
		"disk-snapshot-type", "crash_consistent", "resident_on", POOL_REF_NULL,
		"blocked_operations");
	pool_unlock(call->pool);
	return fields;
}

static int make(struct call *call, const char *vm, const char *name, struct vm_disks *disks)
{
	int result = check_srs(call, disks);

	if (result == 0)
		result = take_all(call, disks);
	if (result == 0)
		result = vm_make_like(call, vm, snapshot_fields(call, vm, name), disks);
	if (result < 0)
		vm_disks_roll_back(call, disks);
	return result;
}

int vm_snapshot(struct call *call)
{
	const char *vm = call_text(call, 0);
	struct vm_disks disks;
	int result;

	if (vm_check_operation(call, vm, "snapshot") < 0 || vm_check_licence(call, vm) < 0)
		return CALL_FAILED;
	vm_disks_init(call, vm, call_argument(call, 2), &disks);
	vm_disks_lock(call, &disks);
	result = make(call, vm, call_text(call, 1), &disks);
	vm_disks_unlock(call, &disks);
	vm_disks_deinit(&disks);
	return result;
}
