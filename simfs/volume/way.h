/* SPDX-License-Identifier: Apache-2.0 */
/*
 * way.h - the path of a request through the volume.
 *
 * A live write: barrier.c, range.c, then the topology; a read of a snapshot: read_hold.c,
 * then the topology. A request is parked where it must wait, and continues from there.
 */
#ifndef SNAPRIG_VOLUME_WAY_H
#define SNAPRIG_VOLUME_WAY_H

#include <stdbool.h>

#include "simfs/volume/request.h"

struct snapshot;
struct volume;

/* volume.c: starts REQUEST in its present form. */
void request_start(struct volume_request *request);

/* live.c: reads and flushes of the live view. */
void live_read_start(struct volume_request *request);
void live_flush_start(struct volume_request *request);
void live_end(struct volume_request *request, int result);

/* write.c: any write. It ends after its turn; with -EIO if its snapshot has failed by then. */
void write_start(struct volume_request *request);
void write_turn(struct volume_request *request);
void write_end(struct volume_request *request, int result);

/* barrier.c */
bool barrier_parks(struct volume *volume, struct volume_request *request);
void barrier_check(struct volume *volume);

/* range.c: calls write_turn() for REQUEST, now or when its turn comes. */
void range_take(struct volume *volume, struct volume_request *request);

/* The first frees the range and the scratch memory. The second lets writes that waited for it
 * continue; call it after REQUEST has been answered, since they may be answered at once. */
struct extent range_leave(struct volume_request *request);
void range_wake(struct volume *volume, struct extent given);
void ranges_forget(struct volume *volume);

/* A snapshot, possibly the one with the largest blocks, was added, has failed or was deleted. */
void range_unit_changed(struct volume *volume);

/* origin.c: the live view if it is the image; REQUEST, a write that has its turn, ends there. */
void origin_read(struct volume_request *request);
void origin_write(struct volume_request *request);
void origin_flush(struct volume_request *request);

/* snapshot.c: whether a mark is being written; once it is in its file, request->go() is called. */
bool mark_parks(struct volume_request *request);

/* read_hold.c */
bool read_hold_parks(struct volume *volume, struct volume_request *request);
void read_holds_measure(struct volume *volume);

static inline void read_hold_check(struct volume *volume)
{
	if (!list_empty(&volume->read_holds))
		read_holds_measure(volume);
}

/* snapshot_read.c: whether a read of SNAPSHOT that begins now would not fail at once. */
bool snapshot_is_readable(const struct snapshot *snapshot);
void snapshot_read_start(struct volume_request *request);
void snapshot_read_go(struct volume_request *request);
void snapshot_read_end(struct volume_request *request, int result);

/* Call just before REQUEST is answered. If it is a counted read, ends it: on success,
 * READ_BYTES of it were read, from its start. */
void snapshot_read_over(struct volume_request *request, size_t read_bytes, int result);

/* snapshot_write.c */
void snapshot_write_start(struct volume_request *request);
void snapshot_flush_start(struct volume_request *request);
void snapshot_flush_end(struct volume_request *request, int result);

/* zero.c */
void zero_start(struct volume_request *request);

/* Sets the range of PIECE; the set of snapshots is constant from now on. */
void zero_choose(struct volume_request *piece);
void zero_forget_all(struct volume *volume);

/* scratch.c: SCRATCH_BYTES for WRITE, which has its turn; the same buffer until it leaves its
 * range. NULL without memory. */
#define SCRATCH_BYTES ((size_t)VOLUME_REQUEST_MAX_BYTES + 2 * VOLUME_BLOCK_MAX_BYTES)
char *scratch_take(struct volume_request *write);

/* After them, for a WRITE with scratch memory: room for the sum of each unit in it. */
#define SCRATCH_SUMS_BYTES (SCRATCH_BYTES / STORE_UNIT_BYTES * sizeof(uint32_t))
static inline uint32_t *scratch_sums(const struct volume_request *write)
{
	return (uint32_t *)(void *)(write->scratch + SCRATCH_BYTES);
}
void scratch_give(struct volume_request *write);
void scratch_free_all(struct volume *volume);

#endif
