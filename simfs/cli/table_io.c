/* SPDX-License-Identifier: Apache-2.0 */
/* table_io.c - the cost of requests, in each layer and in the event loop. */
#include "simfs/base/sizes.h"
#include "simfs/cli/table.h"

#define CELL_BYTES     32
#define SENTENCE_BYTES 96

static long long number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* The columns are common to all layers; a missing value is a dash. */
static json_t *number_cell(const json_t *layer, const char *name)
{
	return json_object_get(layer, name) ? json_sprintf("%lld", number(layer, name))
					    : json_string("-");
}

static json_t *size_cell(const json_t *layer, const char *name)
{
	char text[CELL_BYTES];

	if (!json_object_get(layer, name))
		return json_string("-");
	return json_string(size_format((uint64_t)number(layer, name), text, sizeof text));
}

static void print_layers(const json_t *io, FILE *file)
{
	static const char *const headings[] = { "LAYER", "READS", "READ", "WRITES", "WRITTEN",
		"FLUSHES", "COPIED", "HASHED", NULL };
	static const char *const names[] = { "requests", "image", "stores" };
	json_t *rows = json_array();

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const json_t *layer = json_object_get(io, names[i]);

		json_array_append_new(rows,
			json_pack("[s, o, o, o, o, o, o, o]", names[i], number_cell(layer, "reads"),
				size_cell(layer, "read_bytes"), number_cell(layer, "writes"),
				size_cell(layer, "written_bytes"), number_cell(layer, "flushes"),
				size_cell(layer, "copied_bytes"),
				size_cell(layer, "hashed_bytes")));
	}
	fputc('\n', file);
	cli_table_print(headings, rows, file);
	json_decref(rows);
}

static void print_ratios(const json_t *io, FILE *file)
{
	const json_t *written = json_object_get(io, "write_amplification");
	const json_t *transfers = json_object_get(io, "transfers_per_request");

	char first[SENTENCE_BYTES] = "", second[SENTENCE_BYTES] = "";

	if (json_is_real(written))
		snprintf(first, sizeof first, "%.2f bytes are written for each that was asked for",
			json_real_value(written));
	if (json_is_real(transfers))
		snprintf(second, sizeof second, "%.2f transfers are made for each request",
			json_real_value(transfers));
	if (!*first && !*second)
		return;
	fputc('\n', file);
	cli_table_line(file, "%s%s%s", first, *first && *second ? "; " : "", second);
}

static void print_ring(const json_t *ring, FILE *file)
{
	const json_t *poll = json_object_get(ring, "busy_poll");

	fputc('\n', file);
	cli_table_line(file, "ring       %lld system calls, %lld events", number(ring, "enters"),
		number(ring, "completions"));
	if (number(poll, "limit_us") == 0)
		cli_table_line(file, "busy poll  off");
	else
		cli_table_line(file, "busy poll  %lld of %lld times not in vain, %.3f s in all",
			number(poll, "hits"), number(poll, "polls"),
			(double)number(poll, "spent_us") / 1e6);
}

void cli_table_io(const json_t *status, FILE *file)
{
	const json_t *io = json_object_get(status, "io");
	const json_t *ring = json_object_get(status, "ring");

	if (io) {
		print_layers(io, file);
		print_ratios(io, file);
	}
	if (ring)
		print_ring(ring, file);
}
