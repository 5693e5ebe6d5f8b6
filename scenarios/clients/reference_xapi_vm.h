/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_vm.h - a VM of a pool, as a backup job sees it.
 *
 * What a job must remember for its next run is in other_config of the snapshots themselves, under
 * the keys that Xen Orchestra uses.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_VM_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct xapi;

/* A disk of the VM, and, once the VM has a snapshot, the disk's snapshot. */
struct xapi_disk {
	char *ref, *uuid, *label, *device;
	char *snapshot, *snapshot_uuid;
	json_t *record;		/* of the snapshot */
	char *base, *base_uuid; /* its snapshot in the VM's base; NULL: none */
};

struct xapi_vm {
	char *ref, *uuid, *label;
	json_t *record;
	char *snapshot; /* NULL: not taken */
	char *base;	/* the VM's snapshot that the job exported last; NULL: none */
	struct xapi_disk *disks;
	size_t disk_count;
};

/* Finds the VM with the uuid NAME or, if there is none, the only VM with that label. */
json_t *xapi_vm_open(struct xapi *xapi, const char *name, struct xapi_vm *ret);
void xapi_vm_deinit(struct xapi_vm *vm);

/* Block and unblock migration of the VM, which must not happen while a job works. */
json_t *xapi_vm_block(struct xapi *xapi, const struct xapi_vm *vm);
json_t *xapi_vm_unblock(struct xapi *xapi, const struct xapi_vm *vm);

/* Returns how many base copies in a disk's chain should have been merged by now; the most of any
 * disk. */
json_t *xapi_vm_uncoalesced(struct xapi *xapi, const struct xapi_vm *vm, uint64_t *ret);

/* Takes the snapshot and adds the job's marks to it. */
json_t *xapi_vm_snapshot(struct xapi *xapi, struct xapi_vm *vm, const char *job_id,
	const char *job_name, const char *date);

/* Finds the newest exported snapshot of the job, and each disk's snapshot in it. */
json_t *xapi_vm_bases(struct xapi *xapi, struct xapi_vm *vm, const char *job_id);

/* Marks the snapshot as the base of the next one. */
json_t *xapi_vm_mark_exported(struct xapi *xapi, const struct xapi_vm *vm);

/*
 * Deletes the VM's other snapshots of the job, unmarked ones that an interrupted run has left, and
 * disks of the job whose snapshot is gone; except KEPT (a reference; NULL: none).
 */
json_t *xapi_vm_delete_others(
	struct xapi *xapi, const struct xapi_vm *vm, const char *job_id, const char *kept);

#endif
