/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner.h - runs a scenario, from making its volume to unmounting it.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RUNNER_H
#define SNAPRIG_SCENARIOS_RUN_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/clients/clients.h"
#include "scenarios/format/scenario.h"
#include "scenarios/judge/measures.h"
#include "scenarios/judge/results.h"
#include "scenarios/report/record.h"

/* One run of the client, and its result. */
struct run_backup {
	const char *name; /* from the step; valid as long as the scenario */
	const char *of;
	bool takes; /* the client takes the snapshot itself, which it may not have reached */
	size_t points_from,
		points_until; /* range of the run's points that it may be of: names are reused */
	enum verdict verdict;
	int exit_status;
	bool fault_struck; /* when the client ended, its snapshot was no longer active, or a rule
			    * had fired since the previous backup */
	bool has_place;	   /* the first rule that fired had an offset: */
	uint64_t place_bytes;
	bool judged;	    /* an expectation was about it */
	bool is_spoilt;	    /* it was right, and a later run of the client has changed that */
	size_t leaks_from;  /* its first leak in the result's leaks */
	bool cause_unnamed; /* misreported, because of something that it did not say */
	uint64_t duration_ns;
	struct measures measures;
	struct fallback *fallback; /* fallback.h; NULL: it took a snapshot, or read nothing */
	char *reason;
	char *left_behind; /* "b1.img 32.0 MiB", "nothing" */
	char *log_path;	   /* the client's output */
	char *out_path;
};

struct run_options {
	const char *work_parent; /* NULL: $TMPDIR, or /tmp */
	bool keep;		 /* keep the work folder, and name it on stderr */
	bool looks_back;	 /* after every backup, and not only after one that may have spoilt
				  * others, restore earlier ones again */
	const char *record_path; /* where to record the run (report/record.h); NULL: nowhere */

	bool takes_evidence;	    /* from a scenario that did not pass (judge/results.h) */
	const char *artifacts_path; /* the folder for all its logs; NULL: none */
	bool keeps_timeline;	    /* in the result's timeline */

	const char *replay_words; /* appended to the command of a replay; NULL: none */

	/* Optional: rules strike as in this run, except for what is left out. */
	const struct record *repeats;

	/* Optional: called after each run of the client. */
	void (*backup_over)(void *context, const struct run_backup *backup);

	/* Optional: called after each step; COUNT steps of all phases have ended. */
	void (*step_over)(void *context, size_t count);
	void *context;
};

/*
 * Runs SCENARIO with CLIENT, its adapter, and adds the result to RESULTS.  In any case, nothing of
 * it stays mounted or running afterwards, and its work folder is removed unless it should be kept.
 *
 * The scenario ends when an action fails, but not when an expectation fails.  A step with `start`
 * is armed when it is reached and waits for its moment while the next backup runs; if the moment
 * has not come by the end of that backup (or of the phase), the scenario is inconclusive, and
 * ends.
 */
void run_scenario(const struct scenario *scenario, const struct client *client,
	const struct run_options *options, struct results *results);

#endif
