/* SPDX-License-Identifier: Apache-2.0 */
/* compare_rows.c - what is compared: one number per client and round. */
#include <stdlib.h>

#include "scenarios/cli/compare.h"
#include "scenarios/report/measures.h"
#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

enum unit { UNIT_SECONDS, UNIT_MILLISECONDS, UNIT_RATE, UNIT_BYTES, UNIT_COUNT, UNIT_PERCENT };

/* When a value exists. */
enum needs { NEEDS_RUN, NEEDS_READS, NEEDS_ANY_READ, NEEDS_MAP, NEEDS_BEFORE, NEEDS_DURING };

static const struct {
	const char *key, *name;
	enum unit unit;
	enum needs needs;
} rows[] = {
	[COMPARE_SECONDS] = { "seconds", "seconds", UNIT_SECONDS, NEEDS_RUN },
	[COMPARE_RATE] = { "mib_per_second", "read in a second", UNIT_RATE, NEEDS_READS },
	[COMPARE_CPU] = { "cpu_seconds", "CPU seconds", UNIT_SECONDS, NEEDS_RUN },
	[COMPARE_MEMORY] = { "memory_bytes", "memory", UNIT_BYTES, NEEDS_RUN },
	[COMPARE_READS] = { "reads", "reads", UNIT_COUNT, NEEDS_READS },
	[COMPARE_SIZE] = { "read_size_bytes", "most of them of", UNIT_BYTES, NEEDS_ANY_READ },
	[COMPARE_SEQUENCE] = { "in_sequence_percent", "in sequence", UNIT_PERCENT, NEEDS_ANY_READ },
	[COMPARE_IN_FLIGHT] = { "in_flight_max", "at a time at most", UNIT_COUNT, NEEDS_READS },
	[COMPARE_BYTES] = { "bytes", "read", UNIT_BYTES, NEEDS_READS },
	[COMPARE_AGAIN] = { "bytes_again", "of it again", UNIT_BYTES, NEEDS_READS },
	[COMPARE_HOLES] = { "bytes_of_holes", "of holes", UNIT_BYTES, NEEDS_MAP },
	[COMPARE_UNREAD] = { "bytes_unread", "data never read", UNIT_BYTES, NEEDS_MAP },
	[COMPARE_STORE] = { "store_bytes", "store", UNIT_BYTES, NEEDS_READS },
	[COMPARE_BEFORE_P50] = { "write_before_p50_ms", "write p50 before", UNIT_MILLISECONDS,
		NEEDS_BEFORE },
	[COMPARE_BEFORE_P99] = { "write_before_p99_ms", "write p99 before", UNIT_MILLISECONDS,
		NEEDS_BEFORE },
	[COMPARE_DURING_P50] = { "write_during_p50_ms", "write p50 during", UNIT_MILLISECONDS,
		NEEDS_DURING },
	[COMPARE_DURING_P99] = { "write_during_p99_ms", "write p99 during", UNIT_MILLISECONDS,
		NEEDS_DURING },
};

_Static_assert(sizeof rows / sizeof rows[0] == COMPARE_ROWS, "each has its row");

static bool has_value(const struct measures *measures, enum needs needs)
{
	switch (needs) {
	case NEEDS_RUN:
		return measures->is_there;
	case NEEDS_READS:
		return measures->has_reads;
	case NEEDS_ANY_READ:
		return measures->has_reads && measures->reads > 0;
	case NEEDS_MAP:
		return measures->has_map;
	case NEEDS_BEFORE:
		return measures->before.count > 0;
	case NEEDS_DURING:
		return measures->during.count > 0;
	}
	return false;
}

static double seconds(uint64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

static double milliseconds(uint64_t ns)
{
	return (double)ns / (double)NS_PER_MS;
}

static double value_of(const struct measures *measures, enum compare_row row)
{
	switch (row) {
	case COMPARE_SECONDS:
		return seconds(measures->duration_ns);
	case COMPARE_RATE:
		return measures_rate(measures) / (1 << 20);
	case COMPARE_CPU:
		return seconds(measures->cpu_ns);
	case COMPARE_MEMORY:
		return (double)measures->memory_bytes;
	case COMPARE_READS:
		return (double)measures->reads;
	case COMPARE_SIZE:
		return (double)measures_size_of_most(measures);
	case COMPARE_SEQUENCE:
		return measures_sequence_percent(measures);
	case COMPARE_IN_FLIGHT:
		return (double)measures->in_flight_max;
	case COMPARE_BYTES:
		return (double)measures->read_bytes;
	case COMPARE_AGAIN:
		return (double)measures->bytes_again;
	case COMPARE_HOLES:
		return (double)measures->bytes_of_holes;
	case COMPARE_UNREAD:
		return (double)measures->bytes_unread;
	case COMPARE_STORE:
		return (double)measures->store_bytes;
	case COMPARE_BEFORE_P50:
		return milliseconds(measures->before.p50_ns);
	case COMPARE_BEFORE_P99:
		return milliseconds(measures->before.p99_ns);
	case COMPARE_DURING_P50:
		return milliseconds(measures->during.p50_ns);
	case COMPARE_DURING_P99:
		return milliseconds(measures->during.p99_ns);
	case COMPARE_ROWS:
		break;
	}
	return 0;
}

size_t compare_rounds_over(const struct compare_tool *tools, size_t count)
{
	size_t least = tools[0].round_count;

	for (size_t i = 1; i < count; i++)
		least = tools[i].round_count < least ? tools[i].round_count : least;
	return least;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

struct compare_spread compare_spread(const struct compare_tool *tool, enum compare_row row)
{
	double *values = heap_new((tool->round_count + 1) * sizeof *values);
	struct compare_spread spread = { 0 };

	for (size_t i = 0; i < tool->round_count; i++) {
		if (has_value(&tool->rounds[i], rows[row].needs))
			values[spread.count++] = value_of(&tool->rounds[i], row);
	}
	if (spread.count > 0) {
		size_t half = spread.count / 2;

		qsort(values, spread.count, sizeof *values, compare);
		spread.min = values[0];
		spread.max = values[spread.count - 1];
		/* The mean of two sizes would be a size that did not occur. */
		if (spread.count % 2)
			spread.median = values[half];
		else if (row == COMPARE_SIZE)
			spread.median = values[half - 1];
		else
			spread.median = (values[half - 1] + values[half]) / 2;
	}
	free(values);
	return spread;
}

const char *compare_key(enum compare_row row)
{
	return rows[row].key;
}

const char *compare_name(enum compare_row row)
{
	return rows[row].name;
}

char *compare_text(enum compare_row row, double value)
{
	char text[32];

	switch (rows[row].unit) {
	case UNIT_SECONDS:
		return heap_format("%.3f s", value);
	case UNIT_MILLISECONDS:
		return heap_format("%.2f ms", value);
	case UNIT_RATE:
		return heap_format("%.1f MiB", value);
	case UNIT_BYTES:
		return heap_copy(size_format((uint64_t)value, text, sizeof text));
	case UNIT_COUNT:
		return heap_format("%.0f", value);
	case UNIT_PERCENT:
		return heap_format("%.0f %%", value);
	}
	return heap_copy("");
}
