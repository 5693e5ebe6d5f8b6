/* SPDX-License-Identifier: Apache-2.0 */
/* records.h - makes and drops the records of a pool's disks. */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_RECORDS_H
#define SNAPRIG_DOORS_XAPI_DISKS_RECORDS_H

#include "simfs/doors/xapi/disks/internal.h"

/* Makes the records of pool, hosts and SRs that CONFIG wants and that do not exist yet. */
void records_build(struct disks *disks);
/* The same for a VM, with UUID. */
void records_vm(struct disks *disks, const struct config_vm *vm, const char *uuid);
/*
 * Makes the record of DISK's leaf, with FIELDS (borrowed, NULL for none), unless it exists.
 * Returns whether it is new.
 */
bool records_leaf(struct disk *disk, const char *label, uint64_t size_bytes, json_t *fields);
/* Makes the VBD for a new disk of the VM, number INDEX. */
void records_vbd(struct disks *disks, const char *vm_uuid, const char *vdi_uuid, size_t index);
/* Turns references to the VDI OLD into references to NEW.  Under the pool's lock. */
void records_move_vdi(struct pool *pool, const char *old, const char *new);
/* Removes all references to VDI REF, and then the VDI.  Under the pool's lock. */
void records_drop_vdi(struct pool *pool, const char *ref);
/* Drops records of VDIs that no disk has, running or noted. */
void records_drop_strangers(struct disks *disks);

#endif
