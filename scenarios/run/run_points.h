/* SPDX-License-Identifier: Apache-2.0 */
/* run_points.h - what the oracle knows of snapshots and of the live view; of the runner. */
#ifndef SNAPRIG_SCENARIOS_RUN_RUN_POINTS_H
#define SNAPRIG_SCENARIOS_RUN_RUN_POINTS_H

#include "scenarios/run/run_state.h"

/* shadow.c: makes run->shadow of the image, which is the live view now: 0, or -errno with
 * REASON. */
int shadow_make(struct run *run, struct reason *reason);

/* The plain file in which the oracle finds what the live view holds. */
const char *truth_path(const struct run *run);

/* Digests what the live view holds, by what the rig has on disk: 0, or -errno with REASON. */
int live_digest(const struct run *run, struct reason *reason, struct digest **ret);

struct snapshot_point *point_find(struct run *run, const char *name);

/* The point that has the content of the snapshot NAME: its own, or what it is a clone of. */
struct snapshot_point *point_find_content(struct run *run, const char *name);

/* So, of the snapshot that BACKUP was made of, or that its client took; NULL: it took none. */
struct snapshot_point *point_of_backup(struct run *run, const struct run_backup *backup);

/* What the image holds now, while writes are held, into POINT: 0, or -errno with REASON.  Any
 * thread. */
int point_read(const struct run *run, struct snapshot_point *point, struct reason *reason);

/* The run's from now on. */
void point_add(struct run *run, const struct snapshot_point *point);

void point_deinit(struct snapshot_point *point);

/*
 * Compares what was restored last, which there must be, with what the oracle knows of
 * POINT: 0 with whether it is the same and why, the caller's; or -errno with REASON.
 */
int restored_compare(struct run *run, struct snapshot_point *point, struct reason *reason,
	bool *ret_same, char **ret_text);

#endif
