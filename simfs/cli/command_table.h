/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_table.h - all commands of snaprig.  Each row is in the file that is named as
 * the command is, here or in scenarios/, and the table has them in the order of --help.
 *
 * A new command is a row of such a file, and its name here and in the table.
 */
#ifndef SNAPRIG_CLI_COMMAND_TABLE_H
#define SNAPRIG_CLI_COMMAND_TABLE_H

#include <stdio.h>

#include <jansson.h>

#include "simfs/base/command_line.h"

extern const struct command_line create_command;
extern const struct command_line mount_command;
extern const struct command_line verify_command;
extern const struct command_line umount_command;
extern const struct command_line status_command;
extern const struct command_line top_command;
extern const struct command_line events_command;
extern const struct command_line coalesce_command;
extern const struct command_line lvm_command;
extern const struct command_line list_command;
extern const struct command_line doctor_command;

/* Up to a NULL. */
extern const struct command_line *const snapshot_actions[];
extern const struct command_line snapshot_changed_action;
extern const struct command_line *const datto_actions[];
extern const struct command_line *const fault_actions[];
extern const struct command_line *const writers_actions[];
extern const struct command_line *const gauge_actions[];
extern const struct command_line *const xapi_actions[];
extern const struct command_line xapi_demo_action; /* scenarios/cli/ */
extern const struct command_line xapi_call_action;
extern const struct command_line xapi_flatten_action;
extern const struct command_line xapi_restore_action;
extern const struct command_line xapi_serve_action;

/* A word behind `snaprig`: a command, or a command with actions. */
struct command_group {
	const char *heading; /* of the help; then the rest is not set, and it is no command */
	const struct command_line *command;

	/* Or: */
	const char *name;
	const char *summary; /* one line, for the list of commands */
	const struct command_line *const *actions;
};

/* Up to one that is all zeros. */
extern const struct command_group command_groups[];

/* The rows as an array of objects, the caller's: `snaprig list commands`, which help does not name.
 */
json_t *command_table_json(void);

/* Prints the list of all to FILE. */
void command_table_help(FILE *file);

/* Runs what argv[1] names, `help` included.  Returns the exit code of the process. */
int command_table_run(int argc, char **argv);

#endif
