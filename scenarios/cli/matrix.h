/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matrix.h - clients by failures: a check in each cell.
 *
 * A row is a client, a column a failure on a profile; the first column has none.  A cell is
 * an object of JSON, that of check_json() with its `client`; its `verdict` is "not run" when
 * there was no check, and `why` says the reason.  So the table, the reports and what a later
 * run goes on from read the same.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_MATRIX_H
#define SNAPRIG_SCENARIOS_CLI_MATRIX_H

#include <jansson.h>

#include "scenarios/cli/check.h"

#define MATRIX_NOT_RUN "not run"

struct matrix_row {
	struct client *client;
	struct check_arguments arguments; /* of each check in it */
	char *version;			  /* of the tool's package; NULL: nobody knows */
	char *missing;			  /* why none of them can run; NULL: they can */
};

struct matrix_column {
	char *failure; /* NULL: none */
	char *path;
	char *profile; /* NULL: a check's own */
	char *about;   /* what happens; NULL: nothing */
	char *missing; /* as of a row */
	enum failure_clients clients;
};

struct matrix {
	struct matrix_row *rows;
	size_t row_count;
	struct matrix_column *columns;
	size_t column_count;
	json_t **cells; /* row by row; NULL: it is still to run */
	char *words;	/* the command line again, without how it is run and reported */
	struct environments environments; /* this one */
};

/* What is typed. */
struct matrix_arguments {
	struct check_arguments check; /* size, profile, seed, work, time limit */
	const char *failures;	      /* names, patterns or paths, with commas; NULL: all */
	const char *jobs_text;
	struct command_texts images, reports, clients;
	const char *resume;
	bool as_json;
	uint64_t jobs;
};

/* matrix_cells.c: the rows of NAMES (all adapters when there are none) and the columns that
 * are asked for: EXIT_MET, or EXIT_USAGE or EXIT_RIG after a message. */
int matrix_make(const struct matrix_arguments *arguments, const char *const *names, size_t count,
	struct matrix *ret);
void matrix_deinit(struct matrix *matrix);

/* matrix_jobs.c: runs what is still to run, JOBS at a time, and calls OVER after each cell,
 * and once before the first: what it returns but EXIT_MET ends all, and is returned. */
int matrix_run(struct matrix *matrix, unsigned jobs,
	int (*over)(void *context, const struct matrix *matrix), void *context);

/* matrix_json.c: all of it, a new reference. */
json_t *matrix_json(const struct matrix *matrix);

/* Takes the cells of the report at PATH that are the same check: 0, or -EINVAL after a message. */
int matrix_resume(struct matrix *matrix, const char *path);

/* matrix_text.c: what stands for the verdict of CELL in a table, one character. */
char matrix_mark(const json_t *cell);

/* What each of these characters means; NULL behind the last. */
struct matrix_meaning {
	char mark;
	const char *name, *meaning;
};
const struct matrix_meaning *matrix_meaning_at(size_t index);

/* How many cells of ROW have MARK. */
size_t matrix_count(const struct matrix *matrix, size_t row, char mark);

/* "i intact, d detected, …" */
const char *matrix_legend(void);
char *matrix_column_title(const struct matrix_column *column);
void matrix_print(const struct matrix *matrix, FILE *file);

/* Why checks were not run, failed or were inconclusive: a line for each reason. */
void matrix_print_reasons(const struct matrix *matrix, FILE *file);

/* matrix_markdown.c, matrix_html.c */
void matrix_write_markdown(const struct matrix *matrix, FILE *file);
void matrix_write_html(const struct matrix *matrix, FILE *file);

const json_t *matrix_cell(const struct matrix *matrix, size_t row, size_t column);
const char *matrix_verdict(const json_t *cell);

#endif
