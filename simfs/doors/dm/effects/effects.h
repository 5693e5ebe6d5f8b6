/* SPDX-License-Identifier: Apache-2.0 */
/* effects.h - what an ioctl does to the machine: the model asks, this does it. */
#ifndef SNAPRIG_DM_EFFECTS_H
#define SNAPRIG_DM_EFFECTS_H

#include <stdbool.h>

#include <sys/types.h>

struct caller;
struct dm_effect;
struct world;

/*
 * Makes world->effects: what effect_perform() and the two below need.  The world has its
 * model, disks, freezer, folders and dev_device.  Returns 0 or -errno.
 */
int effects_start(struct world *world);

/* Every loop device goes, and everything thaws.  No effect is under way. */
void effects_end(struct world *world);

/*
 * Performs EFFECT, any but TURN and WAIT, on behalf of CALLER, and fills in its result.
 * Called without the world's lock, by any thread; blocks as long as it takes.  What may
 * take long gives up with -EINTR when caller_waits() says no.  CALLER may be NULL: nobody
 * waits, nothing is given up, and a path is refused.
 */
void effect_perform(struct world *world, const struct caller *caller, struct dm_effect *effect);

/*
 * The model's /sys is written into WORLD_SYS, if it is another one than the last time.  After
 * each call that may have changed something, before it is answered.
 */
void effects_show(struct world *world);

/* Everything that is suspended goes on and thaws, whatever the model says: the world ends. */
void effects_let_go_on(struct world *world);

/*
 * Something is suspended, and whoever is left in the world waits for that in the kernel, where
 * nobody can end him.
 */
bool effects_is_stuck(struct world *world);

/*
 * What nobody has open any more but is cached for it is written, as a kernel does at the last
 * close (machine/last_close.h).  LEAVING is a process that is about to end, 0 for none: called
 * before it may, so that who waits for it finds written what it wrote.  Does nothing while a device
 * is suspended.  May take long.
 */
void effects_settle(struct world *world, pid_t leaving);

/* Whether effects_settle() would do anything; takes no time. */
bool effects_must_settle(struct world *world);

/*
 * A physical volume: a loop device on DISK, which is as big as it will be, whose partition
 * 1 is the block device that tables name.  Returns 0 with its numbers, or -errno.
 */
int effects_add_base(
	struct world *world, unsigned long long disk, unsigned *ret_major, unsigned *ret_minor);

#endif
