/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/demo_table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/heap.h"
#include "scenarios/judge/verdict.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"

static struct demo_row *row_last(struct demo_table *table)
{
	MUST(table->count > 0);
	return &table->rows[table->count - 1];
}

void demo_table_begin(struct demo_table *table, const char *client)
{
	table->rows = heap_grow(table->rows, table->count, sizeof *table->rows);
	table->rows[table->count++].client = heap_copy(client);
}

void demo_table_note(void *context, const struct run_backup *backup)
{
	struct demo_row *row = row_last(context);

	if (backup->fault_struck && row->verdict == VERDICT_NONE) {
		row->verdict = backup->verdict;
		row->exit_status = backup->exit_status;
		row->left_behind = heap_copy(backup->left_behind);
	} else if (backup->verdict == VERDICT_RECOVERED) {
		row->recovered = true;
	}
}

void demo_table_end(struct demo_table *table, const struct scenario_result *result)
{
	struct demo_row *row = row_last(table);

	row->outcome = result->outcome;
	row->message = heap_copy(result->message);
	row->duration_ns = result->duration_ns;
}

void demo_table_deinit(struct demo_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->rows[i].client);
		free(table->rows[i].left_behind);
		free(table->rows[i].message);
	}
	free(table->rows);
	*table = (struct demo_table){ 0 };
}

static const char *colour_of(const struct demo_row *row)
{
	switch (row->verdict) {
	case VERDICT_INTACT:
	case VERDICT_RECOVERED:
	case VERDICT_DETECTED:
		return "\033[32m";
	case VERDICT_LEAKED:
	case VERDICT_MISREPORTED:
	case VERDICT_RETRIED_NON_RETRYABLE:
	case VERDICT_INCONCLUSIVE:
	case VERDICT_NONE:
		return "\033[33m";
	case VERDICT_SILENT_CORRUPTION:
	case VERDICT_HUNG:
		return "\033[1;31m";
	}
	return "";
}

static char *verdict_text(const struct demo_row *row)
{
	if (row->verdict == VERDICT_NONE)
		return heap_copy(outcome_name(row->outcome));
	return heap_format(
		"%s%s", verdict_name(row->verdict), row->recovered ? ", then recovered" : "");
}

#define COLUMNS 5

static const char *const titles[COLUMNS] = { "CLIENT", "EXIT", "VERDICT", "LEFT BEHIND",
	"SECONDS" };

/* The texts of a row; each is the caller's. */
static void row_texts(const struct demo_row *row, char *texts[COLUMNS])
{
	bool has_run = row->verdict != VERDICT_NONE;

	texts[0] = heap_copy(row->client);
	texts[1] = has_run ? heap_format("%d", row->exit_status) : heap_copy("-");
	texts[2] = verdict_text(row);
	texts[3] = heap_copy(has_run ? row->left_behind : "-");
	texts[4] = heap_format("%.1f", (double)row->duration_ns / (double)NS_PER_S);
}

static void widths_measure(const struct demo_table *table, int widths[COLUMNS])
{
	for (size_t column = 0; column < COLUMNS; column++)
		widths[column] = (int)strlen(titles[column]);
	for (size_t i = 0; i < table->count; i++) {
		char *texts[COLUMNS];

		row_texts(&table->rows[i], texts);
		for (size_t column = 0; column < COLUMNS; column++) {
			int length = (int)strlen(texts[column]);

			if (length > widths[column])
				widths[column] = length;
			free(texts[column]);
		}
	}
}

static void row_print(
	const struct demo_row *row, const int widths[COLUMNS], bool in_colour, FILE *file)
{
	char *texts[COLUMNS];

	row_texts(row, texts);
	for (size_t column = 0; column < COLUMNS; column++) {
		bool is_coloured = in_colour && column == 2;

		fprintf(file, "%s%s%-*s%s", column > 0 ? "  " : "",
			is_coloured ? colour_of(row) : "",
			column + 1 < COLUMNS ? widths[column] : 0, texts[column],
			is_coloured ? "\033[0m" : "");
		free(texts[column]);
	}
	fputc('\n', file);
}

static size_t verdict_count(const struct demo_table *table, enum verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += table->rows[i].verdict == verdict;
	return count;
}

/* Rows in which the fault struck. */
static size_t run_count(const struct demo_table *table)
{
	return table->count - verdict_count(table, VERDICT_NONE);
}

static size_t recovered_count(const struct demo_table *table)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += table->rows[i].recovered;
	return count;
}

static void summary_print(const struct demo_table *table, FILE *file)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct demo_row *row = &table->rows[i];

		if (row->verdict == VERDICT_SILENT_CORRUPTION)
			fprintf(file,
				"%s ended with exit code 0, and what it wrote is not the "
				"snapshot.\n",
				row->client);
		if (row->outcome != OUTCOME_PASSED && row->message)
			fprintf(file, "%s: %s: %s\n", row->client, outcome_name(row->outcome),
				row->message);
	}
	if (run_count(table) == 0)
		return;
	fprintf(file,
		"%zu of %zu reported the failure and left nothing that looks complete; a new\n"
		"snapshot after the writers had stopped was backed up intact by %zu.\n",
		verdict_count(table, VERDICT_DETECTED), run_count(table), recovered_count(table));
}

void demo_table_print(const struct demo_table *table, FILE *file)
{
	const char *no_colour = getenv("NO_COLOR");
	bool in_colour = isatty(fileno(file)) && !(no_colour && *no_colour);
	int widths[COLUMNS];

	widths_measure(table, widths);
	fputs("The COW file overflows while the backup reads its snapshot:\n\n", file);
	for (size_t column = 0; column < COLUMNS; column++)
		fprintf(file, "%s%-*s", column > 0 ? "  " : "",
			column + 1 < COLUMNS ? widths[column] : 0, titles[column]);
	fputc('\n', file);
	for (size_t i = 0; i < table->count; i++)
		row_print(&table->rows[i], widths, in_colour, file);
	fputc('\n', file);
	summary_print(table, file);
}

int demo_table_exit_code(const struct demo_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		enum outcome outcome = table->rows[i].outcome;

		if (outcome == OUTCOME_ERROR || outcome == OUTCOME_INCONCLUSIVE)
			return EXIT_RIG;
	}
	return run_count(table) > 0 ? EXIT_MET : EXIT_SKIPPED;
}
