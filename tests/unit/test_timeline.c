/* SPDX-License-Identifier: Apache-2.0 */
/* The course of a run is bounded, and keeps its whole length and its order. */
#include <check.h>
#include <stdlib.h>

#include "scenarios/judge/timeline.h"
#include "tests/lib/engine_suite.h"

START_TEST(of_many_samples_every_so_many_stay)
{
	struct timeline *timeline = timeline_create();
	const size_t count = TIMELINE_SAMPLES_MAX * 5 + 17;

	for (size_t i = 0; i < count; i++) {
		struct timeline_sample sample = { .at_ns = i, .values = { (double)i } };

		timeline_add_sample(timeline, &sample);
		ck_assert_uint_le(timeline->sample_count, TIMELINE_SAMPLES_MAX);
	}
	ck_assert_uint_eq(timeline->samples_each, 8);
	ck_assert_uint_ge(timeline->sample_count, TIMELINE_SAMPLES_MAX / 2);
	ck_assert_uint_eq(timeline->samples[0].at_ns, 0);
	ck_assert_uint_ge(timeline->samples[timeline->sample_count - 1].at_ns, count - 2 * 8);
	for (size_t i = 1; i < timeline->sample_count; i++)
		ck_assert_uint_gt(timeline->samples[i].at_ns, timeline->samples[i - 1].at_ns);
	timeline_destroy(timeline);
}
END_TEST

START_TEST(events_beyond_the_bound_are_counted)
{
	struct timeline *timeline = timeline_create();
	char name[] = "fault.fired", text[] = "";
	struct timeline_event event = { .name = name, .text = text };

	for (size_t i = 0; i < TIMELINE_EVENTS_MAX + 3; i++)
		timeline_add_event(timeline, &event);
	ck_assert_uint_eq(timeline->event_count, TIMELINE_EVENTS_MAX);
	ck_assert_uint_eq(timeline->events_dropped, 3);
	ck_assert_str_eq(timeline->events[0].name, "fault.fired");
	ck_assert_ptr_ne(timeline->events[0].name, name);
	timeline_destroy(timeline);
}
END_TEST

START_TEST(spans_nest_and_one_of_no_time_has_ended)
{
	struct timeline *timeline = timeline_create();

	timeline_begin_span(timeline, TIMELINE_PHASE, "inject", 0);
	timeline_begin_span(timeline, TIMELINE_BACKUP, "b1", 5);
	timeline_end_span(timeline, TIMELINE_PHASE, "inject", 9);
	timeline_end_span(timeline, TIMELINE_BACKUP, "b1", 7);
	timeline_begin_span(timeline, TIMELINE_PHASE, "verify", 0);
	timeline_end_span(timeline, TIMELINE_PHASE, "verify", 0);
	ck_assert_uint_eq(timeline->span_count, 3);
	ck_assert_uint_eq(timeline->spans[1].end_ns, 7);
	ck_assert_uint_eq(timeline->spans[0].end_ns, 9);
	ck_assert_uint_eq(timeline->spans[2].end_ns, 1);
	timeline_destroy(timeline);
	timeline_destroy(NULL);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("timeline");
	TCase *tests = tcase_create("timeline");

	(void)argc;
	tcase_add_test(tests, of_many_samples_every_so_many_stay);
	tcase_add_test(tests, events_beyond_the_bound_are_counted);
	tcase_add_test(tests, spans_nest_and_one_of_no_time_has_ended);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
