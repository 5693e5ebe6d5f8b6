/* SPDX-License-Identifier: Apache-2.0 */
/* effects.h - what an ioctl does to the machine: the model asks, this does it. */
#ifndef SNAPRIG_DM_EFFECTS_H
#define SNAPRIG_DM_EFFECTS_H

struct caller;
struct dm_effect;
struct world;

/*
 * Performs EFFECT, any but TURN and WAIT, on behalf of CALLER, and fills in its result.
 * Called without the world's lock, by any thread; blocks as long as it takes.  What may
 * take long gives up with -EINTR when caller_waits() says no.
 */
void effect_perform(struct world *world, const struct caller *caller, struct dm_effect *effect);

#endif
