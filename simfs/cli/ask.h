/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.h - a command that asks the rig of a mounted volume one question and prints the answer.
 *
 * Its row is the whole command: the first operand is MNT, and the other operands and the options
 * say as what they are sent.  A new command of this kind is a row without a function.
 */
#ifndef SNAPRIG_CLI_ASK_H
#define SNAPRIG_CLI_ASK_H

#include <stdint.h>

#include <jansson.h>

#include "simfs/base/command_line.h"
#include "simfs/base/json_output.h"

enum command_patience {
	PATIENCE_PLAIN, /* it takes no time: a rig that does not answer is reported */
	PATIENCE_LONG,	/* it takes as long as necessary, while the rig responds at all */
};

struct command_question {
	const char *command; /* from protocol.h */
	enum command_patience patience;
	bool may_skip; /* -EPERM means that a privilege is missing: EXIT_SKIPPED */

	/* An argument that is always sent; no argument if its name is NULL. */
	struct {
		const char *name;
		bool value;
	} says;

	/* For long commands on a terminal: how many bytes of ARGUMENTS' work are done, according to
	 * STATUS.  Returns false if STATUS does not say.  NULL: nothing does. */
	bool (*progress)(const json_t *status, const json_t *arguments, uint64_t *ret_done,
		uint64_t *ret_total);

	/* Checks the arguments before they are sent.  Returns false after a message. */
	bool (*check)(const json_t *arguments);

	/* Prints for people.  Returns an exit code.  NULL: nothing is printed. */
	int (*print)(json_t *answer);
};

/* A question without special arguments or patience. */
#define ASK(name) (&(const struct command_question){ .command = name })

#define ASK_MNT                                                                                    \
	{                                                                                          \
		.name = "MNT", .kind = COMMAND_FOLDER                                              \
	}

/* --json.  An empty answer is an object with only its schema_version. */
#define ASK_JSON                                                                                   \
	{                                                                                          \
		.name = "json", .about = "print what the volume answered, as JSON",                \
		.print = json_output_print                                                         \
	}

/* For a command without other options. */
extern const struct command_option ask_json_options[];

/* The exit codes of most of them. */
#define ASK_EXITS                                                                                  \
	"  0    done\n"                                                                            \
	"  2    the command line, or what it names, is wrong\n"                                    \
	"  4    the rig or the machine failed\n"                                                   \
	"  124  the volume did not answer in time\n"

/* Reads the command line, asks, and prints.  Returns the exit code of the process. */
int cli_ask(const struct command_line *line, int argc, char **argv);

#endif
