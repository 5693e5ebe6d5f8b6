/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_lanes.c - the intervals in a timeline: snapshots, as lines below the backups from when they
 * were taken to when they were deleted, and the times in which writers were frozen.
 */
#include <stdlib.h>
#include <string.h>

#include "scenarios/report/html.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

#define LANES	    4
#define LANE_HEIGHT 5.0
#define DRAWN_MAX   60

struct lasting {
	const struct timeline *timeline;
	const struct html_frame *frame;
	uint64_t free_from_ns[LANES];
	FILE *file;
};

static bool is_named(const struct timeline_event *event, const char *name)
{
	return strcmp(event->name, name) == 0;
}

/* Returns "s1" of "snapshot s1, error EFBIG".  The caller frees it. */
static char *snapshot_of(const struct timeline_event *event)
{
	static const char word[] = "snapshot ";
	char *name;

	if (strncmp(event->text, word, strlen(word)) != 0)
		return NULL;
	name = heap_copy(event->text + strlen(word));
	name[strcspn(name, ",")] = '\0';
	return name;
}

static bool is_of(const struct timeline_event *event, const char *snapshot)
{
	AUTO(auto_free) char *its = snapshot_of(event);

	return its && strcmp(its, snapshot) == 0;
}

/* Returns when NAME happened to the SNAPSHOT created by event FIRST; the timeline's end if it did
 * not. */
static uint64_t time_of(
	const struct timeline *timeline, size_t first, const char *name, const char *snapshot)
{
	for (size_t i = first + 1; i < timeline->event_count; i++) {
		const struct timeline_event *event = &timeline->events[i];

		if (!is_of(event, snapshot))
			continue;
		if (is_named(event, name))
			return event->at_ns;
		/* That is the next snapshot with this name. */
		if (is_named(event, "snapshot.created"))
			break;
	}
	return timeline->end_ns;
}

static double x_of(const struct lasting *lasting, uint64_t at_ns)
{
	uint64_t end_ns = lasting->timeline->end_ns;

	return end_ns == 0 ? 0 : lasting->frame->width * (double)at_ns / (double)end_ns;
}

/* Returns LANES if all are occupied for longer: a line over another would show nothing. */
static size_t lane_take(struct lasting *lasting, uint64_t begin_ns, uint64_t end_ns)
{
	size_t lane = 0;

	while (lane < LANES - 1 && lasting->free_from_ns[lane] > begin_ns)
		lane++;
	if (lasting->free_from_ns[lane] > begin_ns && lasting->free_from_ns[lane] >= end_ns)
		return LANES;
	lasting->free_from_ns[lane] = end_ns;
	return lane;
}

static void write_line(const struct lasting *lasting, const char *class, uint64_t begin_ns,
	uint64_t end_ns, size_t lane)
{
	fprintf(lasting->file, "<path class=\"%s\" d=\"M%.0f %.0fH%.0f\">", class,
		x_of(lasting, begin_ns), lasting->frame->lanes_top + (double)lane * LANE_HEIGHT,
		x_of(lasting, end_ns));
}

static void write_snapshot(struct lasting *lasting, size_t index, const char *snapshot)
{
	uint64_t begin_ns = lasting->timeline->events[index].at_ns;
	uint64_t end_ns = time_of(lasting->timeline, index, "snapshot.deleted", snapshot);
	uint64_t failed_ns = time_of(lasting->timeline, index, "snapshot.failed", snapshot);
	size_t lane = lane_take(lasting, begin_ns, end_ns);

	if (lane == LANES)
		return;
	write_line(lasting, "snapshot", begin_ns, failed_ns < end_ns ? failed_ns : end_ns, lane);
	html_text("<title>snapshot ", snapshot, "</title></path>\n", lasting->file);
	if (failed_ns >= end_ns)
		return;
	write_line(lasting, "snapshot gone", failed_ns, end_ns, lane);
	html_text(
		"<title>snapshot ", snapshot, ", which has failed</title></path>\n", lasting->file);
}

static bool thaws(const struct timeline_event *event)
{
	return is_named(event, "writers.thawed") || is_named(event, "writers.aborted") ||
	       is_named(event, "writer.failed");
}

static void write_frozen(const struct lasting *lasting, size_t index)
{
	const struct timeline *timeline = lasting->timeline;
	size_t end = index + 1;
	double left = x_of(lasting, timeline->events[index].at_ns), right;

	while (end < timeline->event_count && !thaws(&timeline->events[end]))
		end++;
	right = x_of(lasting,
		end < timeline->event_count ? timeline->events[end].at_ns : timeline->end_ns);
	fprintf(lasting->file,
		"<rect class=\"frozen\" x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.0f\">"
		"<title>writers frozen</title></rect>\n",
		left, lasting->frame->plot_top, right - left < 1 ? 1 : right - left,
		lasting->frame->plot_height);
}

void html_write_lanes(const struct timeline *timeline, const struct html_frame *frame, FILE *file)
{
	struct lasting lasting = { .timeline = timeline, .frame = frame, .file = file };
	size_t drawn = 0;

	for (size_t i = 0; i < timeline->event_count && drawn < DRAWN_MAX; i++) {
		const struct timeline_event *event = &timeline->events[i];
		AUTO(auto_free) char *snapshot = snapshot_of(event);
		bool is_snapshot = snapshot && is_named(event, "snapshot.created");
		bool is_frozen = is_named(event, "writers.begun");

		if (is_snapshot)
			write_snapshot(&lasting, i, snapshot);
		else if (is_frozen)
			write_frozen(&lasting, i);
		drawn += is_snapshot || is_frozen;
	}
}
