/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_differences.c - where a restore is wrong: a map of the volume, and the same in words.
 *
 *	     0  ................................................................
 *	 8 MiB  ................................................................
 *	16 MiB  ................................################################
 *	24 MiB  ################################################################
 */
#include <inttypes.h>
#include <string.h>

#include "scenarios/base/heap.h"
#include "scenarios/report/html.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/sizes.h"

/* In units of the drawing, which is scaled to the page. */
#define COLUMNS	     64
#define CELL_WIDTH   14.0
#define CELL_HEIGHT  16.0
#define LABEL_WIDTH  70.0
#define WIDTH	     (LABEL_WIDTH + COLUMNS * CELL_WIDTH)

#define RUNS_SHOWN   8
#define FAULTS_DRAWN 100

static const struct {
	const char *legend; /* what is there instead */
	const char *told;   /* behind the place of a run */
} kinds[DIFFERENCE_KINDS] = {
	[DIFFERENCE_OTHER] = { "other bytes", "other bytes" },
	[DIFFERENCE_LATER] = { "what was written after the snapshot",
		"what was written after the snapshot" },
	[DIFFERENCE_ZEROS] = { "zeros", "zeros" },
	[DIFFERENCE_MISSING] = { "nothing, it ends before", "nothing" },
};

static char *place_text(uint64_t bytes)
{
	char text[32];

	return heap_copy(size_format(bytes, text, sizeof text));
}

static size_t row_count(const struct differences *differences)
{
	return (differences->cell_count + COLUMNS - 1) / COLUMNS;
}

/* ---- the map ---- */

/* How much of a cell is different: what is wrong in a corner only is drawn paler. */
static const char *const levels[] = { "few", "half", "" };

#define CELL_BLOCKS(differences) ((differences)->cell_bytes / ORACLE_BLOCK_BYTES)

static size_t level_of(const struct differences *differences, size_t cell)
{
	uint64_t count = 0, blocks = CELL_BLOCKS(differences);

	for (unsigned kind = 0; kind < DIFFERENCE_KINDS; kind++)
		count += differences->cells[cell].counts[kind];
	return 4 * count <= blocks ? 0 : 4 * count < 3 * blocks ? 1 : 2;
}

static bool looks_alike(const struct differences *differences, size_t left, size_t right)
{
	return difference_cell_kind(&differences->cells[left]) ==
		       difference_cell_kind(&differences->cells[right]) &&
	       level_of(differences, left) == level_of(differences, right);
}

static void write_cells(const struct differences *differences, size_t first, size_t count,
	const char *class, const char *told, FILE *file)
{
	uint64_t end_bytes = (uint64_t)(first + count) * differences->cell_bytes;
	AUTO(auto_free) char *begin = place_text((uint64_t)first * differences->cell_bytes);
	AUTO(auto_free)
	char *end = place_text(
		end_bytes < differences->size_bytes ? end_bytes : differences->size_bytes);

	fprintf(file,
		"<rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"><title>"
		"%s to %s: %s</title></rect>\n",
		class, LABEL_WIDTH + (double)(first % COLUMNS) * CELL_WIDTH,
		(double)(first / COLUMNS) * CELL_HEIGHT, (double)count * CELL_WIDTH,
		CELL_HEIGHT - 2, begin, end, told);
}

/* Under all that is wrong; the last row may be a part of one. */
static void write_right(const struct differences *differences, FILE *file)
{
	size_t whole = differences->cell_count / COLUMNS, part = differences->cell_count % COLUMNS;

	fprintf(file,
		"<path class=\"right\" d=\"M%.0f 0h%.0fv%.0fh-%.0fzm0 %.0fh%.0fv%.0fh-%.0fz\"/>\n",
		LABEL_WIDTH, COLUMNS * CELL_WIDTH, (double)whole * CELL_HEIGHT,
		COLUMNS * CELL_WIDTH, (double)whole * CELL_HEIGHT, (double)part * CELL_WIDTH,
		part > 0 ? CELL_HEIGHT : 0, (double)part * CELL_WIDTH);
}

/* Cells that look alike in a row are one rectangle. */
static void write_row(const struct differences *differences, size_t row, FILE *file)
{
	size_t first = row * COLUMNS, end = first + COLUMNS, next;
	AUTO(auto_free) char *label = place_text((uint64_t)first * differences->cell_bytes);

	end = end < differences->cell_count ? end : differences->cell_count;
	fprintf(file, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%s</text>\n",
		LABEL_WIDTH - 8, (double)row * CELL_HEIGHT + 12, label);
	for (; first < end; first = next) {
		enum difference_kind kind = difference_cell_kind(&differences->cells[first]);
		const char *level = levels[level_of(differences, first)];
		AUTO(auto_free) char *class = NULL;

		for (next = first + 1; next < end && looks_alike(differences, first, next); next++)
			continue;
		if (kind == DIFFERENCE_KINDS)
			continue;
		class = heap_format("%s%s%s", difference_kind_name(kind), *level ? " " : "", level);
		write_cells(differences, first, next - first, class, kinds[kind].told, file);
	}
}

static bool is_within(const struct scenario_result *result, const struct backup_result *backup,
	const struct timeline_event *event)
{
	const struct timeline *timeline = result->timeline;

	for (size_t i = 0; i < timeline->span_count; i++) {
		const struct timeline_span *span = &timeline->spans[i];

		if (span->kind == TIMELINE_BACKUP && strcmp(span->name, backup->name) == 0)
			return event->at_ns >= span->begin_ns &&
			       (span->end_ns == 0 || event->at_ns <= span->end_ns);
	}
	return false;
}

/* A cross where a fault struck while this backup was made. */
static void write_faults(
	const struct scenario_result *result, const struct backup_result *backup, FILE *file)
{
	const struct differences *differences = backup->differences;
	const struct timeline *timeline = result->timeline;
	size_t drawn = 0, cell;

	for (size_t i = 0; timeline && i < timeline->event_count && drawn < FAULTS_DRAWN; i++) {
		const struct timeline_event *event = &timeline->events[i];

		if (strcmp(event->name, "fault.fired") != 0 || !event->has_place ||
			event->place < 0 || event->place >= 1 || !is_within(result, backup, event))
			continue;
		drawn++;
		cell = (size_t)(event->place * (double)differences->size_bytes /
				(double)differences->cell_bytes);
		fprintf(file, "<path class=\"fault\" d=\"M%.0f %.0fl8 8m0 -8l-8 8\"><title>",
			LABEL_WIDTH + (double)(cell % COLUMNS) * CELL_WIDTH + 3,
			(double)(cell / COLUMNS) * CELL_HEIGHT + 3);
		report_write_xml(event->text, file);
		fputs("</title></path>\n", file);
	}
}

/* Lines between the squares of a row, which is drawn as one. */
static void write_grid(const struct differences *differences, FILE *file)
{
	fprintf(file, "<rect class=\"grid\" x=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>\n",
		LABEL_WIDTH, COLUMNS * CELL_WIDTH, (double)row_count(differences) * CELL_HEIGHT);
}

/* The count of different blocks in words, in a line and with their share. */
static char *count_text(const struct differences *differences, const char *what)
{
	double share = differences->compared_count == 0
			       ? 0
			       : 100 * (double)differences->different_count /
					 (double)differences->compared_count;

	return heap_format("%zu of %zu %s differ (%.3g %%)", differences->different_count,
		differences->compared_count, what, share);
}

static void write_map(
	const struct scenario_result *result, const struct backup_result *backup, FILE *file)
{
	const struct differences *differences = backup->differences;
	AUTO(auto_free) char *count = count_text(differences, "blocks");

	fprintf(file,
		"<div class=\"drawing\"><svg class=\"map\" role=\"img\" viewBox=\"0 0 %.0f %.0f\">"
		"<title>Map of what was restored of ",
		WIDTH, (double)row_count(differences) * CELL_HEIGHT);
	report_write_xml(backup->name, file);
	fprintf(file, "</title><desc>%s. They are listed below.</desc>\n", count);
	write_right(differences, file);
	for (size_t row = 0; row < row_count(differences); row++)
		write_row(differences, row, file);
	write_grid(differences, file);
	write_faults(result, backup, file);
	fputs("</svg></div>\n", file);
}

static void write_legend(const struct differences *differences, FILE *file)
{
	bool is_there[DIFFERENCE_KINDS] = { false };
	AUTO(auto_free) char *cell = place_text(differences->cell_bytes);

	for (size_t i = 0; i < differences->run_count; i++)
		is_there[differences->runs[i].kind] = true;
	for (size_t i = 0; i < differences->cell_count; i++) {
		for (unsigned kind = 0; kind < DIFFERENCE_KINDS; kind++)
			is_there[kind] |= differences->cells[i].counts[kind] > 0;
	}
	fputs("<p class=\"legend\"><span class=\"right\">right</span> ", file);
	for (unsigned kind = 0; kind < DIFFERENCE_KINDS; kind++)
		if (is_there[kind])
			fprintf(file, "<span class=\"%s\">%s</span> ",
				difference_kind_name((enum difference_kind)kind),
				kinds[kind].legend);
	fprintf(file,
		"<span class=\"fault\">a fault struck there</span> <span>each square is %s; "
		"paler: a part of it</span></p>\n",
		cell);
}

/* ---- in words ---- */

static void write_run(const struct difference_run *run, FILE *file)
{
	AUTO(auto_free) char *size = place_text(run->end_bytes - run->begin_bytes);

	fprintf(file, "<tr><td>%" PRIu64 "<td>%" PRIu64 "<td>%s<td>%s\n", run->begin_bytes,
		run->end_bytes - 1, size, kinds[run->kind].told);
}

/* Of a scenario that passed, as it expected them, the first are enough. */
static void write_runs(const struct differences *differences, bool is_bad, FILE *file)
{
	size_t count = differences->run_count + differences->runs_dropped;
	size_t most = is_bad ? DIFFERENCES_RUNS_MAX : RUNS_SHOWN;
	size_t shown = differences->run_count < most ? differences->run_count : most;

	fprintf(file, "<details%s><summary>Different blocks by offset: %zu run%s</summary>\n",
		count <= RUNS_SHOWN ? " open" : "", count, count == 1 ? "" : "s");
	fputs("<table><thead><tr><th>from byte<th>to byte<th>size<th>holds</thead><tbody>\n", file);
	for (size_t i = 0; i < shown; i++)
		write_run(&differences->runs[i], file);
	fputs("</tbody></table>\n", file);
	if (count > shown)
		fprintf(file, "<p>%zu more are left out.</p>\n", count - shown);
	fputs("</details>\n", file);
}

static void write_names(const struct differences *differences, FILE *file)
{
	size_t left_out = differences->different_count - differences->name_count;

	fputs("<table><thead><tr><th>name<th>how it differs</thead><tbody>\n", file);
	for (size_t i = 0; i < differences->name_count; i++) {
		fputs("<tr><td>", file);
		report_write_xml(differences->names[i].path, file);
		fputs("<td>", file);
		report_write_xml(differences->names[i].what, file);
		fputc('\n', file);
	}
	fputs("</tbody></table>\n", file);
	if (differences->different_count > differences->name_count)
		fprintf(file, "<p>%zu more are left out.</p>\n", left_out);
}

void html_write_differences(
	const struct scenario_result *result, const struct backup_result *backup, FILE *file)
{
	const struct differences *differences = backup->differences;
	bool is_file = differences->cell_count > 0;
	AUTO(auto_free) char *count = count_text(differences, is_file ? "blocks" : "names");

	fputs("<h3>What was restored of ", file);
	report_write_xml(backup->name, file);
	fputs(" is not ", file);
	report_write_xml(backup->of, file);
	fprintf(file, "</h3>\n<p>%s.", count);
	if (is_file && differences->restored_bytes != differences->size_bytes)
		fprintf(file, " It has %" PRIu64 " bytes instead of %" PRIu64 ".",
			differences->restored_bytes, differences->size_bytes);
	fputs("</p>\n", file);
	if (!is_file) {
		write_names(differences, file);
		return;
	}
	write_map(result, backup, file);
	write_legend(differences, file);
	write_runs(differences, outcome_is_bad(result->outcome), file);
}
