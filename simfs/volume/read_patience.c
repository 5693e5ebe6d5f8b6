/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/read_patience.h"

#include "simfs/base/clock.h"
#include "simfs/volume/core.h"
#include "simfs/volume/request.h"

/* What is not patient does not look at the clock. */
static bool is_long_read(const struct volume_request *request)
{
	return request->kind == VOLUME_READ && request->snapshot && !request->snapshot->is_clone &&
	       request->length >= request->volume->limits->patient_read_bytes;
}

static bool is_asked_for_more(struct volume *volume, uint64_t now_ns)
{
	struct read_patience *own = &volume->patience;
	uint64_t seen = volume->counters.live_reads + volume->counters.live_writes;

	if (seen != own->seen || volume->writes_under_way > 0)
		own->until_ns = now_ns + volume->limits->patient_ns;
	own->seen = seen;
	return now_ns < own->until_ns;
}

/* One that waits tells, and so does one that has waited. */
static void look_at_wait(struct volume *volume, uint64_t now_ns)
{
	struct read_patience *own = &volume->patience;

	if (own->waiting > 0 && now_ns - own->since_ns > volume->limits->patient_wait_ns)
		own->lost_until_ns = now_ns + READ_PATIENCE_REST_NS;
}

bool read_patience_begin(const struct volume_request *request)
{
	struct volume *volume = request->volume;
	struct read_patience *own = &volume->patience;
	uint64_t now_ns;

	if (!is_long_read(request))
		return false;
	now_ns = clock_now_ns();
	look_at_wait(volume, now_ns);
	if (!is_asked_for_more(volume, now_ns) || now_ns < own->lost_until_ns)
		return false;
	if (own->waiting++ == 0)
		own->since_ns = now_ns;
	return true;
}

void read_patience_end(const struct volume_request *request)
{
	struct read_patience *own = &request->volume->patience;
	uint64_t now_ns = clock_now_ns();

	look_at_wait(request->volume, now_ns);
	own->since_ns = now_ns;
	own->waiting--;
}
