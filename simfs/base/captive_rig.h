/* SPDX-License-Identifier: Apache-2.0 */
/*
 * captive_rig.h - `snaprig mount … -- COMMAND` as a child of ours, for as long as we live.
 *
 * The command that it is mounted for says that it is there, and then waits for the end of a
 * pipe of ours: the mount ends with us, however we end.
 */
#ifndef SNAPRIG_BASE_CAPTIVE_RIG_H
#define SNAPRIG_BASE_CAPTIVE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

struct captive_rig {
	pid_t pid;	      /* 0: none */
	int life;	      /* the pipe that it waits for the end of; -1: none */
	uint64_t deadline_ns; /* when it is killed; 0: it does not end yet */
};

#define CAPTIVE_RIG_NONE                                                                           \
	{                                                                                          \
		.life = -1                                                                         \
	}

/*
 * Starts this same program with the arguments ARGV, "mount" and what belongs to it (NULL behind
 * the last), and mounts on MOUNT_POINT, which is made; what the process prints is added to
 * LOG_PATH.  It is mounted when this returns: 0; -ETIMEDOUT; -EIO: it said why in its log;
 * -errno.  RIG has no process then.
 */
int captive_rig_start(struct captive_rig *rig, const char *const *argv, const char *mount_point,
	const char *log_path);

/* It begins to end; captive_rig_end() waits for it.  Who ends several lets them all go first. */
void captive_rig_release(struct captive_rig *rig);

/*
 * Ends it, kills it when that takes longer than 15 s since it began to end, and removes
 * MOUNT_POINT. One that not even a kill ends in 5 s is left.
 */
void captive_rig_end(struct captive_rig *rig, const char *mount_point);

/* SIGKILL, now: what it is asked for fails.  captive_rig_end() is still to come. */
void captive_rig_kill(const struct captive_rig *rig);

/* Whether its process has ended by itself. */
bool captive_rig_has_ended(struct captive_rig *rig);

#endif
