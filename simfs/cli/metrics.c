/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/metrics.h"

#include <stdbool.h>
#include <string.h>

/* One label beside `image`; NAME NULL: none. */
struct label {
	const char *name;
	const char *value;
};

static void print_head(const char *metric, const char *type, const char *help, FILE *file)
{
	fprintf(file, "# HELP snaprig_%s %s\n# TYPE snaprig_%s %s\n", metric, help, metric, type);
}

static void print_label(const char *name, const char *value, FILE *file)
{
	fprintf(file, "%s=\"", name);
	for (const char *at = value ? value : ""; *at; at++) {
		if (*at == '\n')
			fputs("\\n", file);
		else if (*at == '\\' || *at == '"')
			fprintf(file, "\\%c", *at);
		else
			fputc(*at, file);
	}
	fputc('"', file);
}

static void print_labels(const json_t *status, const struct label *labels, FILE *file)
{
	fputc('{', file);
	print_label("image", json_string_value(json_object_get(status, "image")), file);
	for (const struct label *label = labels; label && label->name; label++) {
		fputc(',', file);
		print_label(label->name, label->value, file);
	}
	fputc('}', file);
}

static void print_sample(const json_t *status, const char *metric, const struct label *labels,
	const json_t *value, FILE *file)
{
	fprintf(file, "snaprig_%s", metric);
	print_labels(status, labels, file);
	if (json_is_real(value))
		fprintf(file, " %.9g\n", json_real_value(value));
	else if (json_is_boolean(value))
		fprintf(file, " %d\n", json_is_true(value));
	else
		fprintf(file, " %" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
}

static void print_volume(const json_t *status, FILE *file)
{
	const struct label labels[] = {
		{ "profile", json_string_value(json_object_get(status, "profile")) },
		{ "transport", json_string_value(json_object_get(status, "transport")) },
		{ "state", json_string_value(json_object_get(status, "state")) },
		{ NULL, NULL },
	};

	print_head("volume_info", "gauge", "A mounted volume; always 1.", file);
	print_sample(status, "volume_info", labels, json_true(), file);
	print_head("volume_size_bytes", "gauge", "Size of the source volume.", file);
	print_sample(
		status, "volume_size_bytes", NULL, json_object_get(status, "size_bytes"), file);
}

/* One metric with a sample for each gauge, from FIELD of its object. */
static void print_gauges(
	const json_t *status, const char *metric, const char *help, const char *field, FILE *file)
{
	const char *name;
	json_t *gauge;

	print_head(metric, "gauge", help, file);
	json_object_foreach(json_object_get(status, "gauges"), name, gauge)
	{
		const struct label labels[] = { { "gauge", name }, { NULL, NULL } };

		print_sample(status, metric, labels, json_object_get(gauge, field), file);
	}
}

static void print_snapshot_states(const json_t *status, FILE *file)
{
	size_t index;
	json_t *snapshot;

	print_head("snapshot_info", "gauge",
		"A snapshot, its state and the errno it failed with; always 1.", file);
	json_array_foreach(json_object_get(status, "snapshots"), index, snapshot)
	{
		const struct label labels[] = {
			{ "snapshot", json_string_value(json_object_get(snapshot, "name")) },
			{ "state", json_string_value(json_object_get(snapshot, "state")) },
			{ "error", json_string_value(json_object_get(snapshot, "error")) },
			{ NULL, NULL },
		};

		print_sample(status, "snapshot_info", labels, json_true(), file);
	}
}

/* One metric with a sample for each snapshot, from FIELD of its store; null is left out. */
static void print_stores(
	const json_t *status, const char *metric, const char *help, const char *field, FILE *file)
{
	size_t index;
	json_t *snapshot;

	print_head(metric, "gauge", help, file);
	json_array_foreach(json_object_get(status, "snapshots"), index, snapshot)
	{
		const json_t *value = json_object_get(json_object_get(snapshot, "store"), field);
		const struct label labels[] = {
			{ "snapshot", json_string_value(json_object_get(snapshot, "name")) },
			{ NULL, NULL },
		};

		if (json_is_integer(value))
			print_sample(status, metric, labels, value, file);
	}
}

/* One metric with a sample for each layer that has FIELD. */
static void print_layers(
	const json_t *status, const char *metric, const char *help, const char *field, FILE *file)
{
	const char *name;
	json_t *layer;

	print_head(metric, "counter", help, file);
	json_object_foreach(json_object_get(status, "io"), name, layer)
	{
		const struct label labels[] = { { "layer", name }, { NULL, NULL } };

		if (json_object_get(layer, field))
			print_sample(status, metric, labels, json_object_get(layer, field), file);
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

/* What the event loop did, and what it looked out for. */
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
		print_head(rows[i].metric, "counter", rows[i].help, file);
		print_sample(status, rows[i].metric, NULL, rows[i].value, file);
	}
	if (ring) {
		print_head("busy_poll_seconds_total", "counter", "What that took.", file);
		print_sample(status, "busy_poll_seconds_total", NULL, seconds, file);
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
		print_head(metric, "counter", help, file);
		print_sample(status, metric, NULL, value, file);
	}
}

void cli_metrics_print(const json_t *status, FILE *file)
{
	print_volume(status, file);
	print_gauges(status, "gauge",
		"What a gauge reads; shares run from 0 to 1, times in seconds.", "value", file);
	print_gauges(status, "gauge_feigned", "Whether a gauge is feigned.", "feigned", file);
	print_snapshot_states(status, file);
	print_stores(status, "snapshot_store_used_bytes", "Bytes of the limit that are used.",
		"used_bytes", file);
	print_stores(status, "snapshot_store_limit_bytes",
		"The store's limit; absent when there is none.", "limit_bytes", file);
	print_stores(status, "snapshot_blocks", "Blocks that are preserved.", "blocks", file);
	print_io(status, file);
	print_ring(status, file);
	print_counters(status, file);
}
