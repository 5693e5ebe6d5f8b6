/* SPDX-License-Identifier: Apache-2.0 */
/* vm.h - shared by the calls about VMs. */
#ifndef SNAPRIG_DOORS_XAPI_CALLS_VM_H
#define SNAPRIG_DOORS_XAPI_CALLS_VM_H

#include "simfs/doors/xapi/calls/call.h"
#include "simfs/doors/xapi/pool/pool.h"

/* A disk of a VM, at the time it was read. */
struct vm_disk {
	char vbd[POOL_REF_BYTES];
	char vdi[POOL_REF_BYTES];
	char vdi_uuid[POOL_UUID_BYTES];
	char sr[POOL_REF_BYTES];
	char sr_uuid[POOL_UUID_BYTES];
	char new_uuid[POOL_UUID_BYTES]; /* of the disk made from it; "": none yet */
};

struct vm_disks {
	struct vm_disk *items;
	size_t count;
};

/* The disks of VM except those in IGNORED (refs of VDIs; NULL: none); deinit it. */
void vm_disks_init(struct call *call, const char *vm, const json_t *ignored, struct vm_disks *ret);
void vm_disks_deinit(struct vm_disks *disks);

/* Locks the SRs of all of them, always in the same order. */
void vm_disks_lock(struct call *call, const struct vm_disks *disks);
void vm_disks_unlock(struct call *call, const struct vm_disks *disks);

/* Destroys the disks made from them; under these locks. */
void vm_disks_roll_back(struct call *call, struct vm_disks *disks);

/* Whether OPERATION is allowed for VM: 0, or CALL_FAILED. */
int vm_check_operation(struct call *call, const char *vm, const char *operation);

/*
 * Whether VBD can be attached: 0, or CALL_FAILED if its disk is being read, written or destroyed.
 * Under the pool's lock.
 */
int vbd_check_attach(struct call *call, const char *vbd);

/* Whether the licence covers VM: 0, or CALL_FAILED. */
int vm_check_licence(struct call *call, const char *vm);

/*
 * Creates a VM with FIELDS (stolen) over those of VM, and a VBD for the new VDI of each of DISKS;
 * its ref is the result of CALL.  A snapshot is added to VM's snapshots at once.  CALL_FAILED if VM
 * is gone.
 */
int vm_make_like(struct call *call, const char *vm, json_t *fields, const struct vm_disks *disks);

#endif
