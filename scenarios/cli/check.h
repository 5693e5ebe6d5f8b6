/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - checks one client, given by its command, on a snapshot that breaks.
 *
 * A check is a scenario that is composed of the arguments and a failure (format/failure.h), and
 * run by the runner.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_CHECK_H
#define SNAPRIG_SCENARIOS_CLI_CHECK_H

#include <jansson.h>

#include "scenarios/clients/clients.h"
#include "scenarios/format/failure.h"
#include "scenarios/run/runner.h"
#include "simfs/base/command_line.h"

enum check_writer { CHECK_WRITER_NONE, CHECK_WRITER_TRICKLE, CHECK_WRITER_STORM };

struct check_arguments {
	/* As typed by the user; NULL: not given. */
	const char *profile, *size, *image, *failure, *at, *restore, *writer_text, *seed_text;
	const char *time_limit_text, *gives_text, *keeps_text;
	struct command_texts faults;
	bool takes, steady, as_json;
	bool writes_beside; /* the writer writes while the client reads, until the client ends */
	bool only_counts;   /* rules do not strike; their hits are only counted */
	struct run_options options; /* work_parent and keep */

	/* Their values. */
	uint64_t volume_bytes;
	uint64_t seed;
	uint64_t time_limit_ns; /* 0: the failure's */
	enum check_writer writer;
	enum client_gives gives;
	uint32_t keeps;	     /* like an adapter's */
	bool has_repository; /* the commands contain {repo} */
	char *const *command;
	const struct client *adapter; /* used instead of the command, which is its name; or NULL */
	char *image_path;	      /* of --image, absolute */
	char *words;  /* the command line again, without what a replay adds itself */
	char *backup; /* the command as an adapter would have it */
};

struct check_result {
	char *failure; /* NULL: none */
	char *profile;
	const char *verdict; /* the worst that applies; "skipped" or "error" if there is none */
	const char *remedy;  /* of the backup after the remedy; NULL: none */
	int code;	     /* the exit code for the verdict */
	int client_exit;     /* of the backup that met the failure; -1: not run */
	uint64_t fired;	     /* how often the failure struck */
	uint64_t hits;	     /* how often rules could have struck without their counts */
	bool has_place;	     /* a rule struck, the first time at this offset: */
	uint64_t place_bytes;
	char **leaks;
	size_t leak_count;
	double seconds;
	struct measures measures; /* of the backup that met the failure */
	uint64_t seed;
	char *why;    /* one line */
	char *replay; /* the command that repeats it */
};

/*
 * Runs the check with FAILURE on PROFILE (NULL: neither) and fills RET, which
 * check_result_deinit() frees.  FAILURE is modified and cannot be used again.
 */
void check_run(const struct check_arguments *arguments, struct failure *failure,
	const char *profile, struct check_result *ret);
void check_result_deinit(struct check_result *result);

/* check_scenario.c: replaces FAILURE's scenario with that of the check. */
void check_compose(const struct check_arguments *arguments, struct failure *failure,
	const struct failure_profile *profile);

/* check_words.c: returns COMMAND, as typed, in the form that an adapter has.  The caller frees
 * it. */
char *check_template(char *const *command);

/* check_report.c */
json_t *check_json(const struct check_result *result);
void check_print(const struct check_result *result);
void check_print_heading(void);
void check_print_row(const struct check_result *result);

/* Prints a JSON object, which it takes over, to stdout; returns the exit code. */
int check_json_print(json_t *object);

#endif
