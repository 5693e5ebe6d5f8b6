/* SPDX-License-Identifier: Apache-2.0 */
/*
 * captive_rig.h - `snaprig mount … -- COMMAND` as a child that lives no longer than this process.
 *
 * COMMAND reports that the volume is mounted and then waits for EOF on a pipe from this process, so
 * the mount ends when the process does, however it ends.
 */
#ifndef SNAPRIG_BASE_CAPTIVE_RIG_H
#define SNAPRIG_BASE_CAPTIVE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

struct captive_rig {
	pid_t pid;	      /* 0: none */
	int life;	      /* our end of the pipe on which it waits for EOF; -1: none */
	uint64_t deadline_ns; /* when it will be killed; 0: it has not been asked to end */
};

#define CAPTIVE_RIG_NONE                                                                           \
	{                                                                                          \
		.life = -1                                                                         \
	}

/*
 * Starts this program again with the arguments ARGV ("mount" and the rest, up to a NULL), and
 * creates MOUNT_POINT, where it mounts.  What the process prints is appended to LOG_PATH.  Returns
 * 0 once it is mounted, -ETIMEDOUT, -EIO if it failed (the reason is in the log), or -errno.  After
 * an error RIG has no process.
 */
int captive_rig_start(struct captive_rig *rig, const char *const *argv, const char *mount_point,
	const char *log_path);

/*
 * Asks the mount to end; captive_rig_end() waits for it.  To end several mounts, release all of
 * them first.
 */
void captive_rig_release(struct captive_rig *rig);

/*
 * Ends the mount and removes MOUNT_POINT.  Kills the mount if it takes more than 15 s after its
 * release, and gives up if it is still there 5 s after that.
 */
void captive_rig_end(struct captive_rig *rig, const char *mount_point);

/* Sends SIGKILL now, so that pending requests fail.  captive_rig_end() must still be called. */
void captive_rig_kill(const struct captive_rig *rig);

/* Whether the process has ended. */
bool captive_rig_has_ended(struct captive_rig *rig);

#endif
