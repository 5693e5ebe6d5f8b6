/* SPDX-License-Identifier: Apache-2.0 */
/* run_points.h - what the oracle knows of snapshots and of the live view; internal to the
 * runner. */
#ifndef SNAPRIG_SCENARIOS_RUN_RUN_POINTS_H
#define SNAPRIG_SCENARIOS_RUN_RUN_POINTS_H

#include "scenarios/run/run_state.h"

/* shadow.c: makes run->shadow from the image, which is the live view now.  Returns 0, or -errno
 * with REASON. */
int shadow_make(struct run *run, struct reason *reason);

/* Returns the plain file in which the oracle finds the content of the live view. */
const char *truth_path(const struct run *run);

/* Digests the live view from what the rig has on disk.  Returns 0, or -errno with REASON. */
int live_digest(const struct run *run, struct reason *reason, struct digest **ret);

struct snapshot_point *point_find(struct run *run, const char *name);

/* Returns the point with the content of the snapshot NAME: its own, or that of its original. */
struct snapshot_point *point_find_content(struct run *run, const char *name);

/* Likewise, for the snapshot that BACKUP was made of, or that its client took; NULL: none. */
struct snapshot_point *point_of_backup(struct run *run, const struct run_backup *backup);

/* Reads the present content of the image, while writes are held, into POINT.  Returns 0, or -errno
 * with REASON.  Any thread. */
int point_read(const struct run *run, struct snapshot_point *point, struct reason *reason);

/* Adds POINT to the run, which takes over its members. */
void point_add(struct run *run, const struct snapshot_point *point);

void point_deinit(struct snapshot_point *point);

/*
 * Compares the content restored last, which must exist, with what the oracle knows of POINT.
 * Returns 0 with whether it is the same, and a text, which the caller frees; or -errno with
 * REASON.
 */
int restored_compare(struct run *run, struct snapshot_point *point, struct reason *reason,
	bool *ret_same, char **ret_text);

#endif
