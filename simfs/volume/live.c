/* SPDX-License-Identifier: Apache-2.0 */
/* live.c - reads and flushes of the live view, whatever the topology. */
#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

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

void live_end(struct volume_request *request, int result)
{
	result = image_answer(request->volume, result);
	request->volume->reads_under_way--;
	request->done(request, result);
}
