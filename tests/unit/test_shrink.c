/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving out what is not needed, with as few tries as that takes. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/report/shrink.h"
#include "simfs/base/list.h"
#include "tests/lib/engine_suite.h"

#define COUNT 64

struct trial {
	struct shrink shrink;
	bool is_left_out[COUNT];
	bool (*does)(const bool *is_left_out);
	unsigned tries;
};

static bool still_does(struct shrink *shrink)
{
	struct trial *trial = CONTAINER_OF(shrink, struct trial, shrink);

	trial->tries++;
	return trial->does(trial->is_left_out);
}

/* Shrinks COUNT of them; how many are left. */
static unsigned run(struct trial *trial, size_t count, bool (*does)(const bool *is_left_out))
{
	unsigned left = 0;

	*trial = (struct trial){ .does = does };
	trial->shrink = (struct shrink){
		.count = count, .is_left_out = trial->is_left_out, .still_does = still_does
	};
	shrink_run(&trial->shrink);
	for (size_t i = 0; i < count; i++)
		left += !trial->is_left_out[i];
	return left;
}

static bool needs_3_and_40(const bool *is_left_out)
{
	return !is_left_out[3] && !is_left_out[40];
}

static bool needs_nothing(const bool *is_left_out)
{
	(void)is_left_out;
	return true;
}

static bool needs_all_of_5(const bool *is_left_out)
{
	return memchr(is_left_out, true, 5) == NULL;
}

/* 10 can do without 11 only where 12 is not. */
static bool needs_10_and_one_of_two(const bool *is_left_out)
{
	return !is_left_out[10] && (!is_left_out[11] || is_left_out[12]);
}

START_TEST(two_of_sixty_four_are_left_after_few_tries)
{
	struct trial trial;

	ck_assert_uint_eq(run(&trial, COUNT, needs_3_and_40), 2);
	ck_assert(needs_3_and_40(trial.is_left_out));
	ck_assert_uint_lt(trial.tries, 30);
}
END_TEST

START_TEST(what_needs_nothing_is_one_try)
{
	struct trial trial;

	ck_assert_uint_eq(run(&trial, COUNT, needs_nothing), 0);
	ck_assert_uint_eq(trial.tries, 1);
	ck_assert_uint_eq(run(&trial, 0, needs_nothing), 0);
	ck_assert_uint_eq(trial.tries, 0);
}
END_TEST

START_TEST(what_needs_all_keeps_all)
{
	struct trial trial;

	ck_assert_uint_eq(run(&trial, 5, needs_all_of_5), 5);
	ck_assert_uint_lt(trial.tries, 15);
}
END_TEST

START_TEST(none_that_is_left_can_be_left_out)
{
	struct trial trial;
	unsigned left = run(&trial, 20, needs_10_and_one_of_two);

	ck_assert(needs_10_and_one_of_two(trial.is_left_out));
	ck_assert_uint_eq(left, 1);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("shrink");
	TCase *all = tcase_create("shrink");

	(void)argc;
	tcase_add_test(all, two_of_sixty_four_are_left_after_few_tries);
	tcase_add_test(all, what_needs_nothing_is_one_try);
	tcase_add_test(all, what_needs_all_keeps_all);
	tcase_add_test(all, none_that_is_left_can_be_left_out);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
