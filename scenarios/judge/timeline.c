/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/judge/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/heap.h"

struct timeline *timeline_create(void)
{
	struct timeline *timeline = heap_new(sizeof *timeline);

	timeline->samples = heap_new(TIMELINE_SAMPLES_MAX * sizeof *timeline->samples);
	timeline->samples_each = 1;
	return timeline;
}

void timeline_destroy(struct timeline *timeline)
{
	if (!timeline)
		return;
	for (size_t i = 0; i < timeline->event_count; i++) {
		free(timeline->events[i].name);
		free(timeline->events[i].text);
	}
	for (size_t i = 0; i < timeline->span_count; i++)
		free(timeline->spans[i].name);
	free(timeline->samples);
	free(timeline->events);
	free(timeline->spans);
	free(timeline);
}

/* A longer run gets a coarser resolution. */
static void samples_thin_out(struct timeline *timeline)
{
	size_t kept = 0;

	for (size_t i = 0; i < timeline->sample_count; i += 2)
		timeline->samples[kept++] = timeline->samples[i];
	timeline->sample_count = kept;
	timeline->samples_each *= 2;
}

void timeline_add_sample(struct timeline *timeline, const struct timeline_sample *sample)
{
	if (timeline->samples_skipped + 1 < timeline->samples_each) {
		timeline->samples_skipped++;
		return;
	}
	timeline->samples_skipped = 0;
	if (timeline->sample_count == TIMELINE_SAMPLES_MAX)
		samples_thin_out(timeline);
	timeline->samples[timeline->sample_count++] = *sample;
}

void timeline_add_event(struct timeline *timeline, const struct timeline_event *event)
{
	struct timeline_event *added;

	if (timeline->event_count == TIMELINE_EVENTS_MAX) {
		timeline->events_dropped++;
		return;
	}
	timeline->events = heap_grow(
		timeline->events, timeline->event_count, sizeof *timeline->events);
	added = &timeline->events[timeline->event_count++];
	*added = *event;
	added->name = heap_copy(event->name);
	added->text = heap_copy(event->text);
}

void timeline_begin_span(
	struct timeline *timeline, enum timeline_kind kind, const char *name, uint64_t at_ns)
{
	timeline->spans = heap_grow(timeline->spans, timeline->span_count, sizeof *timeline->spans);
	timeline->spans[timeline->span_count++] = (struct timeline_span){
		.kind = kind,
		.name = heap_copy(name),
		.begin_ns = at_ns,
	};
}

static bool is_open(const struct timeline_span *span, enum timeline_kind kind, const char *name)
{
	return span->kind == kind && span->end_ns == 0 && strcmp(span->name, name) == 0;
}

void timeline_end_span(
	struct timeline *timeline, enum timeline_kind kind, const char *name, uint64_t at_ns)
{
	size_t i = timeline->span_count;

	while (i > 0 && !is_open(&timeline->spans[i - 1], kind, name))
		i--;
	MUST(i > 0);
	/* A span of no duration has ended, too. */
	timeline->spans[i - 1].end_ns = at_ns > 0 ? at_ns : 1;
}
