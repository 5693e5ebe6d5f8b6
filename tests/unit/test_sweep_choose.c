/* SPDX-License-Identifier: Apache-2.0 */
/* Which places a sweep tries: where answers change is found, and every place in the end. */
#include <check.h>
#include <stdlib.h>

#include "scenarios/cli/sweep.h"
#include "simfs/base/exit_code.h"
#include "tests/lib/engine_suite.h"

static struct check_result answer(const char *verdict, int client_exit)
{
	return (struct check_result){
		.verdict = verdict,
		.client_exit = client_exit,
		.fired = 1,
		.code = EXIT_MET,
	};
}

static struct sweep_track track_of(uint64_t count)
{
	return (struct sweep_track){ .name = "hits", .count = count };
}

/* From place CHANGE on the answer is another one. */
static bool try_next(struct sweep_track *track, uint64_t change)
{
	uint64_t index;

	if (!sweep_choose(track, &index))
		return false;
	ck_assert_uint_lt(index, track->count);
	sweep_point_add(track, index)->result = answer("detected", index < change ? 1 : 2);
	return true;
}

static bool is_tried(const struct sweep_track *track, uint64_t index)
{
	for (size_t i = 0; i < track->point_count; i++)
		if (track->points[i].index == index)
			return true;
	return false;
}

START_TEST(the_first_place_comes_first_and_then_the_last)
{
	struct sweep_track track = track_of(100);

	ck_assert(try_next(&track, 100));
	ck_assert_uint_eq(track.points[0].index, 0);
	ck_assert(try_next(&track, 100));
	ck_assert_uint_eq(track.points[1].index, 99);
	ck_assert(try_next(&track, 100));
	ck_assert_uint_eq(track.points[1].index, 49);
	free(track.points);
}
END_TEST

START_TEST(where_the_answer_changes_is_found_in_few_steps)
{
	for (uint64_t change = 1; change < 100; change++) {
		struct sweep_track track = track_of(100);

		/* Both ends, and 98 halved until nothing is between. */
		for (unsigned i = 0; i < 2 + 7; i++)
			ck_assert(try_next(&track, change));
		ck_assert(is_tried(&track, change - 1) && is_tried(&track, change));
		free(track.points);
	}
}
END_TEST

START_TEST(every_place_is_tried_once_in_the_end)
{
	for (uint64_t count = 0; count < 40; count++) {
		struct sweep_track track = track_of(count);

		while (try_next(&track, count / 3))
			ck_assert_uint_le(track.point_count, count);
		ck_assert_uint_eq(track.point_count, count);
		for (uint64_t i = 0; i < count; i++)
			ck_assert_uint_eq(track.points[i].index, i);
		free(track.points);
	}
}
END_TEST

START_TEST(what_is_left_goes_to_the_widest_gap)
{
	struct sweep_track track = track_of(1000);

	for (unsigned i = 0; i < 2 + 8; i++)
		ck_assert(try_next(&track, 1000));
	for (size_t i = 0; i + 1 < track.point_count; i++)
		ck_assert_uint_le(track.points[i + 1].index - track.points[i].index, 125);
	free(track.points);
}
END_TEST

START_TEST(answers_agree_in_verdict_and_exit_status_and_that_something_struck)
{
	struct check_result detected = answer("detected", 1);
	struct check_result other_exit = answer("detected", 2);
	struct check_result other_verdict = answer("misreported", 1);
	struct check_result unknown = answer("inconclusive", 1);
	struct check_result missed = unknown;

	unknown.code = missed.code = EXIT_INCONCLUSIVE;
	missed.fired = 0;
	ck_assert(sweep_agrees(&detected, &detected));
	ck_assert(!sweep_agrees(&detected, &other_exit));
	ck_assert(!sweep_agrees(&detected, &other_verdict));
	ck_assert(!sweep_agrees(&unknown, &missed));
	ck_assert(sweep_has_missed(&missed) && !sweep_has_missed(&unknown));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("sweep choose");
	TCase *tcase = tcase_create("sweep choose");

	(void)argc;
	tcase_add_test(tcase, the_first_place_comes_first_and_then_the_last);
	tcase_add_test(tcase, where_the_answer_changes_is_found_in_few_steps);
	tcase_add_test(tcase, every_place_is_tried_once_in_the_end);
	tcase_add_test(tcase, what_is_left_goes_to_the_widest_gap);
	tcase_add_test(tcase, answers_agree_in_verdict_and_exit_status_and_that_something_struck);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
