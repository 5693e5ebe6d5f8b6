/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline.h - the course of a run: when it did what, and what its gauges read meanwhile.
 *
 * For people who look at it; no verdict comes from it.  Times are nanoseconds since the
 * scenario began.  It is bounded: of more than TIMELINE_SAMPLES_MAX samples each other one
 * goes, and events beyond TIMELINE_EVENTS_MAX are only counted.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_TIMELINE_H
#define SNAPRIG_SCENARIOS_JUDGE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMELINE_SAMPLES_MAX 500
#define TIMELINE_EVENTS_MAX  200

/* Shares of 1 but for the depth, which counts nodes. */
enum timeline_gauge {
	TIMELINE_STORE,
	TIMELINE_MEMORY,
	TIMELINE_DEPTH,
	TIMELINE_READ, /* how far into the snapshot was read */
	TIMELINE_GAUGES
};

struct timeline_sample {
	uint64_t at_ns;
	double values[TIMELINE_GAUGES];
};

struct timeline_event {
	uint64_t at_ns;
	char *name; /* of the journal: "fault.fired" */
	char *text; /* one line; "" for none */
	bool has_place;
	double place; /* of what it struck, a share of the volume */
};

enum timeline_kind { TIMELINE_PHASE, TIMELINE_BACKUP };

struct timeline_span {
	enum timeline_kind kind;
	char *name;
	uint64_t begin_ns, end_ns; /* end 0: it has not ended */
};

struct timeline {
	struct timeline_sample *samples;
	size_t sample_count, samples_skipped; /* in a row, of those that are not kept */
	size_t samples_each;		      /* one of so many is kept */
	struct timeline_event *events;
	size_t event_count, events_dropped;
	struct timeline_span *spans;
	size_t span_count;
	uint64_t end_ns;
};

struct timeline *timeline_create(void);

/* NULL is fine. */
void timeline_destroy(struct timeline *timeline);

void timeline_add_sample(struct timeline *timeline, const struct timeline_sample *sample);

/* EVENT's texts are copied. */
void timeline_add_event(struct timeline *timeline, const struct timeline_event *event);

/* Of its kind and name, the latest that has not ended ends with timeline_end_span(). */
void timeline_begin_span(
	struct timeline *timeline, enum timeline_kind kind, const char *name, uint64_t at_ns);
void timeline_end_span(
	struct timeline *timeline, enum timeline_kind kind, const char *name, uint64_t at_ns);

#endif
