/* SPDX-License-Identifier: Apache-2.0 */
/*
 * points.h - at which points of this door the rig has a rule.
 *
 * Known without a question, and no later than who adds a rule knows that it is there: he is
 * answered when it is known here (fault.follow of protocol_doors.h).  A thread follows the rules.
 * Thread-safe.
 */
#ifndef SNAPRIG_DM_POINTS_H
#define SNAPRIG_DM_POINTS_H

#include <stdbool.h>

struct points;

enum dm_point { DM_POINT_IOCTL, DM_POINT_UDEV, DM_POINTS };

/* As rules name it. */
const char *point_name(enum dm_point point);

/* Of the rig at MOUNT_POINT, if it lets itself be followed.  Returns 0 or -ENOMEM. */
int points_follow(const char *mount_point, struct points **ret);

/* Nobody asks any more.  NULL is fine. */
void points_end(struct points *points);

/*
 * Whether a rule may be at POINT: false when the rig has none, true when it has one, whatever that
 * waits for, and when nobody can tell, as the rig has gone or does not let itself be followed.
 */
bool points_may_strike(const struct points *points, enum dm_point point);

#endif
