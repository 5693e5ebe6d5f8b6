/* SPDX-License-Identifier: Apache-2.0 */
/* dead_mount.h - removes a mount whose rig has died or should die. */
#ifndef SNAPRIG_DEAD_MOUNT_H
#define SNAPRIG_DEAD_MOUNT_H

#include <stdbool.h>

/*
 * Detaches the mount even if it is in use; ordinary users do this through fusermount3.  Returns 0
 * or -errno: -EIO if fusermount3 failed, which has printed the reason unless QUIET.
 */
int dead_mount_detach(const char *path, bool quiet);

/* Removes the folder PATH after detaching what is still mounted there. */
void dead_mount_remove(const char *path);

#endif
