/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/timeline_json.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/base/json_member.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* A finer resolution of a curve is not visible. */
#define VALUE_STEPS 2000

static const char *const gauge_keys[TIMELINE_GAUGES] = {
	[TIMELINE_STORE] = "store",
	[TIMELINE_MEMORY] = "memory",
	[TIMELINE_DEPTH] = "chain_depth",
	[TIMELINE_READ] = "read",
};

/* ---- writing ---- */

static json_t *milliseconds_json(uint64_t ns)
{
	return json_integer((json_int_t)(ns / NS_PER_MS));
}

static json_int_t steps_of(double value)
{
	return (json_int_t)(value * VALUE_STEPS + 0.5);
}

static json_t *value_json(double value)
{
	json_int_t steps = steps_of(value);

	return steps % VALUE_STEPS == 0 ? json_integer(steps / VALUE_STEPS)
					: json_real((double)steps / VALUE_STEPS);
}

static bool is_like(const struct timeline_sample *left, const struct timeline_sample *right)
{
	for (unsigned gauge = 0; gauge < TIMELINE_GAUGES; gauge++)
		if (steps_of(left->values[gauge]) != steps_of(right->values[gauge]))
			return false;
	return true;
}

/* Of equal consecutive samples, only the first and the last are kept. */
static bool is_told(const struct timeline *timeline, size_t index)
{
	const struct timeline_sample *sample = &timeline->samples[index];

	return index == 0 || index + 1 == timeline->sample_count || !is_like(sample - 1, sample) ||
	       !is_like(sample, sample + 1);
}

/* The values of each gauge that was ever above zero. */
static json_t *samples_json(const struct timeline *timeline)
{
	json_t *samples = json_object(), *times = json_array();

	for (size_t i = 0; i < timeline->sample_count; i++)
		if (is_told(timeline, i))
			json_array_append_new(times, milliseconds_json(timeline->samples[i].at_ns));
	json_object_set_new(samples, "at_ms", times);
	for (unsigned gauge = 0; gauge < TIMELINE_GAUGES; gauge++) {
		json_t *values = json_array();
		bool is_needed = false;

		for (size_t i = 0; i < timeline->sample_count; i++) {
			double value = timeline->samples[i].values[gauge];

			is_needed |= value > 0;
			if (is_told(timeline, i))
				json_array_append_new(values, value_json(value));
		}
		if (is_needed)
			json_object_set(samples, gauge_keys[gauge], values);
		json_decref(values);
	}
	return samples;
}

static json_t *event_json(const struct timeline_event *event)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "at_ms", milliseconds_json(event->at_ns), "event",
		report_text_json(event->name), "text", report_text_json(event->text), "place",
		event->has_place ? json_real(event->place) : json_null());
}

static json_t *spans_json(const struct timeline *timeline, enum timeline_kind kind)
{
	json_t *spans = json_array();

	for (size_t i = 0; i < timeline->span_count; i++) {
		const struct timeline_span *span = &timeline->spans[i];

		if (span->kind != kind)
			continue;
		json_array_append_new(spans,
			json_pack("{s:o, s:o, s:o}", "name", report_text_json(span->name),
				"begin_ms", milliseconds_json(span->begin_ns), "end_ms",
				span->end_ns ? milliseconds_json(span->end_ns) : json_null()));
	}
	return spans;
}

json_t *timeline_json(const struct timeline *timeline)
{
	json_t *events;

	if (!timeline)
		return json_null();
	events = json_array();
	for (size_t i = 0; i < timeline->event_count; i++)
		json_array_append_new(events, event_json(&timeline->events[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:o}", "end_ms",
		milliseconds_json(timeline->end_ns), "phases", spans_json(timeline, TIMELINE_PHASE),
		"backups", spans_json(timeline, TIMELINE_BACKUP), "events", events,
		"events_dropped", (json_int_t)timeline->events_dropped, "samples",
		samples_json(timeline));
}

/* ---- reading ---- */

/* A limit for values that are read; no run takes longer. */
#define TIME_MAX_MS (366ll * 24 * 3600 * 1000)

static uint64_t ns_of(const json_t *milliseconds)
{
	json_int_t value = json_integer_value(milliseconds);

	return value <= 0 ? 0 : (uint64_t)(value < TIME_MAX_MS ? value : TIME_MAX_MS) * NS_PER_MS;
}

static void samples_read(const json_t *samples, struct timeline *timeline)
{
	const json_t *times = json_object_get(samples, "at_ms");

	for (size_t i = 0; i < json_array_size(times); i++) {
		struct timeline_sample sample = { .at_ns = ns_of(json_array_get(times, i)) };

		for (unsigned gauge = 0; gauge < TIMELINE_GAUGES; gauge++)
			sample.values[gauge] = json_number_value(
				json_array_get(json_object_get(samples, gauge_keys[gauge]), i));
		timeline_add_sample(timeline, &sample);
	}
}

static void events_read(const json_t *events, struct timeline *timeline)
{
	const json_t *row;
	size_t i;

	json_array_foreach(events, i, row)
	{
		const json_t *place = json_object_get(row, "place");
		AUTO(auto_free) char *name = heap_copy(member_text(row, "event"));
		AUTO(auto_free) char *text = heap_copy(member_text(row, "text"));
		struct timeline_event event = {
			.at_ns = ns_of(json_object_get(row, "at_ms")),
			.name = name,
			.text = text,
			.has_place = json_is_number(place),
			.place = json_number_value(place),
		};

		timeline_add_event(timeline, &event);
	}
}

static void spans_read(const json_t *spans, enum timeline_kind kind, struct timeline *timeline)
{
	const json_t *row;
	size_t i;

	json_array_foreach(spans, i, row)
	{
		AUTO(auto_free) char *name = heap_copy(member_text(row, "name"));

		timeline_begin_span(timeline, kind, name, ns_of(json_object_get(row, "begin_ms")));
		timeline->spans[timeline->span_count - 1].end_ns = ns_of(
			json_object_get(row, "end_ms"));
	}
}

struct timeline *timeline_read_json(const json_t *json)
{
	struct timeline *timeline;

	if (!json_is_object(json))
		return NULL;
	timeline = timeline_create();
	timeline->end_ns = ns_of(json_object_get(json, "end_ms"));
	samples_read(json_object_get(json, "samples"), timeline);
	events_read(json_object_get(json, "events"), timeline);
	spans_read(json_object_get(json, "phases"), TIMELINE_PHASE, timeline);
	spans_read(json_object_get(json, "backups"), TIMELINE_BACKUP, timeline);
	timeline->events_dropped += (size_t)json_integer_value(
		json_object_get(json, "events_dropped"));
	return timeline;
}
