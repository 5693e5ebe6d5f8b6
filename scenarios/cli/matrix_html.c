/* SPDX-License-Identifier: Apache-2.0 */
/* matrix_html.c - the matrix as a web page: each cell links to its details. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/matrix.h"
#include "scenarios/report/html_page.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static const char *text_of(const json_t *cell, const char *key)
{
	return json_string_value(json_object_get(cell, key));
}

/* Returns the CSS class of a cell. */
static const char *class_of(const json_t *cell)
{
	return matrix_mark(cell) == '.' ? "none" : matrix_verdict(cell);
}

static size_t count_all(const struct matrix *matrix, char mark)
{
	size_t count = 0;

	for (size_t i = 0; i < matrix->row_count; i++)
		count += matrix_count(matrix, i, mark);
	return count;
}

/* ---- the summary ---- */

static void write_headline(const struct matrix *matrix, FILE *file)
{
	size_t corrupted = count_all(matrix, 'S'), all = matrix->row_count * matrix->column_count;
	size_t run = all - count_all(matrix, '.');

	fprintf(file, "<p class=\"headline %s\">%zu of %zu checks ended in silent corruption</p>\n",
		corrupted > 0 ? "bad" : "good", corrupted, run);
	fputs("<p>", file);
	for (size_t i = 0; matrix_meaning_at(i); i++) {
		const struct matrix_meaning *one = matrix_meaning_at(i);
		size_t count = count_all(matrix, one->mark);
		AUTO(auto_free) char *text = heap_format("%zu %s", count, one->name);

		if (count > 0)
			html_badge(strchr("id", one->mark) ? "passed"
				   : one->mark == '?'	   ? "inconclusive"
				   : one->mark == '.'	   ? "none"
							   : "failed",
				text, file);
		fputs(count > 0 ? " " : "", file);
	}
	fputs("</p>\n", file);
}

static void write_header(const struct matrix *matrix, FILE *file)
{
	AUTO(auto_free)
	char *command = heap_format(
		"snaprig matrix%s --report html=FILE", matrix->words ? matrix->words : "");

	fputs("<header><h1>Snaprig: clients and failures</h1>\n", file);
	write_headline(matrix, file);
	fputs("<p>A cell is one check: a backup that meets the failure, the documented remedy, "
	      "another backup, and a restore of each backup. It shows the worst verdict of these, "
	      "and links to the details.</p>\n",
		file);
	for (size_t i = 0; i < matrix->environments.count; i++) {
		AUTO(auto_free)
		char *text = html_environment_text(&matrix->environments.items[i]);

		html_text("<p class=\"facts\">", text, "</p>\n", file);
	}
	html_command("Run it again", command, file);
	fputs("<p><label>Show <input id=\"filter\" type=\"search\" placeholder=\"a client\">"
	      "</label></p></header>\n",
		file);
}

/* ---- the table ---- */

static void write_cell(const struct matrix *matrix, size_t row, size_t column, FILE *file)
{
	const json_t *cell = matrix_cell(matrix, row, column);
	AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[column]);

	fprintf(file, "<td class=\"%s\"><a href=\"#", class_of(cell));
	if (matrix->rows[row].missing)
		fprintf(file, "r%zu\" title=\"", row);
	else
		fprintf(file, "c%zu-%zu\" title=\"", row, column);
	html_text("", matrix->rows[row].client->name, ", ", file);
	html_text("", title, ": ", file);
	fprintf(file, "%s\">%c</a>", matrix_verdict(cell), matrix_mark(cell));
}

static void write_table(const struct matrix *matrix, FILE *file)
{
	fputs("<div class=\"drawing\"><table id=\"index\" class=\"matrix\"><thead><tr><th "
	      "scope=\"col\">client",
		file);
	for (size_t j = 0; j < matrix->column_count; j++) {
		AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[j]);

		fprintf(file, "<th scope=\"col\"><a href=\"#f%zu\">", j);
		html_text("<span>", title, "</span></a>", file);
	}
	fputs("</thead><tbody>\n", file);
	for (size_t i = 0; i < matrix->row_count; i++) {
		fprintf(file, "<tr><th scope=\"row\"><a href=\"#r%zu\">", i);
		html_text("", matrix->rows[i].client->name, "</a>", file);
		for (size_t j = 0; j < matrix->column_count; j++)
			write_cell(matrix, i, j, file);
		fputc('\n', file);
	}
	fputs("</tbody></table></div>\n", file);
}

static void write_meanings(FILE *file)
{
	fputs("<section><h2>How to read it</h2>\n<table><tbody>\n", file);
	for (size_t i = 0; matrix_meaning_at(i); i++) {
		const struct matrix_meaning *one = matrix_meaning_at(i);

		fprintf(file, "<tr><th scope=\"row\">%c<td>%s<td>%s\n", one->mark, one->name,
			one->meaning);
	}
	fputs("</tbody></table></section>\n", file);
}

/* ---- what a cell is made of ---- */

static void write_leaks(const json_t *cell, FILE *file)
{
	const json_t *leaks = json_object_get(cell, "leaks"), *leak;
	size_t i;

	json_array_foreach(leaks, i, leak)
	{
		html_text("<div>left behind: ", json_string_value(leak), "</div>", file);
	}
}

static void write_evidence(const struct matrix *matrix, size_t row, size_t column, FILE *file)
{
	const json_t *cell = matrix_cell(matrix, row, column);
	const json_t *exit = json_object_get(cell, "exit");
	const json_t *fired = json_object_get(cell, "fired");
	AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[column]);

	fprintf(file, "<tr id=\"c%zu-%zu\"><td>", row, column);
	html_text("", title, "<td>", file);
	html_badge(class_of(cell), matrix_verdict(cell), file);
	fputs("<td>", file);
	if (json_is_integer(exit))
		fprintf(file, "%lld", (long long)json_integer_value(exit));
	fputs("<td>", file);
	if (json_is_integer(fired) && matrix->columns[column].failure)
		fprintf(file, "%lld", (long long)json_integer_value(fired));
	html_text("<td class=\"why\">", cell ? text_of(cell, "why") : "It has not been run yet.",
		"", file);
	write_leaks(cell, file);
	html_command(NULL, text_of(cell, "replay"), file);
}

/* "12 silent corruption", as badges: the bad results. */
static void write_bad_counts(const struct matrix *matrix, size_t row, FILE *file)
{
	for (size_t i = 0; matrix_meaning_at(i); i++) {
		const struct matrix_meaning *one = matrix_meaning_at(i);
		size_t count = matrix_count(matrix, row, one->mark);
		AUTO(auto_free) char *text = heap_format("%zu %s", count, one->name);

		if (count == 0 || strchr("id.", one->mark))
			continue;
		fputc(' ', file);
		html_badge(one->mark == '?' ? "inconclusive" : "failed", text, file);
	}
}

static void write_client(const struct matrix *matrix, size_t row, FILE *file)
{
	const struct client *client = matrix->rows[row].client;

	fprintf(file, "<section id=\"r%zu\"><details class=\"whole\"><summary>", row);
	html_text("<h2>", client->name, "", file);
	write_bad_counts(matrix, row, file);
	html_text("</h2></summary>\n<p>", client->about, "</p>\n<p class=\"facts\">", file);
	html_text("", client->packages.count > 0 ? client->packages.texts[0] : "", " ", file);
	html_text("", matrix->rows[row].version, "</p>\n", file);
	if (matrix->rows[row].missing)
		html_text("<p class=\"message\">not run: ", matrix->rows[row].missing, "</p>\n",
			file);
	fputs("<table><thead><tr><th>failure<th>verdict<th>exit<th>struck<th>why, and again"
	      "</thead><tbody>\n",
		file);
	for (size_t j = 0; j < matrix->column_count; j++) {
		if (!matrix->rows[row].missing)
			write_evidence(matrix, row, j, file);
	}
	fputs("</tbody></table></details></section>\n", file);
}

static void write_failures(const struct matrix *matrix, FILE *file)
{
	fputs("<section><h2>Failures</h2>\n<table><thead><tr><th>failure<th>imitated "
	      "system<th>what "
	      "happens</thead><tbody>\n",
		file);
	for (size_t j = 0; j < matrix->column_count; j++) {
		const struct matrix_column *column = &matrix->columns[j];

		fprintf(file, "<tr id=\"f%zu\"><td>", j);
		html_text("", column->failure ? column->failure : "no failure", "<td>", file);
		html_text("", column->profile, "<td>", file);
		html_text("", column->about ? column->about : "Nothing: the backup must be right.",
			"", file);
		if (column->missing)
			html_text(" Not run: ", column->missing, "", file);
		fputc('\n', file);
	}
	fputs("</tbody></table></section>\n", file);
}

static bool is_imitated(const void *context, const char *profile)
{
	const struct matrix *matrix = context;

	for (size_t j = 0; j < matrix->column_count; j++) {
		const char *its = matrix->columns[j].profile;

		if (its && strcmp(its, profile) == 0)
			return true;
	}
	return false;
}

void matrix_write_html(const struct matrix *matrix, FILE *file)
{
	html_page_begin("Snaprig: clients and failures", file);
	write_header(matrix, file);
	fputs("<main>", file);
	write_table(matrix, file);
	write_meanings(file);
	for (size_t i = 0; i < matrix->row_count; i++)
		write_client(matrix, i, file);
	write_failures(matrix, file);
	html_write_environments(&matrix->environments, is_imitated, matrix, file);
	fputs("</main>", file);
	html_page_end(file);
}
