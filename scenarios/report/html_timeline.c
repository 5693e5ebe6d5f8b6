/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_timeline.c - a run as a drawing: phases and backups as bars, gauges as curves, where
 * the client read, and the moments at which something struck.
 *
 *	phases    | steady   | inject            | recover |
 *	backups     [b0]        [b1 silent-corr…]     [b2]
 *	snapshots  --------    ---------- - - - -
 *	100 %     ------------ store ----/------------------
 *	  0 %     ____________/
 *	                           x  a fault, at its offset
 */
#include <inttypes.h>
#include <string.h>

#include "scenarios/report/html.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* In units of the drawing, which is scaled to the page. */
#define WIDTH		 1000.0
#define PHASE_TOP	 2.0
#define BACKUP_TOP	 22.0
#define LANES_TOP	 43.0
#define PLOT_TOP	 64.0
#define PLOT_HEIGHT	 140.0
#define AXIS_TOP	 (PLOT_TOP + PLOT_HEIGHT)
#define HEIGHT		 (AXIS_TOP + 18.0)
#define LABEL_WIDTH	 7.0 /* of a character, approximately */
#define COLUMNS		 250 /* of a curve, each with its maximum */
#define FAULTS_DRAWN	 200

#define COLUMNS_IN_BRIEF 100

/* Lower values cannot be distinguished from the axis. */
#define BOTTOM_SHARE	      0.05
#define FAULTS_DRAWN_IN_BRIEF 20

static const struct {
	const char *name, *class;
} curves[] = {
	[TIMELINE_STORE] = { "store", "store" },
	[TIMELINE_MEMORY] = { "memory", "memory" },
	[TIMELINE_DEPTH] = { "chain depth, of 30", "depth" },
	[TIMELINE_READ] = { "read up to", "read" },
};

#define DEPTH_FULL 30.0

/* The timeline of a report that was read may contain times after its end. */
static double x_of(const struct timeline *timeline, uint64_t at_ns)
{
	if (at_ns >= timeline->end_ns)
		return timeline->end_ns == 0 ? 0 : WIDTH;
	return WIDTH * (double)at_ns / (double)timeline->end_ns;
}

static double share_of(enum timeline_gauge gauge, double value)
{
	double share = gauge == TIMELINE_DEPTH ? value / DEPTH_FULL : value;

	return share < 0 ? 0 : share > 1 ? 1 : share;
}

static double y_of(double share)
{
	return PLOT_TOP + PLOT_HEIGHT * (1 - share);
}

static const char *class_of(const struct scenario_result *result, const struct timeline_span *span)
{
	if (span->kind == TIMELINE_PHASE)
		return "phase";
	for (size_t i = 0; i < result->backup_count; i++)
		if (strcmp(result->backups[i].name, span->name) == 0)
			return verdict_name(result->backups[i].verdict);
	return "none";
}

/* Its time as a tooltip; the tables below contain it, too. */
static void write_span_title(
	const struct timeline_span *span, const char *class, uint64_t end_ns, FILE *file)
{
	bool is_backup = span->kind == TIMELINE_BACKUP;

	html_text("<title>", span->name, "", file);
	fprintf(file, "%s%s, %.2f s to %.2f s</title>", is_backup ? ": " : "",
		is_backup ? class : "", (double)span->begin_ns / (double)NS_PER_S,
		(double)end_ns / (double)NS_PER_S);
}

static void write_span(const struct scenario_result *result, const struct timeline_span *span,
	bool is_brief, FILE *file)
{
	const struct timeline *timeline = result->timeline;
	uint64_t end_ns = span->end_ns ? span->end_ns : timeline->end_ns;
	double left = x_of(timeline, span->begin_ns), width = x_of(timeline, end_ns) - left;
	double top = span->kind == TIMELINE_PHASE ? PHASE_TOP : BACKUP_TOP;
	const char *class = class_of(result, span);
	bool has_label = width > LABEL_WIDTH * (double)strlen(span->name) + 6;

	fprintf(file, "<g class=\"bar %s\"><rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\"", class, left,
		top, width < 1 ? 1 : width);
	if (!is_brief || !has_label) {
		fputs(">", file);
		write_span_title(span, class, end_ns, file);
		fputs("</rect>", file);
	} else {
		fputs("/>", file);
	}
	if (has_label) {
		fprintf(file, "<text x=\"%.0f\" y=\"%.0f\">", left + 3, top + 12);
		html_text("", span->name, "</text>", file);
	}
	fputs("</g>\n", file);
}

/* Returns whether the gauge ever shows anything.  For one of many, a curve that stays at the
 * bottom is omitted: it could not be seen. */
static bool has_curve(
	const struct timeline *timeline, enum timeline_gauge gauge, const struct html_order *order)
{
	double least = order && order->is_one_of_many ? BOTTOM_SHARE : 0;

	for (size_t i = 0; i < timeline->sample_count; i++)
		if (timeline->samples[i].values[gauge] > 0 &&
			share_of(gauge, timeline->samples[i].values[gauge]) >= least)
			return true;
	return false;
}

/* A curve while it is written; of points at the same height, only the first and the last are. */
struct curve {
	FILE *file;
	size_t count;	   /* points written */
	double x, y;	   /* the latest point, which may not be written yet */
	double before;	   /* height of the point written last */
	bool is_held_back; /* the latest point */
};

static void point_write(struct curve *curve)
{
	fprintf(curve->file, "%s%.0f,%.0f", curve->count++ > 0 ? " " : "", curve->x, curve->y);
	curve->before = curve->y;
	curve->is_held_back = false;
}

static bool is_level(double left, double right)
{
	return left - right < 0.5 && right - left < 0.5;
}

static void point_add(struct curve *curve, double x, double y)
{
	if (curve->is_held_back && !is_level(curve->y, y))
		point_write(curve);
	curve->x = x;
	curve->y = y;
	curve->is_held_back = true;
	if (curve->count == 0 || !is_level(curve->before, y))
		point_write(curve);
}

/* Draws the maximum of each column's samples, so that peaks stay visible. */
static void write_curve(
	const struct timeline *timeline, enum timeline_gauge gauge, size_t columns, FILE *file)
{
	struct curve curve = { .file = file };
	size_t last_column = columns;
	double x = 0, share = 0;

	fprintf(file, "<polyline class=\"%s\" points=\"", curves[gauge].class);
	for (size_t i = 0; i < timeline->sample_count; i++) {
		const struct timeline_sample *sample = &timeline->samples[i];
		double its = share_of(gauge, sample->values[gauge]);
		size_t column = (size_t)(x_of(timeline, sample->at_ns) / WIDTH * (double)columns);

		if (column != last_column && i > 0)
			point_add(&curve, x, y_of(share));
		if (column != last_column || its > share)
			share = its;
		x = x_of(timeline, sample->at_ns);
		last_column = column;
	}
	point_add(&curve, x, y_of(share));
	if (curve.is_held_back)
		point_write(&curve);
	fputs("\"/>\n", file);
}

static bool is_named(const struct timeline_event *event, const char *name)
{
	return strcmp(event->name, name) == 0;
}

static void write_title(const struct timeline_event *event, FILE *file)
{
	fprintf(file, "<title>%.3f s ", (double)event->at_ns / (double)NS_PER_S);
	report_write_xml(event->name, file);
	fputc(' ', file);
	report_write_xml(event->text, file);
	fputs("</title>", file);
}

static bool is_failure(const struct timeline_event *event)
{
	return is_named(event, "snapshot.failed") || is_named(event, "snapshot.refused") ||
	       is_named(event, "writer.failed");
}

/* A cross where a fault struck; a line where a snapshot failed, or could not be taken. */
static void write_event(
	const struct timeline *timeline, const struct timeline_event *event, FILE *file)
{
	double x = x_of(timeline, event->at_ns);
	double y = y_of(event->has_place ? share_of(TIMELINE_READ, event->place) : 1);

	if (is_named(event, "fault.fired")) {
		fprintf(file, "<path class=\"fault\" d=\"M%.1f %.1fl6 6m0 -6l-6 6\">", x - 3,
			y - 3);
		write_title(event, file);
		fputs("</path>\n", file);
	} else if (is_failure(event)) {
		fprintf(file, "<path class=\"failed\" d=\"M%.1f %.1fV%.1f\">", x, PLOT_TOP,
			AXIS_TOP);
		write_title(event, file);
		fputs("</path>\n", file);
	}
}

static void write_axis(const struct timeline *timeline, const struct html_order *order, FILE *file)
{
	fprintf(file, "<path class=\"axis\" d=\"M0 %.0fH%.0fM0 %.0fH%.0f\"/>\n", PLOT_TOP, WIDTH,
		AXIS_TOP, WIDTH);
	if (!order->is_one_of_many)
		fprintf(file,
			"<text x=\"2\" y=\"%.0f\">100 %%</text>\n"
			"<text x=\"2\" y=\"%.0f\">0 s</text>\n",
			PLOT_TOP + 11, HEIGHT - 5);
	fprintf(file, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%.2f s</text>\n", WIDTH - 2,
		HEIGHT - 5, (double)timeline->end_ns / (double)NS_PER_S);
}

/* Describes the drawing for readers who cannot see it. */
static void write_description(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	const struct timeline *timeline = result->timeline;
	size_t faults = 0, failures = 0;

	if (order->is_one_of_many) {
		fputs("<title>Timeline</title>\n", file);
		return;
	}
	for (size_t i = 0; i < timeline->event_count; i++) {
		faults += is_named(&timeline->events[i], "fault.fired");
		failures += is_named(&timeline->events[i], "snapshot.failed");
	}
	fprintf(file, "<title>Timeline of ");
	report_write_xml(result->name, file);
	fprintf(file,
		"</title><desc>%.2f seconds, %zu runs of the client, %zu faults struck, %zu "
		"snapshots failed: see below</desc>\n",
		(double)timeline->end_ns / (double)NS_PER_S, result->backup_count, faults,
		failures);
}

static bool has_event(const struct timeline *timeline, const char *name)
{
	for (size_t i = 0; i < timeline->event_count; i++)
		if (is_named(&timeline->events[i], name))
			return true;
	return false;
}

static bool has_failure(const struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->event_count; i++)
		if (is_failure(&timeline->events[i]))
			return true;
	return false;
}

static bool is_drawn(const struct timeline *timeline, const char *event)
{
	return !timeline || has_event(timeline, event);
}

/* The legend of the curves in TIMELINE; NULL: of all curves. */
static void write_legend(const struct timeline *timeline, FILE *file)
{
	for (enum timeline_gauge gauge = 0; gauge < TIMELINE_GAUGES; gauge++)
		if (!timeline || has_curve(timeline, gauge, NULL))
			fprintf(file, "<span class=\"%s\">%s</span> ", curves[gauge].class,
				curves[gauge].name);
	if (is_drawn(timeline, "snapshot.created"))
		fputs("<span class=\"snapshot\">a snapshot</span> ", file);
	if (is_drawn(timeline, "writers.begun"))
		fputs("<span class=\"frozen\">writers frozen</span> ", file);
	if (is_drawn(timeline, "fault.fired"))
		fputs("<span class=\"fault\">a fault struck</span> ", file);
	if (!timeline || has_failure(timeline))
		fputs("<span class=\"failed\">a snapshot failed or was refused, or a writer "
		      "failed</span>",
			file);
	fputs("</p>\n", file);
}

void html_write_timelines_legend(FILE *file)
{
	fputs("<p class=\"legend\" id=\"legend\">", file);
	write_legend(NULL, file);
}

void html_write_timeline(
	const struct scenario_result *result, const struct html_order *order, FILE *file)
{
	const struct timeline *timeline = result->timeline;
	size_t columns = order->is_brief ? COLUMNS_IN_BRIEF : COLUMNS;
	const struct html_frame frame = { WIDTH, LANES_TOP, PLOT_TOP, PLOT_HEIGHT };
	size_t faults = 0, faults_max = order->is_brief ? FAULTS_DRAWN_IN_BRIEF : FAULTS_DRAWN;

	fprintf(file,
		"<div class=\"drawing\"><svg class=\"timeline\" role=\"img\" "
		"viewBox=\"0 0 %.0f %.0f\">",
		WIDTH, HEIGHT);
	write_description(result, order, file);
	for (size_t i = 0; i < timeline->span_count; i++)
		write_span(result, &timeline->spans[i], order->is_brief, file);
	html_write_lanes(timeline, &frame, file);
	write_axis(timeline, order, file);
	for (enum timeline_gauge gauge = 0; gauge < TIMELINE_GAUGES; gauge++)
		if (has_curve(timeline, gauge, order))
			write_curve(timeline, gauge, columns, file);
	for (size_t i = 0; i < timeline->event_count && faults < faults_max; i++) {
		faults += is_named(&timeline->events[i], "fault.fired");
		write_event(timeline, &timeline->events[i], file);
	}
	fputs("</svg></div>\n", file);
	if (order->is_brief)
		return;
	fputs("<p class=\"legend\">", file);
	write_legend(timeline, file);
}
