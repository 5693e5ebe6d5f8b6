/* SPDX-License-Identifier: Apache-2.0 */
/* mount_point.h - a folder before something is mounted on it, and after its rig died. */
#ifndef SNAPRIG_MOUNT_MOUNT_POINT_H
#define SNAPRIG_MOUNT_MOUNT_POINT_H

#include <stdbool.h>

enum mount_point_state {
	MOUNT_POINT_FREE,  /* a folder on which nothing is mounted */
	MOUNT_POINT_STALE, /* a rig was mounted there and its process is gone */
	MOUNT_POINT_TAKEN, /* something is mounted there */
};

/*
 * Looks at PATH.  Returns 0 and *RET; -ENOENT, -ENOTDIR, -EACCES …; or
 * -ENOTCONN or -ECONNABORTED when the dead mount there is not one of ours.
 */
int mount_point_look(const char *path, enum mount_point_state *ret);

/*
 * Whether a mount at POINT would hide PATH: POINT is a folder on the way to it, or
 * PATH itself, by whatever name (a bind mount's, too: what is mounted there can come
 * to be mounted on its other names).  The last part of PATH need not exist.  Returns
 * 0 and *RET, or -errno.
 */
int mount_point_hides(const char *point, const char *path, bool *ret);

#endif
