/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device.h - the devices of a world, and the disks that they may lie on.
 *
 * The model does nothing: it has no thread, no clock, and makes no system call.  Whoever
 * calls its functions holds one lock around each of them, but where the contrary is said,
 * and around reading what may change.
 */
#ifndef SNAPRIG_DOORS_DM_MODEL_DEVICE_H
#define SNAPRIG_DOORS_DM_MODEL_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/dm-ioctl.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/model/table.h"

/* All of our devices: a loop device each, whose major number this is. */
#define DM_MAJOR 7
/* Numbers of disks: below it the world gives them (base disks), above it the model. */
#define DM_FIRST_DISK	 1024
#define DM_BASE_NAME_MAX 32

struct dm_model;
struct dm_call;

/* A disk that is not a device of ours: what physical volumes lie on. */
struct dm_base {
	struct list link;
	unsigned int major, minor;
	uint64_t sectors;
	uint64_t disk;
	/* As in /sys/block: a partition "sda3" of "sda"; one without digits is whole. */
	char name[DM_BASE_NAME_MAX];
};

enum dm_life {
	DM_UNBORN, /* its name is taken, nobody finds it yet */
	DM_ALIVE,
	DM_DYING, /* nobody finds it any more */
	DM_DEAD
};

struct dm_device {
	struct list link;
	struct dm_model *model;
	unsigned int holders;
	/* Fixed as soon as it is alive: read without the lock. */
	unsigned int minor;
	uint64_t disk;

	/* Everything else needs the lock. */
	enum dm_life life;
	char name[DM_NAME_LEN];
	char uuid[DM_UUID_LEN]; /* "" for none */
	struct dm_table *active, *inactive;
	/* The one that is about to become active. */
	struct dm_table *coming;
	/* All tables that hold lower devices open for it: those two, and what comes or goes. */
	struct list tables;
	uint32_t event_nr;
	bool suspended;
	bool read_only;
	/* To be removed when nobody has it open. */
	bool deferred;
	/* Who is in the midst of changing it, and of loading a table. */
	const struct dm_call *turn, *load_turn;
	/* How many effects on it are being performed: it does not go meanwhile. */
	unsigned int performing;
	/* It had a table once: the sizes below it are no more looked at when one is loaded. */
	bool loaded;
	/* What was counted last (DM_EFFECT_COUNT). */
	unsigned int outside;
	/* The round of a sweep that has looked at it. */
	uint64_t swept;
	/* The search for loops that has looked at it. */
	uint64_t seen;
};

/* Returns 0 or -ENOMEM. */
int dm_model_create(struct dm_model **ret);
/* No call is under way.  Devices go, whether suspended or used; NULL is none. */
void dm_model_destroy(struct dm_model *model);

/*
 * A base disk, for tables to lie on.  Returns 0, -EEXIST when that number, disk or name
 * is known, -EINVAL for a major of DM_MAJOR, a DISK that is not below DM_FIRST_DISK or a
 * NAME that is no file name or too long, or -ENOMEM.
 */
int dm_model_add_base(struct dm_model *model, unsigned int major, unsigned int minor,
	uint64_t sectors, uint64_t disk, const char *name);

/* Living devices, in the order of their numbers: the first after AFTER, or after NULL. */
struct dm_device *dm_model_next(const struct dm_model *model, const struct dm_device *after);
struct dm_device *dm_model_find_name(const struct dm_model *model, const char *name);
struct dm_device *dm_model_find_minor(const struct dm_model *model, unsigned int minor);
const struct dm_base *dm_model_next_base(const struct dm_model *model, const struct dm_base *after);

/* Any thread may take or give back a reference.  A device that is dead stays readable. */
struct dm_device *dm_device_get(struct dm_device *device);
void dm_device_put(struct dm_device *device);

/* What it presents: sectors of its active table. */
uint64_t dm_device_size(const struct dm_device *device);

/*
 * Something happened to it that a waiter should know (a snapshot is invalid, a merge has
 * ended): its event number is another one.  The caller wakes all who wait.
 */
void dm_model_event(struct dm_device *device);

/*
 * How often tables of other devices have it open: once for each device and way of opening,
 * whichever of its tables it is.  Opens from outside are not in it.
 */
unsigned int dm_device_opens(const struct dm_device *device);

/* Some device waits to be removed when nobody uses it: see dm_call_begin_sweep(). */
bool dm_model_has_deferred(const struct dm_model *model);

/* Is another one after every change that sysfs.h or a node shows. */
uint64_t dm_model_generation(const struct dm_model *model);

#endif
