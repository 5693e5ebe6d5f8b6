/* SPDX-License-Identifier: Apache-2.0 */
/* reference_xapi_vm_delete.c - chooses the snapshots of a VM to delete, and deletes them. */
#include <string.h>

#include "scenarios/base/json_member.h"
#include "scenarios/clients/reference_xapi_call.h"
#include "scenarios/clients/reference_xapi_marks.h"
#include "scenarios/clients/reference_xapi_task.h"
#include "scenarios/clients/reference_xapi_vm.h"
#include "simfs/base/cleanup.h"

static void json_free(json_t **value)
{
	json_decref(*value);
}

/* Deletes the snapshot REF with its disks. */
static json_t *snapshot_delete(struct xapi *xapi, const char *ref, const json_t *record)
{
	AUTO(json_free) json_t *vdis = json_array();
	json_t *failure = NULL, *vbd_ref, *vdi;
	size_t i;

	json_array_foreach(json_object_get(record, "VBDs"), i, vbd_ref)
	{
		AUTO(json_free) json_t *vbd = NULL;

		if (!failure)
			failure = xapi_record(xapi, "VBD", json_string_value(vbd_ref), &vbd);
		if (!failure && strcmp(member_text(vbd, "VDI"), XAPI_NULL) != 0)
			json_array_append(vdis, json_object_get(vbd, "VDI"));
	}
	if (!failure)
		failure = xapi_run(xapi, "VM.destroy", json_pack("[s]", ref), NULL);
	/* The VM's record is gone, but its disks are not: try each. */
	json_array_foreach(vdis, i, vdi)
	{
		json_t *its = failure ? NULL
				      : xapi_run(xapi, "VDI.destroy", json_pack("[O]", vdi), NULL);

		failure = failure ? failure : its;
	}
	return failure;
}

/* Returns whether the VDI is the job's snapshot of one of the VM's disks, but belongs to no VM. */
static bool is_orphan(const json_t *vdi, const struct xapi_vm *vm, const char *job_id)
{
	bool is_of_vm = false;

	for (size_t i = 0; i < vm->disk_count; i++)
		is_of_vm = is_of_vm ||
			   strcmp(member_text(vdi, "snapshot_of"), vm->disks[i].ref) == 0;
	return is_of_vm && json_is_true(json_object_get(vdi, "is_a_snapshot")) &&
	       json_array_size(json_object_get(vdi, "VBDs")) == 0 &&
	       strcmp(mark_of(vdi, MARK_JOB), job_id) == 0;
}

/* Deletes what is left if a host died after deleting the record of a snapshot but before its
 * disks. */
static json_t *orphans_delete(struct xapi *xapi, const struct xapi_vm *vm, const char *job_id)
{
	AUTO(json_free) json_t *vdis = NULL;
	json_t *failure = xapi_call(xapi, "VDI.get_all_records", json_array(), &vdis), *vdi;
	const char *ref;

	json_object_foreach(vdis, ref, vdi)
	{
		if (!failure && is_orphan(vdi, vm, job_id))
			failure = xapi_run(xapi, "VDI.destroy", json_pack("[s]", ref), NULL);
	}
	return failure;
}

json_t *xapi_vm_delete_others(
	struct xapi *xapi, const struct xapi_vm *vm, const char *job_id, const char *kept)
{
	AUTO(json_free) json_t *vms = NULL;
	json_t *failure = xapi_call(xapi, "VM.get_all_records", json_array(), &vms), *other;
	const char *ref;

	json_object_foreach(vms, ref, other)
	{
		bool is_left = strcmp(member_text(other, "name_label"), TEMPORARY_NAME) == 0;
		bool is_the_jobs = strcmp(mark_of(other, MARK_JOB), job_id) == 0;

		if (failure || !json_is_true(json_object_get(other, "is_a_snapshot")) ||
			strcmp(member_text(other, "snapshot_of"), vm->ref) != 0 ||
			!(is_left || is_the_jobs) || (kept && strcmp(ref, kept) == 0))
			continue;
		failure = snapshot_delete(xapi, ref, other);
	}
	return failure ? failure : orphans_delete(xapi, vm, job_id);
}
