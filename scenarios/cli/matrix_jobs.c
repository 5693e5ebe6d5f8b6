/* SPDX-License-Identifier: Apache-2.0 */
/* matrix_jobs.c - runs the cells, several at a time. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/base/quote.h"
#include "scenarios/base/workers.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/matrix.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/progress_bar.h"

struct matrix_jobs {
	struct matrix *matrix;
	size_t next;	    /* the first cell not yet considered */
	size_t over_before; /* cells that were known before the run */
	int (*over)(void *context, const struct matrix *matrix);
	void *context;
	int code; /* the latest result of `over` */
};

static const struct matrix_row *row_of(const struct matrix *matrix, size_t cell)
{
	return &matrix->rows[cell / matrix->column_count];
}

static const struct matrix_column *column_of(const struct matrix *matrix, size_t cell)
{
	return &matrix->columns[cell % matrix->column_count];
}

/* Returns the command that runs only this cell. */
static char *replay_of(const struct matrix *matrix, size_t cell)
{
	const struct matrix_column *column = column_of(matrix, cell);
	const struct check_arguments *check = &row_of(matrix, cell)->arguments;
	AUTO(auto_free) char *client = shell_quote(row_of(matrix, cell)->client->name);
	AUTO(auto_free)
	char *failure = shell_quote(column->failure ? column->failure : "none");
	AUTO(auto_free)
	char *profile = column->profile ? heap_format(" --profile %s", column->profile)
					: heap_copy("");
	AUTO(auto_free)
	char *size = check->size ? heap_format(" --size %s", check->size) : heap_copy("");

	return heap_format("snaprig matrix %s --failures %s%s%s --seed %llu", client, failure,
		profile, size, (unsigned long long)check->seed);
}

static json_t *cell_without_run(const struct matrix *matrix, size_t cell, const char *why)
{
	const struct matrix_column *column = column_of(matrix, cell);

	return json_pack("{s:s, s:s?, s:s?, s:s, s:s}", "client",
		row_of(matrix, cell)->client->name, "failure", column->failure, "profile",
		column->profile, "verdict", MATRIX_NOT_RUN, "why", why);
}

/* Returns why the client of CELL cannot meet its failure; NULL if it can. */
static const char *misfit_of(const struct matrix *matrix, size_t cell)
{
	const struct matrix_row *row = row_of(matrix, cell);
	const struct matrix_column *column = column_of(matrix, cell);
	enum client_gives gives = row->client->gives;

	if (row->missing || column->missing)
		return row->missing ? row->missing : column->missing;
	if (column->clients == FAILURE_OF_LVM && gives != CLIENT_GIVES_LVM)
		return "only clients that use LVM can meet it";
	if (column->clients == FAILURE_OF_XAPI && gives != CLIENT_GIVES_XAPI)
		return "only clients that use XAPI can meet it";
	if (!column->profile)
		return NULL;
	if (gives == CLIENT_GIVES_LVM && strcmp(column->profile, "lvm") != 0)
		return "the client uses LVM, which needs profile lvm";
	if (gives == CLIENT_GIVES_XAPI && strcmp(column->profile, "xen") != 0)
		return "the client uses XAPI, which needs profile xen";
	return NULL;
}

/* ---- in the child ---- */

static json_t *cell_check(const struct matrix *matrix, size_t cell)
{
	const struct matrix_column *column = column_of(matrix, cell);
	struct failure *failure = NULL;
	struct check_result result;
	json_t *object;

	if (column->path && failure_load(column->path, stderr, &failure) < 0)
		return cell_without_run(matrix, cell, "the failure file can no longer be read");
	check_run(&row_of(matrix, cell)->arguments, failure, column->profile, &result);
	free(result.replay);
	result.replay = replay_of(matrix, cell);
	object = check_json(&result);
	json_object_set_new(object, "client", json_string(row_of(matrix, cell)->client->name));
	check_result_deinit(&result);
	return object;
}

static void cell_run(void *context, size_t cell, FILE *file)
{
	const struct matrix_jobs *jobs = context;
	json_t *object = cell_check(jobs->matrix, cell);

	/* An interrupted check is not a result. */
	if (!interrupt_seen())
		json_dumpf(object, file, JSON_COMPACT);
	json_decref(object);
}

/* ---- in the parent ---- */

static size_t cells_over(const struct matrix *matrix)
{
	size_t over = 0;

	for (size_t i = 0; i < matrix->row_count * matrix->column_count; i++)
		over += matrix->cells[i] != NULL;
	return over;
}

static void cell_over(void *context, size_t cell, const json_t *document, const char *why)
{
	struct matrix_jobs *jobs = context;
	json_t **place = &jobs->matrix->cells[cell];

	if (!document && interrupt_seen())
		return;
	if (document) {
		*place = json_deep_copy(document);
	} else {
		*place = cell_without_run(jobs->matrix, cell, why);
		json_object_set_new(*place, "verdict", json_string("error"));
		json_object_set_new(*place, "code", json_integer(EXIT_RIG));
	}
	progress_bar_set(cells_over(jobs->matrix) - jobs->over_before);
	if (jobs->code == EXIT_MET)
		jobs->code = jobs->over(jobs->context, jobs->matrix);
}

/* Returns the next cell to run; marks those on the way that cannot run. */
static bool cell_next(void *context, size_t *ret)
{
	struct matrix_jobs *jobs = context;
	struct matrix *matrix = jobs->matrix;

	while (jobs->code == EXIT_MET && jobs->next < matrix->row_count * matrix->column_count) {
		size_t cell = jobs->next++;
		const char *missing = misfit_of(matrix, cell);

		if (matrix->cells[cell])
			continue;
		if (!missing) {
			*ret = cell;
			return true;
		}
		matrix->cells[cell] = cell_without_run(matrix, cell, missing);
	}
	return false;
}

int matrix_run(struct matrix *matrix, unsigned count,
	int (*over)(void *context, const struct matrix *matrix), void *context)
{
	struct matrix_jobs jobs = {
		.matrix = matrix,
		.over = over,
		.context = context,
		.over_before = cells_over(matrix),
		.code = over(context, matrix),
	};
	struct workers_order workers = {
		.count = count,
		.context = &jobs,
		.next = cell_next,
		.work = cell_run,
		.over = cell_over,
	};

	progress_bar_begin(
		"checks", "checks", matrix->row_count * matrix->column_count - jobs.over_before);
	workers_run(&workers);
	progress_bar_end();
	/* Report what could not be run at the end, too. */
	if (jobs.code == EXIT_MET && !interrupt_seen())
		jobs.code = over(context, matrix);
	return jobs.code;
}
