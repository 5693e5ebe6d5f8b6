/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_run.h - runs a command of the adapter for a backup.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_CLIENT_RUN_H
#define SNAPRIG_SCENARIOS_RUN_CLIENT_RUN_H

#include "scenarios/base/process_beside.h"
#include "scenarios/run/run_state.h"

struct client_order {
	const char *what;     /* "backup", "restore": part of its logs' names */
	const char *template; /* the command, with {words} */
	const struct run_backup *backup;
	const char *snapshot; /* the value of {snapshot}; NULL: none */
	const char *restored; /* the value of {restored}; NULL: none */
};

/* Runs it in the work folder; its output goes to client_log().  Returns the same as
 * process_run(). */
int client_run(struct run *run, const struct client_order *order, struct process_result *ret);

/* Asks the client whether everything it needs is there (`ready`).  Returns 0; -ENOPKG with what it
 * said, or another -errno, in REASON.  The work folder exists, but no volume. */
int client_ready(struct run *run, struct reason *reason);

/* Starts the command like client_run(), but does not wait.  Returns as process_beside_begin(). */
int client_begin(struct run *run, const struct client_order *order, struct process_beside **ret);

/* Returns the path of the output of the command WHAT for the backup NAME.  The caller frees it. */
char *client_log(const struct run *run, const char *name, const char *what);

#endif
