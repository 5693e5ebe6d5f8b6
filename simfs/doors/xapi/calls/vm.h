/* SPDX-License-Identifier: Apache-2.0 */
/* vm.h - what the calls about VMs share. */
#ifndef SNAPRIG_DOORS_XAPI_CALLS_VM_H
#define SNAPRIG_DOORS_XAPI_CALLS_VM_H

#include "simfs/doors/xapi/calls/call.h"
#include "simfs/doors/xapi/pool/pool.h"

/* A disk of a VM, as it was when somebody looked. */
struct vm_disk {
	char vbd[POOL_REF_BYTES];
	char vdi[POOL_REF_BYTES];
	char vdi_uuid[POOL_UUID_BYTES];
	char sr[POOL_REF_BYTES];
	char sr_uuid[POOL_UUID_BYTES];
	char new_uuid[POOL_UUID_BYTES]; /* of what a call made of it; "": nothing yet */
};

struct vm_disks {
	struct vm_disk *items;
	size_t count;
};

/* The disks of VM but those of IGNORED (refs of VDIs; NULL: none); deinit it. */
void vm_disks_init(struct call *call, const char *vm, const json_t *ignored, struct vm_disks *ret);
void vm_disks_deinit(struct vm_disks *disks);

/* Locks the SRs of all, in the one order that there is. */
void vm_disks_lock(struct call *call, const struct vm_disks *disks);
void vm_disks_unlock(struct call *call, const struct vm_disks *disks);

/* Destroys what was made of them; with these locks. */
void vm_disks_roll_back(struct call *call, struct vm_disks *disks);

/* Whether OPERATION may be done with VM: 0, or CALL_FAILED. */
int vm_check_operation(struct call *call, const char *vm, const char *operation);

/*
 * Whether VBD can be attached: 0, or CALL_FAILED when its disk is being read, written or destroyed.
 * With the pool's lock.
 */
int vbd_check_attach(struct call *call, const char *vbd);

/* Whether the licence has what VM wants: 0, or CALL_FAILED. */
int vm_check_licence(struct call *call, const char *vm);

/*
 * A new VM with FIELDS (stolen) over those of VM, and a VBD for the new VDI of each of DISKS: its
 * ref is the result of CALL.  A snapshot is one of VM's at once.  CALL_FAILED when VM has gone.
 */
int vm_make_like(struct call *call, const char *vm, json_t *fields, const struct vm_disks *disks);

#endif
