/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweeper.h - devices that are to be removed when nobody uses them, while somebody does.
 *
 * A kernel removes one with its last close.  That closing is not seen from here, so it is
 * looked for now and then, as long as there is such a device; what calls do to it is swept
 * by themselves (calls/calls.h).
 */
#ifndef SNAPRIG_DM_SWEEPER_H
#define SNAPRIG_DM_SWEEPER_H

struct sweeper;
struct world;

/* A thread of its own.  Returns 0 or -errno. */
int sweeper_start(struct world *world, struct sweeper **ret);

/* NULL is fine. */
void sweeper_end(struct sweeper *sweeper);

#endif
