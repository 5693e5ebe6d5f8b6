/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - what the VDIs of a disk are called in its rig.
 *
 * `names` of a disk is {uuid: {kind, name}}, snapshots in the order in which they were taken.
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_NAMES_H
#define SNAPRIG_DOORS_XAPI_DISKS_NAMES_H

#include "simfs/doors/xapi/disks/internal.h"

#define KIND_SNAPSHOT  "snapshot"
#define KIND_BASE_COPY "base copy"

/* NULL: UUID is no snapshot and no base copy of it. */
const char *kind_in(const json_t *names, const char *uuid);
const char *name_in(const json_t *names, const char *uuid);

/*
 * With the SR's lock.  The names of DISK become what STATUS says, no two disks have the same uuid.
 * *RET_UUIDS is for uuid_in().  Returns what they were; both are the caller's.
 */
json_t *names_take(struct disk *disk, json_t *status, json_t **ret_uuids);
const char *uuid_in(const json_t *uuids, const char *kind, const char *name);

/* What the rig of DISK calls UUID, into RET, of POOL_UUID_BYTES. */
void disk_name_of(struct disk *disk, const char *uuid, char *ret);

#endif
