/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matrix.h - clients by failures: a check in each cell.
 *
 * A row is a client, a column a failure on a profile; the first column has no failure.  A cell is
 * a JSON object, that of check_json() plus its `client`; if there was no check, `verdict` is "not
 * run", and `why` has the reason.  So the table, the reports and a later run that resumes from
 * them read the same.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_MATRIX_H
#define SNAPRIG_SCENARIOS_CLI_MATRIX_H

#include <jansson.h>

#include "scenarios/cli/check.h"

#define MATRIX_NOT_RUN "not run"

struct matrix_row {
	struct client *client;
	struct check_arguments arguments; /* of each check in the row */
	char *version;			  /* of the tool's package; NULL: unknown */
	char *missing;			  /* why none of the row can run; NULL: it can */
};

struct matrix_column {
	char *failure; /* NULL: none */
	char *path;
	char *profile; /* NULL: the default of a check */
	char *about;   /* what happens; or NULL */
	char *missing; /* as in a row */
	enum failure_clients clients;
};

struct matrix {
	struct matrix_row *rows;
	size_t row_count;
	struct matrix_column *columns;
	size_t column_count;
	json_t **cells; /* row by row; NULL: not run yet */
	char *words;	/* the command line again, without options about running and reporting */
	struct environments environments; /* of this run */
};

/* The arguments as typed by the user. */
struct matrix_arguments {
	struct check_arguments check; /* size, profile, seed, work, time limit */
	const char *failures;	      /* names, patterns or paths, separated by commas; NULL: all */
	const char *jobs_text;
	struct command_texts images, reports, clients;
	const char *resume;
	bool as_json;
	uint64_t jobs;
};

/* matrix_cells.c: makes the rows of NAMES (all adapters if COUNT is 0) and the requested columns.
 * Returns EXIT_MET, or EXIT_USAGE or EXIT_RIG after a message. */
int matrix_make(const struct matrix_arguments *arguments, const char *const *names, size_t count,
	struct matrix *ret);
void matrix_deinit(struct matrix *matrix);

/* matrix_jobs.c: runs the missing cells, JOBS at a time, and calls OVER once before the first and
 * after each cell.  If OVER returns anything but EXIT_MET, ends, and returns that. */
int matrix_run(struct matrix *matrix, unsigned jobs,
	int (*over)(void *context, const struct matrix *matrix), void *context);

/* matrix_json.c: returns the whole matrix, a new reference. */
json_t *matrix_json(const struct matrix *matrix);

/* Takes the cells of equal checks from the report at PATH.  Returns 0, or -EINVAL after a
 * message. */
int matrix_resume(struct matrix *matrix, const char *path);

/* matrix_text.c: the one-character mark for the verdict of CELL in a table. */
char matrix_mark(const json_t *cell);

/* The meaning of each mark; NULL after the last. */
struct matrix_meaning {
	char mark;
	const char *name, *meaning;
};
const struct matrix_meaning *matrix_meaning_at(size_t index);

/* Returns how many cells of ROW have MARK. */
size_t matrix_count(const struct matrix *matrix, size_t row, char mark);

/* "i intact, d detected, …" */
const char *matrix_legend(void);
char *matrix_column_title(const struct matrix_column *column);
void matrix_print(const struct matrix *matrix, FILE *file);

/* Prints why checks were not run, failed or were inconclusive: one line per reason. */
void matrix_print_reasons(const struct matrix *matrix, FILE *file);

/* matrix_markdown.c, matrix_html.c */
void matrix_write_markdown(const struct matrix *matrix, FILE *file);
void matrix_write_html(const struct matrix *matrix, FILE *file);

const json_t *matrix_cell(const struct matrix *matrix, size_t row, size_t column);
const char *matrix_verdict(const json_t *cell);

#endif
