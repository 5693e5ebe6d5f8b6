/* SPDX-License-Identifier: Apache-2.0 */
/*
 * armed.h - steps that wait for a moment of the backup that runs at the same time.
 *
 * The rig is asked to `hold` at the moment: it holds the readers of snapshots at exactly the
 * request that reaches the value, and says so.  Then the step runs while the reader is stopped,
 * and the reader continues.  So what the reader sees before and after the step is the same in
 * every run.
 *
 * Consecutive steps are armed together; those with the same moment run in the order in which they
 * are written.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_ARMED_H
#define SNAPRIG_SCENARIOS_RUN_ARMED_H

#include "scenarios/run/run_state.h"

/*
 * Arms COUNT steps of PHASE.  When it returns 0, the rig knows every moment.  An error (-errno) is
 * in REASON.
 */
int armed_begin(struct run *run, const struct phase *phase, const struct step *steps, size_t count,
	struct reason *reason);

/*
 * Stops *BATCHES, which become empty, from waiting for moments that have not come, waits for the
 * steps that are running, and adds the outcome of each step to the result.  Ends the run if one
 * failed.
 */
void armed_join(struct run *run, struct armed_batch **batches);

#endif
