/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_vm.h"

#include <string.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xapi_marks.h"
#include "scenarios/clients/reference_xapi_task.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static const char *const blocked[] = { "pool_migrate", "migrate_send" };
#define BLOCKED_REASON "VM migration is blocked during backup"

static void json_free(json_t **value)
{
	json_decref(*value);
}

static char *member_copy(const json_t *record, const char *key)
{
	return heap_copy(member_text(record, key));
}

/* ---- the VM and its disks ---- */

static json_t *vm_find(struct xapi *xapi, const char *name, char **ret_ref)
{
	AUTO(json_free) json_t *by_uuid = NULL;
	AUTO(json_free) json_t *by_label = NULL;
	json_t *failure = xapi_call(xapi, "VM.get_by_uuid", json_pack("[s]", name), &by_uuid);
	json_t *other;

	if (!failure) {
		*ret_ref = heap_copy(json_string_value(by_uuid));
		return *ret_ref ? NULL : xo_error("a VM has no reference");
	}
	if (strcmp(member_text(failure, "code"), "UUID_INVALID") != 0)
		return failure;
	other = xapi_call(xapi, "VM.get_by_name_label", json_pack("[o]", xo_text(name)), &by_label);
	if (other || json_array_size(by_label) != 1) {
		json_decref(other);
		return failure;
	}
	json_decref(failure);
	*ret_ref = heap_copy(json_string_value(json_array_get(by_label, 0)));
	return *ret_ref ? NULL : xo_error("a VM has no reference");
}

/* Adds the VBD's disk if it has one. */
static json_t *disk_add(struct xapi *xapi, struct xapi_vm *vm, const char *vbd_ref)
{
	AUTO(json_free) json_t *vbd = NULL;
	AUTO(json_free) json_t *vdi = NULL;
	json_t *failure = xapi_record(xapi, "VBD", vbd_ref, &vbd);
	const char *ref = member_text(vbd, "VDI");

	if (failure || strcmp(member_text(vbd, "type"), "Disk") != 0 || strcmp(ref, XAPI_NULL) == 0)
		return failure;
	failure = xapi_record(xapi, "VDI", ref, &vdi);
	if (failure)
		return failure;
	vm->disks = heap_grow(vm->disks, vm->disk_count, sizeof *vm->disks);
	vm->disks[vm->disk_count++] = (struct xapi_disk){
		.ref = heap_copy(ref),
		.uuid = member_copy(vdi, "uuid"),
		.label = member_copy(vdi, "name_label"),
		.device = member_copy(vbd, "userdevice"),
	};
	return NULL;
}

json_t *xapi_vm_open(struct xapi *xapi, const char *name, struct xapi_vm *ret)
{
	json_t *failure = vm_find(xapi, name, &ret->ref), *vbd;
	size_t i;

	if (!failure)
		failure = xapi_record(xapi, "VM", ret->ref, &ret->record);
	if (failure)
		return failure;
	ret->uuid = member_copy(ret->record, "uuid");
	ret->label = member_copy(ret->record, "name_label");
	json_array_foreach(json_object_get(ret->record, "VBDs"), i, vbd)
	{
		failure = disk_add(xapi, ret, json_string_value(vbd));
		if (failure)
			return failure;
	}
	return ret->disk_count > 0 ? NULL : xo_error("no disks found");
}

void xapi_vm_deinit(struct xapi_vm *vm)
{
	for (size_t i = 0; i < vm->disk_count; i++) {
		struct xapi_disk *disk = &vm->disks[i];
		char *const texts[] = { disk->ref, disk->uuid, disk->label, disk->device,
			disk->snapshot, disk->snapshot_uuid, disk->base, disk->base_uuid };

		for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
			free(texts[t]);
		json_decref(disk->record);
	}
	free(vm->disks);
	free(vm->ref);
	free(vm->uuid);
	free(vm->label);
	free(vm->snapshot);
	free(vm->base);
	json_decref(vm->record);
	*vm = (struct xapi_vm){ 0 };
}

json_t *xapi_vm_unblock(struct xapi *xapi, const struct xapi_vm *vm)
{
	json_t *failure = NULL;

	for (size_t i = 0; !failure && i < sizeof blocked / sizeof blocked[0]; i++)
		failure = xapi_do(
			xapi, "VM.remove_from_blocked_operations", vm->ref, blocked[i], NULL);
	return failure;
}

json_t *xapi_vm_block(struct xapi *xapi, const struct xapi_vm *vm)
{
	/* A key that an interrupted run has left would make the call fail. */
	json_t *failure = xapi_vm_unblock(xapi, vm);

	for (size_t i = 0; !failure && i < sizeof blocked / sizeof blocked[0]; i++)
		failure = xapi_do(xapi, "VM.add_to_blocked_operations", vm->ref, blocked[i],
			BLOCKED_REASON, NULL);
	return failure;
}

/* ---- the chain ---- */

/* Returns the record with UUID in VDIS ({ref: record}), or NULL. */
static const json_t *vdi_with(json_t *vdis, const char *uuid)
{
	const char *ref;
	json_t *vdi;

	json_object_foreach(vdis, ref, vdi)
	{
		if (*uuid && strcmp(member_text(vdi, "uuid"), uuid) == 0)
			return vdi;
	}
	return NULL;
}

static const char *parent_of(const json_t *vdi)
{
	return member_text(json_object_get(vdi, "sm_config"), "vhd-parent");
}

/* Returns whether the VDI is unused, and its only child is unused, too. */
static bool is_uncoalesced(json_t *vdis, const json_t *vdi)
{
	const char *uuid = member_text(vdi, "uuid"), *ref;
	const json_t *child = NULL;
	unsigned children = 0;
	json_t *other;

	json_object_foreach(vdis, ref, other)
	{
		if (strcmp(parent_of(other), uuid) != 0)
			continue;
		children++;
		child = other;
	}
	return json_is_false(json_object_get(vdi, "managed")) && children == 1 &&
	       json_is_false(json_object_get(child, "managed"));
}

json_t *xapi_vm_uncoalesced(struct xapi *xapi, const struct xapi_vm *vm, uint64_t *ret)
{
	AUTO(json_free) json_t *vdis = NULL;
	json_t *failure = xapi_call(xapi, "VDI.get_all_records", json_array(), &vdis);

	*ret = 0;
	for (size_t i = 0; !failure && i < vm->disk_count; i++) {
		const json_t *vdi = vdi_with(vdis, vm->disks[i].uuid);
		size_t steps = json_object_size(vdis);
		uint64_t count = 0;

		/* Records that contradict each other may form a cycle. */
		for (; vdi && steps > 0; steps--) {
			count += is_uncoalesced(vdis, vdi);
			vdi = vdi_with(vdis, parent_of(vdi));
		}
		*ret = count > *ret ? count : *ret;
	}
	return failure;
}

/* ---- the snapshot ---- */

static json_t *mark(
	struct xapi *xapi, const char *class, const char *ref, const char *key, const char *value)
{
	AUTO(auto_free) char *remove = heap_format("%s.remove_from_other_config", class);
	AUTO(auto_free) char *add = heap_format("%s.add_to_other_config", class);
	json_t *failure = xapi_do(xapi, remove, ref, key, NULL);

	return failure ? failure : xapi_do(xapi, add, ref, key, value, NULL);
}

/* Finds the snapshot VDI of each disk. */
static json_t *snapshot_disks(struct xapi *xapi, struct xapi_vm *vm)
{
	AUTO(json_free) json_t *record = NULL;
	json_t *failure = xapi_record(xapi, "VM", vm->snapshot, &record), *ref;
	size_t i;

	json_array_foreach(json_object_get(record, "VBDs"), i, ref)
	{
		AUTO(json_free) json_t *vbd = NULL;
		AUTO(json_free) json_t *vdi = NULL;
		const char *vdi_ref;

		if (!failure)
			failure = xapi_record(xapi, "VBD", json_string_value(ref), &vbd);
		vdi_ref = member_text(vbd, "VDI");
		if (failure || !*vdi_ref || strcmp(vdi_ref, XAPI_NULL) == 0)
			continue;
		failure = xapi_record(xapi, "VDI", vdi_ref, &vdi);
		for (size_t d = 0; !failure && d < vm->disk_count; d++) {
			struct xapi_disk *disk = &vm->disks[d];

			if (strcmp(member_text(vdi, "snapshot_of"), disk->ref) != 0)
				continue;
			disk->snapshot = heap_copy(vdi_ref);
			disk->snapshot_uuid = member_copy(vdi, "uuid");
			disk->record = TAKE_PTR(vdi);
		}
	}
	for (size_t d = 0; !failure && d < vm->disk_count; d++) {
		if (!vm->disks[d].snapshot)
			failure = xo_error("a disk has no snapshot");
	}
	return failure;
}

static json_t *snapshot_mark(struct xapi *xapi, const char *class, const char *ref,
	const struct xapi_vm *vm, const char *job_id, const char *date)
{
	json_t *failure = mark(xapi, class, ref, MARK_DATE, date);

	if (!failure)
		failure = mark(xapi, class, ref, MARK_VM, vm->uuid);
	return failure ? failure : mark(xapi, class, ref, MARK_JOB, job_id);
}

json_t *xapi_vm_snapshot(struct xapi *xapi, struct xapi_vm *vm, const char *job_id,
	const char *job_name, const char *date)
{
	AUTO(auto_free) char *label = heap_format("[XO Backup %s] %s", job_name, vm->label);
	json_t *failure = xapi_run(
		xapi, "VM.snapshot", json_pack("[s, s]", vm->ref, TEMPORARY_NAME), &vm->snapshot);

	if (!failure)
		failure = xapi_call(
			xapi, "VM.set_is_a_template", json_pack("[s, b]", vm->snapshot, 0), NULL);
	if (!failure)
		failure = snapshot_disks(xapi, vm);
	for (size_t i = 0; !failure && i < vm->disk_count; i++)
		failure = snapshot_mark(xapi, "VDI", vm->disks[i].snapshot, vm, job_id, date);
	if (!failure)
		failure = snapshot_mark(xapi, "VM", vm->snapshot, vm, job_id, date);
	if (!failure)
		failure = xapi_do(xapi, "VM.set_name_label", vm->snapshot, label, NULL);
	return failure;
}

json_t *xapi_vm_mark_exported(struct xapi *xapi, const struct xapi_vm *vm)
{
	json_t *failure = mark(xapi, "VM", vm->snapshot, MARK_EXPORTED, "true");

	for (size_t i = 0; !failure && i < vm->disk_count; i++)
		failure = mark(xapi, "VDI", vm->disks[i].snapshot, MARK_EXPORTED, "true");
	return failure;
}

/* Returns whether RECORD is a snapshot of REF that the job has exported, newer than DATE. */
static bool is_newer_base(
	const json_t *record, const char *ref, const char *job_id, const char *date)
{
	return strcmp(member_text(record, "snapshot_of"), ref) == 0 &&
	       strcmp(mark_of(record, MARK_JOB), job_id) == 0 && *mark_of(record, MARK_EXPORTED) &&
	       strcmp(mark_of(record, MARK_DATE), date) > 0;
}

/* Finds the disk's VDI in the snapshot of DATE. */
static void base_of_disk(struct xapi_disk *disk, json_t *vdis, const char *job_id, const char *date)
{
	const char *ref;
	json_t *vdi;

	json_object_foreach(vdis, ref, vdi)
	{
		if (disk->base || strcmp(mark_of(vdi, MARK_DATE), date) != 0 ||
			!is_newer_base(vdi, disk->ref, job_id, ""))
			continue;
		disk->base = heap_copy(ref);
		disk->base_uuid = member_copy(vdi, "uuid");
	}
}

json_t *xapi_vm_bases(struct xapi *xapi, struct xapi_vm *vm, const char *job_id)
{
	AUTO(json_free) json_t *vms = NULL;
	AUTO(json_free) json_t *vdis = NULL;
	json_t *failure = xapi_call(xapi, "VM.get_all_records", json_array(), &vms), *record;
	const char *ref, *date = "";

	json_object_foreach(vms, ref, record)
	{
		if (!is_newer_base(record, vm->ref, job_id, date))
			continue;
		date = mark_of(record, MARK_DATE);
		free(vm->base);
		vm->base = heap_copy(ref);
	}
	if (!failure && vm->base)
		failure = xapi_call(xapi, "VDI.get_all_records", json_array(), &vdis);
	for (size_t i = 0; !failure && vm->base && i < vm->disk_count; i++)
		base_of_disk(&vm->disks[i], vdis, job_id, date);
	return failure;
}
