/* SPDX-License-Identifier: Apache-2.0 */
/* matrix_markdown.c - the matrix as a page that can be published. */
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "scenarios/base/heap.h"
#include "scenarios/cli/matrix.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

/* TEXT within a cell of a table, or in a line. */
static void write_text(const char *text, FILE *file)
{
	for (; text && *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (strchr("\\`*_|<>[]", *text))
			fputc('\\', file);
		fputc(byte < ' ' || byte == 0x7f ? ' ' : *text, file);
	}
}

static void write_date(FILE *file)
{
	time_t now = (time_t)clock_wall_seconds();
	struct tm day;
	char text[32];
	struct utsname machine;

	gmtime_r(&now, &day);
	strftime(text, sizeof text, "%Y-%m-%d", &day);
	fprintf(file, "Run on %s, Linux %s.\n", text,
		uname(&machine) == 0 ? machine.release : "unknown");
}

/* Bold is what no exit code told. */
static void write_cell(const json_t *cell, FILE *file)
{
	char mark = matrix_mark(cell);

	fprintf(file, mark == 'S' ? " **%c** |" : " %c |", mark);
}

static void write_table(const struct matrix *matrix, FILE *file)
{
	fputs("| client |", file);
	for (size_t j = 0; j < matrix->column_count; j++)
		fprintf(file, " %zu |", j);
	fputs("\n|---|", file);
	for (size_t j = 0; j < matrix->column_count; j++)
		fputs("---|", file);
	fputc('\n', file);
	for (size_t i = 0; i < matrix->row_count; i++) {
		fputs("| ", file);
		write_text(matrix->rows[i].client->name, file);
		fputs(" |", file);
		for (size_t j = 0; j < matrix->column_count; j++)
			write_cell(matrix_cell(matrix, i, j), file);
		fputc('\n', file);
	}
	fprintf(file, "\n%s.\n\n", matrix_legend());
	for (size_t j = 0; j < matrix->column_count; j++) {
		AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[j]);

		fprintf(file, "- %zu ", j);
		write_text(title, file);
		if (matrix->columns[j].missing) {
			fputs(": not run, ", file);
			write_text(matrix->columns[j].missing, file);
		}
		fputc('\n', file);
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
		if (row->missing) {
			fputs(" Not run: ", file);
			write_text(row->missing, file);
		}
		fputs(" |\n", file);
	}
}

static void write_finding(const struct matrix *matrix, const json_t *cell, size_t column,
	const char *client, FILE *file)
{
	AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[column]);

	fputs("- ", file);
	write_text(client, file);
	fputs(", ", file);
	write_text(title, file);
	fprintf(file, ": %s, exit %lld; ", matrix_verdict(cell),
		(long long)json_integer_value(json_object_get(cell, "exit")));
	write_text(json_string_value(json_object_get(cell, "why")), file);
	fputs("\n", file);
}

/* Each that a table shows by a capital or a question mark, in words. */
static void write_findings(const struct matrix *matrix, FILE *file)
{
	fputs("\n## What was found\n\n", file);
	for (size_t i = 0; i < matrix->row_count; i++) {
		for (size_t j = 0; j < matrix->column_count; j++) {
			const json_t *cell = matrix_cell(matrix, i, j);

			if (!strchr("id.", matrix_mark(cell)))
				write_finding(matrix, cell, j, matrix->rows[i].client->name, file);
		}
	}
}

void matrix_write_markdown(const struct matrix *matrix, FILE *file)
{
	fputs("# Clients and failures\n\n"
	      "What each backup tool makes of each failure: its verdict after the worst of the\n"
	      "backup that met the failure and of the next one, after the documented remedy.\n\n",
		file);
	write_date(file);
	fputc('\n', file);
	write_table(matrix, file);
	write_clients(matrix, file);
	write_findings(matrix, file);
}
