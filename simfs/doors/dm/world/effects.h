/* SPDX-License-Identifier: Apache-2.0 */
/* effects.h - what an ioctl does to the machine: the model asks, this does it. */
#ifndef SNAPRIG_DM_EFFECTS_H
#define SNAPRIG_DM_EFFECTS_H

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

/*
 * A physical volume: a loop device on DISK, which is as big as it will be, whose partition
 * 1 is the block device that tables name.  Returns 0 with its numbers, or -errno.
 */
int effects_add_base(
	struct world *world, unsigned long long disk, unsigned *ret_major, unsigned *ret_minor);

#endif
