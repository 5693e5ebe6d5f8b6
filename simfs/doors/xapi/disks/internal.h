/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the disks of a pool among themselves.
 *
 * Invariants:
 *  (1) Locks are taken in this order: an SR's, disks->lock, the pool's, disks->uses_lock.
 *      disks->lock and the pool's are never held while a rig is asked.
 *  (2) Trees of a rig change under the lock of its SR only, but by coalesce, which the disk's
 *      keeper sees.
 *  (3) `names` of a disk is what the records said when it was synced last; no two disks have the
 *      same uuid.
 *  (4) A disk lives while somebody has it (disk_get), also when it is out of the list.
 *
 * The life of one disk is disk.h's, and what the records are told records.h's.
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_INTERNAL_H
#define SNAPRIG_DOORS_XAPI_DISKS_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "simfs/base/list.h"
#include "simfs/doors/xapi/disks/disk_rig.h"
#include "simfs/doors/xapi/disks/disks.h"

/* In the state folder. */
#define STATE_MOUNTS "mnt"
#define STATE_IMAGES "disks"
#define STATE_LOGS   "logs"
#define STATE_POOL   "pool.json"
#define STATE_CBT    "cbt"

#define KEY_BYTES    160

struct repository {
	const struct config_sr *config;
	char uuid[POOL_UUID_BYTES];
	pthread_mutex_t lock;
	pthread_mutex_t capacity_lock; /* taken last */
};

/* What a rig's status says that keepers compare. */
struct signature {
	uint64_t used_bytes;
	uint64_t trees; /* a hash of which nodes and snapshots there are, and of whom */
};

struct disk {
	struct disks *disks;
	struct repository *sr;
	char key[KEY_BYTES]; /* VM.DISK of POOL.yaml, or the uuid of a leaf made later */
	struct disk_rig *rig;
	char *image;	    /* NULL: joined */
	json_t *faults;	    /* what the rules of POOL.yaml are called in its rig */
	bool image_is_ours; /* it goes with its last VDI */
	bool is_made;	    /* by a client */
	bool removes_image; /* when its rig has ended */

	struct list link; /* of disks->list */
	unsigned holders; /* disk_get() and the list */

	/* Under disks->lock. */
	char leaf[POOL_UUID_BYTES]; /* "": it was destroyed */
	json_t *names;		    /* {uuid: {kind, name}}: names.h */
	struct signature seen;
	uint64_t limit_bytes; /* of its SR, as the rig was told last; 0: not yet */

	pthread_t keeper;
	bool has_keeper;
	atomic_bool is_over; /* the keeper ends … */
	int end_fd;	     /* … and wakes up for it */
};

struct disks {
	const struct pool_config *config;
	struct pool *pool;
	char *state_folder;
	struct repository *srs;
	size_t sr_count;
	pthread_mutex_t lock;
	struct list list;
	pthread_mutex_t uses_lock; /* taken last, behind the pool's */
	json_t *uses;		   /* {uuid: how many read it; -1: somebody writes} */
	int lock_fd;		   /* of the state folder */
	bool has_begun;		   /* and has been saved */
	atomic_bool is_stopping;
};

/* ---- disks.c ---- */

struct repository *repository_find(struct disks *disks, const char *uuid);

/* The disk that has VDI UUID, and what it is there; NULL.  Give it back. */
struct disk *disk_get(struct disks *disks, const char *uuid, enum disk_kind *ret_kind);
/* All disks of SR (NULL: of all), *RET_COUNT of them; give each back and free() the array. */
struct disk **disks_get_all(struct disks *disks, const struct repository *sr, size_t *ret_count);
void disk_put(struct disk *disk);
void disks_put_all(struct disk **all, size_t count);

/* ---- start.c, start_disks.c ---- */

/* The disks of POOL.yaml, and those that clients made: 0, or -errno, said. */
int start_of_config(struct disks *disks);
int start_made(struct disks *disks);

/* ---- sync.c ---- */

/* With the SR's lock.  Makes the records what the rig of DISK says: 0 or -errno. */
int disk_sync(struct disk *disk);
void signature_read(json_t *status, struct signature *ret);

/* ---- cbt.c ---- */

/* With the SR's lock: snapshots of DISK that are metadata give their data up, where a newer is. */
void cbt_settle(struct disk *disk);
/* Whether UUID is metadata that no rig has any more; and it is not any more. */
bool cbt_has_file(struct disks *disks, const char *uuid);
void cbt_forget(struct disks *disks, const char *uuid);
/*
 * With the SR's lock: snapshot UUID of DISK (NULL: of none, it is metadata) is about to go, and
 * what changed since others until it is known until the next one instead.
 */
void cbt_go_round(struct disks *disks, struct disk *disk, const char *uuid);

/* ---- capacity.c ---- */

/*
 * With the SR's lock or without it.  Tells each rig of SR how much the others leave, and the SR's
 * record how much is used.  Returns what is free; UINT64_MAX: there is no limit.
 */
uint64_t repository_balance(struct disks *disks, struct repository *sr);
/* The same by what keepers and syncs have seen last: no rig is asked. */
void repository_settle(struct disks *disks, struct repository *sr);

/* ---- failure.c ---- */

/*
 * What XAPI says of ERROR and MESSAGE (NULL: none) of a rig of SR, as WHAT (SNAPSHOT_FAILED,
 * "Failed to snapshot VDI") failed; a new reference.
 */
#define SNAPSHOT_FAILED 82
json_t *failure_of(const struct repository *sr, int error, const char *message, unsigned number,
	const char *what);

#endif
