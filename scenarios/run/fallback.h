/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fallback.h - a client that read the live view instead of a snapshot.
 *
 * Without a snapshot, there is no content that its backup must have; only what the live view
 * contains when the client has ended is known.  If the live view was not written to during the run
 * and the backup equals it, the client was lucky, which proves nothing about it; otherwise the
 * volume may never have had the content that it saved.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_FALLBACK_H
#define SNAPRIG_SCENARIOS_RUN_FALLBACK_H

#include "scenarios/run/restore.h"

struct fallback {
	bool was_written;	    /* the live view, while it was read */
	struct snapshot_point live; /* its content afterwards, as that of a snapshot */
};

/* Determines whether the client of BACKUP, which has ended and has its measures, fell back. */
void fallback_look(struct run *run, struct run_backup *backup);

/* FOUND is the comparison of the restored content with the live view; changes it to what that
 * means. */
void fallback_judge(const struct fallback *fallback, struct restoring *found);

/* Returns "; it read 4 MiB of the live view, and …"; "" if it did not.  The caller frees it. */
char *fallback_text(const struct run_backup *backup);

/* FALLBACK may be NULL. */
void fallback_destroy(struct fallback *fallback);

#endif
