/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_star_pattern.c - which names a pattern with stars means.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/star_pattern.h"
#include "tests/lib/engine_suite.h"

static const struct {
	const char *pattern, *name;
	bool matches;
} cases[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "a", "", false },
	{ "a", "a", true },
	{ "a", "aa", false },
	{ "aa", "a", false },
	{ "*", "", true },
	{ "*", "abc", true },
	{ "**", "", true },
	{ "a*", "a", true },
	{ "a*", "ba", false },
	{ "*a", "ba", true },
	{ "*a", "ab", false },
	{ "*a", "aba", true },
	{ "a*c", "abbc", true },
	{ "a*c", "ac", true },
	{ "a*c", "acb", false },
	{ "*ab*ab", "abxab", true },
	{ "*ab*ab", "xaabab", true },
	{ "*ab*ab", "ab", false },
	{ "*aab", "aaab", true },
	/* What is special elsewhere stands for itself. */
	{ "a?", "ab", false },
	{ "[a]\\", "[a]\\", true },
	{ "[a]", "a", false },
	/* A name with a star is its own pattern. */
	{ "a*b", "a*b", true },
};

START_TEST(a_star_is_any_part_and_the_rest_is_itself)
{
	ck_assert_int_eq(
		star_pattern_matches(cases[_i].pattern, cases[_i].name), cases[_i].matches);
}
END_TEST

START_TEST(many_stars_end_soon)
{
	char pattern[] = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", name[1024];

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	ck_assert(!star_pattern_matches(pattern, name));
	name[sizeof name - 2] = 'b';
	ck_assert(star_pattern_matches(pattern, name));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base star pattern");
	TCase *tests = tcase_create("stars");

	(void)argc;
	tcase_add_loop_test(tests, a_star_is_any_part_and_the_rest_is_itself, 0,
		(int)(sizeof cases / sizeof cases[0]));
	tcase_add_test(tests, many_stars_end_soon);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
