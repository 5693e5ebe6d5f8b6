/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_jobs.h - runs scenarios, some at a time, each in a process of its own.
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
	unsigned jobs;	  /* how many run at a time, from 1 */
	unsigned retries; /* of one that does not pass */
	bool is_shown;	  /* with a timeline, and the versions of the clients */
	bool fails_fast;  /* after one that does not pass none is begun, and the others are skipped
			   */

	/* Required.  The item of the set is over; ONE holds its result, to be taken or released. */
	void (*over)(void *context, size_t item, struct results *one);
	void *context;
};

/*
 * Runs SET in its order.  An interrupt ends those that run, which are told, and no further one
 * is begun nor told.
 */
void run_jobs(const struct run_set *set, const struct run_order *order);

#endif
