/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_background.h - a process of its own serves the mount.
 *
 * It keeps nothing of its starter: no descriptor, no terminal, no current folder.
 * Else a lock that the starter holds would stay held, a pipe would never end, and a
 * file system could not be unmounted, for as long as the volume is mounted.
 */
#ifndef SNAPRIG_CLI_MOUNT_BACKGROUND_H
#define SNAPRIG_CLI_MOUNT_BACKGROUND_H

#include <signal.h>
#include <sys/types.h>

#include "simfs/daemon.h"

struct background {
	int ready_fd; /* on which the parent waits; -1 in the foreground */
	int null_fd;

	/* Optional.  It has these signals blocked, and ends when its starter does. */
	const sigset_t *captive_signals;

	pid_t pid; /* of the process that serves, once background_run() has returned EXIT_MET */
};

/* The `ready` of the daemon, with BACKGROUND as its context. */
void background_ready(void *context);

/* Serves in a child; returns the exit code when the mount can be used, or could not be. */
int background_run(const struct daemon_options *daemon, struct background *background);

#endif
