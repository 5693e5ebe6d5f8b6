/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latencies.c - how long requests of the live view and of snapshots take, from when they were found
 * in the ring until their answer is given to the kernel.
 *
 * Measured in real time, as the caller sees it; no decision depends on it.
 */
#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/mount/session_internal.h"

/* In the order in which they are reported. */
static const struct {
	const char *request, *view;
} rows[LATENCY_KINDS] = {
	[LATENCY_LIVE_READ] = { "read", "live" },
	[LATENCY_LIVE_WRITE] = { "write", "live" },
	[LATENCY_LIVE_FLUSH] = { "flush", "live" },
	[LATENCY_LIVE_DISCARD] = { "discard", "live" },
	[LATENCY_SNAPSHOT_READ] = { "read", "snapshot" },
	[LATENCY_SNAPSHOT_WRITE] = { "write", "snapshot" },
	[LATENCY_SNAPSHOT_FLUSH] = { "flush", "snapshot" },
};

static enum latency_kind kind_of(enum volume_kind kind, bool is_snapshot)
{
	static const enum latency_kind of_live[] = {
		[VOLUME_READ] = LATENCY_LIVE_READ,
		[VOLUME_WRITE] = LATENCY_LIVE_WRITE,
		[VOLUME_FLUSH] = LATENCY_LIVE_FLUSH,
		[VOLUME_DISCARD] = LATENCY_LIVE_DISCARD,
		[VOLUME_ZERO] = LATENCY_LIVE_DISCARD,
	};
	static const enum latency_kind of_snapshots[] = {
		[VOLUME_READ] = LATENCY_SNAPSHOT_READ,
		[VOLUME_WRITE] = LATENCY_SNAPSHOT_WRITE,
		[VOLUME_FLUSH] = LATENCY_SNAPSHOT_FLUSH,
	};

	MUST(!is_snapshot || kind <= VOLUME_FLUSH);
	return is_snapshot ? of_snapshots[kind] : of_live[kind];
}

void latency_begin(struct slot *slot, enum volume_kind kind, bool is_snapshot)
{
	slot->latencies = &slot->session->latencies[kind_of(kind, is_snapshot)];
	slot->found_ns = ring_times(slot->session->ring)->found_ns;
}

void latency_end(struct slot *slot, uint64_t answered_ns)
{
	MUST(answered_ns >= slot->found_ns);
	latency_histogram_add(slot->latencies, answered_ns - slot->found_ns);
}

/* ---- reporting ---- */

static json_t *microseconds(uint64_t ns)
{
	return json_integer((json_int_t)(ns / 1000));
}

static json_t *kind_json(const struct session *session, enum latency_kind kind)
{
	const struct latency_histogram *histogram = &session->latencies[kind];
	json_t *counts = json_array();

	for (unsigned at = 0; at < LATENCY_BUCKETS; at++)
		json_array_append_new(counts, json_integer((json_int_t)histogram->counts[at]));
	return json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o}", "request", rows[kind].request,
		"view", rows[kind].view, "count", (json_int_t)latency_histogram_count(histogram),
		"sum_us", microseconds(histogram->sum_ns), "p50_us",
		microseconds(latency_histogram_quantile_ns(histogram, 500)), "p99_us",
		microseconds(latency_histogram_quantile_ns(histogram, 990)), "longest_us",
		microseconds(histogram->longest_ns), "counts", counts);
}

json_t *session_latency_status(const struct session *session)
{
	json_t *bounds = json_array(), *requests = json_array();

	for (unsigned at = 0; at < LATENCY_BOUNDS; at++)
		json_array_append_new(bounds, json_integer((json_int_t)latency_bound_us(at)));
	for (unsigned kind = 0; kind < LATENCY_KINDS; kind++)
		json_array_append_new(requests, kind_json(session, (enum latency_kind)kind));
	return json_pack("{s:o, s:o}", "bounds_us", bounds, "requests", requests);
}
