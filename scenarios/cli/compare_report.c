/* SPDX-License-Identifier: Apache-2.0 */
/* compare_report.c - the result of a comparison, for people and for programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/compare.h"
#include "scenarios/report/measures.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

#define NAME_WIDTH 18

/* ---- JSON ---- */

static json_t *spread_json(const struct compare_spread *spread)
{
	if (spread->count == 0)
		return json_null();
	return json_pack("{s:f, s:f, s:f}", "median", spread->median, "min", spread->min, "max",
		spread->max);
}

static json_t *tool_json(const struct compare_tool *tool)
{
	json_t *rounds = json_array(), *values = json_object();

	for (size_t i = 0; i < tool->round_count; i++)
		json_array_append_new(rounds,
			json_pack("{s:o, s:o}", "reads", measures_reads_json(&tool->rounds[i]),
				"run", measures_run_json(&tool->rounds[i])));
	for (enum compare_row row = 0; row < COMPARE_ROWS; row++) {
		struct compare_spread spread = compare_spread(tool, row);

		json_object_set_new(values, compare_key(row), spread_json(&spread));
	}
	return json_pack("{s:o, s:s, s:i, s:o, s:o, s:o}", "command",
		report_text_json(tool->command), "verdict", tool->verdict, "code", tool->code,
		"why", report_text_json(tool->why), "values", values, "rounds", rounds);
}

json_t *compare_json(const struct compare_tool *tools, size_t count, size_t rounds)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, tool_json(&tools[i]));
	return json_pack("{s:I, s:o, s:o}", "rounds", (json_int_t)rounds, "tools", array, "reason",
		compare_reason(tools, count));
}

/* ---- the table ---- */

/* Returns "0.412 s (0.401 s .. 0.433 s)".  The caller frees it. */
static char *cell_text(const struct compare_tool *tool, enum compare_row row)
{
	struct compare_spread spread = compare_spread(tool, row);
	AUTO(auto_free) char *median = compare_text(row, spread.median);
	AUTO(auto_free) char *min = compare_text(row, spread.min);
	AUTO(auto_free) char *max = compare_text(row, spread.max);

	if (spread.count == 0)
		return heap_copy("-");
	if (strcmp(min, max) == 0)
		return TAKE_PTR(median);
	return heap_format("%s (%s .. %s)", median, min, max);
}

/* The first column of a row, and its cells. */
struct line {
	const char *name;
	char *cells[COMPARE_TOOLS_MAX];
};

static void line_free(struct line *line)
{
	for (size_t i = 0; i < COMPARE_TOOLS_MAX; i++)
		free(line->cells[i]);
}

static void line_print(const struct line *line, const size_t *widths, size_t count)
{
	printf("%-*s", NAME_WIDTH, line->name);
	for (size_t i = 0; i < count; i++) {
		int width = i + 1 < count ? (int)widths[i] : 0;

		printf("  %-*s", width, line->cells[i]);
	}
	putchar('\n');
}

static void line_measure(const struct line *line, size_t *widths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(line->cells[i]);

		widths[i] = length > widths[i] ? length : widths[i];
	}
}

/* Returns whether any of the clients has a value in ROW. */
static bool is_told(const struct compare_tool *tools, size_t count, enum compare_row row)
{
	for (size_t i = 0; i < count; i++) {
		if (compare_spread(&tools[i], row).count > 0)
			return true;
	}
	return false;
}

static void table_print(const struct compare_tool *tools, size_t count)
{
	struct line lines[COMPARE_ROWS + 2] = { { .name = "" }, { .name = "verdict" } };
	size_t widths[COMPARE_TOOLS_MAX] = { 0 }, line_count = 2;

	for (size_t i = 0; i < count; i++) {
		lines[0].cells[i] = heap_format("%c", (char)('A' + i));
		lines[1].cells[i] = heap_copy(tools[i].verdict);
	}
	for (enum compare_row row = 0; row < COMPARE_ROWS; row++) {
		if (!is_told(tools, count, row))
			continue;
		lines[line_count].name = compare_name(row);
		for (size_t i = 0; i < count; i++)
			lines[line_count].cells[i] = cell_text(&tools[i], row);
		line_count++;
	}
	for (size_t i = 0; i < line_count; i++)
		line_measure(&lines[i], widths, count);
	for (size_t i = 0; i < line_count; i++) {
		line_print(&lines[i], widths, count);
		line_free(&lines[i]);
	}
}

void compare_print(const struct compare_tool *tools, size_t count, size_t rounds)
{
	json_t *reason = compare_reason(tools, count), *line;
	size_t i;

	for (i = 0; i < count; i++)
		printf("%c  %s\n", (char)('A' + i), tools[i].command);
	printf("\n%zu round%s; medians, and where they lie\n\n", rounds, rounds == 1 ? "" : "s");
	table_print(tools, count);
	for (i = 0; i < count; i++) {
		if (tools[i].code != 0)
			printf("\n%c is %s: %s\n", (char)('A' + i), tools[i].verdict, tools[i].why);
	}
	if (json_array_size(reason) > 0)
		putchar('\n');
	json_array_foreach(reason, i, line)
	{
		puts(json_string_value(line));
	}
	json_decref(reason);
}
