/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_table.h - all commands of snaprig.
 *
 * Each row is in the file named after the command, here or in scenarios/; the table has them in the
 * order of --help.  A new command is a row in such a file, with its name here and in the table.
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
extern const struct command_line xapi_demo_action; /* in scenarios/cli/ */
extern const struct command_line xapi_call_action;
extern const struct command_line xapi_flatten_action;
extern const struct command_line xapi_restore_action;
extern const struct command_line xapi_serve_action;

/* A word after `snaprig`: a command, or a group of actions. */
struct command_group {
	const char *heading; /* a heading in the help; the rest is then unset */
	const struct command_line *command;

	/* Or a group: */
	const char *name;
	const char *summary; /* one line, for the list of commands */
	const struct command_line *const *actions;
};

/* Ends with one that is all zeros. */
extern const struct command_group command_groups[];

/*
 * The rows as an array of objects, for `snaprig list commands`, which the help does not mention.
 * The caller frees it.
 */
json_t *command_table_json(void);

/* Prints the list of all commands to FILE. */
void command_table_help(FILE *file);

/* Runs the command named by argv[1], including `help`.  Returns the exit code of the process. */
int command_table_run(int argc, char **argv);

#endif
