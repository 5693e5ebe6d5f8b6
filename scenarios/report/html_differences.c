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

#include "scenarios/report/html.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
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
	const char *told;   /* follows the place of a run */
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

/* How much of a cell is wrong: the less, the paler it is drawn. */
static const char *const levels[] = { "few", "half", "" };

#define CELL_BLOCKS(differences) ((differences)->cell_bytes / ORACLE_BLOCK_BYTES)

static size_t level_of(const struct differences *differences, size_t cell)
{
	uint64_t count = 0, blocks = CELL_BLOCKS(differences);

	for (unsigned kind = 0; kind < DIFFERENCE_KINDS; kind++)
		count += differences->cells[cell].counts[kind];
	return 4 * count <= blocks ? 0 : 4 * count < 3 * blocks ? 1 : 2;
}

/* The background of all cells; the last row may be partial. */
static void write_right(const struct differences *differences, FILE *file)
{
	size_t whole = differences->cell_count / COLUMNS, part = differences->cell_count % COLUMNS;

	fprintf(file,
		"<path class=\"right\" d=\"M%.0f 0h%.0fv%.0fh-%.0fzm0 %.0fh%.0fv%.0fh-%.0fz\"/>\n",
		LABEL_WIDTH, COLUMNS * CELL_WIDTH, (double)whole * CELL_HEIGHT,
		COLUMNS * CELL_WIDTH, (double)whole * CELL_HEIGHT, (double)part * CELL_WIDTH,
		part > 0 ? CELL_HEIGHT : 0, (double)part * CELL_WIDTH);
}

static void write_labels(const struct differences *differences, FILE *file)
{
	for (size_t row = 0; row < row_count(differences); row++) {
		AUTO(auto_free)
		char *label = place_text((uint64_t)row * COLUMNS * differences->cell_bytes);

		fprintf(file, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%s</text>\n",
			LABEL_WIDTH - 8, (double)row * CELL_HEIGHT + 12, label);
	}
}

/* Draws all cells of KIND and LEVEL; adjacent ones in a row as one. */
static void write_cells(
	const struct differences *differences, enum difference_kind kind, size_t level, FILE *file)
{
	size_t next, written = 0;

	for (size_t first = 0; first < differences->cell_count; first = next) {
		for (next = first; next < differences->cell_count; next++) {
			if ((next > first && next % COLUMNS == 0) ||
				difference_cell_kind(&differences->cells[next]) != kind ||
				level_of(differences, next) != level)
				break;
		}
		if (next == first) {
			next++;
			continue;
		}
		if (written++ == 0)
			fprintf(file, "<path class=\"%s%s%s\" d=\"", difference_kind_name(kind),
				*levels[level] ? " " : "", levels[level]);
		fprintf(file, "M%.0f %.0fh%.0fv%.0fh-%.0fz",
			LABEL_WIDTH + (double)(first % COLUMNS) * CELL_WIDTH,
			(double)(first / COLUMNS) * CELL_HEIGHT,
			(double)(next - first) * CELL_WIDTH, CELL_HEIGHT - 2,
			(double)(next - first) * CELL_WIDTH);
	}
	if (written > 0)
		fprintf(file, "\"><title>%s</title></path>\n", kinds[kind].told);
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

/* Draws a cross where a fault struck during this backup. */
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

/* Separates the squares of a row, which is drawn as one rectangle. */
static void write_grid(const struct differences *differences, FILE *file)
{
	fprintf(file, "<rect class=\"grid\" x=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>\n",
		LABEL_WIDTH, COLUMNS * CELL_WIDTH, (double)row_count(differences) * CELL_HEIGHT);
}

/* Returns the number of different blocks in words, with their share. */
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
	write_labels(differences, file);
	for (unsigned kind = 0; kind < DIFFERENCE_KINDS; kind++)
		for (size_t level = 0; level < sizeof levels / sizeof levels[0]; level++)
			write_cells(differences, (enum difference_kind)kind, level, file);
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

static void write_runs(const struct differences *differences, bool is_brief, FILE *file)
{
	size_t count = differences->run_count + differences->runs_dropped;
	size_t most = is_brief ? RUNS_SHOWN : DIFFERENCES_RUNS_MAX;
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

void html_write_differences(const struct scenario_result *result,
	const struct backup_result *backup, const struct html_order *order, FILE *file)
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
	write_runs(differences, order->is_brief, file);
}
