/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/daemon_ring.h"

#include "simfs/base/cpus.h"
#include "simfs/blockio/busy_poll.h"

/*
 * One CPU for the rig, one for its client, and one for the kernel's work for both.  With two,
 * polling takes time from the very work it waits for (0.60 of the raw file instead of 0.93).
 */
#define BUSY_POLL_CPUS_MIN 3u

static uint64_t busy_poll_ns(const struct daemon_options *options)
{
	if (options->busy_poll_ns != DAEMON_BUSY_POLL_AUTO)
		return options->busy_poll_ns;
	return cpus_usable() >= BUSY_POLL_CPUS_MIN ? BUSY_POLL_DEFAULT_NS : 0;
}

int daemon_ring_create(const struct daemon_options *options, struct ring **ret)
{
	int error = options->smallest_limits ? ring_create_sized(RING_SMALLEST, ret)
					     : ring_create(ret);

	if (error == 0)
		ring_busy_poll(*ret, busy_poll_ns(options));
	return error;
}

json_t *daemon_ring_status(const struct ring *ring)
{
	struct ring_counts counts = ring_counts(ring);

	return json_pack("{s:I, s:I, s:{s:I, s:I, s:I, s:I}}", "enters", (json_int_t)counts.enters,
		"completions", (json_int_t)counts.completions, "busy_poll", "limit_us",
		(json_int_t)(counts.poll_limit_ns / 1000), "polls", (json_int_t)counts.polls,
		"hits", (json_int_t)counts.poll_hits, "spent_us",
		(json_int_t)(counts.poll_ns / 1000));
}
