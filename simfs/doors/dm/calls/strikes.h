/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strikes.h - faults of the rig strike in the world: at dm.ioctl and at dm.udev.
 *
 * The rig decides, by its rules, and writes it into its journal; delays and hangs are over when
 * it has answered.  Without a rule at the point there is nothing to decide, and it is not asked
 * (points.h).  Every call asks on a connection of its own, which is kept for the next one,
 * so that one that hangs holds up nobody else.  Thread-safe.
 */
#ifndef SNAPRIG_DM_STRIKES_H
#define SNAPRIG_DM_STRIKES_H

#include <stdbool.h>

struct caller;
struct strikes;

/* Of the rig at MOUNT_POINT, which is copied.  Returns 0 or -ENOMEM. */
int strikes_create(const char *mount_point, struct strikes **ret);

/* Nobody asks any more.  NULL is fine. */
void strikes_destroy(struct strikes *strikes);

/*
 * IOCTL of DEVICE ("": of none) has come from CALLER: 0, nothing strikes, or what struck is over;
 * or the -errno that it is to be answered with.  -EINTR: the caller was killed meanwhile.  A rig
 * that is gone strikes nobody.
 */
int strike_ioctl(struct strikes *strikes, const struct caller *caller, const char *ioctl,
	const char *device);

/* Whether the rig at MOUNT_POINT has a rule for dm.udev; one that cannot be asked has none. */
bool strikes_meet_udev(const char *mount_point);

/* udev is told of DEVICE, for CALLER: the same; 1: udev does not hear of it. */
int strike_udev(struct strikes *strikes, const struct caller *caller, const char *device);

#endif
