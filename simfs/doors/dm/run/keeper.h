/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper.h - who has brought a command into a world, and waits for it.
 *
 * The command is its starter's captive (base/captive.h).  After SIGTERM or SIGHUP it gets some
 * seconds to end, and what it has left in the world as well.
 */
#ifndef SNAPRIG_DM_KEEPER_H
#define SNAPRIG_DM_KEEPER_H

#include <sys/types.h>

struct keeper_world {
	const char *state;	 /* the world's state folder */
	const char *mount_point; /* told to the command */
	pid_t supervisor;	 /* our child; 0: it is another's */
	int news_fd;		 /* to that child; shut down when the command is inside; or -1 */
};

/*
 * After captive_begin(): runs COMMAND in the world and returns its exit code when no process is
 * left of those that came in with it, and the supervisor, if it is ours, has ended.
 */
int keeper_run(const struct keeper_world *world, char *const *command);

#endif
