/* SPDX-License-Identifier: Apache-2.0 */
/*
 * udev.h - stands in for udev where a program leaves the nodes in /dev/mapper to it.
 *
 * A program that believes udev is running says so with each resume, remove and rename.  The world
 * sets DM_DISABLE_UDEV against that, but `env -i` and sudo drop it.  For all other programs
 * libdevmapper makes the nodes itself.  Programs wait for udev only where UDEV_CONTROL exists.
 */
#ifndef SNAPRIG_DM_UDEV_H
#define SNAPRIG_DM_UDEV_H

/*
 * If it exists, programs believe that udev is running, and all wait for it.  It does in a world
 * with a rule for dm.udev.
 */
#define UDEV_CONTROL "/run/udev/control"

struct dm_call;
struct dm_effect;
struct world;

/*
 * EFFECT of CALL has been performed: makes or removes the node, if the caller leaves that to udev
 * or no caller exists.  Under the world's lock.
 */
void udev_play(struct world *world, const struct dm_call *call, const struct dm_effect *effect);

#endif
