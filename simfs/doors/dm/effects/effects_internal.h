/* SPDX-License-Identifier: Apache-2.0 */
/* effects_internal.h - what effects of one world share. */
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

/* What was told at a moment. */
struct carrier_told {
	uint64_t at_ns; /* 0: never */
	unsigned count;
};

/*
 * What carries one dm device: a loop device.  While a call changes the device nobody else
 * touches it, but effects_settle(), which counts among its users.
 */
struct carrier {
	struct list link;
	struct loop_device loop;
	struct frozen *frozen;	  /* the file system on it, while it is suspended; or NULL */
	struct frozen *read_only; /* its being so, or NULL */
	bool held;		  /* its I/O is: what is cached for it cannot be written */
	uint64_t disk;
	uint64_t sectors; /* that the loop device has */
	/* How often it is open, in the two parts of opens.h.  Both with the lock. */
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
/* All loop devices go. */
void carriers_deinit(struct carriers *carriers);
/* LOOP, which lies on DISK, is its own from now on.  0 or -ENOMEM. */
int carriers_add(struct carriers *carriers, uint64_t disk, const struct loop_device *loop);
/* The carrier of that minor, which is there. */
struct carrier *carriers_find(struct carriers *carriers, unsigned minor);
/* That of DISK, used until carriers_leave(); NULL when it has gone. */
struct carrier *carriers_use(struct carriers *carriers, uint64_t disk);
/* It goes, but not its loop device; waits until nobody uses it. */
void carriers_remove(struct carriers *carriers, struct carrier *carrier);

/* The first one, or the next; it is used until it is given on or carriers_leave().  NULL: none. */
struct carrier *carriers_next(struct carriers *carriers, struct carrier *carrier);
void carriers_leave(struct carriers *carriers, struct carrier *carrier);

/* Its I/O is held, or is not any more. */
void carriers_hold(struct carriers *carriers, struct carrier *carrier, bool held);
/* Any one's is. */
bool carriers_any_held(struct carriers *carriers);

/* TOLD, of a carrier that is used, is COUNT at NOW; whether it is of later than SINCE. */
void carriers_tell(
	struct carriers *carriers, struct carrier_told *told, uint64_t now_ns, unsigned count);
bool carriers_told(struct carriers *carriers, const struct carrier_told *told, uint64_t since_ns,
	unsigned *ret);

/* As machine/opens.h has it. */
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
	uint64_t shown; /* the generation of the model that the tree shows */
	int sysfs_fd;
	int dev_fd;   /* /dev of the world */
	int nodes_fd; /* where block devices may be made and opened */
};

/*
 * How often the device of CARRIER, which is used, is open.  RECENT: as often as a moment ago will
 * do.
 */
int effects_count(struct world *world, struct carrier *carrier, bool recent, unsigned *ret);

/* Lays a loop device over disk DISK: number MINOR (-EBUSY), or any when that is LOOP_ANY. */
int effects_attach(struct world *world, uint64_t disk, unsigned minor, struct loop_device *ret);

#endif
