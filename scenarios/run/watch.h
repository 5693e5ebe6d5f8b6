/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - the oracle's view of a snapshot that the client takes itself.
 *
 * The rig is asked to tell when a snapshot of the name is taken: it holds live
 * writes from that very instant on, they are digested from where they lie, and
 * go on.  A client that tries again takes several; the last one counts.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_WATCH_H
#define SNAPRIG_SCENARIOS_RUN_WATCH_H

#include "scenarios/run/run_state.h"

struct watch;

/* Of NAME, which is given LVM's client to take, too.  When it returns 0 the rig knows of it.  An
 * error (-errno) is in REASON. */
int watch_begin(struct run *run, const char *name, struct reason *reason, struct watch **ret);

/*
 * Ends WATCH.  What was taken last becomes a point of the run, as a snapshot that
 * is gone: whoever took it removes it.  Returns 0, also when none was taken; or
 * the -errno of not having seen one, with REASON.
 */
int watch_end(struct run *run, struct watch *watch, struct reason *reason);

#endif
