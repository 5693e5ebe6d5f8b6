/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.c - all writes: to the live view or to a snapshot, and pieces of a discard or of
 * zeroing.
 *
 *	write_start ─▶ (behind a barrier) ─▶ range_take ─▶ (turn) ─▶ write_turn
 *	  ─▶ topology->live_write or ->snapshot_write ─▶ write_end
 */
#include <errno.h>

#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

void write_start(struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (barrier_parks(volume, request))
		return;
	if (request->kind != VOLUME_WRITE)
		zero_choose(request);
	volume->writes_under_way++;
	range_take(volume, request);
}

void write_turn(struct volume_request *request)
{
	if (request->snapshot)
		request->volume->topology->snapshot_write(request);
	else
		request->volume->topology->live_write(request);
}

static void count(const struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (request->snapshot) {
		volume->counters.snapshot_writes++;
		volume->counters.snapshot_written_bytes += request->length;
	} else if (request->kind == VOLUME_WRITE) {
		volume->counters.live_writes++;
		volume->counters.live_written_bytes += request->length;
	} else {
		volume->counters.live_discards++;
		volume->counters.live_discarded_bytes += request->length;
	}
}

void write_end(struct volume_request *request, int result)
{
	struct volume *volume = request->volume;
	struct snapshot *snapshot = request->snapshot;
	struct extent given;

	if (snapshot && snapshot->state != SNAPSHOT_ACTIVE)
		result = -EIO;
	result = image_answer(volume, result);
	if (result == 0)
		count(request);
	if (snapshot)
		ahead_drop(snapshot, request->offset, request->offset + request->length);
	given = range_leave(request);
	volume->writes_under_way--;
	surface_written(volume, snapshot);
	snapshot_put(snapshot);
	request->done(request, result);
	range_wake(volume, given);
	if (!snapshot)
		read_hold_check(volume);
	barrier_check(volume);
}
