/* SPDX-License-Identifier: Apache-2.0 */
/*
 * underway.h - a backup from the start of its client until that has ended.
 *
 * A backup in the background is in a list of the run, so that other steps and backups can run
 * beside it.  A fault that strikes while several run is counted for each of them: a rule may be
 * meant for both.  Leaks that cannot be assigned to one of them are searched for when none is
 * running.
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
	struct given given; /* what the client reads; no path: it could not be given … */
	struct process_result process; /* … for this reason */
	struct watch *watch;	       /* of the snapshot that the client takes; or NULL */
	struct measuring measuring;
	struct armed_batch *armed; /* steps that wait for a moment of it */
	struct process_beside *beside;
	json_int_t journal_from, strikes_from; /* what existed before it */
	unsigned lvm_lines_from;
	unsigned rigs_gone, rigs_crashed;
};

/*
 * Prepares what the client needs, and starts it if it should run in the background.  Returns 0, or
 * -errno with REASON.  The caller fills in UNDERWAY's backup, and calls underway_deinit() in any
 * case.
 */
int underway_begin(
	struct run *run, struct underway *underway, bool in_background, struct reason *reason);

/*
 * Runs the client, or waits for it; then the steps armed for it have ended, too.  Fills in its
 * backup and process.  Returns 0 with what the journal says, or -errno with REASON.
 */
int underway_end(struct run *run, struct underway *underway, struct reason *reason,
	struct journal_facts *ret_journal);

/* Ends the client if it still runs, and frees everything but its backup. */
void underway_deinit(struct run *run, struct underway *underway);

/*
 * Checks the volume after WHO (a description) has run: ending the rig that it reads from counts as
 * a leak.  Returns 0, or -errno with REASON.
 */
int volume_check(
	struct run *run, struct run_backup *backup, const char *who, struct reason *reason);

#endif
