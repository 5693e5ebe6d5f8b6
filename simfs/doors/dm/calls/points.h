/* SPDX-License-Identifier: Apache-2.0 */
/*
 * points.h - the points of this door at which the rig has a rule.
 *
 * A lookup asks the rig nothing.  The answer to adding a rule is held back until the rule is known
 * here (fault.follow of protocol_doors.h), so a lookup is never behind the user.  A thread follows
 * the rules.  Thread-safe.
 */
#ifndef SNAPRIG_DM_POINTS_H
#define SNAPRIG_DM_POINTS_H

#include <stdbool.h>

struct points;

enum dm_point { DM_POINT_IOCTL, DM_POINT_UDEV, DM_POINTS };

/* The name that rules use. */
const char *point_name(enum dm_point point);

/* Follows the rig at MOUNT_POINT, if it allows that.  Returns 0 or -ENOMEM. */
int points_follow(const char *mount_point, struct points **ret);

/* No other thread may still use POINTS.  NULL is fine. */
void points_end(struct points *points);

/*
 * Whether a rule may be at POINT.  False when the rig has none.  True when it has one, whatever its
 * trigger, and when that is unknown because the rig is gone or cannot be followed.
 */
bool points_may_strike(const struct points *points, enum dm_point point);

#endif
