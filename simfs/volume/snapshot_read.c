/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_read.c - reads of snapshots, in any topology.
 *
 *	snapshot_read_start ─▶ (held) ─▶ snapshot_read_go ─▶ topology->snapshot_read
 *	  ─▶ snapshot_read_end ─▶ snapshot_read_over
 *
 * A read that a fault has changed is over once its values are restored, and one that a fault
 * answers or delays once the fault releases it (fault_io.c).
 */
#include <errno.h>

#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

bool snapshot_is_readable(const struct snapshot *snapshot)
{
	if (snapshot->tracks_only || snapshot_is_dormant(snapshot))
		return false;
	return snapshot->state == SNAPSHOT_ACTIVE || snapshot_is_stale(snapshot);
}

void snapshot_read_start(struct volume_request *request)
{
	struct snapshot *snapshot = request->snapshot;
	struct volume *volume = request->volume;

	volume->counters.snapshot_reads++;
	volume->reads_under_way++;
	snapshot_get(snapshot);
	progress_begin(&snapshot->progress, request->offset);
	if (read_hold_parks(volume, request))
		return;

	/* After the requested read has started. */
	struct ahead_stream *stream = ahead_note(request);

	snapshot_read_go(request);
	if (stream)
		ahead_fill(volume, stream);
}

void snapshot_read_go(struct volume_request *request)
{
	if (!snapshot_is_readable(request->snapshot))
		snapshot_read_end(request, -EIO);
	else if (!ahead_serves(request))
		request->volume->topology->snapshot_read(request);
}

/* Linux limits the rate of these lines; here only the first of each snapshot is logged. */
static void log_read_error(struct snapshot *snapshot, uint64_t offset)
{
	if (!snapshot->profile->log_read_error || !snapshot->store || snapshot->reads.errors > 0)
		return;
	snapshot->profile->log_read_error(&snapshot->volume->kernel_log,
		owner_of(store_facts(snapshot->store)).minor, offset);
}

void snapshot_read_over(struct volume_request *request, size_t read_bytes, int result)
{
	struct snapshot *snapshot = request->snapshot;

	if (!request->is_counted)
		return;
	request->is_counted = false;
	if (result == -EIO)
		log_read_error(snapshot, request->offset);
	read_counts_over(&snapshot->reads, result, request->done_length);
	if (result == 0)
		progress_end(&snapshot->progress, volume_bytes(request->volume), request->offset,
			read_bytes);
}

void snapshot_read_end(struct volume_request *request, int result)
{
	struct snapshot *snapshot = request->snapshot;
	struct volume *volume = request->volume;

	if (request->is_ahead)
		;
	else if (result < 0)
		volume->counters.snapshot_read_errors++;
	else
		volume->counters.snapshot_read_bytes += request->length;
	snapshot_read_over(request, request->length, result);
	volume->reads_under_way--;
	snapshot_put(snapshot);
	/* Afterwards REQUEST is its caller's again; a read hold may wait for the progress made. */
	request->done(request, result);
	read_hold_check(volume);
}
