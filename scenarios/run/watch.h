/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - the oracle's view of a snapshot that the client takes itself.
 *
 * The rig is asked to report when a snapshot with the name is taken: it holds live writes from
 * that very instant, they are digested from where they are stored, and released.  A client that
 * retries takes several snapshots; the last one counts.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_WATCH_H
#define SNAPRIG_SCENARIOS_RUN_WATCH_H

#include "scenarios/run/run_state.h"

struct watch;

/* Watches for NAME, or for the LV that a client given LVM takes for it.  When it returns 0, the
 * rig knows of it.  An error (-errno) is in REASON. */
int watch_begin(struct run *run, const char *name, struct reason *reason, struct watch **ret);

/*
 * Ends WATCH.  The snapshot taken last becomes a point of the run, as a deleted snapshot, because
 * the client deletes it.  Returns 0, even if none was taken; or the -errno that prevented seeing
 * one, with REASON.
 */
int watch_end(struct run *run, struct watch *watch, struct reason *reason);

#endif
