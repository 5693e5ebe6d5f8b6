/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "faults/gauge.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/sizes.h"
#include "simfs/base/wrap.h"
#include "simfs/control/protocol.h"

/* With less room than this for its last column, a table is printed as records. */
#define LAST_COLUMN_MIN 20
#define RECORD_HANG	4

/* The width of labels: "transport". */
#define LABEL_WIDTH 11

/* ---- columns ---- */

static const char *cell(const json_t *rows, size_t row, size_t column)
{
	const char *text = json_string_value(json_array_get(json_array_get(rows, row), column));

	return text ? text : "-";
}

/* Prints row ROW (-1: HEADINGS) as one line; the last cell is wrapped within its column. */
static void print_row(const char *const *headings, const json_t *rows, ssize_t row,
	const size_t *widths, size_t columns, FILE *file)
{
	char *line = NULL;
	size_t length, hang = 0;
	FILE *text = open_memstream(&line, &length);

	if (!text)
		return;
	for (size_t column = 0; column < columns; column++) {
		const char *shown = row < 0 ? headings[column] : cell(rows, (size_t)row, column);

		if (column + 1 == columns)
			fputs(shown, text);
		else
			fprintf(text, "%-*s  ", (int)widths[column], shown);
		hang += column + 1 == columns ? 0 : widths[column] + 2;
	}
	fclose(text);
	wrap_line(line, hang, wrap_columns(file), file);
	free(line);
}

/* When columns do not fit beside each other, prints a line for each cell. */
static void print_as_records(const char *const *headings, const json_t *rows, size_t columns,
	unsigned terminal, FILE *file)
{
	for (size_t row = 0; row < json_array_size(rows); row++) {
		wrap_line(cell(rows, row, 0), RECORD_HANG, terminal, file);
		for (size_t column = 1; column < columns; column++) {
			char *line = NULL;

			if (asprintf(&line, "  %s: %s", headings[column], cell(rows, row, column)) <
				0)
				continue;
			wrap_line(line, RECORD_HANG, terminal, file);
			free(line);
		}
	}
}

void cli_table_print(const char *const *headings, const json_t *rows, FILE *file)
{
	size_t widths[CLI_TABLE_COLUMNS_MAX] = { 0 };
	size_t columns = 0, before_last = 0;
	unsigned terminal = wrap_columns(file);

	while (columns < CLI_TABLE_COLUMNS_MAX && headings[columns])
		columns++;
	for (size_t column = 0; column < columns; column++) {
		widths[column] = strlen(headings[column]);
		for (size_t row = 0; row < json_array_size(rows); row++) {
			size_t width = strlen(cell(rows, row, column));

			if (width > widths[column])
				widths[column] = width;
		}
	}

	for (size_t column = 0; column + 1 < columns; column++)
		before_last += widths[column] + 2;
	if (terminal > 0 && before_last + LAST_COLUMN_MIN > terminal) {
		print_as_records(headings, rows, columns, terminal, file);
		return;
	}
	for (ssize_t row = -1; row < (ssize_t)json_array_size(rows); row++)
		print_row(headings, rows, row, widths, columns, file);
}

void cli_table_line(FILE *file, const char *format, ...)
{
	AUTO(auto_free) char *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&line, format, arguments) < 0)
		line = NULL;
	va_end(arguments);
	if (line)
		wrap_line(line, LABEL_WIDTH, wrap_columns(file), file);
}

/* ---- the parts of a status ---- */

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "-";
}

/* A size in OBJECT for people; NONE if it is null. */
static const char *size_of(
	const json_t *object, const char *name, const char *none, char *buffer, size_t length)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value))
		return none;
	return size_format((uint64_t)json_integer_value(value), buffer, length);
}

static json_t *snapshot_row(const json_t *snapshot)
{
	const json_t *store = json_object_get(snapshot, "store");
	char used[32], limit[32], blocks[32];

	snprintf(blocks, sizeof blocks, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(store, "blocks")));
	return json_pack("[s, s, s, s, s, s, s]", text_of(snapshot, "name"),
		text_of(snapshot, "state"), text_of(snapshot, "error"),
		size_of(store, "used_bytes", "-", used, sizeof used),
		size_of(store, "limit_bytes", "none", limit, sizeof limit), blocks,
		text_of(snapshot, "native"));
}

void cli_table_snapshots(const json_t *snapshots, FILE *file)
{
	static const char *const headings[] = { "SNAPSHOT", "STATE", "ERROR", "USED", "LIMIT",
		"BLOCKS", "NATIVE", NULL };
	json_t *rows = json_array();
	json_t *snapshot;
	size_t index;

	json_array_foreach(snapshots, index, snapshot)
		json_array_append_new(rows, snapshot_row(snapshot));
	if (json_array_size(rows) > 0)
		cli_table_print(headings, rows, file);
	else
		fputs("no snapshots\n", file);
	json_decref(rows);
}

void cli_gauge_format(const char *name, const json_t *value, char *buffer, size_t length)
{
	double number = json_number_value(value);
	enum gauge gauge;

	if (gauge_find(name, &gauge) < 0)
		snprintf(buffer, length, "%g", number);
	else if (gauge_at(gauge)->unit == GAUGE_SHARE)
		gauge_value_format(gauge, (uint64_t)(number * 1000000 + 0.5), buffer, length);
	else if (gauge_at(gauge)->unit == GAUGE_BYTES)
		size_format((uint64_t)json_integer_value(value), buffer, length);
	else if (gauge_at(gauge)->unit == GAUGE_TIME)
		snprintf(buffer, length, "%.1f s", number);
	else
		snprintf(buffer, length, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

static void print_gauges(json_t *gauges, FILE *file)
{
	static const char *const headings[] = { "GAUGE", "VALUE", NULL };
	json_t *rows = json_array();
	const char *name;
	json_t *gauge;

	json_object_foreach(gauges, name, gauge)
	{
		bool feigned = json_is_true(json_object_get(gauge, "feigned"));
		const char *source = json_string_value(json_object_get(gauge, "source"));
		char value[32], text[256];

		cli_gauge_format(name, json_object_get(gauge, "value"), value, sizeof value);
		snprintf(text, sizeof text, "%s%s%s", value,
			feigned	 ? ", feigned"
			: source ? ", "
				 : "",
			source && !feigned ? source : "");
		json_array_append_new(rows, json_pack("[s, s]", name, text));
	}
	cli_table_print(headings, rows, file);
	json_decref(rows);
}

static json_t *number_cell(const json_t *object, const char *field)
{
	return json_sprintf(
		"%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(object, field)));
}

void cli_table_faults(const json_t *faults, FILE *file)
{
	static const char *const headings[] = { "ID", "SEEN", "MATCHED", "FIRED", "ARMED",
		"REPLAYABLE", "RULE", NULL };
	json_t *rows = json_array();
	size_t index;
	json_t *fault;

	json_array_foreach(faults, index, fault)
	{
		bool armed = json_is_true(json_object_get(fault, "armed"));
		bool replayable = json_is_true(json_object_get(fault, "replayable"));

		json_array_append_new(
			rows, json_pack("[o, o, o, o, s, s, O]", number_cell(fault, "id"),
				      number_cell(fault, "seen"), number_cell(fault, "matched"),
				      number_cell(fault, "fired"), armed ? "yes" : "no",
				      replayable ? "yes" : "no", json_object_get(fault, "rule")));
	}
	cli_table_print(headings, rows, file);
	json_decref(rows);
}

static void print_counters(json_t *counters, FILE *file)
{
	static const char *const headings[] = { "COUNTER", "SINCE THE MOUNT", NULL };
	json_t *rows = json_array();
	const char *name;
	json_t *counter;

	json_object_foreach(counters, name, counter)
	{
		char value[32];

		snprintf(value, sizeof value, "%" JSON_INTEGER_FORMAT, json_integer_value(counter));
		json_array_append_new(rows, json_pack("[s, s]", name, value));
	}
	cli_table_print(headings, rows, file);
	json_decref(rows);
}

static json_t *node_row(const json_t *node)
{
	char depth[16], snapshots[16], allocated[32], sr[32], role[SNAPSHOT_NAME_MAX + 16];
	const char *clone = json_string_value(json_object_get(node, "clone"));

	snprintf(role, sizeof role, "%s%s%s", text_of(node, "role"), clone ? " " : "",
		clone ? clone : "");
	snprintf(depth, sizeof depth, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(node, "depth")));
	snprintf(snapshots, sizeof snapshots, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(node, "snapshots")));
	return json_pack("[s, s, s, s, s, s]", depth, role, snapshots,
		size_of(node, "allocated_bytes", "-", allocated, sizeof allocated),
		size_of(node, "sr_bytes", "-", sr, sizeof sr), text_of(node, "native"));
}

/* Prints what only a chain has; nothing for other volumes. */
static void print_chain(const json_t *status, FILE *file)
{
	static const char *const headings[] = { "DEPTH", "NODE", "SNAPSHOTS", "ALLOCATED", "IN SR",
		"NATIVE", NULL };
	const json_t *chain = json_object_get(status, "chain");
	const json_t *coalesce = json_object_get(chain, "coalesce");
	const json_t *sr = json_object_get(chain, "sr");
	const char *message = text_of(coalesce, "message");
	char used[32], capacity[32], done[32], total[32];
	json_t *rows, *node;
	size_t index;

	if (!chain)
		return;
	rows = json_array();
	json_array_foreach(json_object_get(status, "nodes"), index, node)
		json_array_append_new(rows, node_row(node));
	cli_table_print(headings, rows, file);
	json_decref(rows);
	fputc('\n', file);
	cli_table_line(file, "SR         %s, %s of %s\n", text_of(sr, "kind"),
		size_of(sr, "used_bytes", "-", used, sizeof used),
		size_of(sr, "capacity_bytes", "no limit", capacity, sizeof capacity));
	cli_table_line(file, "coalesce   %s, %s of %s%s%s", text_of(coalesce, "state"),
		size_of(coalesce, "done_bytes", "-", done, sizeof done),
		size_of(coalesce, "total_bytes", "-", total, sizeof total), *message ? ": " : "",
		message);
	fputc('\n', file);
}

/* Also ends the paragraph. */
static void print_dead_set(const json_t *dead_set, FILE *file)
{
	if (json_is_object(dead_set))
		cli_table_line(file,
			"dead set   of '%s', whose requester has died: others get %s; ends in "
			"%.0f s",
			text_of(dead_set, "snapshot"), text_of(dead_set, "code"),
			json_number_value(json_object_get(dead_set, "ends_in_seconds")));
	fputc('\n', file);
}

void cli_table_status(const json_t *status, FILE *file)
{
	char size[32];

	cli_table_line(file, "image      %s", text_of(status, "image"));
	if (json_is_string(json_object_get(status, "image_changed")))
		cli_table_line(file, "           %s", text_of(status, "image_changed"));
	cli_table_line(
		file, "size       %s", size_of(status, "size_bytes", "-", size, sizeof size));
	cli_table_line(file, "profile    %s", text_of(status, "profile"));
	cli_table_line(file, "transport  %s", text_of(status, "transport"));
	cli_table_line(file, "state      %s%s", text_of(status, "state"),
		json_is_true(json_object_get(status, "writes_held")) ? ", writes are held" : "");
	print_dead_set(json_object_get(status, "dead_set"), file);
	cli_table_snapshots(json_object_get(status, "snapshots"), file);
	fputc('\n', file);
	print_chain(status, file);
	print_gauges(json_object_get(status, "gauges"), file);
	fputc('\n', file);
	print_counters(json_object_get(status, "counters"), file);
	cli_table_latency(status, file);
	cli_table_io(status, file);
	if (json_array_size(json_object_get(status, "faults")) > 0) {
		fputc('\n', file);
		cli_table_faults(json_object_get(status, "faults"), file);
	}
}
