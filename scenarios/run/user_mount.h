/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user_mount.h - the ext4 file system in a file, mounted by a user who is not root: fuse2fs.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_USER_MOUNT_H
#define SNAPRIG_SCENARIOS_RUN_USER_MOUNT_H

#include <sys/types.h>

#include "scenarios/run/file_systems.h"

/* Of the packages fuse2fs and fuse3. */
#define USER_MOUNT_PROGRAM   "fuse2fs"
#define USER_UNMOUNT_PROGRAM "fusermount3"

/*
 * Mounts the file of ORDER at its mount point, read-only, the journal not replayed; all of
 * it can be read, whoever its owner.  Returns 0 with *RET_SERVER, the process to stop; or with
 * 0 there when it could not be mounted, which *RET_RESULT tells as of a program that has
 * ended: the log says why.  Or -errno, -EINTR when the run was interrupted.
 */
int user_mount_start(
	const struct attach_order *order, struct process_result *ret_result, pid_t *ret_server);

/* Unmounts it, whoever uses it.  No SERVER, which is 0, is fine. */
void user_mount_stop(const char *mount_point, pid_t server);

#endif
