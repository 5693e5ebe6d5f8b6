/* SPDX-License-Identifier: Apache-2.0 */
/* effects.h - carries out on the machine what the model asks for. */
#ifndef SNAPRIG_DM_EFFECTS_H
#define SNAPRIG_DM_EFFECTS_H

#include <stdbool.h>

#include <sys/types.h>

struct caller;
struct dm_effect;
struct world;

/*
 * Sets world->effects, which effect_perform() and the functions below need.  The world has its
 * model, disks, freezer, folders and dev_device.  Returns 0 or -errno.
 */
int effects_start(struct world *world);

/* Thaws everything and releases every loop device.  No effect is in progress. */
void effects_end(struct world *world);

/*
 * Performs EFFECT, any but TURN and WAIT, on behalf of CALLER, and fills in its result.  Any thread
 * may call, without the world's lock; blocks until it is done.  Effects that may take long fail
 * with -EINTR once caller_waits() is false.  With a NULL CALLER none gives up, and a path is
 * refused.
 */
void effect_perform(struct world *world, const struct caller *caller, struct dm_effect *effect);

/*
 * Writes the model's /sys into WORLD_SYS if it has changed since the last time.  Called after each
 * call that may have changed something, before the call is answered.
 */
void effects_show(struct world *world);

/* Resumes and thaws everything that is suspended, whatever the model says: the world ends. */
void effects_let_go_on(struct world *world);

/*
 * Whether something is suspended and all processes left in the world wait for it in the kernel,
 * where no signal can end them.
 */
bool effects_is_stuck(struct world *world);

/*
 * Writes the dirty data of devices that no process has open any more, as a kernel does at the last
 * close (machine/last_close.h).  LEAVING, 0 for none, is a process that exits only after this, so
 * that a program that waits for its end finds its data written.  Does nothing while a device is
 * suspended.  May take long.
 */
void effects_settle(struct world *world, pid_t leaving);

/* Whether effects_settle() would do anything; quick. */
bool effects_must_settle(struct world *world);

/*
 * Creates a physical volume: a loop device on DISK, which has its final size.  Its partition 1 is
 * the block device that tables name.  Returns 0 with that one's numbers, or -errno.
 */
int effects_add_base(
	struct world *world, unsigned long long disk, unsigned *ret_major, unsigned *ret_minor);

#endif
