/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_read.c - reads of snapshots, whatever the topology.
 *
 *	snapshot_read_start ─▶ (held) ─▶ snapshot_read_go ─▶ topology->snapshot_read
 *	  ─▶ snapshot_read_end
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
	if (!read_hold_parks(volume, request))
		snapshot_read_go(request);
}

void snapshot_read_go(struct volume_request *request)
{
	if (snapshot_is_readable(request->snapshot))
		request->volume->topology->snapshot_read(request);
	else
		snapshot_read_end(request, -EIO);
}

void snapshot_read_end(struct volume_request *request, int result)
{
	struct snapshot *snapshot = request->snapshot;
	struct volume *volume = request->volume;

	if (result < 0) {
		volume->counters.snapshot_read_errors++;
	} else {
		volume->counters.snapshot_read_bytes += request->length;
		progress_end(&snapshot->progress, volume_bytes(volume), request->offset,
			request->length);
	}
	volume->reads_under_way--;
	snapshot_put(snapshot);
	/* Then REQUEST is its caller's; how much was read may be what somebody waits for. */
	request->done(request, result);
	read_hold_check(volume);
}
