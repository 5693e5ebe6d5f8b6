/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_write.c - writes to writable snapshots, and their flushes, in any topology. */
#include <errno.h>

#include "simfs/base/check.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

void snapshot_write_start(struct volume_request *request)
{
	MUST(snapshot_is_writable(request->snapshot));
	/* Also while it waits behind a barrier: the snapshot must not be deleted under it. */
	snapshot_get(request->snapshot);
	write_start(request);
}

void snapshot_flush_start(struct volume_request *request)
{
	struct snapshot *snapshot = request->snapshot;

	if (snapshot->state != SNAPSHOT_ACTIVE) {
		request->done(request, -EIO);
		return;
	}
	request->volume->reads_under_way++;
	snapshot_get(snapshot);
	request->volume->topology->snapshot_flush(request);
}

void snapshot_flush_end(struct volume_request *request, int result)
{
	struct snapshot *snapshot = request->snapshot;

	if (snapshot->state != SNAPSHOT_ACTIVE)
		result = -EIO;
	request->volume->reads_under_way--;
	snapshot_put(snapshot);
	request->done(request, result);
}
