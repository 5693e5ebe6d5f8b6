/* SPDX-License-Identifier: Apache-2.0 */
/* check_arguments.h - the command line of a check, and of commands that run several checks. */
#ifndef SNAPRIG_SCENARIOS_CLI_CHECK_ARGUMENTS_H
#define SNAPRIG_SCENARIOS_CLI_CHECK_ARGUMENTS_H

#include "scenarios/cli/check.h"

#define CHECK_SIZE_DEFAULT "64MiB"

/*
 * Reads ARGV by LINE, whose options include those of check_options.def, into ARGUMENTS, which is
 * all zeros, or the struct that begins with it.  Returns COMMAND_GO_ON, or the exit code after
 * help or a message.  The caller calls check_arguments_deinit() in any case.
 */
int check_arguments_read(
	const struct command_line *line, int argc, char **argv, struct check_arguments *arguments);

/* Reads the values of ARGUMENTS, except the command.  Returns 0, or -EINVAL after a message. */
int check_arguments_read_values(struct check_arguments *arguments);

/* Reads only the command and the restore command of ARGUMENTS, and sets `backup`, which the caller
 * frees.  Returns 0, or -EINVAL after a message. */
int check_arguments_read_command(struct check_arguments *arguments);

void check_arguments_deinit(struct check_arguments *arguments);

#endif
