/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_cancel.h - cancels an operation that its caller no longer wants.
 *
 * If it has not taken effect it is undone, and `done` is called with -EINTR: at once if a
 * fault or a writer holds it up, else when the operation in progress (an answer of the disk,
 * writers that thaw) allows it. If it has taken effect, that stays, and `done` is called with
 * 0. Under a profile with a dead_set_limit_ns a snapshot takes effect when its writers have
 * thawed, and cancelling it leaves a dead set. `done` may be called within these functions;
 * do not touch the command afterwards.
 */
#ifndef SNAPRIG_VOLUME_SNAPSHOT_CANCEL_H
#define SNAPRIG_VOLUME_SNAPSHOT_CANCEL_H

#include <stdbool.h>

struct snapshot_create;
struct snapshot_delete;
struct snapshot_open;
struct volume_moment;
struct volume_request;

/* CREATE ends without a snapshot, unless it was taken already; its frozen writers thaw. */
void volume_snapshot_cancel(struct snapshot_create *create);

/* The snapshot stays, unless its deletion has begun. */
void volume_snapshot_delete_cancel(struct snapshot_delete *command);

void volume_snapshot_open_cancel(struct snapshot_open *open);

/* MOMENT, which a fault holds up, continues with -EINTR; false: no fault does. */
bool volume_moment_cancel(struct volume_moment *moment);

/* REQUEST, which waits for a fault, a hold or a barrier, ends with -EINTR; false: it waits
 * for none of these, and continues. */
bool volume_request_cancel(struct volume_request *request);

/* ---- of volume/ ---- */

/* fault_io.c: the same, for a request that a fault has taken over. */
bool fault_cancels(struct volume_request *request);

#endif
