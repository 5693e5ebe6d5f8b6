/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which known word a mistyped one may mean.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/suggest.h"
#include "tests/lib/engine_suite.h"

static const struct distance_case {
	const char *from;
	const char *to;
	unsigned distance;
} distance_cases[] = {
	{ "", "", 0 },
	{ "a", "", 1 },
	{ "", "abc", 3 },
	{ "verdict", "verdict", 0 },
	{ "verdit", "verdict", 1 },
	{ "verdictt", "verdict", 1 },
	{ "verbict", "verdict", 1 },
	{ "vredict", "verdict", 1 },
	{ "ca", "abc", 3 },
	{ "kitten", "sitting", 3 },
};

START_TEST(distance_counts_changes_and_is_symmetric)
{
	const struct distance_case *wanted = &distance_cases[_i];

	ck_assert_uint_eq(suggest_distance(wanted->from, wanted->to), wanted->distance);
	ck_assert_uint_eq(suggest_distance(wanted->to, wanted->from), wanted->distance);
}
END_TEST

static const char *const words[] = { "of", "to", "name", "pattern", "bytes", "start" };

static const char *near(const char *word)
{
	return suggest_near(word, words, sizeof words / sizeof words[0]);
}

START_TEST(nearest_word_is_suggested)
{
	ck_assert_str_eq(near("nmae"), "name");
	ck_assert_str_eq(near("patern"), "pattern");
	ck_assert_str_eq(near("stat"), "start");
	ck_assert_str_eq(near("byte"), "bytes");
	ck_assert_str_eq(near("off"), "of");
}
END_TEST

START_TEST(word_that_is_not_near_is_not_suggested)
{
	ck_assert_ptr_null(near("colour"));
	ck_assert_ptr_null(near(""));
	ck_assert_ptr_null(near("xy"));
	ck_assert_ptr_null(suggest_near("name", words, 0));
}
END_TEST

START_TEST(part_of_a_word_means_it)
{
	ck_assert_str_eq(near("pat"), "pattern");
	ck_assert_str_eq(near("tart"), "start"); /* near is better */
	ck_assert_str_eq(near("ttern"), "pattern");
	ck_assert_ptr_null(near("rn"));
}
END_TEST

START_TEST(hint_is_what_is_meant_or_something_else)
{
	char hint[SUGGEST_HINT_BYTES];

	ck_assert_str_eq(suggest_hint("nmae", words, 6, "see it", hint), "did you mean 'name'?");
	ck_assert_str_eq(suggest_hint("colour", words, 6, "see it", hint), "see it");
	ck_assert_str_eq(
		suggest_hint_of_list("lits", "make list  go", "no", hint), "did you mean 'list'?");
	ck_assert_str_eq(suggest_hint_of_list("lits", "", "no", hint), "no");
}
END_TEST

START_TEST(very_long_word_is_not_compared)
{
	char word[SUGGEST_WORD_MAX + 2];

	memset(word, 'a', sizeof word);
	word[SUGGEST_WORD_MAX] = '\0';
	ck_assert_uint_eq(suggest_distance(word, "a"), SUGGEST_WORD_MAX - 1);
	word[SUGGEST_WORD_MAX] = 'a';
	word[SUGGEST_WORD_MAX + 1] = '\0';
	ck_assert_uint_eq(suggest_distance(word, "a"), SUGGEST_WORD_MAX + 1);
	ck_assert_ptr_null(near(word));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base suggest");
	TCase *tests = tcase_create("words");

	(void)argc;

	tcase_add_loop_test(tests, distance_counts_changes_and_is_symmetric, 0,
		(int)(sizeof distance_cases / sizeof distance_cases[0]));
	tcase_add_test(tests, nearest_word_is_suggested);
	tcase_add_test(tests, word_that_is_not_near_is_not_suggested);
	tcase_add_test(tests, part_of_a_word_means_it);
	tcase_add_test(tests, hint_is_what_is_meant_or_something_else);
	tcase_add_test(tests, very_long_word_is_not_compared);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
