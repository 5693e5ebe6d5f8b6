/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_captive.h - a volume that is mounted while a command runs, and never longer.
 *
 * The command is in the process group of its starter, so it has the terminal; the rig is
 * not.  What a terminal sends reaches both; what somebody sends to the starter alone is
 * handed on, and a command that does not heed SIGTERM or SIGHUP is killed.
 */
#ifndef SNAPRIG_CLI_MOUNT_CAPTIVE_H
#define SNAPRIG_CLI_MOUNT_CAPTIVE_H

#include "simfs/cli/mount_background.h"

/* From now on no signal ends this process but in order. */
void captive_begin(void);

/*
 * Mounts DAEMON, which has BACKGROUND as its context, runs COMMAND, and unmounts.  Returns
 * the exit code of COMMAND, 128 + N when signal N ended it, or that of mounting.
 */
int captive_run(
	const struct daemon_options *daemon, struct background *background, char *const *command);

#endif
