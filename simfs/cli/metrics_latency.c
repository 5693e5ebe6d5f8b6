/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_latency.c - latencies of requests, as Prometheus histograms. */
#include "simfs/cli/metrics_lines.h"

#define METRIC	     "request_duration_seconds"
#define NUMBER_BYTES 32

static double seconds_of(const json_t *microseconds)
{
	return (double)json_integer_value(microseconds) / 1e6;
}

static void print_value(const json_t *status, const char *metric,
	const struct metrics_label *labels, json_t *value, FILE *file)
{
	metrics_sample(status, metric, labels, value, file);
	json_decref(value);
}

static void print_request(
	const json_t *status, const json_t *request, const json_t *bounds, FILE *file)
{
	const char *name = json_string_value(json_object_get(request, "request"));
	const char *view = json_string_value(json_object_get(request, "view"));
	char bound[NUMBER_BYTES];
	const struct metrics_label labels[] = { { "request", name }, { "view", view },
		{ "le", bound }, { NULL, NULL } };
	const struct metrics_label without_bound[] = { { "request", name }, { "view", view },
		{ NULL, NULL } };
	json_int_t count = 0;
	json_t *here;
	size_t index;

	/* Buckets are cumulative. */
	json_array_foreach(json_object_get(request, "counts"), index, here)
	{
		count += json_integer_value(here);
		if (index < json_array_size(bounds))
			snprintf(bound, sizeof bound, "%.9g",
				seconds_of(json_array_get(bounds, index)));
		else
			snprintf(bound, sizeof bound, "+Inf");
		print_value(status, METRIC "_bucket", labels, json_integer(count), file);
	}
	print_value(status, METRIC "_sum", without_bound,
		json_real(seconds_of(json_object_get(request, "sum_us"))), file);
	print_value(status, METRIC "_count", without_bound, json_integer(count), file);
}

void metrics_latency(const json_t *status, FILE *file)
{
	const json_t *latency = json_object_get(status, "latency");
	json_t *request;
	size_t index;

	if (!latency)
		return;
	metrics_head(METRIC, "histogram", "How long requests of clients take, in real time.", file);
	json_array_foreach(json_object_get(latency, "requests"), index, request)
		print_request(status, request, json_object_get(latency, "bounds_us"), file);
}
