/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - one client, called by its command line, on a snapshot that breaks.
 *
 * A check is a scenario that is made of the arguments and of a failure (format/failure.h),
 * and run by the runner.
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
	/* As they are typed; NULL: not at all. */
	const char *profile, *size, *image, *failure, *at, *restore, *writer_text, *seed_text;
	const char *time_limit_text, *gives_text, *keeps_text;
	struct command_texts faults;
	bool takes, steady, as_json;
	bool writes_beside; /* the writer writes beside the reading, until the client ends */
	bool only_counts;   /* the rules strike nothing: hits are counted */
	struct run_options options; /* work_parent and keep */

	/* What they mean. */
	uint64_t volume_bytes;
	uint64_t seed;
	uint64_t time_limit_ns; /* 0: the failure's */
	enum check_writer writer;
	enum client_gives gives;
	uint32_t keeps;	     /* as of an adapter */
	bool has_repository; /* {repo} stands in the commands */
	char *const *command;
	const struct client *adapter; /* instead of the command, which is its name; or NULL */
	char *image_path;	      /* of --image, absolute */
	char *words;  /* the command line again, without what a replay tells itself */
	char *backup; /* the command, as an adapter has it */
};

struct check_result {
	char *failure; /* NULL: none */
	char *profile;
	const char *verdict; /* the worst that applies; "skipped" or "error": none could be had */
	const char *remedy;  /* of the backup after the remedy; NULL: there was none */
	int code;	     /* the exit code for it */
	int client_exit;     /* of the backup that met the failure; -1: it was not run */
	uint64_t fired;	     /* how often the failure struck ... */
	uint64_t hits;	     /* ... and how often rules could have, but for their counts */
	bool has_place;	     /* a rule struck, first at this offset: */
	uint64_t place_bytes;
	char **leaks;
	size_t leak_count;
	double seconds;
	struct measures measures; /* of the backup that met the failure */
	uint64_t seed;
	char *why;    /* one line */
	char *replay; /* the command line that repeats it */
};

/*
 * Runs the check with FAILURE on PROFILE (NULL: neither; FAILURE is used up), and fills
 * RET, which check_result_deinit() frees.
 */
void check_run(const struct check_arguments *arguments, struct failure *failure,
	const char *profile, struct check_result *ret);
void check_result_deinit(struct check_result *result);

/* check_scenario.c: the scenario of it, in the place of FAILURE's own. */
void check_compose(const struct check_arguments *arguments, struct failure *failure,
	const struct failure_profile *profile);

/* check_words.c: what is typed of a command, as an adapter has it; the caller's. */
char *check_template(char *const *command);

/* check_report.c */
json_t *check_json(const struct check_result *result);
void check_print(const struct check_result *result);
void check_print_heading(void);
void check_print_row(const struct check_result *result);

/* An object of JSON, which it takes, to stdout; the exit code. */
int check_json_print(json_t *object);

#endif
