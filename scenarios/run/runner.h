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

/* One run of the client, and what came of it. */
struct run_backup {
	const char *name; /* of the step: they live as long as the scenario */
	const char *of;
	bool takes; /* the client took it itself: it may not have got so far */
	size_t points_from, points_until; /* of the run's: what it may be of; a name comes again */
	enum verdict verdict;
	int exit_status;
	bool fault_struck; /* when the client ended, its snapshot was not active any more, or a
			    * rule had fired since the backup before */
	bool has_place;	   /* the first rule that fired had an offset: */
	uint64_t place_bytes;
	bool judged;	    /* an expectation spoke of it */
	bool is_spoilt;	    /* it was right, and a later run of the client has changed that */
	size_t leaks_from;  /* the first of the result's leaks that is of it */
	bool cause_unnamed; /* misreported, for what it did not say */
	uint64_t duration_ns;
	struct measures measures;
	struct fallback *fallback; /* fallback.h; NULL: it took a snapshot, or read nothing */
	char *reason;
	char *left_behind; /* "b1.img 32.0 MiB", "nothing" */
	char *log_path;	   /* what the client printed */
	char *out_path;
};

struct run_options {
	const char *work_parent; /* NULL: $TMPDIR, or /tmp */
	bool keep;		 /* the work folder stays, and is named on stderr */
	bool looks_back;	 /* after each backup, not only after what may have spoilt them,
				  * those before are restored again */
	const char
		*record_path; /* where the run is written down (report/record.h); NULL: nowhere */

	bool takes_evidence;	    /* of a scenario that did not pass (judge/results.h) */
	const char *artifacts_path; /* and the folder for all its logs; NULL: none */
	bool keeps_timeline;	    /* into the result's timeline */

	const char *replay_words; /* behind the command line of a replay; NULL: none */

	/* Optional.  Rules strike as they did in this run, but for what is left out. */
	const struct record *repeats;

	/* Optional.  Called after each run of the client. */
	void (*backup_over)(void *context, const struct run_backup *backup);

	/* Optional.  Called after each step: COUNT of all phases' are over. */
	void (*step_over)(void *context, size_t count);
	void *context;
};

/*
 * Runs SCENARIO with CLIENT, its adapter, and adds what came of it to RESULTS.
 * Whatever happens, nothing of it stays mounted or running afterwards, and
 * its work folder is removed unless it is to be kept.
 *
 * Actions end the scenario when they fail, expectations do not.  A step with
 * `start` is armed when it is reached and waits for its moment while the next
 * backup runs; a moment that did not come by the end of that backup (or of the
 * phase) makes the scenario inconclusive, and ends it.
 */
void run_scenario(const struct scenario *scenario, const struct client *client,
	const struct run_options *options, struct results *results);

#endif
