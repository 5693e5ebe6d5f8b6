/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disks.h - the VDIs of a pool, each a leaf, a snapshot or a base copy of some rig's chain.
 *
 * A VDI is named by its uuid.  That of a snapshot is the name that it has in its rig, that of a
 * base copy is its node's, that of a leaf is the pool's.  What a rig has and what the records say
 * is made equal by disks_sync(), behind each operation here and when a rig tells that it merged.
 *
 * Locks: an SR has one, held over a whole operation on its VDIs (disks_sr_lock()); under it the
 * pool's may be taken, never the other way round.
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_DISKS_H
#define SNAPRIG_DOORS_XAPI_DISKS_DISKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "simfs/doors/xapi/pool/config.h"
#include "simfs/doors/xapi/pool/pool.h"

struct disks;

/*
 * Starts or joins the rigs of CONFIG and makes POOL's records of them; what STATE_FOLDER keeps
 * of an earlier run is taken over.  CONFIG stays the caller's, and lives as long.  0, or -errno,
 * said.
 */
int disks_start(const struct pool_config *config, struct pool *pool, const char *state_folder,
	struct disks **ret);
/* Saves the records, ends the rigs.  NULL is fine. */
void disks_end(struct disks *disks);

struct pool *disks_pool(struct disks *disks);

/* ---- one VDI ---- */

enum disk_kind {
	DISK_LEAF,
	DISK_SNAPSHOT,
	DISK_BASE_COPY,
};

struct disk_facts {
	enum disk_kind kind;
	uint64_t size_bytes;
	char live_path[4096]; /* MNT/live */
	char path[4096];      /* MNT/live or MNT/snapshots/UUID; "" of a base copy */
	char mount_point[4096];
};

/* 0, or -ENOENT: no rig has a VDI of that UUID. */
int disks_find(struct disks *disks, const char *uuid, struct disk_facts *ret);

/* rig_call() at the rig of UUID; -ENOENT. */
int disks_call(struct disks *disks, const char *uuid, const char *command, json_t *arguments,
	json_t **ret);

/*
 * rig_call() at each rig in the order of POOL.yaml (ARGUMENTS are copied for each), until STOP
 * (Required) says of an answer that it is enough: 0 and *RET, that answer, the caller's;
 * -ENOENT when none was.
 */
int disks_call_each(struct disks *disks, const char *command, json_t *arguments,
	bool (*stop)(const json_t *answer), json_t **ret);

/*
 * Opens the content of UUID with FLAGS (O_RDONLY, O_RDWR) and counts it as in use until
 * disks_close(): it is not destroyed meanwhile.  0; -ENOENT; -EROFS: it is no leaf; -ENOTSUP: it
 * is a base copy; -errno of open().
 */
int disks_open(struct disks *disks, const char *uuid, int flags, int *ret_fd);
void disks_close(struct disks *disks, const char *uuid, int fd);
bool disks_in_use(struct disks *disks, const char *uuid);

/*
 * Blocks that differ between FROM and UNTIL, a snapshot or a leaf of the same rig and not older:
 * calls EACH (Required) with their extents in rising order, in bytes; what EACH returns below 0
 * ends it.  0; -ENOENT; -EXDEV: they are of two rigs; -errno.
 */
int disks_changed(struct disks *disks, const char *from, const char *until,
	int (*each)(void *context, uint64_t offset, uint64_t length), void *context);

/* ---- operations ---- */

/* The lock of the SR with UUID: held over a whole operation on its VDIs. */
void disks_sr_lock(struct disks *disks, const char *sr_uuid);
void disks_sr_unlock(struct disks *disks, const char *sr_uuid);

/*
 * The following are called with the SR's lock held, and leave rig and records equal.  They fail
 * with -errno as the rig did; NATIVE says how the storage manager calls it:
 */
enum disk_failure {
	DISK_FAILURE_NONE,
	DISK_FAILURE_OTHER,
	DISK_FAILURE_NO_SPACE_THICK, /* seen before anything is done */
	DISK_FAILURE_NO_SPACE_THIN,  /* met while it is done */
	DISK_FAILURE_CHAIN_TOO_LONG,
	DISK_FAILURE_GONE, /* the rig does not answer */
};

/* A snapshot of leaf UUID, with a record; *RET its uuid, of POOL_UUID_BYTES. */
int disks_snapshot(
	struct disks *disks, const char *uuid, char *ret_uuid, enum disk_failure *ret_failure);
/* Removes a leaf with its snapshots' ground left, or a snapshot, and its record.  -EBUSY: in use.
 */
int disks_destroy(struct disks *disks, const char *uuid);
/* A new empty leaf of SIZE_BYTES in SR, with a rig of its own; *RET its uuid. */
int disks_create(struct disks *disks, const char *sr_uuid, uint64_t size_bytes, char *ret_uuid,
	enum disk_failure *ret_failure);
/* A new leaf in SR with the content of UUID: a full copy, a chain of one node. */
int disks_copy(struct disks *disks, const char *uuid, const char *sr_uuid, char *ret_uuid,
	enum disk_failure *ret_failure);
/* What the rigs of the SR have becomes what the records say, and coalesce is kicked. */
int disks_scan(struct disks *disks, const char *sr_uuid);

#endif
