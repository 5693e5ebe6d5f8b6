/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user_mount.h - mounts the ext4 file system in a file as an ordinary user, with fuse2fs.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_USER_MOUNT_H
#define SNAPRIG_SCENARIOS_RUN_USER_MOUNT_H

#include <sys/types.h>

#include "scenarios/run/file_systems.h"

/* From the packages fuse2fs and fuse3. */
#define USER_MOUNT_PROGRAM   "fuse2fs"
#define USER_UNMOUNT_PROGRAM "fusermount3"

/*
 * Mounts the file of ORDER at its mount point, read-only, without replaying the journal; all files
 * are readable, whoever owns them.  Returns 0 with *RET_SERVER, the process to stop; or with
 * *RET_SERVER 0 if it could not be mounted: then *RET_RESULT says how, like a program's, and the
 * log says why.  Or -errno; -EINTR if the run was interrupted.
 */
int user_mount_start(
	const struct attach_order *order, struct process_result *ret_result, pid_t *ret_server);

/* Unmounts it, even if it is in use.  SERVER may be 0 (none). */
void user_mount_stop(const char *mount_point, pid_t server);

#endif
