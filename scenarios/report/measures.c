/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/measures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

/* How many sizes are named; the others are summed up. */
#define SIZES_TOLD 3

static double seconds(uint64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

static json_t *sizes_json(const struct measures *measures)
{
	json_t *sizes = json_object();

	for (unsigned i = 0; i < MEASURES_SIZES; i++) {
		char size[16];

		snprintf(size, sizeof size, "%u", MEASURES_SIZE_MIN << i);
		if (measures->sizes[i] > 0)
			json_object_set_new(
				sizes, size, json_integer((json_int_t)measures->sizes[i]));
	}
	return sizes;
}

json_t *measures_reads_json(const struct measures *measures)
{
	bool has_map = measures->has_map;

	if (!measures->has_reads)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "count",
		(json_int_t)measures->reads, "bytes", (json_int_t)measures->read_bytes, "errors",
		(json_int_t)measures->read_errors, "in_sequence",
		(json_int_t)measures->reads_in_sequence, "bytes_again",
		(json_int_t)measures->bytes_again, "in_flight_max",
		(json_int_t)measures->in_flight_max, "sizes", sizes_json(measures), "bytes_unread",
		has_map ? json_integer((json_int_t)measures->bytes_unread) : json_null(),
		"bytes_of_holes",
		has_map ? json_integer((json_int_t)measures->bytes_of_holes) : json_null());
}

static json_t *latency_json(const struct write_latency *latency)
{
	if (latency->count == 0)
		return json_null();
	return json_pack("{s:I, s:f, s:f}", "count", (json_int_t)latency->count, "p50_seconds",
		seconds(latency->p50_ns), "p99_seconds", seconds(latency->p99_ns));
}

static uint64_t number_of(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static uint64_t ns_of(const json_t *object, const char *key)
{
	double number = json_number_value(json_object_get(object, key));

	return number > 0 && number < 1e9 ? (uint64_t)(number * (double)NS_PER_S + 0.5) : 0;
}

static struct write_latency latency_read(const json_t *object)
{
	return (struct write_latency){
		.count = number_of(object, "count"),
		.p50_ns = ns_of(object, "p50_seconds"),
		.p99_ns = ns_of(object, "p99_seconds"),
	};
}

static void reads_read(const json_t *reads, struct measures *ret)
{
	const json_t *sizes = json_object_get(reads, "sizes");

	ret->has_reads = true;
	ret->reads = number_of(reads, "count");
	ret->read_bytes = number_of(reads, "bytes");
	ret->read_errors = number_of(reads, "errors");
	ret->reads_in_sequence = number_of(reads, "in_sequence");
	ret->bytes_again = number_of(reads, "bytes_again");
	ret->in_flight_max = number_of(reads, "in_flight_max");
	ret->has_map = json_is_integer(json_object_get(reads, "bytes_unread"));
	ret->bytes_unread = number_of(reads, "bytes_unread");
	ret->bytes_of_holes = number_of(reads, "bytes_of_holes");
	for (unsigned i = 0; i < MEASURES_SIZES; i++) {
		char size[16];

		snprintf(size, sizeof size, "%u", MEASURES_SIZE_MIN << i);
		ret->sizes[i] = number_of(sizes, size);
	}
}

void measures_read_json(const json_t *reads, const json_t *run, struct measures *ret)
{
	const json_t *writes = json_object_get(run, "writes");

	*ret = (struct measures){ 0 };
	if (json_is_object(reads))
		reads_read(reads, ret);
	if (!json_is_object(run))
		return;
	ret->is_there = true;
	ret->duration_ns = ns_of(run, "seconds");
	ret->cpu_ns = ns_of(run, "cpu_seconds");
	ret->memory_bytes = number_of(run, "memory_bytes");
	ret->store_bytes = number_of(run, "store_bytes");
	ret->before = latency_read(json_object_get(writes, "before"));
	ret->during = latency_read(json_object_get(writes, "during"));
}

double measures_rate(const struct measures *measures)
{
	return measures->duration_ns > 0
		       ? (double)measures->read_bytes / seconds(measures->duration_ns)
		       : 0;
}

json_t *measures_run_json(const struct measures *measures)
{
	if (!measures->is_there)
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:I, s:I, s:o, s:b, s:{s:o, s:o}}", "seconds",
		seconds(measures->duration_ns), "mib_per_second",
		measures_rate(measures) / (1 << 20), "cpu_seconds", seconds(measures->cpu_ns),
		"memory_bytes", (json_int_t)measures->memory_bytes, "store_bytes",
		(json_int_t)measures->store_bytes, "live_read_bytes",
		measures->has_live ? json_integer((json_int_t)measures->live_read_bytes)
				   : json_null(),
		"fell_back", (int)measures->fell_back, "writes", "before",
		latency_json(&measures->before), "during", latency_json(&measures->during));
}

/* Returns the most frequent size among the LEFT reads; MEASURES_SIZES if none are left. */
static unsigned most_of(const uint64_t *left)
{
	unsigned most = MEASURES_SIZES;

	for (unsigned i = 0; i < MEASURES_SIZES; i++) {
		if (left[i] > 0 && (most == MEASURES_SIZES || left[i] > left[most]))
			most = i;
	}
	return most;
}

char *measures_sizes_text(const struct measures *measures)
{
	uint64_t left[MEASURES_SIZES], rest = measures->reads;
	char *text = heap_copy("");
	unsigned most;

	for (unsigned i = 0; i < MEASURES_SIZES; i++)
		left[i] = measures->sizes[i];
	for (unsigned told = 0; told < SIZES_TOLD && (most = most_of(left)) < MEASURES_SIZES;
		told++) {
		AUTO(auto_free) char *before = text;
		char size[32];

		text = heap_format("%s%s%" PRIu64 " of %s", before, told > 0 ? ", " : "",
			left[most],
			size_format((uint64_t)MEASURES_SIZE_MIN << most, size, sizeof size));
		rest -= left[most];
		left[most] = 0;
	}
	if (rest > 0) {
		AUTO(auto_free) char *before = text;

		text = heap_format("%s, %" PRIu64 " others", before, rest);
	}
	return text;
}

uint64_t measures_size_of_most(const struct measures *measures)
{
	unsigned most = most_of(measures->sizes);

	return most < MEASURES_SIZES ? (uint64_t)MEASURES_SIZE_MIN << most : 0;
}

double measures_sequence_percent(const struct measures *measures)
{
	return measures->reads > 0
		       ? 100.0 * (double)measures->reads_in_sequence / (double)measures->reads
		       : 0;
}
