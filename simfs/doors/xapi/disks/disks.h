/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disks.h - the VDIs of a pool, each a leaf, a snapshot or a base copy of a rig's chain.
 *
 * A VDI is named by its uuid: a snapshot's is its name in the rig, a base copy's that of its node,
 * a leaf's is the pool's.  Rigs and records are synchronised after each operation here, and when a
 * rig reports that it has merged.
 *
 * Locks: an SR has one, held for a whole operation on its VDIs (disks_sr_lock()); the pool's may be
 * taken under it, never the other way round.
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
 * Starts or joins the rigs of CONFIG and makes POOL's records for them; takes over what
 * STATE_FOLDER has from an earlier run.  CONFIG stays the caller's, and must exist as long.
 * Returns 0, or -errno after a message.
 */
int disks_begin(const struct pool_config *config, struct pool *pool, const char *state_folder,
	struct disks **ret);
/* Calls that wait for a rig, or copy a disk, fail with -ECANCELED, now and later. */
void disks_stop(struct disks *disks);
/* Stops the keepers.  Only disks_kill() may be called at the same time. */
void disks_rest(struct disks *disks);
/*
 * Kills the rigs that were started here and unmounts them, which frees threads that hang in one.
 * Any thread may call, until disks_finish().
 */
void disks_kill(struct disks *disks);
/* Saves the records and ends the rigs; no other thread may call.  NULL is fine. */
void disks_finish(struct disks *disks);
/* Saves the records in STATE_FOLDER; call it before answering a change.  Returns 0 or -errno. */
int disks_save(struct disks *disks);

/* Whether the master is at least XenServer 6.5: an older one does not answer in HTTP. */
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
	char path[4096]; /* MNT/live or MNT/snapshots/UUID; "" for a base copy */
	char mount_point[4096];

	/*
	 * For a disk made by a client: that of the first disk of POOL.yaml, whose rules exist
	 * before the disk; otherwise "".
	 */
	char elder_mount_point[4096];
};

/* Returns 0, or -ENOENT if no rig has a VDI with that UUID. */
int disks_find(struct disks *disks, const char *uuid, struct disk_facts *ret);

/* disk_rig_call() to the rig of UUID; -ENOENT. */
int disks_call(struct disks *disks, const char *uuid, const char *command, json_t *arguments,
	json_t **ret);

/*
 * disk_rig_call() to each rig in the order of POOL.yaml (ARGUMENTS are copied for each), until STOP
 * (required) accepts an answer.  Returns 0 and that answer, the caller's, in *RET; -ENOENT if none
 * was accepted.
 */
int disks_call_each(struct disks *disks, const char *command, json_t *arguments,
	bool (*stop)(const json_t *answer), json_t **ret);

/* ---- uses ---- */

enum disk_use {
	DISK_READ,  /* leaves it unchanged */
	DISK_WRITE, /* changes or removes it: exclusive */
};

/* UUID is in use until disks_unuse().  Returns 0, or -EBUSY if another use excludes this one. */
int disks_use(struct disks *disks, const char *uuid, enum disk_use use);
void disks_unuse(struct disks *disks, const char *uuid);

/* Whether UUID is in use.  May be called under the pool's lock. */
bool disks_in_use(struct disks *disks, const char *uuid);

/* Whether a running VM has VDI, a reference.  Needs the pool's lock. */
bool disks_is_attached(struct pool *pool, const char *vdi);

/*
 * The type of a VDI whose data was destroyed, and whether VDI, a reference, has it.  Needs the
 * pool's lock.
 */
#define DISK_NO_DATA_TYPE "cbt_metadata"
bool disks_has_no_data(struct pool *pool, const char *vdi);

/*
 * Opens the content of UUID with FLAGS (O_RDONLY, O_RDWR); it is in use until disks_close().
 * Returns 0; -ENOENT; -EROFS: not a leaf; -ENOTSUP: a base copy; -EBUSY; or -errno of open().
 */
int disks_open(struct disks *disks, const char *uuid, int flags, int *ret_fd);
void disks_close(struct disks *disks, const char *uuid, int fd);

/*
 * The blocks that differ between FROM and UNTIL, a snapshot or leaf of the same rig that is not
 * older: calls EACH (required) with extents in ascending order, in bytes; a negative result of EACH
 * ends it.  Returns 0; -ENOENT; -EXDEV: of two rigs; or -errno.
 */
int disks_changed(struct disks *disks, const char *from, const char *until,
	int (*each)(void *context, uint64_t offset, uint64_t length), void *context);

/* ---- operations ---- */

/* The lock of the SR with UUID: held for a whole operation on its VDIs. */
void disks_sr_lock(struct disks *disks, const char *sr_uuid);
void disks_sr_unlock(struct disks *disks, const char *sr_uuid);
/* Whether its storage manager supports snapshots. */
bool disks_sr_can_snapshot(struct disks *disks, const char *sr_uuid);

/*
 * The following need the SR's lock, and leave rig and records in agreement.  On failure
 * *RET_FAILURE is XAPI's error, [CODE, PARAMETER…], the caller's; on success it is not touched.
 */

/* Takes a snapshot of leaf UUID, with a record; *RET_UUID, of POOL_UUID_BYTES, is its name. */
int disks_snapshot(struct disks *disks, const char *uuid, char *ret_uuid, json_t **ret_failure);

/* Removes a leaf, whose snapshots stay, or a snapshot, and its record. */
int disks_destroy(struct disks *disks, const char *uuid, json_t **ret_failure);

/*
 * How often leaf UUID was written or discarded since its rig was mounted.  Returns 0 with *RET, or
 * -errno with the failure.
 */
int disks_changes(struct disks *disks, const char *uuid, uint64_t *ret, json_t **ret_failure);

/*
 * Also removes leaf UUID; references to it, including those of its snapshots, become references to
 * leaf HEIR.  If HEIR is gone, or being removed, nothing changes.
 */
int disks_replace(struct disks *disks, const char *uuid, const char *heir, json_t **ret_failure);

/*
 * Creates a leaf of zeros, SIZE_BYTES, in the SR, with a rig of its own; FIELDS (borrowed) go into
 * its record.
 */
int disks_create_leaf(struct disks *disks, const char *sr_uuid, uint64_t size_bytes, json_t *fields,
	char *ret_uuid, json_t **ret_failure);

/*
 * Creates a leaf in the SR with the content of UUID, which may be in another SR: a full copy, a
 * chain of one node.  PROGRESS (optional) is called with 0 to 1.
 */
int disks_copy(struct disks *disks, const char *uuid, const char *sr_uuid, json_t *fields,
	void (*progress)(void *context, double share), void *context, char *ret_uuid,
	json_t **ret_failure);

/*
 * Updates the records from all rigs at once.  Without it, a change that a rig makes by itself, such
 * as a merge, appears up to a quarter of a second later.  Called without any lock.
 */
void disks_refresh(struct disks *disks);

/* Updates the records from the rigs of the SR, and starts coalesce. */
int disks_scan(struct disks *disks, const char *sr_uuid, json_t **ret_failure);

#endif
