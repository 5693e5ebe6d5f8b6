/* SPDX-License-Identifier: Apache-2.0 */
/*
 * underway.h - a backup from when its client begins to when it has ended.
 *
 * One in the background has a list of the run, so that other steps, and other backups, go on
 * beside it.  What strikes meanwhile is counted for each of them: a rule may be meant for both.
 * What is left behind by nobody knows whom is looked for when none runs any more.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_UNDERWAY_H
#define SNAPRIG_SCENARIOS_RUN_UNDERWAY_H

#include "scenarios/base/process_beside.h"
#include "scenarios/run/give.h"
#include "scenarios/run/measure.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_volume.h"

struct underway {
	struct underway *next;
	struct run_backup backup;
	struct given given; /* what the client reads; no path: it cannot be run, and … */
	struct process_result process; /* … this is why */
	struct watch *watch;	       /* of the snapshot that the client takes; or NULL */
	struct measuring measuring;
	struct armed_batch *armed; /* steps that wait for a moment of it */
	struct process_beside *beside;
	json_int_t journal_from, strikes_from; /* what was there before it */
	unsigned lvm_lines_from;
	unsigned rigs_gone, rigs_crashed;
};

/*
 * Prepares what the client needs, and starts it when it is to run in the background: 0, or
 * -errno with REASON.  UNDERWAY, whose backup is the caller's to fill in, is for
 * underway_deinit() in any case.
 */
int underway_begin(
	struct run *run, struct underway *underway, bool in_background, struct reason *reason);

/*
 * Runs the client, or waits for it; then the steps that waited beside it are over, too.  Fills
 * its backup and its process: 0 with what the journal tells, or -errno with REASON.
 */
int underway_end(struct run *run, struct underway *underway, struct reason *reason,
	struct journal_facts *ret_journal);

/* Ends it, if it is not over, and releases all but its backup. */
void underway_deinit(struct run *run, struct underway *underway);

/*
 * Whoever ends what he reads from has not left it as it was, which is a leak; WHO has run, in
 * words.  0, or -errno with REASON.
 */
int volume_check(
	struct run *run, struct run_backup *backup, const char *who, struct reason *reason);

#endif
