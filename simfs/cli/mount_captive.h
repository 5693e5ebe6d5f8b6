/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_captive.h - mounts a volume while a command runs, and no longer.
 *
 * The command is a captive of its starter (base/captive.h) and has the terminal.  The rig is in a
 * process group of its own, and ends after the command.
 */
#ifndef SNAPRIG_CLI_MOUNT_CAPTIVE_H
#define SNAPRIG_CLI_MOUNT_CAPTIVE_H

#include "simfs/cli/mount_background.h"

/*
 * After captive_begin(): mounts DAEMON, whose context is BACKGROUND, runs COMMAND, and unmounts.
 * Returns the exit code of COMMAND, 128 + N if signal N ended it, or that of mounting.
 */
int mount_captive_run(
	const struct daemon_options *daemon, struct background *background, char *const *command);

#endif
