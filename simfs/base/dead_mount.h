/* SPDX-License-Identifier: Apache-2.0 */
/* dead_mount.h - what is mounted on a folder goes, when its rig has died or is to. */
#ifndef SNAPRIG_DEAD_MOUNT_H
#define SNAPRIG_DEAD_MOUNT_H

#include <stdbool.h>

/*
 * Takes it from the tree, whoever uses it; for an ordinary user fusermount3 does.  Returns 0, or
 * -errno: -EIO when fusermount3 failed, which has said why unless QUIET.
 */
int dead_mount_detach(const char *path, bool quiet);

/* Removes the folder PATH, and first what is still mounted there. */
void dead_mount_remove(const char *path);

#endif
