/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention.h - do the backups of before still restore?
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RETENTION_H
#define SNAPRIG_SCENARIOS_RUN_RETENTION_H

#include "scenarios/run/run_state.h"

/* Of BACKUPS, the one that is under way among them, the index of the first that a client keeps
 * who keeps the latest KEEPS (0: all). */
size_t retention_first(size_t backups, size_t keeps);

/*
 * After a backup that is not among the run's yet, restores again each earlier one that
 * was right when it was made and that the client keeps.  Returns 0 with "backup 'b1':
 * …" of the first that is not right any more, the caller's, or with NULL: each is told
 * once; or -errno with REASON.
 */
int retention_look(struct run *run, struct reason *reason, char **ret);

#endif
