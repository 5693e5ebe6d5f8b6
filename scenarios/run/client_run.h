/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_run.h - runs a command of the adapter for a backup.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_CLIENT_RUN_H
#define SNAPRIG_SCENARIOS_RUN_CLIENT_RUN_H

#include "scenarios/base/process_beside.h"
#include "scenarios/run/run_state.h"

struct client_order {
	const char *what;     /* "backup", "restore": names its logs */
	const char *template; /* the command, with {words} */
	const struct run_backup *backup;
	const char *snapshot; /* of {snapshot}; NULL: there is none */
	const char *restored; /* of {restored}; NULL: there is none */
};

/* Runs it in the work folder; what it prints goes to client_log().  As process_run(). */
int client_run(struct run *run, const struct client_order *order, struct process_result *ret);

/* Asks the client whether all is there that it needs (`ready`): 0; -ENOPKG, with what it said, or
 * another -errno, in REASON.  The work folder is there, and no volume. */
int client_ready(struct run *run, struct reason *reason);

/* Begins to run it so.  As process_beside_begin(). */
int client_begin(struct run *run, const struct client_order *order, struct process_beside **ret);

/* The path of what the command WHAT for the backup NAME printed.  The caller's. */
char *client_log(const struct run *run, const char *name, const char *what);

#endif
