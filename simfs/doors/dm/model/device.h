/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device.h - the devices of a world, and the disks below them.
 *
 * The model has no thread, no clock, and makes no system call.  Callers hold one lock around each
 * of its functions, unless said otherwise, and while they read anything that may change.
 */
#ifndef SNAPRIG_DOORS_DM_MODEL_DEVICE_H
#define SNAPRIG_DOORS_DM_MODEL_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/dm-ioctl.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/model/table.h"

/* The major number of all our devices, each of which is a loop device. */
#define DM_MAJOR 7
/* Disk numbers: those below are the world's (base disks), the others the model's. */
#define DM_FIRST_DISK	 1024
#define DM_BASE_NAME_MAX 32

struct dm_model;
struct dm_call;

/* A disk that is not one of our devices: physical volumes lie on it. */
struct dm_base {
	struct list link;
	unsigned int major, minor;
	uint64_t sectors;
	uint64_t disk;
	/* As in /sys/block: a partition "sda3" of "sda"; without digits, a whole disk. */
	char name[DM_BASE_NAME_MAX];
};

enum dm_life {
	DM_UNBORN, /* its name is taken, but it cannot be found yet */
	DM_ALIVE,
	DM_DYING, /* can no longer be found */
	DM_DEAD
};

struct dm_device {
	struct list link;
	struct dm_model *model;
	unsigned int holders;
	/* Fixed from when it is alive; may be read without the lock. */
	unsigned int minor;
	uint64_t disk;

	/* Everything else needs the lock. */
	enum dm_life life;
	char name[DM_NAME_LEN];
	char uuid[DM_UUID_LEN]; /* "" for none */
	struct dm_table *active, *inactive;
	/* The table about to become active. */
	struct dm_table *coming;
	/* All tables that hold lower devices open for it: these, and those that come or go. */
	struct list tables;
	uint32_t event_nr;
	bool suspended;
	bool read_only;
	/* Remove it when it is no longer open. */
	bool deferred;
	/* The calls that are changing it, and loading a table. */
	const struct dm_call *turn, *load_turn;
	/* Effects in progress on it: it cannot be removed meanwhile. */
	unsigned int performing;
	/* It had a table once: loading another no longer checks the sizes below it. */
	bool loaded;
	/* The last count (DM_EFFECT_COUNT). */
	unsigned int outside;
	/* The last sweep round that examined it. */
	uint64_t swept;
	/* The last search for loops that examined it. */
	uint64_t seen;
};

/* Returns 0 or -ENOMEM. */
int dm_model_create(struct dm_model **ret);
/* No call may be in progress.  Frees all devices, suspended and used ones, too; NULL is fine. */
void dm_model_destroy(struct dm_model *model);

/*
 * Adds a base disk for tables to lie on.  Returns 0; -EEXIST if that number, disk or name is taken;
 * -EINVAL for major DM_MAJOR, a DISK not below DM_FIRST_DISK, or a NAME that is no file name or too
 * long; or -ENOMEM.
 */
int dm_model_add_base(struct dm_model *model, unsigned int major, unsigned int minor,
	uint64_t sectors, uint64_t disk, const char *name);

/* The first living device, by number, after AFTER; AFTER may be NULL. */
struct dm_device *dm_model_next(const struct dm_model *model, const struct dm_device *after);
struct dm_device *dm_model_find_name(const struct dm_model *model, const char *name);
struct dm_device *dm_model_find_minor(const struct dm_model *model, unsigned int minor);
const struct dm_base *dm_model_next_base(const struct dm_model *model, const struct dm_base *after);

/* Any thread may take or drop a reference.  A dead device stays readable. */
struct dm_device *dm_device_get(struct dm_device *device);
void dm_device_put(struct dm_device *device);

/* Its size: the sectors of its active table. */
uint64_t dm_device_size(const struct dm_device *device);

/*
 * An event that waiters should see (a snapshot is invalid, a merge has ended): changes its event
 * number.  The caller wakes all waiters.
 */
void dm_model_event(struct dm_device *device);

/*
 * How often tables of other devices have it open: once for each device and mode, however many of
 * its tables do.  Openings from outside are not included.
 */
unsigned int dm_device_opens(const struct dm_device *device);

/* Whether a device has a deferred removal: see dm_call_begin_sweep(). */
bool dm_model_has_deferred(const struct dm_model *model);

/* Changes whenever anything that sysfs.h or a node shows has changed. */
uint64_t dm_model_generation(const struct dm_model *model);

#endif
