/* SPDX-License-Identifier: Apache-2.0 */
/* top_latency.c - recent latencies. */
#include "simfs/cli/top_latency.h"

#include <string.h>

#include "simfs/base/latency_histogram.h"
#include "simfs/cli/table.h"
#include "simfs/cli/top_parts.h"

static const json_t *request_of(const json_t *status, const char *request, const char *view)
{
	const json_t *requests = json_object_get(json_object_get(status, "latency"), "requests");
	json_t *row;
	size_t index;

	json_array_foreach(requests, index, row)
	{
		if (strcmp(top_text(row, "request"), request) == 0 &&
			strcmp(top_text(row, "view"), view) == 0)
			return row;
	}
	return NULL;
}

/* The 99th percentile of the requests that are in STATUS but not in BEFORE; 0 if there are none. */
static uint64_t lately_us(
	const json_t *status, const json_t *before, const char *request, const char *view)
{
	const json_t *now = request_of(status, request, view);
	const json_t *then = request_of(before, request, view);
	const json_t *counts = json_object_get(now, "counts");
	const json_t *counts_then = json_object_get(then, "counts");
	struct latency_histogram lately = { 0 };

	for (size_t at = 0; at < LATENCY_BUCKETS; at++) {
		json_int_t count = json_integer_value(json_array_get(counts, at)) -
				   json_integer_value(json_array_get(counts_then, at));

		lately.counts[at] = count > 0 ? (uint64_t)count : 0;
	}
	lately.longest_ns = (uint64_t)json_integer_value(json_object_get(now, "longest_us")) * 1000;
	return latency_histogram_quantile_ns(&lately, 990) / 1000;
}

void top_latency_take(const json_t *status, const json_t *before, struct top_latency *ret)
{
	*ret = (struct top_latency){
		.read_us = lately_us(status, before, "read", "live"),
		.write_us = lately_us(status, before, "write", "live"),
		.snapshot_read_us = lately_us(status, before, "read", "snapshot"),
	};
}

static void flow_latency(struct screen *screen, const char *what, uint64_t us)
{
	char text[32];

	screen_flow_format(screen, us > 0 ? STYLE_PLAIN : STYLE_DIM, "%s %s", what,
		us > 0 ? cli_latency_format(us, text, sizeof text) : "-");
}

void top_draw_latency(struct screen *screen, const struct top_sample *sample)
{
	const struct top_latency *latency = &sample->latency;

	if (!sample->has_rates || !json_object_get(sample->status, "latency"))
		return;
	top_label(screen, "p99");
	flow_latency(screen, "R", latency->read_us);
	flow_latency(screen, "W", latency->write_us);
	flow_latency(screen, "snapshots R", latency->snapshot_read_us);
	screen_end_line(screen);
}
