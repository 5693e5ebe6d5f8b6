/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_line.h - a command of snaprig as a table row, and the parser that reads what is typed by
 * that row.
 *
 * The row describes the command as a user sees it: operands, options, help.  The parser, --help,
 * the completions and the headings of the manual all come from it (tools/commands).
 *
 * Exit codes are enum exit_code; COMMAND_GO_ON is not one of them.
 */
#ifndef SNAPRIG_BASE_COMMAND_LINE_H
#define SNAPRIG_BASE_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct json_t;

#define COMMAND_GO_ON	     (-1)
#define COMMAND_OPERANDS_MAX 3
#define COMMAND_TEXTS_MAX    256

/*
 * The kind of an operand or of an option's value, for completion.  With FILE among its `choices`, a
 * COMMAND_LISTED may also be a file.
 */
enum command_kind {
	COMMAND_FLAG, /* no value; the default for options */
	COMMAND_TEXT,
	COMMAND_NUMBER,
	COMMAND_SIZE,
	COMMAND_TIME,
	COMMAND_CHOICE,	  /* one of `choices`; one that ends with = or : is continued */
	COMMAND_LISTED,	  /* from `snaprig list` of the first of `choices`, or one of the others */
	COMMAND_SET,	  /* words of `choices`, separated by commas */
	COMMAND_RULE,	  /* a fault rule */
	COMMAND_SNAPSHOT, /* this and the next two: of the volume mounted on the first operand */
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
	const char *argument; /* the control command's argument that it becomes; NULL: none */
	bool joins;	      /* the last one only: all following words belong to it */
};

struct command_option {
	const char *name;  /* "limit" for --limit, "o" for -o */
	const char *value; /* in help: "SIZE"; NULL: a flag; "RULE...": repeatable, command_texts */
	const char *about; /* one line of any length, or one for each item of a list */
	enum command_kind kind;
	const char *choices;
	const char *excludes; /* another option that cannot be combined with it */
	bool is_required;
	bool is_operand; /* it replaces the first operand */

	/* Where command_line_parse() puts its value: the offset of a `const char *`, of a struct
	 * command_texts, or of a flag's `bool`. */
	size_t offset;

	/* For a command that asks a rig (cli/ask.h): the argument of the control command that it
	 * sets (a flag to true, or to false if it `denies`), or else the function that prints the
	 * answer. */
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
	const struct command_option *options; /* up to a NULL name; NULL: only --help */
	const char *about;		      /* whole sentences */
	const char *examples;		      /* lines; NULL: none */
	const char *exits;		      /* lines */
	const char *command; /* "CMD...": a command line may follow --; NULL: none may */
	bool takes_words;    /* from the first operand on, all are operands, even with dashes */

	/* Either what it asks a rig ... */
	const struct command_question *asks;

	/* ... or a function that does all of it.  argv[0] is its name; returns the exit code. */
	int (*run)(const struct command_line *line, int argc, char **argv);
};

/*
 * Reads ARGV (argv[0] is the command) and passes each option with its value (NULL for a flag) to
 * TAKE, which returns COMMAND_GO_ON, or an exit code after a message.  Returns COMMAND_GO_ON with
 * the operands moved to argv[1..*RET_COUNT], or else the exit code after printing help or a
 * message.
 *
 * If the line has a `command`, the words after -- start at argv[*RET_COUNT + 1] and end with a
 * NULL; without a command that NULL comes first.  If required operands are still missing before it,
 * -- only ends the options, as usual.
 */
int command_line_read(const struct command_line *line, int argc, char **argv,
	int (*take)(void *context, const struct command_option *option, const char *value),
	void *context, size_t *ret_count);

/* The same, but stores the values in VALUES, a struct with fields at the options' offsets. */
int command_line_parse(
	const struct command_line *line, int argc, char **argv, void *values, size_t *ret_count);

/* Writes the operands, "MNT NAME", to BUFFER and returns it, with how many there may be. */
const char *command_line_operands(const struct command_line *line, char *buffer, size_t length,
	size_t *ret_min, size_t *ret_max);

/* Whether ARGUMENT is --help or -h. */
bool command_line_asks_for_help(const char *argument);

/*
 * Whether --json is among the options in ARGV.  With TAKES_WORDS, options end at the first operand.
 */
bool command_line_asks_for_json(int argc, char **argv, bool takes_words);

/* Returns EXIT_MET, or EXIT_RIG after a message if output to stdout was lost. */
int command_line_finish(void);

#endif
