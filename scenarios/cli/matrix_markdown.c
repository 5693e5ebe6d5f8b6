/* SPDX-License-Identifier: Apache-2.0 */
/* matrix_markdown.c - the matrix as a page for publication. */
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "scenarios/cli/matrix.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* Writes TEXT in a cell of a table, or in a line. */
static void write_text(const char *text, FILE *file)
{
	for (; text && *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (strchr("\\`*_|<>[]", *text))
			fputc('\\', file);
		fputc(byte < ' ' || byte == 0x7f ? ' ' : *text, file);
	}
}

/* ---- what it is ---- */

/* The command that makes the same page; options that do not affect the page are omitted. */
static void write_command(const struct matrix *matrix, FILE *file)
{
	fprintf(file, "```sh\nsnaprig matrix%s", matrix->words ? matrix->words : "");
	fputs(" --report markdown=FILE\n```\n", file);
}

static void write_head(const struct matrix *matrix, FILE *file)
{
	time_t now = (time_t)clock_wall_seconds();
	struct tm day;
	char text[32];
	struct utsname machine;

	gmtime_r(&now, &day);
	strftime(text, sizeof text, "%Y-%m-%d", &day);
	fputs("# Clients and failures\n\n"
	      "This page shows how each backup tool handles each failure. A cell is one\n"
	      "`snaprig check`: a backup that meets the failure, the documented remedy, another\n"
	      "backup, and a restore of each backup. It shows the worst verdict of these.\n\n",
		file);
	fprintf(file, "Made on %s, on Linux %s, by\n\n", text,
		uname(&machine) == 0 ? machine.release : "unknown");
	write_command(matrix, file);
}

static void write_meanings(FILE *file)
{
	fputs("\n## How to read it\n\n"
	      "A row is a client, and a column is a failure on one of the imitated systems. The\n"
	      "numbers refer to [the list](#failures). Capital letters are findings.\n\n"
	      "| | verdict | what it means |\n|---|---|---|\n",
		file);
	for (size_t i = 0; matrix_meaning_at(i); i++) {
		const struct matrix_meaning *one = matrix_meaning_at(i);

		fprintf(file, one->mark == 'S' ? "| **%c** | %s | %s |\n" : "| %c | %s | %s |\n",
			one->mark, one->name, one->meaning);
	}
}

/* ---- the table ---- */

/* Bold: no exit code showed it. */
static void write_cell(const json_t *cell, FILE *file)
{
	char mark = matrix_mark(cell);

	fprintf(file, mark == 'S' ? " **%c** |" : " %c |", mark);
}

/* Writes a number whose title is shown when the mouse is over it. */
static void write_number(const struct matrix *matrix, size_t column, FILE *file)
{
	AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[column]);

	fprintf(file, " [%zu](#failures \"", column);
	write_text(title, file);
	fputs("\") |", file);
}

static void write_table(const struct matrix *matrix, FILE *file)
{
	fputs("\n## The table\n\n| client |", file);
	for (size_t j = 0; j < matrix->column_count; j++)
		write_number(matrix, j, file);
	fputs("\n|---|", file);
	for (size_t j = 0; j < matrix->column_count; j++)
		fputs(":-:|", file);
	fputc('\n', file);
	for (size_t i = 0; i < matrix->row_count; i++) {
		fputs("| ", file);
		write_text(matrix->rows[i].client->name, file);
		fputs(" |", file);
		for (size_t j = 0; j < matrix->column_count; j++)
			write_cell(matrix_cell(matrix, i, j), file);
		fputc('\n', file);
	}
}

static void write_failures(const struct matrix *matrix, FILE *file)
{
	fputs("\n## Failures\n\n| | failure | imitated system | what happens "
	      "|\n|---|---|---|---|\n",
		file);
	for (size_t j = 0; j < matrix->column_count; j++) {
		const struct matrix_column *column = &matrix->columns[j];

		fprintf(file, "| %zu | ", j);
		write_text(column->failure ? column->failure : "no failure", file);
		fputs(" | ", file);
		write_text(column->profile ? column->profile : "", file);
		fputs(" | ", file);
		write_text(
			column->about ? column->about : "Nothing: the backup must be right.", file);
		fputs(" |\n", file);
	}
}

static void write_clients(const struct matrix *matrix, FILE *file)
{
	fputs("\n## Clients\n\n| client | package | what it is |\n|---|---|---|\n", file);
	for (size_t i = 0; i < matrix->row_count; i++) {
		const struct matrix_row *row = &matrix->rows[i];
		const struct text_list *packages = &row->client->packages;

		fputs("| ", file);
		write_text(row->client->name, file);
		fputs(" | ", file);
		write_text(packages->count > 0 ? packages->texts[0] : "", file);
		fputc(' ', file);
		write_text(row->version, file);
		fputs(" | ", file);
		write_text(row->client->about, file);
		fputs(" |\n", file);
	}
}

/* ---- in words ---- */

static void write_finding(
	const struct matrix *matrix, const json_t *cell, size_t column, FILE *file)
{
	AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[column]);
	const json_t *exit = json_object_get(cell, "exit");

	fputs("- ", file);
	write_text(title, file);
	fprintf(file, ": %s", matrix_verdict(cell));
	if (json_is_integer(exit))
		fprintf(file, ", exit %lld", (long long)json_integer_value(exit));
	fputs("; ", file);
	write_text(json_string_value(json_object_get(cell, "why")), file);
	fputs("\n", file);
}

/* Writes "12 silent corruption, 1 hung"; nothing if the row has no findings. */
static size_t write_summary(const struct matrix *matrix, size_t row, FILE *file)
{
	size_t written = 0;

	for (size_t i = 0; matrix_meaning_at(i); i++) {
		const struct matrix_meaning *one = matrix_meaning_at(i);
		size_t count = matrix_count(matrix, row, one->mark);

		if (strchr("id.", one->mark) || count == 0)
			continue;
		if (written++ == 0)
			fprintf(file,
				"\n<details><summary><b>%s</b>: ", matrix->rows[row].client->name);
		fprintf(file, "%s%zu %s", written > 1 ? ", " : "", count, one->name);
	}
	if (written > 0)
		fputs("</summary>\n\n", file);
	return written;
}

/* Describes every capital or question mark of the table; collapsed, because there are many. */
static void write_findings(const struct matrix *matrix, FILE *file)
{
	fputs("\n## What was found\n", file);
	for (size_t i = 0; i < matrix->row_count; i++) {
		if (write_summary(matrix, i, file) == 0)
			continue;
		for (size_t j = 0; j < matrix->column_count; j++) {
			const json_t *cell = matrix_cell(matrix, i, j);

			if (!strchr("id.", matrix_mark(cell)))
				write_finding(matrix, cell, j, file);
		}
		fputs("\n</details>\n", file);
	}
}

static void write_reason(const char *what, const char *why, FILE *file)
{
	fputs("- ", file);
	write_text(what, file);
	fputs(": ", file);
	write_text(why, file);
	fputc('\n', file);
}

/* Written once if it applies to a whole row or column. */
static void write_not_run(const struct matrix *matrix, FILE *file)
{
	size_t count = 0;

	fputs("\n## What was not run\n\n", file);
	for (size_t i = 0; i < matrix->row_count; i++) {
		count += matrix_count(matrix, i, '.');
		if (matrix->rows[i].missing)
			write_reason(matrix->rows[i].client->name, matrix->rows[i].missing, file);
	}
	for (size_t j = 0; j < matrix->column_count; j++) {
		AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[j]);

		if (matrix->columns[j].missing)
			write_reason(title, matrix->columns[j].missing, file);
	}
	for (size_t i = 0; i < matrix->row_count * matrix->column_count; i++) {
		const struct matrix_row *row = &matrix->rows[i / matrix->column_count];
		const struct matrix_column *column = &matrix->columns[i % matrix->column_count];
		const char *why = json_string_value(json_object_get(matrix->cells[i], "why"));

		if (!why || matrix_mark(matrix->cells[i]) != '.' || row->missing || column->missing)
			continue;
		AUTO(auto_free) char *title = matrix_column_title(column);
		AUTO(auto_free) char *what = heap_format("%s, %s", row->client->name, title);

		write_reason(what, why, file);
	}
	if (count == 0)
		fputs("Nothing: all cells were run.\n", file);
}

void matrix_write_markdown(const struct matrix *matrix, FILE *file)
{
	write_head(matrix, file);
	write_meanings(file);
	write_table(matrix, file);
	write_failures(matrix, file);
	write_clients(matrix, file);
	write_findings(matrix, file);
	write_not_run(matrix, file);
}
