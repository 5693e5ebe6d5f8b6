/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweeper.h - completes deferred removals.
 *
 * A kernel removes the device at its last close.  That close is not visible here, so this thread
 * polls while such a device exists; calls sweep after themselves (calls/calls.h).
 */
#ifndef SNAPRIG_DM_SWEEPER_H
#define SNAPRIG_DM_SWEEPER_H

struct sweeper;
struct world;

/* Starts its thread.  Returns 0 or -errno. */
int sweeper_start(struct world *world, struct sweeper **ret);

/* NULL is fine. */
void sweeper_end(struct sweeper *sweeper);

#endif
