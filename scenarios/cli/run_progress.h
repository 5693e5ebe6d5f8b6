/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_progress.h - the state of a run, reported while it continues, in the order of the scenarios,
 * whichever ends first.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_RUN_PROGRESS_H
#define SNAPRIG_SCENARIOS_CLI_RUN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/cli/run_reports.h"
#include "scenarios/judge/results.h"

struct run_progress {
	struct run_reports *reports;
	struct results *ones; /* of each scenario: its result, or none yet */
	size_t count;
	size_t over;
	size_t printed; /* in TAP */
	bool as_json;	/* print nothing during the run */
	struct environments environments;
};

/* REPORTS stays the caller's, and must outlive PROGRESS; takes over ENVIRONMENTS, which is moved
 * with the results. */
void run_progress_init(struct run_progress *progress, struct run_reports *reports,
	struct environments *environments, size_t count, bool as_json);

/* ITEM has ended; takes over ONE. */
void run_progress_over(struct run_progress *progress, size_t item, struct results *one);

/* Moves all results into RET, in the order of the scenarios, and frees PROGRESS. */
void run_progress_end(struct run_progress *progress, struct results *ret);

#endif
