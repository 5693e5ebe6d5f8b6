/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare_reason.c - why the times of clients differ: the differences in how they read.
 *
 * A client with different reads may be fast nevertheless, so this proves nothing: it names the
 * differences that are known to cost time, and then what is left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/compare.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"

/* Smaller differences are not a reason. */
#define RATIO_MIN	1.5
#define BYTES_RATIO_MIN 1.05
#define PERCENT_MIN	10.0
#define CPU_SHARE_MIN	0.3

struct comparing {
	const struct compare_tool *tools;
	size_t count;
	size_t fastest, slowest;
	json_t *lines;
};

static double median(const struct comparing *comparing, size_t tool, enum compare_row row)
{
	return compare_spread(&comparing->tools[tool], row).median;
}

static char *text_of(const struct comparing *comparing, size_t tool, enum compare_row row)
{
	return compare_text(row, median(comparing, tool, row));
}

static char letter(size_t tool)
{
	return (char)('A' + tool);
}

/* Gets the minimum and maximum of ROW among the clients. */
static void bounds(
	const struct comparing *comparing, enum compare_row row, double *ret_low, double *ret_high)
{
	*ret_low = *ret_high = median(comparing, 0, row);
	for (size_t i = 1; i < comparing->count; i++) {
		double value = median(comparing, i, row);

		*ret_low = value < *ret_low ? value : *ret_low;
		*ret_high = value > *ret_high ? value : *ret_high;
	}
}

/* Returns whether they differ in ROW by RATIO, or some have 0. */
static bool differs(const struct comparing *comparing, enum compare_row row, double ratio)
{
	double low, high;

	bounds(comparing, row, &low, &high);
	return high > low * ratio;
}

static void line_add(struct comparing *comparing, char *text)
{
	json_array_append_new(comparing->lines, json_string(text));
	free(text);
}

/* Adds "A …; B …": what TELL returns for each. */
static void each_add(
	struct comparing *comparing, char *(*tell)(const struct comparing *comparing, size_t tool))
{
	char *line = heap_copy("");

	for (size_t i = 0; i < comparing->count; i++) {
		AUTO(auto_free) char *before = line;
		AUTO(auto_free) char *one = tell(comparing, i);

		line = heap_format("%s%s%c %s", before, i > 0 ? "; " : "", letter(i), one);
	}
	line_add(comparing, line);
}

static char *tell_sizes(const struct comparing *comparing, size_t tool)
{
	AUTO(auto_free) char *size = text_of(comparing, tool, COMPARE_SIZE);
	AUTO(auto_free) char *reads = text_of(comparing, tool, COMPARE_READS);

	if (median(comparing, tool, COMPARE_READS) == 0)
		return heap_copy("does not read");
	return heap_format("reads in %s, %s reads", size, reads);
}

static char *tell_bytes(const struct comparing *comparing, size_t tool)
{
	AUTO(auto_free) char *bytes = text_of(comparing, tool, COMPARE_BYTES);
	AUTO(auto_free) char *again = text_of(comparing, tool, COMPARE_AGAIN);
	AUTO(auto_free) char *holes = text_of(comparing, tool, COMPARE_HOLES);

	return heap_format("reads %s, %s of it again and %s of holes", bytes, again, holes);
}

static char *tell_flight(const struct comparing *comparing, size_t tool)
{
	AUTO(auto_free) char *at_a_time = text_of(comparing, tool, COMPARE_IN_FLIGHT);

	return heap_format("reads up to %s at a time", at_a_time);
}

static char *tell_sequence(const struct comparing *comparing, size_t tool)
{
	AUTO(auto_free) char *share = text_of(comparing, tool, COMPARE_SEQUENCE);

	return heap_format("reads %s in sequence", share);
}

static char *tell_cpu(const struct comparing *comparing, size_t tool)
{
	AUTO(auto_free) char *cpu = text_of(comparing, tool, COMPARE_CPU);
	AUTO(auto_free) char *seconds = text_of(comparing, tool, COMPARE_SECONDS);

	return heap_format("computes for %s of %s", cpu, seconds);
}

/* Returns by how much the slowest exceeds the fastest. */
static double gap(const struct comparing *comparing, enum compare_row row)
{
	return median(comparing, comparing->slowest, row) -
	       median(comparing, comparing->fastest, row);
}

static void reads_add(struct comparing *comparing)
{
	double low, high;

	if (differs(comparing, COMPARE_SIZE, RATIO_MIN) ||
		differs(comparing, COMPARE_READS, RATIO_MIN))
		each_add(comparing, tell_sizes);
	/* If a client does not read, there is nothing more to say. */
	bounds(comparing, COMPARE_READS, &low, &high);
	if (low == 0)
		return;
	if (differs(comparing, COMPARE_BYTES, BYTES_RATIO_MIN))
		each_add(comparing, tell_bytes);
	if (differs(comparing, COMPARE_IN_FLIGHT, RATIO_MIN))
		each_add(comparing, tell_flight);
	bounds(comparing, COMPARE_SEQUENCE, &low, &high);
	if (high > low + PERCENT_MIN)
		each_add(comparing, tell_sequence);
}

/* Returns whether the slowest spends a good part of its extra time computing. */
static bool computes(const struct comparing *comparing)
{
	return gap(comparing, COMPARE_CPU) > CPU_SHARE_MIN * gap(comparing, COMPARE_SECONDS);
}

/* Returns whether the slowest does anything that takes longer than what the fastest does. */
static bool is_explained(const struct comparing *comparing)
{
	size_t slow = comparing->slowest, fast = comparing->fastest;

	return computes(comparing) ||
	       median(comparing, slow, COMPARE_READS) >
		       RATIO_MIN * median(comparing, fast, COMPARE_READS) ||
	       median(comparing, slow, COMPARE_BYTES) >
		       BYTES_RATIO_MIN * median(comparing, fast, COMPARE_BYTES) ||
	       median(comparing, fast, COMPARE_IN_FLIGHT) >
		       RATIO_MIN * median(comparing, slow, COMPARE_IN_FLIGHT) ||
	       -gap(comparing, COMPARE_SEQUENCE) > PERCENT_MIN;
}

static void times_find(struct comparing *comparing)
{
	for (size_t i = 1; i < comparing->count; i++) {
		double seconds = median(comparing, i, COMPARE_SECONDS);

		if (seconds < median(comparing, comparing->fastest, COMPARE_SECONDS))
			comparing->fastest = i;
		if (seconds > median(comparing, comparing->slowest, COMPARE_SECONDS))
			comparing->slowest = i;
	}
}

json_t *compare_reason(const struct compare_tool *tools, size_t count)
{
	struct comparing comparing = { .tools = tools, .count = count, .lines = json_array() };

	/* A client without a right backup may have been fast because of that. */
	for (size_t i = 0; i < count; i++) {
		if (tools[i].code == EXIT_MET)
			continue;
		line_add(&comparing,
			heap_format("their times are not compared: %c was not intact", letter(i)));
		return comparing.lines;
	}
	times_find(&comparing);

	struct compare_spread fast = compare_spread(&tools[comparing.fastest], COMPARE_SECONDS);
	struct compare_spread slow = compare_spread(&tools[comparing.slowest], COMPARE_SECONDS);

	if (fast.count == 0 || slow.count == 0)
		return comparing.lines;

	bool differ = slow.min > fast.max;

	if (differ)
		line_add(&comparing,
			heap_format("%c takes %.1f times as long as %c", letter(comparing.slowest),
				slow.median / fast.median, letter(comparing.fastest)));
	else
		line_add(&comparing, heap_copy("their times differ no more than between rounds"));
	reads_add(&comparing);
	if (differ && computes(&comparing))
		each_add(&comparing, tell_cpu);
	if (json_array_size(comparing.lines) == 1)
		line_add(&comparing, heap_copy("they read alike"));
	if (differ && !is_explained(&comparing))
		line_add(&comparing,
			heap_format("%c does not take longer than %c because of its reads",
				letter(comparing.slowest), letter(comparing.fastest)));
	return comparing.lines;
}
