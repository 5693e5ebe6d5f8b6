/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_jobs.h - runs scenarios, several at a time, each in its own process.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_RUN_JOBS_H
#define SNAPRIG_SCENARIOS_CLI_RUN_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/cli/run_folders.h"
#include "scenarios/cli/run_set.h"
#include "scenarios/judge/results.h"
#include "scenarios/run/runner.h"

#define RUN_JOBS_MAX	1024
#define RUN_RETRIES_MAX 100

struct run_order {
	struct run_options options;
	struct run_folders folders;
	unsigned jobs;	  /* how many run at the same time, from 1 */
	unsigned retries; /* of a scenario that does not pass */
	bool is_shown;	  /* with a timeline, and the versions of clients */
	bool fails_fast;  /* after one that does not pass, the rest are skipped */

	/* Required: ITEM of the set has ended; the callee takes or frees its result, ONE. */
	void (*over)(void *context, size_t item, struct results *one);
	void *context;
};

/*
 * Runs SET in order.  An interrupt ends the running scenarios, which are reported; the others are
 * neither begun nor reported.
 */
void run_jobs(const struct run_set *set, const struct run_order *order);

#endif
