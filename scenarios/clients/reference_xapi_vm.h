/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_vm.h - a VM of a pool, as a backup job sees it.
 *
 * What a job needs to know the next time is in other_config of the snapshots themselves, under
 * the keys that Xen Orchestra uses.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_VM_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct xapi;

/* A disk of the VM, and, once the VM has one, its snapshot. */
struct xapi_disk {
	char *ref, *uuid, *label, *device;
	char *snapshot, *snapshot_uuid;
	json_t *record;		/* of the snapshot */
	char *base, *base_uuid; /* its snapshot in that of the VM; NULL: none */
};

struct xapi_vm {
	char *ref, *uuid, *label;
	json_t *record;
	char *snapshot; /* NULL: none was taken */
	char *base;	/* the snapshot of the VM that the job has exported last; NULL: none */
	struct xapi_disk *disks;
	size_t disk_count;
};

/* The VM with the uuid or, if there is none, the only one with the label NAME. */
json_t *xapi_vm_open(struct xapi *xapi, const char *name, struct xapi_vm *ret);
void xapi_vm_deinit(struct xapi_vm *vm);

/* While a job works, nobody migrates the VM. */
json_t *xapi_vm_block(struct xapi *xapi, const struct xapi_vm *vm);
json_t *xapi_vm_unblock(struct xapi *xapi, const struct xapi_vm *vm);

/* How many base copies on the way of any disk's chain should have been merged by now. */
json_t *xapi_vm_uncoalesced(struct xapi *xapi, const struct xapi_vm *vm, uint64_t *ret);

/* Takes the snapshot and gives it the job's marks. */
json_t *xapi_vm_snapshot(struct xapi *xapi, struct xapi_vm *vm, const char *job_id,
	const char *job_name, const char *date);

/* Finds the newest of the job's snapshots that were exported, and what each disk has in it. */
json_t *xapi_vm_bases(struct xapi *xapi, struct xapi_vm *vm, const char *job_id);

/* The snapshot is the next one's base. */
json_t *xapi_vm_mark_exported(struct xapi *xapi, const struct xapi_vm *vm);

/*
 * Deletes the VM's snapshots of the job, those without a mark that an interrupted run has left,
 * and disks of the job's whose snapshot is gone; but KEPT (a reference; NULL: none).
 */
json_t *xapi_vm_delete_others(
	struct xapi *xapi, const struct xapi_vm *vm, const char *job_id, const char *kept);

#endif
