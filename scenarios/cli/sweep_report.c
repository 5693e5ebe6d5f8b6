/* SPDX-License-Identifier: Apache-2.0 */
/* sweep_report.c - the map, for people and for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/sweep.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

/* Letters of the map in one line. */
#define STRIP_COLUMNS 64

#define LETTERS	      26

/* ---- answers ---- */

/* Returns a point before AT of TRACK with the same answer; or NULL. */
static const struct sweep_point *agreeing_before(
	const struct sweep *sweep, const struct sweep_track *track, size_t at)
{
	for (const struct sweep_track *of = sweep->tracks; of <= track; of++) {
		size_t end = of == track ? at : of->point_count;

		for (size_t i = 0; i < end; i++)
			if (sweep_agrees(&of->points[i].result, &track->points[at].result))
				return &of->points[i];
	}
	return NULL;
}

void sweep_answers_tell(struct sweep *sweep)
{
	sweep->answer_count = 0;
	for (size_t t = 0; t < sweep->track_count; t++) {
		struct sweep_track *track = &sweep->tracks[t];

		for (size_t i = 0; i < track->point_count; i++) {
			const struct sweep_point *same = agreeing_before(sweep, track, i);
			bool has_missed = sweep_has_missed(&track->points[i].result);

			track->points[i].answer = same ? same->answer : sweep->answer_count;
			sweep->answer_count += !same && !has_missed;
		}
	}
}

char sweep_letter(const struct sweep_point *point)
{
	if (sweep_has_missed(&point->result))
		return '-';
	return point->answer < LETTERS ? (char)('A' + (int)point->answer) : '+';
}

size_t sweep_range_end(const struct sweep_track *track, size_t first)
{
	size_t end = first + 1;

	while (end < track->point_count &&
		sweep_agrees(&track->points[first].result, &track->points[end].result))
		end++;
	return end;
}

/* ---- ranges ---- */

struct range {
	uint64_t first, last; /* indexes */
	bool has_places;
	uint64_t first_bytes, last_bytes;
	double seconds; /* of the longest check */
};

static struct range range_of(
	const struct sweep *sweep, const struct sweep_track *track, size_t first, size_t end)
{
	bool by_offsets = sweep->arguments->by == SWEEP_BY_OFFSETS;
	struct range range = {
		.first = track->points[first].index,
		.last = track->points[end - 1].index,
	};

	for (size_t i = first; i < end; i++) {
		const struct check_result *result = &track->points[i].result;
		uint64_t place = by_offsets ? track->first_bytes +
						      track->points[i].index * SWEEP_BLOCK_BYTES
					    : result->place_bytes;

		if (result->seconds > range.seconds)
			range.seconds = result->seconds;
		if (!by_offsets && !result->has_place)
			continue;
		if (!range.has_places || place < range.first_bytes)
			range.first_bytes = place;
		if (!range.has_places || place > range.last_bytes)
			range.last_bytes = place;
		range.has_places = true;
	}
	return range;
}

static char *span_text(const char *first, const char *last)
{
	return strcmp(first, last) == 0 ? heap_copy(first) : heap_format("%s..%s", first, last);
}

static char *hits_text(const struct range *range)
{
	AUTO(auto_free) char *first = heap_format("%" PRIu64, range->first + 1);
	AUTO(auto_free) char *last = heap_format("%" PRIu64, range->last + 1);

	return span_text(first, last);
}

static char *places_text(const struct range *range)
{
	char first[32], last[32];

	if (!range->has_places)
		return heap_copy("-");
	return span_text(size_write(range->first_bytes, first, sizeof first),
		size_write(range->last_bytes, last, sizeof last));
}

static const char *verdict_text(const struct check_result *result)
{
	return sweep_has_missed(result) ? "never struck" : result->verdict;
}

static char *exit_text(const struct check_result *result)
{
	return result->client_exit < 0 ? heap_copy("-") : heap_format("%d", result->client_exit);
}

/* ---- for people ---- */

static char *struck_text(const struct sweep *sweep)
{
	const struct check_arguments *check = &sweep->arguments->check;

	return heap_format("%s, by %s (%s)",
		check->failure ? check->failure : check->faults.texts[0],
		sweep->arguments->by == SWEEP_BY_OFFSETS ? "offsets" : "hits",
		sweep->steady.profile);
}

#define ROW "%c  %-15s %-25s %-18s %4s %8s\n"

static void print_ranges(const struct sweep *sweep, const struct sweep_track *track)
{
	for (size_t first = 0, end; first < track->point_count; first = end) {
		const struct check_result *result = &track->points[first].result;

		end = sweep_range_end(track, first);

		struct range range = range_of(sweep, track, first, end);
		AUTO(auto_free) char *hits = hits_text(&range);
		AUTO(auto_free) char *places = places_text(&range);
		AUTO(auto_free) char *client = exit_text(result);
		AUTO(auto_free) char *seconds = heap_format("%.1f", range.seconds);

		printf(ROW, sweep_letter(&track->points[first]),
			sweep->arguments->by == SWEEP_BY_OFFSETS ? track->name : hits, places,
			verdict_text(result), client, seconds);
	}
}

/* Returns which of two points in one column is shown. */
static bool is_worse(const struct sweep_point *point, const struct sweep_point *than)
{
	const struct check_result *left = &point->result, *right = &than->result;

	if (sweep_has_missed(left) || sweep_has_missed(right))
		return !sweep_has_missed(left) && sweep_has_missed(right);
	return left->code != right->code && check_code_worse(left->code, right->code) == left->code;
}

/* Returns the letter of a column, which is that of its worst point. */
static char column_letter(const struct sweep_track *track, uint64_t first, uint64_t end)
{
	const struct sweep_point *worst = NULL;

	for (size_t i = 0; i < track->point_count; i++) {
		const struct sweep_point *point = &track->points[i];

		if (point->index >= first && point->index < end &&
			(!worst || is_worse(point, worst)))
			worst = point;
	}
	return worst ? sweep_letter(worst) : '.';
}

static void print_strip(const struct sweep_track *track)
{
	uint64_t columns = track->count < STRIP_COLUMNS ? track->count : STRIP_COLUMNS;

	printf("%-9s  ", track->name);
	for (uint64_t i = 0; i < columns; i++)
		putchar(column_letter(
			track, track->count * i / columns, track->count * (i + 1) / columns));
	printf("  %zu of %" PRIu64 " tried\n", track->point_count, track->count);
}

static void print_answer(const struct sweep *sweep, size_t answer)
{
	for (size_t t = 0; t < sweep->track_count; t++) {
		const struct sweep_track *track = &sweep->tracks[t];

		for (size_t i = 0; i < track->point_count; i++) {
			const struct check_result *result = &track->points[i].result;

			if (track->points[i].answer != answer || sweep_has_missed(result))
				continue;
			printf("%c  %s\n   %s\n", sweep_letter(&track->points[i]), result->why,
				result->replay);
			return;
		}
	}
}

void sweep_print(const struct sweep *sweep)
{
	AUTO(auto_free) char *struck = struck_text(sweep);

	printf("%-9s  %s\n%-9s  %s, exit %d, %.1f s\n\n", "failure", struck, "without",
		sweep->steady.verdict, sweep->steady.client_exit, sweep->steady.seconds);
	if (sweep->is_partial)
		puts("interrupted: these places were tried so far\n");
	if (sweep->tracks[0].count == 0) {
		puts("it never strikes: what it waits for never happened");
		return;
	}
	printf(ROW, ' ', sweep->arguments->by == SWEEP_BY_OFFSETS ? "SECTORS" : "HITS", "OFFSETS",
		"VERDICT", "EXIT", "SECONDS");
	for (size_t t = 0; t < sweep->track_count; t++)
		print_ranges(sweep, &sweep->tracks[t]);
	putchar('\n');
	for (size_t t = 0; t < sweep->track_count; t++)
		print_strip(&sweep->tracks[t]);
	putchar('\n');
	for (size_t answer = 0; answer < sweep->answer_count; answer++)
		print_answer(sweep, answer);
}

/* ---- for programs ---- */

static json_t *letter_json(const struct sweep_point *point)
{
	return json_stringn((const char[]){ sweep_letter(point) }, 1);
}

static json_t *place_json(bool is_there, uint64_t bytes)
{
	return is_there ? json_integer((json_int_t)bytes) : json_null();
}

static json_t *ranges_json(const struct sweep *sweep, const struct sweep_track *track)
{
	json_t *ranges = json_array();

	for (size_t first = 0, end; first < track->point_count; first = end) {
		const struct check_result *result = &track->points[first].result;

		end = sweep_range_end(track, first);

		struct range range = range_of(sweep, track, first, end);

		json_array_append_new(ranges,
			json_pack("{s:o, s:I, s:I, s:I, s:o, s:o, s:s, s:o, s:f}", "answer",
				letter_json(&track->points[first]), "first",
				(json_int_t)range.first + 1, "last", (json_int_t)range.last + 1,
				"tried", (json_int_t)(end - first), "first_offset_bytes",
				place_json(range.has_places, range.first_bytes),
				"last_offset_bytes", place_json(range.has_places, range.last_bytes),
				"verdict", result->verdict, "exit",
				result->client_exit < 0 ? json_null()
							: json_integer(result->client_exit),
				"seconds", range.seconds));
	}
	return ranges;
}

static json_t *track_json(const struct sweep *sweep, const struct sweep_track *track)
{
	json_t *points = json_array();

	for (size_t i = 0; i < track->point_count; i++) {
		const struct sweep_point *point = &track->points[i];
		struct range range = range_of(sweep, track, i, i + 1);
		json_t *object = check_json(&point->result);

		json_object_set_new(object, "answer", letter_json(point));
		json_object_set_new(object, "number", json_integer((json_int_t)point->index + 1));
		json_object_set_new(
			object, "offset_bytes", place_json(range.has_places, range.first_bytes));
		json_array_append_new(points, object);
	}
	return json_pack("{s:s, s:I, s:I, s:o, s:o}", "name", track->name, "count",
		(json_int_t)track->count, "tried", (json_int_t)track->point_count, "ranges",
		ranges_json(sweep, track), "points", points);
}

json_t *sweep_json(const struct sweep *sweep)
{
	const struct check_arguments *check = &sweep->arguments->check;
	json_t *tracks = json_array();

	for (size_t t = 0; t < sweep->track_count; t++)
		json_array_append_new(tracks, track_json(sweep, &sweep->tracks[t]));
	return json_pack("{s:o, s:o, s:s, s:I, s:i, s:b, s:o, s:o}", "failure",
		report_text_json(check->failure), "fault",
		report_text_json(check->failure ? NULL : check->faults.texts[0]), "by",
		sweep->arguments->by == SWEEP_BY_OFFSETS ? "offsets" : "hits", "seed",
		(json_int_t)check->seed, "code", sweep->code, "partial", sweep->is_partial,
		"without", check_json(&sweep->steady), "tracks", tracks);
}
