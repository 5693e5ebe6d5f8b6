/* SPDX-License-Identifier: Apache-2.0 */
/*
 * udev.h - plays udev, for those who leave the nodes in /dev/mapper to it.
 *
 * Who takes udev for running (without DM_DISABLE_UDEV, which the world sets, but `env -i` and
 * sudo do not) tells so with each resume, remove and rename; for all others libdevmapper makes
 * the nodes itself.  Nobody waits for it, unless UDEV_CONTROL is there.
 */
#ifndef SNAPRIG_DM_UDEV_H
#define SNAPRIG_DM_UDEV_H

/* Where it is, udev is taken for running: in a world that meets dm.udev, and then all wait for it.
 */
#define UDEV_CONTROL "/run/udev/control"

struct dm_call;
struct dm_effect;
struct world;

/*
 * EFFECT of CALL was performed: its node is made, or goes, where its caller leaves that to
 * udev, or there is none.  With the world's lock.
 */
void udev_play(struct world *world, const struct dm_call *call, const struct dm_effect *effect);

#endif
