/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_reports.h - the files with the results of a run, complete at every moment.
 *
 * Each is written before anything is run, so that an unwritable one is reported in time, and again
 * when a scenario has ended: a run that is killed leaves reports of everything that has ended.  A
 * pipe or a terminal gets its first line at the beginning, and the rest at the end.
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
	char *target;	  /* the file that it refers to; NULL: a stream */
	FILE *stream;	  /* NULL: a file */
	bool is_lost;	  /* it could not be written, which was reported */
};

struct run_reports {
	struct run_report *items;
	size_t count;
	int tap_version; /* of the printed output */
	bool annotates;	 /* on stderr, for GitHub */
	FILE *summary;	 /* of GitHub's step; or NULL */
};

/* The values of --report, as in struct command_option. */
#define RUN_REPORT_KINDS "junit= jenkins= tap= tap14= tap13= json= html= tap14 tap13 github"

/*
 * Opens the reports in TEXTS ("junit=FILE" or "github"), creating missing folders, and writes
 * RESULTS, in which nothing has ended yet.  Returns 0, or -EINVAL after a message.
 */
int run_reports_open(struct run_reports *reports, const struct command_texts *texts,
	const struct results *results);

/* Reports a scenario that has ended to the reports that take each only once … */
void run_reports_tell(const struct run_reports *reports, const struct scenario_result *result);

/* … and writes the others again. */
void run_reports_write(struct run_reports *reports, const struct results *results);

/* Writes the streams, too, and frees everything.  Returns 0, or -EIO if a report was lost. */
int run_reports_close(struct run_reports *reports, const struct results *results);

/* Returns whether one of them shows the course of each scenario, now or after a merge. */
bool run_reports_show(const struct run_reports *reports);

#endif
