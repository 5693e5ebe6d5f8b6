/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - what the subcommands that talk to a mounted volume share: options,
 * help, one connection, one way to report what went wrong.
 *
 * Exit codes are enum exit_code; CLI_GO_ON is none of them.
 */
#ifndef SNAPRIG_CLI_CLI_H
#define SNAPRIG_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "simfs/base/clock.h"
#include "simfs/control/client.h"

#define CLI_GO_ON (-1)

struct cli_option {
	const char *name;  /* "limit" for --limit, "o" for -o */
	const char *value; /* what stands for its value in the help, "SIZE"; NULL: a flag;
			    * "RULE...": it may be there several times, into a cli_list */
	const char *about;
	size_t offset; /* of its `const char *`, or of the flag's `bool`, in the values */
};

#define CLI_LIST_MAX 256

struct cli_list {
	const char *texts[CLI_LIST_MAX];
	size_t count;
};

/* One subcommand, as its help describes it. */
struct cli {
	const char *name;      /* "snapshot create" */
	const char *arguments; /* "MNT NAME" */
	size_t arguments_min, arguments_max;
	const char *about;		  /* whole sentences */
	const struct cli_option *options; /* up to a NULL name; NULL: none but --help */
	const char *examples;		  /* lines; NULL: none */
	const char *exits;		  /* lines */
};

/* The exits of most of them. */
#define CLI_EXITS                                                                                  \
	"  0    done\n"                                                                            \
	"  2    the command line, or what it names, is wrong\n"                                    \
	"  4    the rig or the machine failed\n"                                                   \
	"  124  the volume did not answer in time\n"

/*
 * Reads ARGV (argv[0] is the subcommand) into VALUES, a struct with the fields
 * that the options name.  Returns CLI_GO_ON with the other arguments moved to
 * argv[1..*RET_COUNT]; else the exit code, with help or message printed.
 */
int cli_parse(const struct cli *cli, int argc, char **argv, void *values, size_t *ret_count);

/* A subcommand of `snaprig NAME`, or of one of its subcommands. */
struct cli_action {
	const char *name;
	const char *about; /* one line, for the list */
	int (*run)(int argc, char **argv);
};

/* Runs the action (up to a NULL name) that argv[1] names, with argv moved on by one. */
int cli_run_action(const char *command, const struct cli_action *actions, int argc, char **argv);

/* Connects to the volume at MOUNT_POINT.  Returns EXIT_MET, or the exit code after a message. */
int cli_connect(const char *mount_point, struct control_client **ret);

/* The message for ERROR of connecting to MOUNT_POINT, and its exit code. */
int cli_report_connect(const char *mount_point, int error);

/* The message for ERROR of the last call, and its exit code. */
int cli_report_call(const char *mount_point, struct control_client *client, int error);

/* The message for a rig that does not answer; PID (0: unknown) is its process.  EXIT_TIMED_OUT. */
int cli_report_silence(const char *mount_point, pid_t pid);

/*
 * json_pack() for what a user has typed, which may be no UTF-8: what cannot be packed is
 * refused by the call that gets it, instead of being left out.
 */
json_t *cli_pack(const char *format, ...);

/* control_client_call() on the volume at MOUNT_POINT: EXIT_MET, or the code after a message. */
int cli_call(const char *mount_point, const char *command, json_t *arguments, json_t **ret_result);

/*
 * The same for what takes as long as it takes: waits for as long as the rig answers at
 * all.
 */
int cli_call_long(
	const char *mount_point, const char *command, json_t *arguments, json_t **ret_result);

/* The same, where -EPERM means that a privilege is missing: EXIT_SKIPPED. */
int cli_call_or_skip(
	const char *mount_point, const char *command, json_t *arguments, json_t **ret_result);

/* control_client_wait() for an answer that takes as long as it takes. */
int cli_wait(struct control_client *client, uint64_t id, json_t **ret_result);

/* Prints DOCUMENT for programs.  Returns EXIT_MET, or EXIT_RIG when stdout took it not. */
int cli_print_json(const json_t *document);

/* EXIT_MET, or EXIT_RIG after a message when something printed to stdout was lost. */
int cli_finish_output(void);

#endif
