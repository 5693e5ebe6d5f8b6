/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls.h - answers one dm ioctl: from the caller's buffer through the model and back.
 *
 * The model's functions run under the world's lock.  Its effects are performed without it: TURN and
 * WAIT here, on the world's condition, all others by effect_perform() (effects/effects.h).
 */
#ifndef SNAPRIG_DM_CALLS_H
#define SNAPRIG_DM_CALLS_H

#include <stdint.h>

struct caller;
struct world;

/*
 * Answers ioctl REQUEST with the caller's buffer at ADDRESS, and writes back what the kernel would.
 * Blocks for as long as the ioctl does.  Returns 0 or -errno for the caller.
 */
int ioctl_answer(
	struct world *world, const struct caller *caller, uint32_t request, uint64_t address);

/* Runs the deferred removals whose devices are no longer in use.  Under the lock. */
void calls_sweep(struct world *world);

/* Something happened to a device that calls may wait for: they check again. */
void calls_wake(struct world *world);

#endif
