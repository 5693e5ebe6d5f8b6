/* SPDX-License-Identifier: Apache-2.0 */
/*
 * armed.h - steps that wait for a moment of the backup that runs beside them.
 *
 * The rig is asked to `hold` at the moment: it holds the readers of snapshots
 * at the very request that reaches the value and says so.  Then the step runs
 * while the reader stands still, and the reader goes on.  So what the reader
 * has seen before and after the step is the same in every run.
 *
 * Steps that follow each other are armed together; those with the same moment
 * run in the order in which they are written.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_ARMED_H
#define SNAPRIG_SCENARIOS_RUN_ARMED_H

#include "scenarios/run/run_state.h"

/*
 * Arms COUNT steps of PHASE.  When it returns 0 the rig knows of every moment.
 * An error (-errno) is in REASON.
 */
int armed_begin(struct run *run, const struct phase *phase, const struct step *steps, size_t count,
	struct reason *reason);

/*
 * Ends the waiting of *BATCHES, which are none then, for moments that have not come, waits
 * for steps under way, and adds what came of each to the result.  Ends the run when one failed.
 */
void armed_join(struct run *run, struct armed_batch **batches);

#endif
