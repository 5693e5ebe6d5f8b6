/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_cancel.h - whoever asked for something does not want it any more.
 *
 * What has not taken effect is taken back, and `done` is called with -EINTR: at
 * once when a fault or a writer holds it up, else when what is under way (an answer
 * of the disk, writers that thaw) allows it.  What has taken effect stays, and
 * `done` is called with 0.  Under a profile with a dead_set_limit_ns a snapshot has taken
 * effect when its writers have thawed, and what is taken back leaves a dead set.
 * `done` may be called within these calls; the command is then no more to be touched.
 */
#ifndef SNAPRIG_VOLUME_SNAPSHOT_CANCEL_H
#define SNAPRIG_VOLUME_SNAPSHOT_CANCEL_H

#include <stdbool.h>

struct snapshot_create;
struct snapshot_delete;
struct snapshot_open;
struct volume_moment;
struct volume_request;

/* No snapshot comes of CREATE, unless it is there already; writers that froze for it thaw. */
void volume_snapshot_cancel(struct snapshot_create *create);

/* The snapshot stays, unless its deletion has begun. */
void volume_snapshot_delete_cancel(struct snapshot_delete *command);

void volume_snapshot_open_cancel(struct snapshot_open *open);

/* MOMENT, which a fault holds up, goes on with -EINTR; false: nothing does. */
bool volume_moment_cancel(struct volume_moment *moment);

/* REQUEST, which waits for a fault, a hold or a barrier, ends with -EINTR; false: it does not wait
 * for these, and goes on. */
bool volume_request_cancel(struct volume_request *request);

/* ---- of volume/ ---- */

/* fault_io.c: the same, of what a fault has taken. */
bool fault_cancels(struct volume_request *request);

#endif
