/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline.h - the course of a run: what it did when, and what its gauges read.
 *
 * For people who read reports; no verdict comes from it.  Times are nanoseconds since the scenario
 * began.  The size is limited: beyond TIMELINE_SAMPLES_MAX samples, every other one is dropped;
 * events beyond TIMELINE_EVENTS_MAX are only counted.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_TIMELINE_H
#define SNAPRIG_SCENARIOS_JUDGE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMELINE_SAMPLES_MAX 500
#define TIMELINE_EVENTS_MAX  200

/* All are shares of 1, except the depth, which counts nodes. */
enum timeline_gauge {
	TIMELINE_STORE,
	TIMELINE_MEMORY,
	TIMELINE_DEPTH,
	TIMELINE_READ, /* how far the snapshot was read */
	TIMELINE_GAUGES
};

struct timeline_sample {
	uint64_t at_ns;
	double values[TIMELINE_GAUGES];
};

struct timeline_event {
	uint64_t at_ns;
	char *name; /* in the journal: "fault.fired" */
	char *text; /* one line; "" for none */
	bool has_place;
	double place; /* where it struck, as a share of the volume */
};

enum timeline_kind { TIMELINE_PHASE, TIMELINE_BACKUP };

struct timeline_span {
	enum timeline_kind kind;
	char *name;
	uint64_t begin_ns, end_ns; /* end 0: not ended */
};

struct timeline {
	struct timeline_sample *samples;
	size_t sample_count, samples_skipped; /* consecutive samples not kept */
	size_t samples_each;		      /* one of this many is kept */
	struct timeline_event *events;
	size_t event_count, events_dropped;
	struct timeline_span *spans;
	size_t span_count;
	uint64_t end_ns;
};

struct timeline *timeline_create(void);

/* TIMELINE may be NULL. */
void timeline_destroy(struct timeline *timeline);

void timeline_add_sample(struct timeline *timeline, const struct timeline_sample *sample);

/* Copies EVENT's texts. */
void timeline_add_event(struct timeline *timeline, const struct timeline_event *event);

/* timeline_end_span() ends the latest open span of this kind and name. */
void timeline_begin_span(
	struct timeline *timeline, enum timeline_kind kind, const char *name, uint64_t at_ns);
void timeline_end_span(
	struct timeline *timeline, enum timeline_kind kind, const char *name, uint64_t at_ns);

#endif
