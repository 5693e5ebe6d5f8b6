/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/metrics.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "faults/gauge.h"
#include "simfs/cli/metrics_lines.h"

static void print_uptime(const json_t *status, FILE *file)
{
	const json_t *time_ns = json_object_get(status, "time_ns");
	json_t *seconds = json_real((double)json_integer_value(time_ns) / 1e9);

	if (time_ns) {
		metrics_head("rig_clock_seconds_total", "counter",
			"Seconds since the mount, on the rig's clock.", file);
		metrics_sample(status, "rig_clock_seconds_total", NULL, seconds, file);
	}
	json_decref(seconds);
}

static void print_volume(const json_t *status, FILE *file)
{
	const struct metrics_label labels[] = {
		{ "profile", json_string_value(json_object_get(status, "profile")) },
		{ "transport", json_string_value(json_object_get(status, "transport")) },
		{ "state", json_string_value(json_object_get(status, "state")) },
		{ NULL, NULL },
	};

	metrics_head("volume_info", "gauge", "A mounted volume; always 1.", file);
	metrics_sample(status, "volume_info", labels, json_true(), file);
	metrics_head("volume_size_bytes", "gauge", "Size of the source volume.", file);
	metrics_sample(
		status, "volume_size_bytes", NULL, json_object_get(status, "size_bytes"), file);
	print_uptime(status, file);
}

/* Writes the metric for GAUGE to METRIC: its name, with its unit as Prometheus requires.  Returns
 * false if a counter says the same. */
static bool metric_of(const struct gauge_row *gauge, char *metric, size_t length)
{
	static const char *const units[] = { [GAUGE_SHARE] = "_ratio",
		[GAUGE_BYTES] = "_bytes",
		[GAUGE_NUMBER] = "",
		[GAUGE_TIME] = "_seconds" };
	const char *unit = strstr(gauge->name, "bytes") ? "" : units[gauge->unit];

	if (strcmp(gauge->name, "live.written") == 0)
		return false;
	/* In Prometheus, names ending in _count belong to histograms. */
	if (strcmp(gauge->name, "snapshot.count") == 0)
		snprintf(metric, length, "snapshots");
	else
		snprintf(metric, length, "%s%s", gauge->name, unit);
	for (char *dot; (dot = strchr(metric, '.'));)
		*dot = '_';
	return true;
}

static void print_gauge(const json_t *status, const struct gauge_row *row, FILE *file)
{
	const json_t *gauges = json_object_get(status, "gauges");
	const json_t *value = json_object_get(json_object_get(gauges, row->name), "value");
	char metric[64], help[160];

	if (!value || !metric_of(row, metric, sizeof metric))
		return;
	snprintf(help, sizeof help, "%c%s.", toupper((unsigned char)row->about[0]), row->about + 1);
	metrics_head(metric, "gauge", help, file);
	metrics_sample(status, metric, NULL, value, file);
}

static void print_gauges(const json_t *status, FILE *file)
{
	const struct gauge_row *row;
	const char *name;
	json_t *gauge;

	for (size_t at = 0; (row = gauge_at(at)); at++)
		print_gauge(status, row, file);
	metrics_head("feigned", "gauge",
		"Whether a measured quantity is feigned, by the name that rules have for it.",
		file);
	json_object_foreach(json_object_get(status, "gauges"), name, gauge)
	{
		const struct metrics_label labels[] = { { "quantity", name }, { NULL, NULL } };

		metrics_sample(status, "feigned", labels, json_object_get(gauge, "feigned"), file);
	}
}

static void print_snapshot_states(const json_t *status, FILE *file)
{
	size_t index;
	json_t *snapshot;

	metrics_head("snapshot_info", "gauge",
		"A snapshot, its state and the errno it failed with; always 1.", file);
	json_array_foreach(json_object_get(status, "snapshots"), index, snapshot)
	{
		const struct metrics_label labels[] = {
			{ "snapshot", json_string_value(json_object_get(snapshot, "name")) },
			{ "state", json_string_value(json_object_get(snapshot, "state")) },
			{ "error", json_string_value(json_object_get(snapshot, "error")) },
			{ NULL, NULL },
		};

		metrics_sample(status, "snapshot_info", labels, json_true(), file);
	}
}

/* A metric with a sample of each snapshot, from FIELD of its store; null is left out. */
static void print_stores(
	const json_t *status, const char *metric, const char *help, const char *field, FILE *file)
{
	size_t index;
	json_t *snapshot;

	metrics_head(metric, "gauge", help, file);
	json_array_foreach(json_object_get(status, "snapshots"), index, snapshot)
	{
		const json_t *value = json_object_get(json_object_get(snapshot, "store"), field);
		const struct metrics_label labels[] = {
			{ "snapshot", json_string_value(json_object_get(snapshot, "name")) },
			{ NULL, NULL },
		};

		if (json_is_integer(value))
			metrics_sample(status, metric, labels, value, file);
	}
}

/* A metric with a sample of each layer that has FIELD. */
static void print_layers(
	const json_t *status, const char *metric, const char *help, const char *field, FILE *file)
{
	const char *name;
	json_t *layer;

	metrics_head(metric, "counter", help, file);
	json_object_foreach(json_object_get(status, "io"), name, layer)
	{
		const struct metrics_label labels[] = { { "layer", name }, { NULL, NULL } };

		if (json_object_get(layer, field))
			metrics_sample(status, metric, labels, json_object_get(layer, field), file);
	}
}

static void print_io(const json_t *status, FILE *file)
{
	static const struct {
		const char *metric, *help, *field;
	} rows[] = {
		{ "io_reads_total", "Reads of the volume or of its files.", "reads" },
		{ "io_read_bytes_total", "Bytes of them.", "read_bytes" },
		{ "io_writes_total", "Writes to the volume or to its files.", "writes" },
		{ "io_written_bytes_total", "Bytes of them.", "written_bytes" },
		{ "io_flushes_total", "Flushes of the volume or of its files.", "flushes" },
		{ "io_punches_total", "Ranges that became holes.", "punches" },
		{ "io_ahead_bytes_total", "Zeros written to make room.", "ahead_bytes" },
		{ "io_read_ahead_bytes_total", "Bytes that were read ahead of readers.",
			"read_ahead_bytes" },
		{ "io_read_ahead_used_bytes_total", "Bytes of them that were asked for.",
			"read_ahead_used_bytes" },
		{ "io_copied_bytes_total", "Bytes that were copied into stores.", "copied_bytes" },
		{ "io_hashed_bytes_total", "Bytes that went into sums.", "hashed_bytes" },
	};

	for (size_t i = 0; json_object_get(status, "io") && i < sizeof rows / sizeof rows[0]; i++)
		print_layers(status, rows[i].metric, rows[i].help, rows[i].field, file);
}

/* The work of the event loop, and its polling. */
static void print_ring(const json_t *status, FILE *file)
{
	const json_t *ring = json_object_get(status, "ring");
	const json_t *busy_poll = json_object_get(ring, "busy_poll");
	const struct {
		const char *metric, *help;
		const json_t *value;
	} rows[] = {
		{ "ring_enters_total", "Calls of io_uring_enter().",
			json_object_get(ring, "enters") },
		{ "ring_completions_total", "Events that were handled.",
			json_object_get(ring, "completions") },
		{ "busy_polls_total", "How often an event was looked out for before sleeping.",
			json_object_get(busy_poll, "polls") },
		{ "busy_poll_hits_total", "How often that made sleep unnecessary.",
			json_object_get(busy_poll, "hits") },
	};
	json_t *seconds = json_real(
		(double)json_integer_value(json_object_get(busy_poll, "spent_us")) / 1e6);

	for (size_t i = 0; ring && i < sizeof rows / sizeof rows[0]; i++) {
		metrics_head(rows[i].metric, "counter", rows[i].help, file);
		metrics_sample(status, rows[i].metric, NULL, rows[i].value, file);
	}
	if (ring) {
		metrics_head("busy_poll_seconds_total", "counter", "What that took.", file);
		metrics_sample(status, "busy_poll_seconds_total", NULL, seconds, file);
	}
	json_decref(seconds);
}

static void print_counters(const json_t *status, FILE *file)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(status, "counters"), name, value)
	{
		char metric[128], help[128];

		snprintf(metric, sizeof metric, "%s_total", name);
		snprintf(help, sizeof help, "The counter %s, since the mount.", name);
		metrics_head(metric, "counter", help, file);
		metrics_sample(status, metric, NULL, value, file);
	}
}

void cli_metrics_print(const json_t *status, FILE *file)
{
	print_volume(status, file);
	print_gauges(status, file);
	print_snapshot_states(status, file);
	print_stores(status, "snapshot_store_used_bytes", "Bytes of the limit that are used.",
		"used_bytes", file);
	print_stores(status, "snapshot_store_limit_bytes",
		"The store's limit; absent when there is none.", "limit_bytes", file);
	print_stores(status, "snapshot_blocks", "Blocks that are preserved.", "blocks", file);
	print_io(status, file);
	metrics_latency(status, file);
	print_ring(status, file);
	metrics_faults(status, file);
	metrics_writers(status, file);
	metrics_chain(status, file);
	print_counters(status, file);
}
