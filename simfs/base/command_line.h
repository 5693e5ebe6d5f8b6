/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_line.h - a command of snaprig as a row, and what is typed, read by that row.
 *
 * The row says all there is to know of the command from outside: its operands, its
 * options, its help.  What reads the command line, --help, the completion and the
 * head lines of the manual come from it (tools/commands).
 *
 * Exit codes are enum exit_code; COMMAND_GO_ON is none of them.
 */
#ifndef SNAPRIG_BASE_COMMAND_LINE_H
#define SNAPRIG_BASE_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct json_t;

#define COMMAND_GO_ON	     (-1)
#define COMMAND_OPERANDS_MAX 3
#define COMMAND_TEXTS_MAX    256

/* What an operand or the value of an option is: for whoever completes it. */
enum command_kind {
	COMMAND_FLAG, /* no value; what an option is of that says nothing */
	COMMAND_TEXT,
	COMMAND_NUMBER,
	COMMAND_SIZE,
	COMMAND_TIME,
	COMMAND_CHOICE,	  /* one of the words of `choices`; one that ends with = or : goes on */
	COMMAND_LISTED,	  /* a name that `snaprig list` prints of the first of `choices`, or one of
			   * the others; FILE among them: or a file */
	COMMAND_SET,	  /* words of `choices`, with commas between */
	COMMAND_RULE,	  /* of a fault */
	COMMAND_SNAPSHOT, /* of the volume on the first operand, as these: */
	COMMAND_FAULT,	  /* its number or its name */
	COMMAND_WRITER,
	COMMAND_FILE,
	COMMAND_FOLDER,
	COMMAND_KINDS
};

struct command_operand {
	const char *name; /* "MNT"; "DIR...": one or more; "[ARG ...]": any number */
	enum command_kind kind;
	const char *choices;
	const char *argument; /* which it is of the control command; NULL: it is not sent */
	bool joins; /* the last one: words behind it belong to it, as if they were quoted */
};

struct command_option {
	const char *name;  /* "limit" for --limit, "o" for -o */
	const char *value; /* what stands for its value in the help, "SIZE"; NULL: a flag;
			    * "RULE...": it may be there several times, into command_texts */
	const char *about; /* one line, however long, or one for each item of a list */
	enum command_kind kind;
	const char *choices;
	const char *excludes; /* another option that may not be there with it */
	bool is_required;
	bool is_operand; /* it stands for the first operand, which is not there then */

	/* Of its `const char *`, its struct command_texts, or the flag's `bool`, in the values
	 * of command_line_parse(). */
	size_t offset;

	/* Of a command that asks a rig (cli/ask.h): which argument of the control command it is,
	 * a flag true, or false when it `denies`; or who prints the answer instead. */
	const char *argument;
	bool denies;
	int (*print)(struct json_t *answer);
};

struct command_texts {
	const char *texts[COMMAND_TEXTS_MAX];
	size_t count;
};

struct command_question; /* cli/ask.h */

struct command_line {
	const char *name;    /* "snapshot create" */
	const char *summary; /* one line, for the list of commands */
	struct command_operand operands[COMMAND_OPERANDS_MAX + 1]; /* up to a NULL name */
	const struct command_option *options; /* up to a NULL name; NULL: none but --help */
	const char *about;		      /* whole sentences */
	const char *examples;		      /* lines; NULL: none */
	const char *exits;		      /* lines */
	const char *command; /* "CMD...": a command line may stand behind --; NULL: none may */
	bool takes_words;    /* behind the first operand all are operands, dashes or not */

	/* Either: what it asks a rig. */
	const struct command_question *asks;

	/* Or: all that it does.  argv[0] is its name; returns the exit code of the process. */
	int (*run)(const struct command_line *line, int argc, char **argv);
};

/*
 * Reads ARGV (argv[0] is the command) and gives each option with its value (NULL: a
 * flag) to TAKE, which returns COMMAND_GO_ON or an exit code after a message.  Returns
 * COMMAND_GO_ON with the operands moved to argv[1..*RET_COUNT]; else the exit code,
 * with help or message printed.
 *
 * Of a line with a `command`, the words behind -- begin at argv[*RET_COUNT + 1] and end
 * with a NULL, with which they begin when there are none.  There -- ends the options only,
 * as elsewhere, when the first operands are not there yet.
 */
int command_line_read(const struct command_line *line, int argc, char **argv,
	int (*take)(void *context, const struct command_option *option, const char *value),
	void *context, size_t *ret_count);

/* The same into VALUES, a struct with the fields that the options' offsets name. */
int command_line_parse(
	const struct command_line *line, int argc, char **argv, void *values, size_t *ret_count);

/* "MNT NAME", into BUFFER; how many there may be.  Returns BUFFER. */
const char *command_line_operands(const struct command_line *line, char *buffer, size_t length,
	size_t *ret_min, size_t *ret_max);

/* Whether ARGUMENT is --help or -h. */
bool command_line_asks_for_help(const char *argument);

/* Whether --json is among the options of ARGV; with TAKES_WORDS they end at the first operand. */
bool command_line_asks_for_json(int argc, char **argv, bool takes_words);

/* EXIT_MET, or EXIT_RIG after a message when something printed to stdout was lost. */
int command_line_finish(void);

#endif
