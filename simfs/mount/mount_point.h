/* SPDX-License-Identifier: Apache-2.0 */
/* mount_point.h - checks a folder before a mount, or after its rig has died. */
#ifndef SNAPRIG_MOUNT_MOUNT_POINT_H
#define SNAPRIG_MOUNT_MOUNT_POINT_H

#include <stdbool.h>

enum mount_point_state {
	MOUNT_POINT_FREE,  /* a folder with nothing mounted on it */
	MOUNT_POINT_STALE, /* a rig was mounted there, and its process is gone */
	MOUNT_POINT_TAKEN, /* something is mounted there */
};

/*
 * Checks PATH.  Returns 0 and *RET; -ENOENT, -ENOTDIR, -EACCES …; or -ENOTCONN or -ECONNABORTED if
 * a dead mount there is not one of ours.
 */
int mount_point_look(const char *path, enum mount_point_state *ret);

/*
 * Whether a mount at POINT would hide PATH: POINT is a folder on the way to it, or PATH itself, by
 * any name (including a bind mount's, since a mount may propagate to its other names).  The last
 * component of PATH need not exist.  Returns 0 and *RET, or -errno.
 */
int mount_point_hides(const char *point, const char *path, bool *ret);

#endif
