/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore.h - restores a backup, and judges the result.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RESTORE_H
#define SNAPRIG_SCENARIOS_RUN_RESTORE_H

#include "scenarios/judge/verdict.h"
#include "scenarios/run/run_state.h"

/* The result of a restore. */
struct restoring {
	enum restored restored;
	struct digest *digest; /* of the file, if it is at least as large as the volume; or NULL */
	struct manifest *tree; /* of the folder; or NULL */
	char *detail;	       /* what was found, one line */
	struct differences *differences; /* of a file or tree that is wrong; or NULL */
};

void restoring_deinit(struct restoring *restoring);

/*
 * Restores what is in BACKUP's place and checks the result.  Returns 0; -EINTR; or the -errno that
 * prevented running the command or judging, with REASON.
 */
int restore_try(struct run *run, const struct run_backup *backup, struct reason *reason,
	struct restoring *ret);

/* Makes RESTORING the run's latest restored content. */
void restored_keep(struct run *run, struct restoring *restoring);

#endif
