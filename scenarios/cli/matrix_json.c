/* SPDX-License-Identifier: Apache-2.0 */
/* matrix_json.c - the matrix for programs, and for a run that resumes from it. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "scenarios/cli/matrix.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"

const json_t *matrix_cell(const struct matrix *matrix, size_t row, size_t column)
{
	return matrix->cells[row * matrix->column_count + column];
}

const char *matrix_verdict(const json_t *cell)
{
	const char *verdict = json_string_value(json_object_get(cell, "verdict"));

	return verdict ? verdict : MATRIX_NOT_RUN;
}

static json_t *clients_json(const struct matrix *matrix)
{
	json_t *clients = json_array();

	for (size_t i = 0; i < matrix->row_count; i++) {
		const struct matrix_row *row = &matrix->rows[i];

		json_array_append_new(
			clients, json_pack("{s:s, s:o, s:s?, s:s?, s:I}", "name", row->client->name,
					 "about", report_text_json(row->client->about), "version",
					 row->version, "missing", row->missing, "volume_bytes",
					 (json_int_t)row->arguments.volume_bytes));
	}
	return clients;
}

static json_t *failures_json(const struct matrix *matrix)
{
	json_t *failures = json_array();

	for (size_t i = 0; i < matrix->column_count; i++) {
		const struct matrix_column *column = &matrix->columns[i];

		json_array_append_new(
			failures, json_pack("{s:s?, s:s?, s:s?}", "failure", column->failure,
					  "profile", column->profile, "missing", column->missing));
	}
	return failures;
}

json_t *matrix_json(const struct matrix *matrix)
{
	json_t *cells = json_array();
	struct utsname kernel;

	for (size_t i = 0; i < matrix->row_count * matrix->column_count; i++)
		if (matrix->cells[i])
			json_array_append(cells, matrix->cells[i]);
	return json_pack("{s:i, s:I, s:s, s:o, s:o, s:o}", "schema_version", SCHEMA_VERSION,
		"wall_seconds", (json_int_t)clock_wall_seconds(), "kernel",
		uname(&kernel) == 0 ? kernel.release : "", "clients", clients_json(matrix),
		"failures", failures_json(matrix), "cells", cells);
}

/* ---- resuming ---- */

static bool is_same(const json_t *object, const char *key, const char *text)
{
	const char *its = json_string_value(json_object_get(object, key));

	return text ? its && strcmp(its, text) == 0 : !its;
}

/* Returns whether CLIENT, of a report, is the same tool on the same volume as in ROW. */
static bool is_row(const struct matrix_row *row, const json_t *client)
{
	return is_same(client, "name", row->client->name) &&
	       is_same(client, "version", row->version) &&
	       json_integer_value(json_object_get(client, "volume_bytes")) ==
		       (json_int_t)row->arguments.volume_bytes;
}

static bool has_row(const json_t *report, const struct matrix_row *row)
{
	const json_t *client;
	size_t i;

	json_array_foreach(json_object_get(report, "clients"), i, client)
	{
		if (is_row(row, client))
			return true;
	}
	return false;
}

/* Returns whether the check was run, and ended. */
static bool is_whole(const json_t *cell)
{
	const char *verdict = matrix_verdict(cell);

	return strcmp(verdict, MATRIX_NOT_RUN) != 0 && strcmp(verdict, "error") != 0 &&
	       strcmp(verdict, "skipped") != 0;
}

/* A check without a failure states its profile, which need not have been requested. */
static bool is_column(const struct matrix_column *column, const json_t *cell)
{
	return is_same(cell, "failure", column->failure) &&
	       ((!column->failure && !column->profile) ||
		       is_same(cell, "profile", column->profile));
}

static void cell_put(struct matrix *matrix, const json_t *report, json_t *cell)
{
	for (size_t i = 0; i < matrix->row_count; i++) {
		const struct matrix_row *row = &matrix->rows[i];

		if (!is_same(cell, "client", row->client->name) || !has_row(report, row) ||
			json_integer_value(json_object_get(cell, "seed")) !=
				(json_int_t)row->arguments.seed)
			continue;
		for (size_t j = 0; j < matrix->column_count; j++) {
			json_t **place = &matrix->cells[i * matrix->column_count + j];

			if (!*place && is_column(&matrix->columns[j], cell))
				*place = json_incref(cell);
		}
	}
}

int matrix_resume(struct matrix *matrix, const char *path)
{
	json_error_t mistake;
	json_t *report = json_load_file(path, 0, &mistake), *cell;
	const json_t *cells = json_object_get(report, "cells");
	size_t i;

	if (!json_is_array(cells)) {
		log_error("cannot resume from '%s': %s", path,
			report ? "it is not a report of a matrix (--report json=FILE)"
			       : mistake.text);
		json_decref(report);
		return -EINVAL;
	}
	json_array_foreach(cells, i, cell)
	{
		if (is_whole(cell))
			cell_put(matrix, report, cell);
	}
	json_decref(report);
	return 0;
}
