/* SPDX-License-Identifier: Apache-2.0 */
/* compare_html.c - the comparison of clients as a web page. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/compare.h"
#include "scenarios/report/html_page.h"
#include "scenarios/report/measures.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

/* In units of the drawings, which are scaled to the page. */
#define SPREAD_WIDTH  200.0
#define SPREAD_HEIGHT 12.0
#define SIZES_HEIGHT  60.0
#define SIZES_COLUMN  40.0

static char letter_of(size_t tool)
{
	return (char)('A' + tool);
}

/* ---- the summary ---- */

static bool all_intact(const struct compare_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->tools[i].code != EXIT_MET)
			return false;
	return true;
}

/* The first line of the reason is the most important information. */
static void write_reason(const struct compare_page *page, FILE *file)
{
	json_t *lines = compare_reason(page->tools, page->count), *line;
	size_t over = compare_rounds_over(page->tools, page->count), i;

	if (over < page->rounds)
		fprintf(file, "<p class=\"message\">%zu of %zu rounds have ended</p>\n", over,
			page->rounds);
	json_array_foreach(lines, i, line)
	{
		fprintf(file, "<p class=\"%s%s\">", i == 0 ? "headline" : "reason",
			i > 0 || all_intact(page) ? "" : " bad");
		html_text("", json_string_value(line), "</p>\n", file);
	}
	json_decref(lines);
}

static void write_tool(const struct compare_tool *tool, char letter, FILE *file)
{
	fprintf(file, "<tr><th scope=\"row\">%c", letter);
	html_text("<td><code>", tool->command, "</code><td>", file);
	if (tool->verdict)
		html_badge(tool->verdict, tool->verdict, file);
	html_text("<td class=\"why\">", tool->code == EXIT_MET ? NULL : tool->why, "\n", file);
}

static void write_header(const struct compare_page *page, FILE *file)
{
	AUTO(auto_free)
	char *command = heap_format("snaprig compare %s", page->words ? page->words : "");

	fputs("<header><h1>Snaprig: clients side by side</h1>\n", file);
	write_reason(page, file);
	fputs("<table><thead><tr><th><th>client<th>verdict<th>why</thead><tbody>\n", file);
	for (size_t i = 0; i < page->count; i++)
		write_tool(&page->tools[i], letter_of(i), file);
	fputs("</tbody></table>\n", file);
	for (size_t i = 0; i < page->environments.count; i++) {
		AUTO(auto_free) char *text = html_environment_text(&page->environments.items[i]);

		html_text("<p class=\"facts\">", text, "</p>\n", file);
	}
	html_command("Run it again", command, file);
	fputs("</header>\n", file);
}

/* ---- the numbers ---- */

static double most_of(const struct compare_page *page, enum compare_row row)
{
	double most = 0;

	for (size_t i = 0; i < page->count; i++) {
		struct compare_spread spread = compare_spread(&page->tools[i], row);

		if (spread.count > 0 && spread.max > most)
			most = spread.max;
	}
	return most;
}

/* A bar up to the median, and a line from the minimum to the maximum. */
static void write_spread(const struct compare_spread *spread, double most, FILE *file)
{
	double scale = most > 0 ? (SPREAD_WIDTH - 2) / most : 0;

	fprintf(file,
		"<svg class=\"spread\" aria-hidden=\"true\" preserveAspectRatio=\"none\" "
		"viewBox=\"0 0 %.0f %.0f\"><rect "
		"width=\"%.1f\" height=\"%.0f\"/><path d=\"M%.1f 6H%.1fM%.1f 2V10M%.1f 2V10\"/>"
		"</svg>",
		SPREAD_WIDTH, SPREAD_HEIGHT, spread->median * scale, SPREAD_HEIGHT,
		spread->min * scale + 1, spread->max * scale + 1, spread->min * scale + 1,
		spread->max * scale + 1);
}

static void write_value(
	const struct compare_tool *tool, enum compare_row row, double most, FILE *file)
{
	struct compare_spread spread = compare_spread(tool, row);
	AUTO(auto_free) char *median = compare_text(row, spread.median);
	AUTO(auto_free) char *min = compare_text(row, spread.min);
	AUTO(auto_free) char *max = compare_text(row, spread.max);

	fputs("<td>", file);
	if (spread.count == 0)
		return;
	html_text("", median, "", file);
	if (strcmp(min, max) != 0)
		fprintf(file, " <span class=\"facts\">(%s .. %s)</span>", min, max);
	write_spread(&spread, most, file);
}

static bool is_told(const struct compare_page *page, enum compare_row row)
{
	for (size_t i = 0; i < page->count; i++)
		if (compare_spread(&page->tools[i], row).count > 0)
			return true;
	return false;
}

static void write_numbers(const struct compare_page *page, FILE *file)
{
	fputs("<section><h2>What each took, and how it read</h2>\n"
	      "<p>Medians of all rounds; in brackets, and as a line across the bar, the least and "
	      "the most.</p>\n<table class=\"spreads\"><thead><tr><th>",
		file);
	for (size_t i = 0; i < page->count; i++)
		fprintf(file, "<th scope=\"col\">%c", letter_of(i));
	fputs("</thead><tbody>\n", file);
	for (enum compare_row row = 0; row < COMPARE_ROWS; row++) {
		if (!is_told(page, row))
			continue;
		fprintf(file, "<tr><th scope=\"row\">%s", compare_name(row));
		for (size_t i = 0; i < page->count; i++)
			write_value(&page->tools[i], row, most_of(page, row), file);
		fputc('\n', file);
	}
	fputs("</tbody></table></section>\n", file);
}

/* ---- sizes of reads ---- */

static void write_size(size_t index, uint64_t count, uint64_t all, FILE *file)
{
	double height = (SIZES_HEIGHT - 14) * (double)count / (double)all;
	char size[32];

	size_format((uint64_t)MEASURES_SIZE_MIN << index, size, sizeof size);
	/* So that every size that occurs is visible. */
	if (count > 0 && height < 1)
		height = 1;
	fprintf(file,
		"<rect x=\"%.0f\" y=\"%.1f\" width=\"%.0f\" height=\"%.1f\"><title>%s: %" PRIu64
		"</title></rect><text x=\"%.0f\" y=\"%.0f\">%s</text>\n",
		(double)index * SIZES_COLUMN + 4, SIZES_HEIGHT - 14 - height, SIZES_COLUMN - 8,
		height, size, count, (double)index * SIZES_COLUMN + SIZES_COLUMN / 2,
		SIZES_HEIGHT - 3, size);
}

static void write_sizes(const struct compare_tool *tool, char letter, FILE *file)
{
	const struct measures *measures = &tool->rounds[tool->round_count - 1];
	AUTO(auto_free) char *text = measures_sizes_text(measures);

	fprintf(file, "<h3>%c: ", letter);
	html_text("", text, "</h3>\n", file);
	fprintf(file,
		"<div class=\"drawing\"><svg class=\"sizes\" role=\"img\" viewBox=\"0 0 %.0f "
		"%.0f\"><title>Reads of %c by size</title>",
		MEASURES_SIZES * SIZES_COLUMN, SIZES_HEIGHT, letter);
	html_text("<desc>", text, "</desc>\n", file);
	for (size_t i = 0; i < MEASURES_SIZES; i++)
		write_size(i, measures->sizes[i], measures->reads, file);
	fputs("</svg></div>\n", file);
}

static void write_all_sizes(const struct compare_page *page, FILE *file)
{
	fputs("<section><h2>Sizes of reads, in the latest round</h2>\n", file);
	for (size_t i = 0; i < page->count; i++) {
		const struct compare_tool *tool = &page->tools[i];

		if (tool->round_count > 0 && tool->rounds[tool->round_count - 1].has_reads &&
			tool->rounds[tool->round_count - 1].reads > 0)
			write_sizes(tool, letter_of(i), file);
	}
	fputs("</section>\n", file);
}

static bool is_imitated(const void *context, const char *profile)
{
	const struct compare_page *page = context;
	const char *its = page->tools[0].arguments.profile;

	return strcmp(its ? its : "plain", profile) == 0;
}

void compare_write_html(const struct compare_page *page, FILE *file)
{
	html_page_begin("Snaprig: clients side by side", file);
	write_header(page, file);
	fputs("<main>", file);
	write_numbers(page, file);
	write_all_sizes(page, file);
	html_write_environments(&page->environments, is_imitated, page, file);
	fputs("</main>", file);
	html_page_end(file);
}
