/* SPDX-License-Identifier: Apache-2.0 */
/* check_arguments.h - the command line of a check, and of commands that run many of them. */
#ifndef SNAPRIG_SCENARIOS_CLI_CHECK_ARGUMENTS_H
#define SNAPRIG_SCENARIOS_CLI_CHECK_ARGUMENTS_H

#include "scenarios/cli/check.h"

#define CHECK_SIZE_DEFAULT "64MiB"

/*
 * Reads ARGV by LINE, among whose options are those of check_options.def, into
 * ARGUMENTS, all zeros, or the struct that begins with them.  COMMAND_GO_ON, or the exit
 * code with help or message printed; check_arguments_deinit() either way.
 */
int check_arguments_read(
	const struct command_line *line, int argc, char **argv, struct check_arguments *arguments);

/* Reads what was typed of ARGUMENTS, but for the command: 0, or -EINVAL after a message. */
int check_arguments_read_values(struct check_arguments *arguments);

/* Reads the command and the way to restore of ARGUMENTS alone, and sets `backup`, which is the
 * caller's: 0, or -EINVAL after a message. */
int check_arguments_read_command(struct check_arguments *arguments);

void check_arguments_deinit(struct check_arguments *arguments);

#endif
