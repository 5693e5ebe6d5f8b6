/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_background.h - serves the mount in a process of its own.
 *
 * That process keeps nothing of its starter: no descriptor, no terminal, no current folder.
 * Otherwise, for as long as the volume is mounted, a lock held by the starter would stay held, a
 * pipe would never end, and a file system could not be unmounted.
 */
#ifndef SNAPRIG_CLI_MOUNT_BACKGROUND_H
#define SNAPRIG_CLI_MOUNT_BACKGROUND_H

#include <signal.h>
#include <sys/types.h>

#include "simfs/daemon.h"

struct background {
	int ready_fd; /* the parent waits for it; -1 in the foreground */
	int null_fd;

	/* Optional.  The process has these signals blocked, and ends with its starter. */
	const sigset_t *captive_signals;

	pid_t pid; /* of the serving process, once background_run() has returned EXIT_MET */
};

/* The `ready` of the daemon, with BACKGROUND as its context. */
void background_ready(void *context);

/* Serves in a child.  Returns the exit code once the mount can be used, or has failed. */
int background_run(const struct daemon_options *daemon, struct background *background);

#endif
