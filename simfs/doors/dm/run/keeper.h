/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper.h - brings a command into a world, and waits for it.
 *
 * The command is its starter's captive (base/captive.h).  After SIGTERM or SIGHUP it gets a few
 * seconds to end, and so do the processes that it leaves in the world.
 */
#ifndef SNAPRIG_DM_KEEPER_H
#define SNAPRIG_DM_KEEPER_H

#include <sys/types.h>

struct keeper_world {
	const char *state;	 /* the world's state folder */
	const char *mount_point; /* passed to the command */
	pid_t supervisor;	 /* our child; 0: another process's */
	int news_fd;		 /* to that child; shut down once the command has joined; or -1 */
};

/*
 * After captive_begin(): runs COMMAND in the world.  Returns its exit code once all processes that
 * came in with it have ended, and the supervisor, if it is ours, too.
 */
int keeper_run(const struct keeper_world *world, char *const *command);

#endif
