/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the disks of a pool, for the files that implement them.
 *
 * Invariants:
 *  (1) Locks are taken in this order: an SR's, disks->lock, the pool's, disks->uses_lock.
 *      disks->lock and the pool's are never held while a rig is asked.
 *  (2) The trees of a rig change only under the lock of its SR, except by coalesce, which the
 *      disk's keeper notices.
 *  (3) `names' of a disk is what the records said at the last sync; no two disks have the same
 *      uuid.
 *  (4) A disk lives while it is referenced (disk_get), even off the list.
 *
 * The life of one disk is in disk.h, its records in records.h.
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

/* The parts of a rig's status that keepers compare. */
struct signature {
	uint64_t used_bytes;
	uint64_t trees; /* a hash of all nodes and snapshots and their parents */
};

struct disk {
	struct disks *disks;
	struct repository *sr;
	char key[KEY_BYTES]; /* VM.DISK of POOL.yaml, or the uuid of a later leaf */
	struct disk_rig *rig;
	char *image;	    /* NULL: joined */
	json_t *faults;	    /* ids of the rules of POOL.yaml in its rig */
	bool image_is_ours; /* removed with its last VDI */
	bool is_made;	    /* by a client */
	bool removes_image; /* after its rig has ended */

	struct list link; /* of disks->list */
	unsigned holders; /* disk_get() and the list */

	/* Under disks->lock. */
	char leaf[POOL_UUID_BYTES]; /* "": it was destroyed */
	json_t *names;		    /* {uuid: {kind, name}}: names.h */
	struct signature seen;
	uint64_t limit_bytes; /* the limit last sent to the rig; 0: none yet */

	pthread_t keeper;
	bool has_keeper;
	atomic_bool is_over; /* the keeper must end … */
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
	pthread_mutex_t uses_lock; /* taken last, inside the pool's */
	json_t *uses;		   /* {uuid: number of readers; -1: a writer} */
	int lock_fd;		   /* of the state folder */
	bool has_begun;		   /* and has been saved */
	atomic_bool is_stopping;
};

/* ---- disks.c ---- */

struct repository *repository_find(struct disks *disks, const char *uuid);

/* The disk that has VDI UUID, and its kind; NULL if none.  Put it back. */
struct disk *disk_get(struct disks *disks, const char *uuid, enum disk_kind *ret_kind);
/* All disks of SR (NULL: of all), *RET_COUNT; put each back, and free() the array. */
struct disk **disks_get_all(struct disks *disks, const struct repository *sr, size_t *ret_count);
void disk_put(struct disk *disk);
void disks_put_all(struct disk **all, size_t count);

/* ---- start.c, start_disks.c ---- */

/* Start the disks of POOL.yaml, and those made by clients.  Return 0, or -errno after a message. */
int start_of_config(struct disks *disks);
int start_made(struct disks *disks);

/* ---- sync.c ---- */

/* Under the SR's lock.  Updates the records from the rig of DISK.  Returns 0 or -errno. */
int disk_sync(struct disk *disk);
void signature_read(json_t *status, struct signature *ret);

/* ---- cbt.c ---- */

/*
 * Under the SR's lock: drops the data of DISK's snapshots that are metadata and have a successor.
 */
void cbt_settle(struct disk *disk);
/* Whether UUID is metadata that is in no rig any more; and removes it. */
bool cbt_has_file(struct disks *disks, const char *uuid);
void cbt_forget(struct disks *disks, const char *uuid);
/*
 * Under the SR's lock, before snapshot UUID of DISK (NULL: metadata, in no rig) is removed: changes
 * that are recorded until it are recorded until the next one instead.
 */
void cbt_go_round(struct disks *disks, struct disk *disk, const char *uuid);

/* ---- capacity.c ---- */

/*
 * With or without the SR's lock.  Tells each rig of SR how much the others leave, and sets the used
 * space in the SR's record.  Returns the free space; UINT64_MAX: no limit.
 */
uint64_t repository_balance(struct disks *disks, struct repository *sr);
/* The same with the numbers last seen by keepers and syncs: asks no rig. */
void repository_settle(struct disks *disks, struct repository *sr);

/* ---- failure.c ---- */

/*
 * XAPI's error for ERROR and MESSAGE (NULL: none) of a rig of SR, when WHAT has failed
 * (SNAPSHOT_FAILED, "Failed to snapshot VDI"); a new reference.
 */
#define SNAPSHOT_FAILED 82
json_t *failure_of(const struct repository *sr, int error, const char *message, unsigned number,
	const char *what);

#endif
