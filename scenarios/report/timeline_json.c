/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/timeline_json.h"

#include <stdlib.h>

#include "scenarios/base/heap.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"

/* ---- writing: rows without keys, as there are thousands ---- */

static json_t *sample_json(const struct timeline_sample *sample)
{
	json_t *row = json_array();

	json_array_append_new(row, json_integer((json_int_t)sample->at_ns));
	for (unsigned i = 0; i < TIMELINE_GAUGES; i++)
		json_array_append_new(row, json_real(sample->values[i]));
	return row;
}

static json_t *event_json(const struct timeline_event *event)
{
	return json_pack("[I, o, o, b, f]", (json_int_t)event->at_ns, report_text_json(event->name),
		report_text_json(event->text), event->has_place, event->place);
}

static json_t *span_json(const struct timeline_span *span)
{
	return json_pack("[i, o, I, I]", (int)span->kind, report_text_json(span->name),
		(json_int_t)span->begin_ns, (json_int_t)span->end_ns);
}

json_t *timeline_json(const struct timeline *timeline)
{
	json_t *samples, *events, *spans;

	if (!timeline)
		return json_null();
	samples = json_array();
	events = json_array();
	spans = json_array();
	for (size_t i = 0; i < timeline->sample_count; i++)
		json_array_append_new(samples, sample_json(&timeline->samples[i]));
	for (size_t i = 0; i < timeline->event_count; i++)
		json_array_append_new(events, event_json(&timeline->events[i]));
	for (size_t i = 0; i < timeline->span_count; i++)
		json_array_append_new(spans, span_json(&timeline->spans[i]));
	return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}", "end_ns", (json_int_t)timeline->end_ns,
		"each", (json_int_t)timeline->samples_each, "dropped",
		(json_int_t)timeline->events_dropped, "samples", samples, "events", events, "spans",
		spans);
}

/* ---- reading ---- */

static uint64_t number_at(const json_t *row, size_t index)
{
	return (uint64_t)json_integer_value(json_array_get(row, index));
}

static const char *text_at(const json_t *row, size_t index)
{
	const char *text = json_string_value(json_array_get(row, index));

	return text ? text : "";
}

static void samples_read(const json_t *rows, struct timeline *timeline)
{
	for (size_t i = 0; i < json_array_size(rows) && i < TIMELINE_SAMPLES_MAX; i++) {
		const json_t *row = json_array_get(rows, i);
		struct timeline_sample *sample = &timeline->samples[timeline->sample_count++];

		sample->at_ns = number_at(row, 0);
		for (unsigned gauge = 0; gauge < TIMELINE_GAUGES; gauge++)
			sample->values[gauge] = json_number_value(json_array_get(row, gauge + 1));
	}
}

static void events_read(const json_t *rows, struct timeline *timeline)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		AUTO(auto_free) char *name = heap_copy(text_at(row, 1));
		AUTO(auto_free) char *text = heap_copy(text_at(row, 2));
		struct timeline_event event = {
			.at_ns = number_at(row, 0),
			.name = name,
			.text = text,
			.has_place = json_is_true(json_array_get(row, 3)),
			.place = json_number_value(json_array_get(row, 4)),
		};

		timeline_add_event(timeline, &event);
	}
}

static void spans_read(const json_t *rows, struct timeline *timeline)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		bool is_backup = number_at(row, 0) == TIMELINE_BACKUP;

		timeline_begin_span(timeline, is_backup ? TIMELINE_BACKUP : TIMELINE_PHASE,
			text_at(row, 1), number_at(row, 2));
		timeline->spans[i].end_ns = number_at(row, 3);
	}
}

struct timeline *timeline_read_json(const json_t *json)
{
	struct timeline *timeline;

	if (!json_is_object(json))
		return NULL;
	timeline = timeline_create();
	timeline->end_ns = (uint64_t)json_integer_value(json_object_get(json, "end_ns"));
	timeline->samples_each = (size_t)json_integer_value(json_object_get(json, "each"));
	samples_read(json_object_get(json, "samples"), timeline);
	events_read(json_object_get(json, "events"), timeline);
	spans_read(json_object_get(json, "spans"), timeline);
	timeline->events_dropped += (size_t)json_integer_value(json_object_get(json, "dropped"));
	return timeline;
}
