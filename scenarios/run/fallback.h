/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fallback.h - a client that read the live view in the place of a snapshot.
 *
 * Without a snapshot there is no content that its backup must have.  What is known is what the
 * live view holds when it has ended.  If nobody wrote to that meanwhile, and the backup is that
 * content, then the client was lucky, which says nothing of it; else no moment need ever have
 * had what it saved.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_FALLBACK_H
#define SNAPRIG_SCENARIOS_RUN_FALLBACK_H

#include "scenarios/run/restore.h"

struct fallback {
	bool was_written;	    /* the live view, while it was read */
	struct snapshot_point live; /* what it held, as the content of a snapshot is known */
};

/* The client of BACKUP has ended, with its measures: sees whether it fell back. */
void fallback_look(struct run *run, struct run_backup *backup);

/* FOUND is how what was restored compares with the live view: makes of it what that means. */
void fallback_judge(const struct fallback *fallback, struct restoring *found);

/* "; it read 4 MiB of the live view, and …"; "" when it did not.  The caller's. */
char *fallback_text(const struct run_backup *backup);

/* NULL is fine. */
void fallback_destroy(struct fallback *fallback);

#endif
