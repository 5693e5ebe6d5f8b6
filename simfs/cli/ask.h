/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.h - a command that asks the rig of a mounted volume one question, and prints the answer.
 *
 * Its row says all of it: the first operand is MNT, the other operands and the options
 * are what they are sent as.  A new command of that kind is a row and no function.
 */
#ifndef SNAPRIG_CLI_ASK_H
#define SNAPRIG_CLI_ASK_H

#include <stdint.h>

#include <jansson.h>

#include "simfs/base/command_line.h"
#include "simfs/base/json_output.h"

enum command_patience {
	PATIENCE_PLAIN, /* it takes no time: who does not answer is told of */
	PATIENCE_LONG,	/* it takes as long as it takes, while the rig answers at all */
};

struct command_question {
	const char *command; /* of protocol.h */
	enum command_patience patience;
	bool may_skip; /* -EPERM means that a privilege is missing: EXIT_SKIPPED */

	/* An argument that is always sent; a NULL name: none. */
	struct {
		const char *name;
		bool value;
	} says;

	/* Of what takes long, on a terminal: how much of ARGUMENTS is done, as STATUS tells it, in
	 * bytes; false: it does not.  NULL: nothing tells it. */
	bool (*progress)(const json_t *status, const json_t *arguments, uint64_t *ret_done,
		uint64_t *ret_total);

	/* Looks at the arguments before they are sent.  False: what is wrong has been said. */
	bool (*check)(const json_t *arguments);

	/* For people.  Returns an exit code.  NULL: nothing is printed. */
	int (*print)(json_t *answer);
};

/* A question without arguments or patience of its own. */
#define ASK(name) (&(const struct command_question){ .command = name })

#define ASK_MNT                                                                                    \
	{                                                                                          \
		.name = "MNT", .kind = COMMAND_FOLDER                                              \
	}

/* --json.  An answer of nothing is an object with its schema_version. */
#define ASK_JSON                                                                                   \
	{                                                                                          \
		.name = "json", .about = "print what the volume answered, as JSON",                \
		.print = json_output_print                                                         \
	}

/* The options of a command that has no other. */
extern const struct command_option ask_json_options[];

/* The exits of most of them. */
#define ASK_EXITS                                                                                  \
	"  0    done\n"                                                                            \
	"  2    the command line, or what it names, is wrong\n"                                    \
	"  4    the rig or the machine failed\n"                                                   \
	"  124  the volume did not answer in time\n"

/* Reads what was typed, asks, and prints.  Returns the exit code of the process. */
int cli_ask(const struct command_line *line, int argc, char **argv);

#endif
