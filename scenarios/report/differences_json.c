/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/differences_json.h"

#include <string.h>

#include "scenarios/base/json_member.h"
#include "scenarios/report/text.h"

/* A limit for values that are read; no map is larger. */
#define SIZE_MAX_BYTES (UINT64_C(1) << 60)

/* ---- writing ---- */

static json_t *cells_row(const struct difference_cell *cell, size_t first, size_t last)
{
	json_t *row = json_pack("[I, I]", (json_int_t)first, (json_int_t)last);

	for (unsigned kind = 0; kind < DIFFERENCE_KINDS; kind++)
		json_array_append_new(row, json_integer(cell->counts[kind]));
	return row;
}

/* Adjacent equal cells form one row; cells without differences have none. */
static json_t *cells_json(const struct differences *differences)
{
	json_t *rows = json_array();
	size_t next;

	for (size_t i = 0; i < differences->cell_count; i = next) {
		const struct difference_cell *cell = &differences->cells[i];

		for (next = i + 1; next < differences->cell_count; next++) {
			if (memcmp(cell, &differences->cells[next], sizeof *cell) != 0)
				break;
		}
		if (difference_cell_kind(cell) != DIFFERENCE_KINDS)
			json_array_append_new(rows, cells_row(cell, i, next - 1));
	}
	return rows;
}

static json_t *runs_json(const struct differences *differences)
{
	json_t *runs = json_array();

	for (size_t i = 0; i < differences->run_count; i++) {
		const struct difference_run *run = &differences->runs[i];

		json_array_append_new(
			runs, json_pack("{s:s, s:I, s:I}", "holds", difference_kind_name(run->kind),
				      "begin_bytes", (json_int_t)run->begin_bytes, "end_bytes",
				      (json_int_t)run->end_bytes));
	}
	return runs;
}

static json_t *names_json(const struct differences *differences)
{
	json_t *names = json_array();

	for (size_t i = 0; i < differences->name_count; i++)
		json_array_append_new(
			names, json_pack("{s:o, s:o}", "path",
				       report_text_json(differences->names[i].path), "what",
				       report_text_json(differences->names[i].what)));
	return names;
}

json_t *differences_json(const struct differences *differences)
{
	if (!differences)
		return json_null();

	json_t *object = json_pack("{s:I, s:I}", "compared",
		(json_int_t)differences->compared_count, "different",
		(json_int_t)differences->different_count);

	if (differences->cell_count == 0) {
		json_object_set_new(object, "names", names_json(differences));
		return object;
	}
	json_object_set_new(
		object, "size_bytes", json_integer((json_int_t)differences->size_bytes));
	json_object_set_new(
		object, "restored_bytes", json_integer((json_int_t)differences->restored_bytes));
	json_object_set_new(object, "runs", runs_json(differences));
	json_object_set_new(
		object, "runs_dropped", json_integer((json_int_t)differences->runs_dropped));
	json_object_set_new(
		object, "cell_bytes", json_integer((json_int_t)differences->cell_bytes));
	json_object_set_new(object, "cells", cells_json(differences));
	return object;
}

/* ---- reading ---- */

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number < 0 ? 0 : (uint64_t)number;
}

static uint64_t number_at(const json_t *row, size_t index)
{
	json_int_t number = json_integer_value(json_array_get(row, index));

	return number < 0 ? 0 : (uint64_t)number;
}

static void cells_read(const json_t *rows, struct differences *differences)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		uint64_t last = number_at(row, 1);

		for (uint64_t cell = number_at(row, 0);
			cell <= last && cell < differences->cell_count; cell++) {
			for (unsigned kind = 0; kind < DIFFERENCE_KINDS; kind++)
				differences->cells[cell].counts[kind] = (uint32_t)number_at(
					row, 2 + kind);
		}
	}
}

static void runs_read(const json_t *runs, struct differences *differences)
{
	const json_t *run;
	size_t i;

	json_array_foreach(runs, i, run)
	{
		enum difference_kind kind = 0;

		while (kind < DIFFERENCE_MISSING &&
			strcmp(difference_kind_name(kind), member_text(run, "holds")) != 0)
			kind++;
		differences_add_run(differences, kind, number_of(run, "begin_bytes"),
			number_of(run, "end_bytes"));
	}
}

struct differences *differences_read_json(const json_t *json)
{
	const json_t *names = json_object_get(json, "names"), *name;
	uint64_t size_bytes = number_of(json, "size_bytes");
	struct differences *differences;
	size_t i;

	if (!json_is_object(json))
		return NULL;
	differences = differences_create();
	differences->compared_count = (size_t)number_of(json, "compared");
	differences->different_count = (size_t)number_of(json, "different");
	json_array_foreach(names, i, name)
	{
		differences_add_name(
			differences, member_text(name, "path"), member_text(name, "what"));
	}
	if (size_bytes > 0 && size_bytes < SIZE_MAX_BYTES) {
		differences_set_size(differences, size_bytes);
		differences->restored_bytes = number_of(json, "restored_bytes");
		cells_read(json_object_get(json, "cells"), differences);
		runs_read(json_object_get(json, "runs"), differences);
		differences->runs_dropped += (size_t)number_of(json, "runs_dropped");
	}
	return differences;
}
