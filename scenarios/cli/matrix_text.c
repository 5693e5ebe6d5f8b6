/* SPDX-License-Identifier: Apache-2.0 */
/* matrix_text.c - the matrix for a terminal. */
#include <string.h>

#include "scenarios/cli/matrix.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* Bad verdicts have capitals. */
static const struct {
	const char *verdict;
	char mark;
} marks[] = {
	{ "intact", 'i' },
	{ "recovered", 'i' },
	{ "detected", 'd' },
	{ "misreported", 'M' },
	{ "silent-corruption", 'S' },
	{ "hung", 'H' },
	{ "leaked", 'L' },
	{ "retried-non-retryable", 'R' },
	{ "inconclusive", '?' },
	{ "error", 'E' },
};

char matrix_mark(const json_t *cell)
{
	const char *verdict = matrix_verdict(cell);

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (strcmp(marks[i].verdict, verdict) == 0)
			return marks[i].mark;
	return '.';
}

static const struct matrix_meaning meanings[] = {
	{ 'i', "intact",
		"It reported success, and the restored content is the snapshot: the failure did "
		"not "
		"reach it, or it coped." },
	{ 'd', "detected", "It reported a failure, and left nothing that looks like a backup." },
	{ 'M', "misreported",
		"It reported a failure, but left something that looks like a complete backup, or "
		"is one." },
	{ 'S', "silent corruption",
		"It reported success, but the restored content is not the snapshot." },
	{ 'H', "hung", "It did not end in time." },
	{ 'L', "leaked",
		"All was well, but it left something behind: a process, a snapshot, a file." },
	{ 'R', "retried", "It tried again although the error code says that this cannot help." },
	{ '?', "inconclusive",
		"The failure did not strike: the client never did what would trigger it." },
	{ 'E', "error", "The rig or the machine failed." },
	{ '.', "not run", "The reason is below." },
};

const struct matrix_meaning *matrix_meaning_at(size_t index)
{
	return index < sizeof meanings / sizeof meanings[0] ? &meanings[index] : NULL;
}

size_t matrix_count(const struct matrix *matrix, size_t row, char mark)
{
	size_t count = 0;

	for (size_t j = 0; j < matrix->column_count; j++)
		count += matrix_mark(matrix_cell(matrix, row, j)) == mark;
	return count;
}

const char *matrix_legend(void)
{
	return "i intact, d detected, M misreported, S silent-corruption, H hung, L leaked, "
	       "R retried-non-retryable, ? inconclusive, E error, . not run";
}

char *matrix_column_title(const struct matrix_column *column)
{
	if (!column->failure)
		return heap_copy("no failure");
	return heap_format("%s (%s)", column->failure, column->profile);
}

static size_t name_width(const struct matrix *matrix)
{
	size_t width = strlen("CLIENT");

	for (size_t i = 0; i < matrix->row_count; i++) {
		size_t length = strlen(matrix->rows[i].client->name);

		width = length > width ? length : width;
	}
	return width;
}

/* Prints why cells were not run, once if the reason applies to a whole row or column. */
static void not_run_print(const struct matrix *matrix, FILE *file)
{
	for (size_t i = 0; i < matrix->row_count; i++)
		if (matrix->rows[i].missing)
			fprintf(file, "%s was not run: %s\n", matrix->rows[i].client->name,
				matrix->rows[i].missing);
	for (size_t i = 0; i < matrix->column_count; i++)
		if (matrix->columns[i].missing)
			fprintf(file, "%zu is not run: %s\n", i, matrix->columns[i].missing);
}

/* Returns why the cell at INDEX has no verdict on its client; NULL if it has one, or if its whole
 * row or column has none. */
static const char *reason_of(const struct matrix *matrix, size_t index)
{
	const json_t *cell = matrix->cells[index];

	if (!strchr("E?.", matrix_mark(cell)) ||
		matrix->rows[index / matrix->column_count].missing ||
		matrix->columns[index % matrix->column_count].missing)
		return NULL;
	return json_string_value(json_object_get(cell, "why"));
}

static bool is_same_reason(const struct matrix *matrix, size_t index, size_t other)
{
	const char *why = reason_of(matrix, index), *other_why = reason_of(matrix, other);

	return why && other_why && strcmp(why, other_why) == 0 &&
	       matrix_mark(matrix->cells[index]) == matrix_mark(matrix->cells[other]);
}

static void reason_print(const struct matrix *matrix, size_t index, size_t count, FILE *file)
{
	AUTO(auto_free)
	char *title = matrix_column_title(&matrix->columns[index % matrix->column_count]);

	if (count > 1)
		fprintf(file, "%zu checks", count);
	else
		fprintf(file, "%s, %s", matrix->rows[index / matrix->column_count].client->name,
			title);
	fprintf(file, ": %s: %s\n", matrix_verdict(matrix->cells[index]), reason_of(matrix, index));
}

void matrix_print_reasons(const struct matrix *matrix, FILE *file)
{
	size_t cells = matrix->row_count * matrix->column_count;

	not_run_print(matrix, file);
	for (size_t i = 0; i < cells; i++) {
		size_t first = 0, count = 0;

		/* Nearly all of thousands of checks have a verdict. */
		if (!reason_of(matrix, i))
			continue;
		while (first < i && !is_same_reason(matrix, i, first))
			first++;
		for (size_t j = i; j < cells; j++)
			count += is_same_reason(matrix, i, j);
		if (first == i)
			reason_print(matrix, i, count, file);
	}
}

void matrix_print(const struct matrix *matrix, FILE *file)
{
	int width = (int)name_width(matrix);

	fprintf(file, "%-*s", width, "CLIENT");
	for (size_t i = 0; i < matrix->column_count; i++)
		fprintf(file, " %2zu", i);
	for (size_t i = 0; i < matrix->row_count; i++) {
		fprintf(file, "\n%-*s", width, matrix->rows[i].client->name);
		for (size_t j = 0; j < matrix->column_count; j++)
			fprintf(file, "  %c", matrix_mark(matrix_cell(matrix, i, j)));
	}
	fprintf(file, "\n\n%s\n\n", matrix_legend());
	for (size_t i = 0; i < matrix->column_count; i++) {
		AUTO(auto_free) char *title = matrix_column_title(&matrix->columns[i]);

		fprintf(file, "%2zu  %s\n", i, title);
	}
	matrix_print_reasons(matrix, file);
}
