/* SPDX-License-Identifier: Apache-2.0 */
/* sweep_svg.c - the map as a self-contained picture. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/cli/sweep.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

enum {
	WIDTH = 960,
	LEFT = 90,
	BAR_WIDTH = 840,
	BAR_HEIGHT = 36,
	TOP = 60,
	TRACK_HEIGHT = 78,
	LEGEND_HEIGHT = 24,
	LETTER_ROOM = 12, /* a narrower range has no letter */
	TITLE_MAX = 100,  /* of its characters fit */
};

/* Colours that colour-blind readers can tell apart, and the colour of a letter on them. */
static const struct colour {
	const char *verdict;
	const char *fill, *letter;
} colours[] = {
	{ "intact", "#228833", "white" },
	{ "recovered", "#66ccaa", "black" },
	{ "detected", "#4477aa", "white" },
	{ "misreported", "#ee7733", "black" },
	{ "silent-corruption", "#cc3311", "white" },
	{ "hung", "#aa3377", "white" },
	{ "leaked", "#ccbb44", "black" },
};

static const struct colour *colour_of(const struct sweep_point *point)
{
	static const struct colour missed = { NULL, "#dddddd", "black" };
	static const struct colour other = { NULL, "#777777", "white" };

	if (sweep_has_missed(&point->result))
		return &missed;
	for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
		if (strcmp(colours[i].verdict, point->result.verdict) == 0)
			return &colours[i];
	return &other;
}

static double x_of(const struct sweep_track *track, uint64_t index)
{
	return LEFT + (double)BAR_WIDTH * (double)index / (double)track->count;
}

static void range_write(
	const struct sweep_track *track, size_t first, size_t end, int top, FILE *file)
{
	const struct sweep_point *point = &track->points[first];
	double from = x_of(track, point->index);
	double to = x_of(track, track->points[end - 1].index + 1);

	fprintf(file, "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"%s\"/>\n",
		from, top, to - from < 1 ? 1 : to - from, BAR_HEIGHT, colour_of(point)->fill);
	/* Neighbours may have the same colour, for example different exit codes with one
	 * verdict. */
	if (first > 0)
		fprintf(file,
			"<rect x=\"%.2f\" y=\"%d\" width=\"0.5\" height=\"%d\" fill=\"white\"/>\n",
			from, top, BAR_HEIGHT);
	if (to - from >= LETTER_ROOM)
		fprintf(file,
			"<text x=\"%.2f\" y=\"%d\" text-anchor=\"middle\" "
			"fill=\"%s\">%c</text>\n",
			(from + to) / 2, top + BAR_HEIGHT / 2 + 5, colour_of(point)->letter,
			sweep_letter(point));
}

static void ends_write(
	const struct sweep *sweep, const struct sweep_track *track, int top, FILE *file)
{
	char first[32], last[32];

	if (sweep->arguments->by == SWEEP_BY_OFFSETS) {
		size_write(track->first_bytes, first, sizeof first);
		size_write(track->first_bytes + (track->count - 1) * SWEEP_BLOCK_BYTES, last,
			sizeof last);
	} else {
		snprintf(first, sizeof first, "1");
		snprintf(last, sizeof last, "%" PRIu64, track->count);
	}
	fprintf(file, "<text x=\"%d\" y=\"%d\">%s</text>\n", LEFT, top + BAR_HEIGHT + 22, first);
	fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", LEFT + BAR_WIDTH,
		top + BAR_HEIGHT + 22, last);
	fprintf(file,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%zu of %" PRIu64 " tried</text>\n",
		LEFT + BAR_WIDTH / 2, top + BAR_HEIGHT + 22, track->point_count, track->count);
}

/* There is a tick under each place that was tried. */
static void track_write(
	const struct sweep *sweep, const struct sweep_track *track, int top, FILE *file)
{
	fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", LEFT - 10,
		top + BAR_HEIGHT / 2 + 5, track->name);
	fprintf(file,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" "
		"stroke=\"#999999\"/>\n",
		LEFT, top, BAR_WIDTH, BAR_HEIGHT);
	for (size_t first = 0, end; first < track->point_count; first = end) {
		end = sweep_range_end(track, first);
		range_write(track, first, end, top, file);
	}
	for (size_t i = 0; i < track->point_count; i++)
		fprintf(file,
			"<rect x=\"%.2f\" y=\"%d\" width=\"1\" height=\"5\" fill=\"black\"/>\n",
			x_of(track, track->points[i].index), top + BAR_HEIGHT + 1);
	ends_write(sweep, track, top, file);
}

static const struct sweep_point *answer_find(const struct sweep *sweep, size_t answer)
{
	for (size_t t = 0; t < sweep->track_count; t++)
		for (size_t i = 0; i < sweep->tracks[t].point_count; i++) {
			const struct sweep_point *point = &sweep->tracks[t].points[i];

			if (point->answer == answer && !sweep_has_missed(&point->result))
				return point;
		}
	return NULL;
}

static const struct sweep_point *missed_find(const struct sweep *sweep)
{
	for (size_t t = 0; t < sweep->track_count; t++)
		for (size_t i = 0; i < sweep->tracks[t].point_count; i++)
			if (sweep_has_missed(&sweep->tracks[t].points[i].result))
				return &sweep->tracks[t].points[i];
	return NULL;
}

/* A row of the legend: what POINT stands for. */
static void row_write(const struct sweep_point *point, int y, const char *text, FILE *file)
{
	fprintf(file,
		"<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"%s\"/>\n"
		"<text x=\"%d\" y=\"%d\">%c  %s</text>\n",
		LEFT, y, colour_of(point)->fill, LEFT + 22, y + 12, sweep_letter(point), text);
}

static void legend_write(const struct sweep *sweep, int top, FILE *file)
{
	const struct sweep_point *missed = missed_find(sweep);

	for (size_t answer = 0; answer < sweep->answer_count; answer++) {
		const struct sweep_point *point = answer_find(sweep, answer);
		AUTO(auto_free)
		char *text = heap_format(
			"%s, exit %d", point->result.verdict, point->result.client_exit);

		row_write(point, top + (int)answer * LEGEND_HEIGHT, text, file);
	}
	if (missed)
		row_write(missed, top + (int)sweep->answer_count * LEGEND_HEIGHT, "never struck",
			file);
}

static void title_write(const struct sweep *sweep, FILE *file)
{
	const struct check_arguments *check = &sweep->arguments->check;
	AUTO(auto_free)
	char *title = heap_format("%s%s on %s",
		check->failure ? check->failure : check->faults.texts[0],
		sweep->is_partial ? ", interrupted," : "", check->backup);
	AUTO(auto_free)
	char *shown = strlen(title) > TITLE_MAX ? heap_format("%.*s ...", TITLE_MAX, title)
						: heap_copy(title);

	fputs("<title>", file);
	report_write_xml(title, file);
	fputs("</title>\n<text x=\"20\" y=\"30\" font-size=\"16\">", file);
	report_write_xml(shown, file);
	fputs("</text>\n", file);
}

int sweep_svg_write(const struct sweep *sweep, const char *path)
{
	AUTO(auto_fclose) FILE *file = fopen(path, "we");
	int legend_top = TOP + (int)sweep->track_count * TRACK_HEIGHT;
	int height = legend_top + ((int)sweep->answer_count + 2) * LEGEND_HEIGHT;

	if (!file)
		return -errno;
	fprintf(file,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		WIDTH, height, WIDTH, height);
	title_write(sweep, file);
	for (size_t t = 0; t < sweep->track_count; t++)
		track_write(sweep, &sweep->tracks[t], TOP + (int)t * TRACK_HEIGHT, file);
	legend_write(sweep, legend_top, file);
	fputs("</svg>\n", file);
	return fflush(file) == 0 && !ferror(file) ? 0 : -EIO;
}
