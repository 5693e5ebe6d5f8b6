/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - the names of a disk's VDIs in its rig.
 *
 * `names' of a disk is {uuid: {kind, name}}, with the snapshots in the order in which they were
 * taken.
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_NAMES_H
#define SNAPRIG_DOORS_XAPI_DISKS_NAMES_H

#include "simfs/doors/xapi/disks/internal.h"

#define KIND_SNAPSHOT  "snapshot"
#define KIND_BASE_COPY "base copy"

/* NULL if UUID is no snapshot or base copy of it. */
const char *kind_in(const json_t *names, const char *uuid);
const char *name_in(const json_t *names, const char *uuid);

/*
 * Under the SR's lock.  Updates the names of DISK from STATUS, so that no two disks share a uuid.
 * *RET_UUIDS is for uuid_in().  Returns the former names; the caller owns both.
 */
json_t *names_take(struct disk *disk, json_t *status, json_t **ret_uuids);
const char *uuid_in(const json_t *uuids, const char *kind, const char *name);

/* Copies the name of UUID in the rig of DISK to RET, of POOL_UUID_BYTES. */
void disk_name_of(struct disk *disk, const char *uuid, char *ret);

#endif
