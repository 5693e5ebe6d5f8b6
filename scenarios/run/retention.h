/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention.h - checks whether earlier backups can still be restored.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RETENTION_H
#define SNAPRIG_SCENARIOS_RUN_RETENTION_H

#include "scenarios/run/run_state.h"

/* Returns the index of the first of BACKUPS (including the running one) that a client keeps if it
 * keeps the latest KEEPS (0: all). */
size_t retention_first(size_t backups, size_t keeps);

/*
 * Call it after a backup that is not yet one of the run's.  Restores again each earlier backup
 * that was right when it was made and that the client keeps.  Returns 0 with "backup 'b1': …"
 * about the first that is no longer right, which the caller frees, or with NULL; each is reported
 * once.  Or -errno with REASON.
 */
int retention_look(struct run *run, struct reason *reason, char **ret);

#endif
