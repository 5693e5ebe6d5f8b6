/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disks.h - the VDIs of a pool, each a leaf, a snapshot or a base copy of some rig's chain.
 *
 * A VDI is named by its uuid.  That of a snapshot is the name that it has in its rig, that of a
 * base copy is its node's, that of a leaf is the pool's.  What a rig has and what the records say
 * is made equal behind each operation here, and when a rig tells that it has merged.
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
int disks_begin(const struct pool_config *config, struct pool *pool, const char *state_folder,
	struct disks **ret);
/* Whoever waits for a rig, or copies a disk, gets -ECANCELED, now and later. */
void disks_stop(struct disks *disks);
/* When nobody calls any more but disks_kill(): nobody looks at the rigs any more. */
void disks_rest(struct disks *disks);
/*
 * Kills the rigs that were started here and unmounts them, so that whoever hangs in one comes out
 * of it.  Called by whoever likes until disks_finish().
 */
void disks_kill(struct disks *disks);
/* Saves the records, ends the rigs; nobody calls any more.  NULL is fine. */
void disks_finish(struct disks *disks);
/* The records are in STATE_FOLDER: before an answer that changed something.  0 or -errno. */
int disks_save(struct disks *disks);

/* Whether the master is no older than XenServer 6.5: an older one answers no HTTP there. */
bool disks_can_export_vhd(struct disks *disks);

/* ---- one VDI ---- */

enum disk_kind {
	DISK_LEAF,
	DISK_SNAPSHOT,
	DISK_BASE_COPY,
};

struct disk_facts {
	enum disk_kind kind;
	uint64_t size_bytes;
	char path[4096]; /* MNT/live or MNT/snapshots/UUID; "" of a base copy */
	char mount_point[4096];

	/* Of a disk that a client has made: of the first disk of POOL.yaml, whose rules are there
	 * before it is; else "". */
	char elder_mount_point[4096];
};

/* 0, or -ENOENT: no rig has a VDI of that UUID. */
int disks_find(struct disks *disks, const char *uuid, struct disk_facts *ret);

/* disk_rig_call() at the rig of UUID; -ENOENT. */
int disks_call(struct disks *disks, const char *uuid, const char *command, json_t *arguments,
	json_t **ret);

/*
 * disk_rig_call() at each rig in the order of POOL.yaml (ARGUMENTS are copied for each), until STOP
 * (Required) says of an answer that it is enough: 0 and *RET, that answer, the caller's;
 * -ENOENT when none was.
 */
int disks_call_each(struct disks *disks, const char *command, json_t *arguments,
	bool (*stop)(const json_t *answer), json_t **ret);

/* ---- who uses it ---- */

enum disk_use {
	DISK_READ,  /* it stays as it is */
	DISK_WRITE, /* it changes, or goes: nobody else uses it */
};

/* UUID is in use until disks_unuse(): 0, or -EBUSY beside one that it may not stand beside. */
int disks_use(struct disks *disks, const char *uuid, enum disk_use use);
void disks_unuse(struct disks *disks, const char *uuid);

/* Whether somebody uses it.  May be called with the pool's lock. */
bool disks_in_use(struct disks *disks, const char *uuid);

/* Whether a VM that runs has VDI, a reference.  Needs the pool's lock. */
bool disks_is_attached(struct pool *pool, const char *vdi);

/* What the type of a VDI is whose data was destroyed, and whether that of VDI, a reference, is it.
 * Needs the pool's lock. */
#define DISK_NO_DATA_TYPE "cbt_metadata"
bool disks_has_no_data(struct pool *pool, const char *vdi);

/*
 * Opens the content of UUID with FLAGS (O_RDONLY, O_RDWR), which is in use until disks_close().
 * 0; -ENOENT; -EROFS: it is no leaf; -ENOTSUP: it is a base copy; -EBUSY; -errno of open().
 */
int disks_open(struct disks *disks, const char *uuid, int flags, int *ret_fd);
void disks_close(struct disks *disks, const char *uuid, int fd);

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
/* Whether its storage manager knows snapshots. */
bool disks_sr_can_snapshot(struct disks *disks, const char *sr_uuid);

/*
 * The following are called with the SR's lock held, and leave rig and records equal.  Who fails
 * leaves in *RET_FAILURE what XAPI says of it, [CODE, PARAMETER…]: the caller's, and untouched on
 * success.
 */

/* A snapshot of leaf UUID, with a record; *RET_UUID its name, of POOL_UUID_BYTES. */
int disks_snapshot(struct disks *disks, const char *uuid, char *ret_uuid, json_t **ret_failure);

/* Removes a leaf, whose snapshots stay, or a snapshot, and its record. */
int disks_destroy(struct disks *disks, const char *uuid, json_t **ret_failure);

/*
 * How often leaf UUID was written or discarded since its rig was mounted: 0 with *RET, or -errno
 * with the failure.
 */
int disks_changes(struct disks *disks, const char *uuid, uint64_t *ret, json_t **ret_failure);

/* Removes leaf UUID as well; what named it, its snapshots too, names the leaf HEIR.  Where that has
 * gone meanwhile, or goes, nothing is changed. */
int disks_replace(struct disks *disks, const char *uuid, const char *heir, json_t **ret_failure);

/* A new leaf of zeros, SIZE_BYTES, in the SR, with a rig of its own; its record has FIELDS
 * (borrowed), too. */
int disks_create_leaf(struct disks *disks, const char *sr_uuid, uint64_t size_bytes, json_t *fields,
	char *ret_uuid, json_t **ret_failure);

/*
 * A new leaf in the SR with the content of UUID, which may be of another SR: a full copy, a
 * chain of one node.  PROGRESS (Optional) is told from 0 to 1.
 */
int disks_copy(struct disks *disks, const char *uuid, const char *sr_uuid, json_t *fields,
	void (*progress)(void *context, double share), void *context, char *ret_uuid,
	json_t **ret_failure);

/*
 * Records become what all rigs have now, without a kick: what a rig has done by itself, such as
 * merge, they tell otherwise a quarter of a second later.  Called with no lock held.
 */
void disks_refresh(struct disks *disks);

/* What the rigs of the SR have becomes what the records say, and coalesce is kicked. */
int disks_scan(struct disks *disks, const char *sr_uuid, json_t **ret_failure);

#endif
