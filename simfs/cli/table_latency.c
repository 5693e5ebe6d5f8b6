/* SPDX-License-Identifier: Apache-2.0 */
/* table_latency.c - the latencies of requests. */
#include "simfs/cli/table.h"

#define CELL_BYTES 32

/* A value that rounds up to 10 or 1000 is written as that. */
const char *cli_latency_format(uint64_t us, char *buffer, size_t length)
{
	if (us < 1000)
		snprintf(buffer, length, "%u us", (unsigned)us);
	else if (us < 999500)
		snprintf(buffer, length, us < 9950 ? "%.1f ms" : "%.0f ms", (double)us / 1e3);
	else
		snprintf(buffer, length, us < 9950000 ? "%.1f s" : "%.0f s", (double)us / 1e6);
	return buffer;
}

static json_t *time_cell(const json_t *request, const char *field)
{
	char text[CELL_BYTES];

	return json_string(cli_latency_format(
		(uint64_t)json_integer_value(json_object_get(request, field)), text, sizeof text));
}

void cli_table_latency(const json_t *status, FILE *file)
{
	static const char *const headings[] = { "REQUESTS", "VIEW", "COUNT", "P50", "P99",
		"LONGEST", NULL };
	const json_t *requests = json_object_get(json_object_get(status, "latency"), "requests");
	json_t *rows = json_array();
	json_t *request;
	size_t index;

	json_array_foreach(requests, index, request)
	{
		json_int_t count = json_integer_value(json_object_get(request, "count"));

		if (count == 0)
			continue;
		json_array_append_new(
			rows, json_pack("[O, O, o, o, o, o]", json_object_get(request, "request"),
				      json_object_get(request, "view"),
				      json_sprintf("%" JSON_INTEGER_FORMAT, count),
				      time_cell(request, "p50_us"), time_cell(request, "p99_us"),
				      time_cell(request, "longest_us")));
	}
	if (json_array_size(rows) > 0) {
		fputc('\n', file);
		cli_table_print(headings, rows, file);
	}
	json_decref(rows);
}
