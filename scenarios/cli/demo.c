/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo.c - snaprig demo: the most telling rows and columns of the matrix, in words.
 *
 * The tools are those that `make demo` finds or installs, and each shows something: a pipe without
 * pipefail and a tool that continues report success whatever they read; tar fills up with zeros;
 * dd stops immediately; partclone and the reference client retry, and miss a read that ends early.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/cli/check_arguments.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/matrix.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/json_output.h"

#define SIZE	 "16MiB"
#define FAILURES "cow-overflow,read-error,read-error-once,truncated-source"
#define PROFILE	 "actiphy"

static const char *const clients[] = { "dd-gzip", "e2image", "tar", "dd", "partclone",
	"reference" };

#define CLIENTS (sizeof clients / sizeof clients[0])

/* Most of the time, the tools wait, but not for a CPU. */
#define JOBS_PER_PROCESSOR 3u

static const struct {
	const char *verdict, *word, *meaning, *colour;
} words[] = {
	{ "silent-corruption", "SILENT",
		"exit code 0, but the restored content is not the snapshot (silent corruption)",
		"\033[1;31m" },
	{ "misreported", "misreported",
		"it failed, but left something that looks like a complete backup", "\033[33m" },
	{ "detected", "detected", "it failed, and left nothing that looks like a backup",
		"\033[32m" },
	{ "intact", "intact", "the restored content is the snapshot", "\033[32m" },
	{ "hung", "hung", "it did not end in time", "\033[1;31m" },
	{ "leaked", "leaked", "it left something behind", "\033[33m" },
	{ "inconclusive", "inconclusive", "the failure did not strike", "\033[33m" },
	{ "error", "error", "the rig or the machine failed", "\033[33m" },
	{ MATRIX_NOT_RUN, "-", "not run here", "" },
};

#define WORDS (sizeof words / sizeof words[0])

static size_t word_of(const json_t *cell)
{
	size_t i = 0;

	while (i + 1 < WORDS && strcmp(words[i].verdict, matrix_verdict(cell)) != 0)
		i++;
	return i;
}

/* The progress bar of the matrix says enough. */
static int cell_over(void *context, const struct matrix *matrix)
{
	(void)context;
	(void)matrix;
	return EXIT_MET;
}

/* ---- the table ---- */

static const char *title_of(const struct matrix_column *column)
{
	return column->failure ? column->failure : "none";
}

/* As wide as its content. */
static int column_width(const struct matrix *matrix, size_t column)
{
	size_t width = strlen(title_of(&matrix->columns[column]));

	for (size_t i = 0; i < matrix->row_count; i++) {
		size_t length = strlen(words[word_of(matrix_cell(matrix, i, column))].word);

		width = length > width ? length : width;
	}
	return (int)width;
}

static int client_width(void)
{
	size_t width = strlen("CLIENT");

	for (size_t i = 0; i < CLIENTS; i++)
		width = strlen(clients[i]) > width ? strlen(clients[i]) : width;
	return (int)width;
}

static void cell_print(const struct matrix *matrix, size_t row, size_t column, bool in_colour)
{
	size_t word = word_of(matrix_cell(matrix, row, column));
	bool is_last = column + 1 == matrix->column_count;

	printf("  %s%-*s%s", in_colour ? words[word].colour : "",
		is_last ? 0 : column_width(matrix, column), words[word].word,
		in_colour ? "\033[0m" : "");
}

static void table_print(const struct matrix *matrix, bool in_colour)
{
	printf("%-*s  FAILURE\n%-*s", client_width(), "", client_width(), "CLIENT");
	for (size_t j = 0; j < matrix->column_count; j++)
		printf("  %-*s", j + 1 == matrix->column_count ? 0 : column_width(matrix, j),
			title_of(&matrix->columns[j]));
	putchar('\n');
	for (size_t i = 0; i < matrix->row_count; i++) {
		printf("%-*s", client_width(), matrix->rows[i].client->name);
		for (size_t j = 0; j < matrix->column_count; j++)
			cell_print(matrix, i, j, in_colour);
		putchar('\n');
	}
}

static size_t verdict_count(const struct matrix *matrix, size_t word)
{
	size_t count = 0;

	for (size_t i = 0; i < matrix->row_count * matrix->column_count; i++)
		count += word_of(matrix->cells[i]) == word;
	return count;
}

/* The meaning of the words that occur. */
static void legend_print(const struct matrix *matrix)
{
	putchar('\n');
	for (size_t i = 0; i < WORDS; i++)
		if (verdict_count(matrix, i) > 0)
			printf("%-11s  %s\n", words[i].word, words[i].meaning);
	matrix_print_reasons(matrix, stdout);
}

/* Counts backups after the remedy of a failure. */
static void remedies_print(const struct matrix *matrix)
{
	size_t count = 0, right = 0;

	for (size_t i = 0; i < matrix->row_count * matrix->column_count; i++) {
		const char *remedy = json_string_value(json_object_get(matrix->cells[i], "remedy"));

		count += remedy != NULL;
		right += remedy &&
			 (strcmp(remedy, "recovered") == 0 || strcmp(remedy, "intact") == 0);
	}
	if (count == 0)
		return;
	printf("\nAfter the remedies, the next backup was right %zu times out of %zu.\n", right,
		count);
}

static void demo_print(const struct matrix *matrix)
{
	const char *no_colour = getenv("NO_COLOR");
	bool in_colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour);

	puts("Snapshots break while backup tools read them. This is how the tools react:\n");
	table_print(matrix, in_colour);
	legend_print(matrix);
	remedies_print(matrix);
}

/* ---- the command ---- */

/* The rig did its part in each cell that could be run, whatever the tools' result. */
static int code_of(const struct matrix *matrix)
{
	int code = EXIT_SKIPPED;

	for (size_t i = 0; i < matrix->row_count * matrix->column_count; i++) {
		const char *verdict = matrix_verdict(matrix->cells[i]);

		if (strcmp(verdict, "error") == 0 || strcmp(verdict, "inconclusive") == 0)
			return EXIT_RIG;
		if (strcmp(verdict, MATRIX_NOT_RUN) != 0 && strcmp(verdict, "skipped") != 0)
			code = EXIT_MET;
	}
	return code;
}

struct values {
	bool json;
};

static void document_print(const struct matrix *matrix)
{
	json_t *document = matrix_json(matrix);

	json_output_write(document, JSON_OUTPUT_FLAGS, stdout);
	json_decref(document);
}

static int demo_run(const struct matrix_arguments *arguments, bool as_json)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct matrix matrix = { 0 };
	int code = matrix_make(arguments, clients, CLIENTS, &matrix);

	if (code == EXIT_MET) {
		interrupt_watch();
		code = matrix_run(
			&matrix, JOBS_PER_PROCESSOR * (unsigned)processors, cell_over, NULL);
	}
	if (code == EXIT_MET && !interrupt_seen()) {
		(as_json ? document_print : demo_print)(&matrix);
		code = code_of(&matrix);
	}
	matrix_deinit(&matrix);
	return code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct matrix_arguments arguments = {
		.check = { .seed = 1, .size = SIZE, .profile = PROFILE },
		.failures = FAILURES,
	};
	struct values values = { 0 };
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	arguments.check.words = heap_copy("");
	exit_code = check_arguments_read_values(&arguments.check) < 0
			    ? EXIT_RIG
			    : demo_run(&arguments, values.json);
	check_arguments_deinit(&arguments.check);
	interrupt_obey();
	return exit_code;
}

static const struct command_option options[] = {
	{ "json", NULL, "print the checks as JSON, as 'snaprig matrix' does",
		.offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line demo_command = {
	.name = "demo",
	.summary = "run six backup tools against four failures",
	.options = options,
	.about =
		"Breaks snapshots while backup tools read them: the COW file overflows, a sector "
		"is\n"
		"bad, once or permanently, or the snapshot ends early without an error.  Prints a\n"
		"table of how each tool reacted.  'snaprig matrix' does this for all tools and\n"
		"failures.",
	.examples = "  snaprig demo\n",
	.exits = "  0    the runs themselves worked, whatever they showed\n"
		 "  2    the command line is wrong\n"
		 "  4    the rig failed\n"
		 "  77   nothing could be run on this machine\n",
	.run = run,
};
