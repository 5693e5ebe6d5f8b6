/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_reports.h - the files that a run tells its results in, whole at every moment.
 *
 * Each is written before anything is run, so that one that cannot be written is known in
 * time, and again when a scenario is over: a run that is killed leaves reports of all that
 * has ended.  What is not a regular file (a pipe, a terminal) gets its first line at the
 * beginning, and the rest at the end.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_RUN_REPORTS_H
#define SNAPRIG_SCENARIOS_CLI_RUN_REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "scenarios/judge/results.h"
#include "simfs/base/command_line.h"

struct report_kind; /* run_reports.c */

struct run_report {
	const struct report_kind *kind;
	const char *path; /* as given */
	char *target;	  /* the file that it is; NULL: a stream */
	FILE *stream;	  /* NULL: a file */
	bool is_lost;	  /* it could not be written, which was said */
};

struct run_reports {
	struct run_report *items;
	size_t count;
	int tap_version; /* of what is printed */
	bool annotates;	 /* on stderr, for GitHub */
	FILE *summary;	 /* of GitHub's step; or NULL */
};

/* What --report takes, as in struct command_option. */
#define RUN_REPORT_KINDS "junit= jenkins= tap= tap14= tap13= json= html= tap14 tap13 github"

/*
 * Opens what TEXTS ask for, "junit=FILE" or "github", with folders that are missing, and writes
 * RESULTS, in which nothing has ended yet.  0, or -EINVAL after a message.
 */
int run_reports_open(struct run_reports *reports, const struct command_texts *texts,
	const struct results *results);

/* Tells of a scenario that has ended, where that is done once … */
void run_reports_tell(const struct run_reports *reports, const struct scenario_result *result);

/* … and writes the reports again. */
void run_reports_write(struct run_reports *reports, const struct results *results);

/* Writes the streams, too, and releases all.  0, or -EIO when a report was lost. */
int run_reports_close(struct run_reports *reports, const struct results *results);

/* Does one of them show how each scenario went, now or when it is merged? */
bool run_reports_show(const struct run_reports *reports);

#endif
