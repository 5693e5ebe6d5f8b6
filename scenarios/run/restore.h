/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore.h - restores a backup, and judges what that gave.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RESTORE_H
#define SNAPRIG_SCENARIOS_RUN_RESTORE_H

#include "scenarios/judge/verdict.h"
#include "scenarios/run/run_state.h"

/* What came of a restore. */
struct restoring {
	enum restored restored;
	struct digest *digest; /* of the file, when it has the volume's size at least; or … */
	struct manifest *tree; /* … of the folder */
	char *detail;	       /* what was found, one line */
	struct differences *differences; /* of a file or tree that is not as it must be; or NULL */
};

void restoring_deinit(struct restoring *restoring);

/*
 * Restores what was left in BACKUP's place and looks at the result.  Returns 0,
 * -EINTR, or the -errno of not being able to run the command or to judge, with REASON.
 */
int restore_try(struct run *run, const struct run_backup *backup, struct reason *reason,
	struct restoring *ret);

/* What was restored is the run's latest, until there is another. */
void restored_keep(struct run *run, struct restoring *restoring);

#endif
