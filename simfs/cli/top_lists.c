/* SPDX-License-Identifier: Apache-2.0 */
/* top_lists.c - the chain, faults, writers and events shown by top_view.c. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/sizes.h"
#include "simfs/cli/event_text.h"
#include "simfs/cli/top_parts.h"

static json_int_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* ---- the chain ---- */

static void flow_room(struct screen *screen, const json_t *sr)
{
	const json_t *capacity = json_object_get(sr, "capacity_bytes");
	char used[32], all[32];

	size_format((uint64_t)number_of(sr, "used_bytes"), used, sizeof used);
	if (json_is_integer(capacity))
		screen_flow_format(screen, STYLE_PLAIN, "SR %s of %s", used,
			size_format((uint64_t)json_integer_value(capacity), all, sizeof all));
	else
		screen_flow_format(screen, STYLE_PLAIN, "SR %s", used);
}

void top_draw_chain(struct screen *screen, const struct top_sample *sample)
{
	const json_t *chain = json_object_get(sample->status, "chain");
	const json_t *coalesce = json_object_get(chain, "coalesce");
	json_int_t depth = number_of(chain, "depth"), max = number_of(chain, "depth_max");
	const char *state = top_text(coalesce, "state");

	if (!chain)
		return;
	top_label(screen, "chain");
	screen_flow_format(screen, depth + 1 >= max ? STYLE_BAD : STYLE_PLAIN,
		"depth %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT, depth, max);
	screen_flow_format(screen, STYLE_PLAIN, "%zu nodes",
		json_array_size(json_object_get(sample->status, "nodes")));
	if (number_of(coalesce, "total_bytes") > 0)
		screen_flow_format(screen, STYLE_WARNING, "coalesce %s %.0f%%", state,
			100.0 * (double)number_of(coalesce, "done_bytes") /
				(double)number_of(coalesce, "total_bytes"));
	else
		screen_flow_format(screen, STYLE_PLAIN, "coalesce %s", state);
	flow_room(screen, json_object_get(chain, "sr"));
	screen_end_line(screen);
}

/* ---- faults ---- */

static bool is_lit(const struct top_sample *sample, json_int_t id)
{
	json_t *lit;
	size_t index;

	json_array_foreach(sample->lit, index, lit) if (json_integer_value(lit) == id) return true;
	return false;
}

static void draw_fault(struct screen *screen, const struct top_sample *sample, const json_t *fault)
{
	json_int_t fired = number_of(fault, "fired");
	bool is_armed = json_is_true(json_object_get(fault, "armed"));

	screen_flow_format(screen, STYLE_PLAIN, "%" JSON_INTEGER_FORMAT, number_of(fault, "id"));
	screen_flow_format(screen,
		is_lit(sample, number_of(fault, "id")) ? STYLE_LIT
		: fired > 0			       ? STYLE_BAD
						       : STYLE_PLAIN,
		"%s %" JSON_INTEGER_FORMAT, fired > 0 ? "FIRED" : "fired", fired);
	screen_flow_format(
		screen, STYLE_DIM, "seen %" JSON_INTEGER_FORMAT, number_of(fault, "seen"));
	screen_flow_format(
		screen, STYLE_DIM, "matched %" JSON_INTEGER_FORMAT, number_of(fault, "matched"));
	screen_flow_format(screen, is_armed ? STYLE_PLAIN : STYLE_DIM, "%s%s",
		top_text(fault, "rule"), is_armed ? "" : " (spent)");
	screen_end_line(screen);
}

void top_draw_faults(struct screen *screen, const struct top_sample *sample, size_t rows_max)
{
	const json_t *faults = json_object_get(sample->status, "faults");
	size_t count = json_array_size(faults);
	size_t first = count > rows_max ? count - rows_max : 0;

	if (count == 0)
		return;
	top_label(screen, "faults");
	for (size_t at = first; at < count; at++) {
		screen_pad(screen, screen->indent);
		draw_fault(screen, sample, json_array_get(faults, at));
	}
	if (first == 0)
		return;
	screen_pad(screen, screen->indent);
	screen_format(screen, STYLE_DIM, "and %zu older", first);
	screen_end_line(screen);
}

/* ---- writers ---- */

/* VSS_WS_STABLE as "stable". */
static void writer_state(const json_t *writer, char *buffer, size_t length)
{
	const char *prefix = "VSS_WS_";
	const char *name = top_text(writer, "state_name");
	size_t at = 0;

	if (strncmp(name, prefix, strlen(prefix)) == 0)
		name += strlen(prefix);
	for (; name[at] && at + 1 < length; at++)
		buffer[at] = (char)(name[at] == '_' ? ' ' : tolower((unsigned char)name[at]));
	buffer[at] = '\0';
}

void top_draw_writers(struct screen *screen, const struct top_sample *sample)
{
	const json_t *writers = json_object_get(sample->status, "writers");
	json_t *writer;
	size_t index;

	if (json_array_size(writers) == 0)
		return;
	top_label(screen, "writers");
	json_array_foreach(writers, index, writer)
	{
		const char *failure = json_string_value(json_object_get(writer, "failure"));
		bool is_frozen = json_is_true(json_object_get(writer, "frozen"));
		char state[64];

		writer_state(writer, state, sizeof state);
		screen_flow_format(screen,
			failure	    ? STYLE_BAD
			: is_frozen ? STYLE_WARNING
				    : STYLE_PLAIN,
			"%s %s", top_text(writer, "name"),
			failure	    ? failure
			: is_frozen ? "frozen"
				    : state);
	}
	if (!json_is_null(json_object_get(sample->status, "dead_set")))
		screen_flow(screen, STYLE_BAD, "a dead snapshot set is in the way");
	screen_end_line(screen);
}

/* ---- events ---- */

static void draw_event(struct screen *screen, const json_t *event)
{
	AUTO(auto_free) char *fields = NULL;
	size_t length;
	FILE *file = open_memstream(&fields, &length);
	char seconds[32];

	if (!file)
		return;
	event_text_fields(event, file);
	fclose(file);
	/* Milliseconds are enough here. */
	event_text_seconds(event, seconds, sizeof seconds);
	seconds[strlen(seconds) - 3] = '\0';
	screen_flow(screen, STYLE_DIM, seconds);
	screen_format(screen, STYLE_PLAIN, "  %s%s", event_text_name(event), fields ? fields : "");
	screen_end_line(screen);
}

void top_draw_events(struct screen *screen, const struct top_sample *sample, size_t rows_max)
{
	size_t count = json_array_size(sample->events);

	if (count == 0)
		return;
	top_label(screen, "events");
	for (size_t at = count > rows_max ? count - rows_max : 0; at < count; at++) {
		screen_pad(screen, screen->indent);
		draw_event(screen, json_array_get(sample->events, at));
	}
}
