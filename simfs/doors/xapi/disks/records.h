/* SPDX-License-Identifier: Apache-2.0 */
/* records.h - the records that the disks of a pool have, made and dropped. */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_RECORDS_H
#define SNAPRIG_DOORS_XAPI_DISKS_RECORDS_H

#include "simfs/doors/xapi/disks/internal.h"

/* The records of pool, hosts and SRs that CONFIG wants and that are not there yet. */
void records_build(struct disks *disks);
/* The same of a VM, with UUID. */
void records_vm(struct disks *disks, const struct config_vm *vm, const char *uuid);
/* The record of the leaf of DISK, with FIELDS (borrowed, NULL for none), unless it is there:
 * whether it was not. */
bool records_leaf(struct disk *disk, const char *label, uint64_t size_bytes, json_t *fields);
/* A new disk of VM's, by number: its VBD. */
void records_vbd(struct disks *disks, const char *vm_uuid, const char *vdi_uuid, size_t index);
/* What names the VDI OLD names NEW.  With the pool's lock. */
void records_move_vdi(struct pool *pool, const char *old, const char *new);
/* Takes VDI REF out of all that name it, and removes it.  With the pool's lock. */
void records_drop_vdi(struct pool *pool, const char *ref);
/* Records of VDIs go that no disk has, served or noted. */
void records_drop_strangers(struct disks *disks);

#endif
