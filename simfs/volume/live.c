/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live.c - reads, writes and flushes of the live view, whatever the topology.
 *
 * A write's way:
 *
 *   live_write_start ─▶ (behind a barrier) ─▶ range_take ─▶ (turn) ─▶ write_turn
 *     ─▶ topology->live_write ─▶ live_write_end
 */
#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

void live_end(struct volume_request *request, int result)
{
	result = image_answer(request->volume, result);
	request->volume->reads_under_way--;
	request->done(request, result);
}

void live_read_start(struct volume_request *request)
{
	struct volume *volume = request->volume;

	volume->counters.live_reads++;
	volume->counters.live_read_bytes += request->length;
	volume->reads_under_way++;
	volume->topology->live_read(request);
}

void live_flush_start(struct volume_request *request)
{
	request->volume->counters.live_flushes++;
	request->volume->reads_under_way++;
	request->volume->topology->live_flush(request);
}

void live_write_start(struct volume_request *request)
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
	request->scratch = NULL;
	if (request->snapshot)
		request->volume->topology->snapshot_write(request);
	else
		request->volume->topology->live_write(request);
}

void live_write_end(struct volume_request *request, int result)
{
	struct volume *volume = request->volume;
	struct volume_range given;

	result = image_answer(volume, result);
	if (request->scratch)
		scratch_give(volume, request->scratch);
	if (result == 0 && request->kind != VOLUME_WRITE) {
		volume->counters.live_discards++;
		volume->counters.live_discarded_bytes += request->length;
	} else if (result == 0) {
		volume->counters.live_writes++;
		volume->counters.live_written_bytes += request->length;
	}
	given = range_leave(request);
	volume->writes_under_way--;
	surface_written(volume, NULL);
	request->done(request, result);
	range_wake(volume, given);
	hold_check(volume);
	barrier_check(volume);
}
