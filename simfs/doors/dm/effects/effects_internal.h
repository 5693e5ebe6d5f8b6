/* SPDX-License-Identifier: Apache-2.0 */
/* effects_internal.h - shared by the effects of one world. */
#ifndef SNAPRIG_DM_EFFECTS_INTERNAL_H
#define SNAPRIG_DM_EFFECTS_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/machine/loops.h"
#include "simfs/doors/dm/machine/opens.h"
#include "simfs/doors/dm/processes/patience.h"

struct frozen;
struct sysfs_tree;
struct world;

/* A count, and when it was taken. */
struct carrier_told {
	uint64_t at_ns; /* 0: never */
	unsigned count;
};

/*
 * A loop device that carries one dm device.  While a call changes the device, only its `users'
 * (effects_settle() and counts) touch it, too.
 */
struct carrier {
	struct list link;
	struct loop_device loop;
	struct frozen *frozen;	  /* the file system on it while it is suspended, or NULL */
	struct frozen *read_only; /* its being read-only, or NULL */
	bool held;		  /* its I/O is held: dirty data cannot be written */
	uint64_t disk;
	uint64_t sectors; /* the size of the loop device */
	/* How often it is open, in the two parts of opens.h.  Under the lock. */
	struct carrier_told openings, mounts;
	unsigned users;
};

struct carriers {
	pthread_mutex_t lock;
	pthread_cond_t unused;
	struct list list;
	unsigned held;
};

void carriers_init(struct carriers *carriers);
/* Releases all loop devices. */
void carriers_deinit(struct carriers *carriers);
/* Takes over LOOP, which lies on DISK.  Returns 0 or -ENOMEM. */
int carriers_add(struct carriers *carriers, uint64_t disk, const struct loop_device *loop);
/* The carrier with that minor, which exists. */
struct carrier *carriers_find(struct carriers *carriers, unsigned minor);
/* The carrier of DISK, used until carriers_leave(); NULL if it is gone. */
struct carrier *carriers_use(struct carriers *carriers, uint64_t disk);
/* Frees CARRIER, but not its loop device; waits until it is not used. */
void carriers_remove(struct carriers *carriers, struct carrier *carrier);

/*
 * The first carrier, or the one after CARRIER, which is no longer used then.  The result is used
 * until it is passed on or carriers_leave().  NULL: no more.
 */
struct carrier *carriers_next(struct carriers *carriers, struct carrier *carrier);
void carriers_leave(struct carriers *carriers, struct carrier *carrier);

/* The carrier's I/O is held, or no longer held. */
void carriers_hold(struct carriers *carriers, struct carrier *carrier, bool held);
/* Whether any carrier's I/O is held. */
bool carriers_any_held(struct carriers *carriers);

/* Sets TOLD, of a used carrier, to COUNT at NOW_NS; returns it if it was set after SINCE_NS. */
void carriers_tell(
	struct carriers *carriers, struct carrier_told *told, uint64_t now_ns, unsigned count);
bool carriers_told(struct carriers *carriers, const struct carrier_told *told, uint64_t since_ns,
	unsigned *ret);

/* In the form that machine/opens.h takes. */
static inline struct opens_device carrier_device(const struct carrier *carrier)
{
	return (struct opens_device){
		.major = LOOP_DEVICE_MAJOR, .minor = carrier->loop.minor, .fd = carrier->loop.fd
	};
}

struct effects {
	struct carriers carriers;
	struct patience *patience;
	struct loop_device *bases; /* of physical volumes */
	unsigned base_count;

	pthread_mutex_t shown_lock;
	struct sysfs_tree *tree;
	uint64_t shown; /* the model's generation in the tree */
	int sysfs_fd;
	int dev_fd;   /* the world's /dev */
	int nodes_fd; /* where block devices may be created and opened */
};

/*
 * How often the device of CARRIER, which is used, is open.  RECENT: a count that is some
 * milliseconds old will do.
 */
int effects_count(struct world *world, struct carrier *carrier, bool recent, unsigned *ret);

/* Attaches a loop device to DISK: number MINOR (-EBUSY if taken), or any if that is LOOP_ANY. */
int effects_attach(struct world *world, uint64_t disk, unsigned minor, struct loop_device *ret);

#endif
