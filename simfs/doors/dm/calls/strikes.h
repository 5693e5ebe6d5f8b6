/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strikes.h - faults of the rig strike in the world: at dm.ioctl and at dm.udev.
 *
 * The rig decides, by its rules, and writes its journal; by the time it answers, delays and hangs
 * are over.  Without a rule at the point the rig is not asked (points.h).  Every call asks on a
 * connection of its own, which is kept for the next call, so a call that hangs holds up no other.
 * Thread-safe.
 */
#ifndef SNAPRIG_DM_STRIKES_H
#define SNAPRIG_DM_STRIKES_H

#include <stdbool.h>

struct caller;
struct strikes;

/* Of the rig at MOUNT_POINT, which is copied.  Returns 0 or -ENOMEM. */
int strikes_create(const char *mount_point, struct strikes **ret);

/* No other thread may still use STRIKES.  NULL is fine. */
void strikes_destroy(struct strikes *strikes);

/*
 * CALLER has issued IOCTL on DEVICE ("": none).  Returns 0 if no fault strikes or the fault is
 * over, or the -errno to answer with; -EINTR if the caller was killed while it waited.  Without a
 * rig no fault strikes.
 */
int strike_ioctl(struct strikes *strikes, const struct caller *caller, const char *ioctl,
	const char *device);

/* Whether the rig at MOUNT_POINT has a rule for dm.udev; false if the rig cannot be asked. */
bool strikes_meet_udev(const char *mount_point);

/* As strike_ioctl(), for the event of DEVICE that CALLER caused; 1: the event is lost. */
int strike_udev(struct strikes *strikes, const struct caller *caller, const char *device);

#endif
