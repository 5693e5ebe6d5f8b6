/* SPDX-License-Identifier: Apache-2.0 */
/* How far a long command is, as a line. */
#include "simfs/base/progress_bar.h"

#include <check.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

static void shows(const struct progress_state *state, unsigned columns, const char *expected)
{
	char line[256];

	ck_assert_str_eq(progress_bar_format(state, columns, line, sizeof line), expected);
}

static const struct progress_state backup = {
	.what = "backup",
	.done = 3ull << 30,
	.total = 8ull << 30,
	.elapsed_ns = 12 * NS_PER_S,
};

START_TEST(a_wide_line_has_rate_and_time_left)
{
	shows(&backup, 100,
		"backup  [#########...............]  38%  3 GiB of 8 GiB  256 MiB/s  20 s "
		"left");
}
END_TEST

START_TEST(a_narrow_line_has_what_is_worth_most)
{
	shows(&backup, 76, "backup  [#########...............]  38%  3 GiB of 8 GiB  20 s left");
	shows(&backup, 45, "backup  38%  3 GiB of 8 GiB  20 s left");
	shows(&backup, 30, "backup  38%  20 s left");
	shows(&backup, 20, "backup  38%");
	shows(&backup, 6, "backup");
	shows(&backup, 3, "38%");
	shows(&backup, 0, "");
}
END_TEST

START_TEST(pieces_are_counted_by_name)
{
	struct progress_state state = {
		.what = "run",
		.pieces = "scenarios",
		.unit = PROGRESS_PIECES,
		.done = 1,
		.total = 4,
		.elapsed_ns = 60 * NS_PER_S,
	};

	shows(&state, 100,
		"run  [######..................]  25%  1 of 4 scenarios  1.0 a minute  3:00 min "
		"left");
	/* Before the first is over nobody knows how long the others take. */
	state.done = 0;
	shows(&state, 100, "run  [........................]  0%  0 of 4 scenarios  for 60 s");
}
END_TEST

START_TEST(without_a_total_the_time_counts_up)
{
	struct progress_state state = { .what = "snapshot.clone", .elapsed_ns = 130 * NS_PER_S };

	shows(&state, 100, "snapshot.clone  for 2:10 min");
	state.done = 130 * 4096;
	shows(&state, 100, "snapshot.clone  520 KiB  4 KiB/s  for 2:10 min");
	state = (struct progress_state){ .what = "shrink",
		.pieces = "runs",
		.unit = PROGRESS_PIECES,
		.elapsed_ns = 3 * NS_PER_S };
	shows(&state, 100, "shrink  for 3 s");
}
END_TEST

START_TEST(more_than_all_is_all)
{
	struct progress_state state = backup;

	state.done = 9ull << 30;
	shows(&state, 30, "backup  100%  0 s left");
}
END_TEST

START_TEST(what_begins_inside_is_not_counted)
{
	/* Standard error of a test is no terminal: it only must not hang or draw. */
	progress_bar_begin("outer", "runs", 2);
	progress_bar_begin("inner", NULL, 100);
	progress_bar_set(99);
	progress_bar_end();
	progress_bar_set(1);
	progress_bar_end();
	progress_bar_make_room();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("progress bar");
	TCase *tests = tcase_create("lines");

	(void)argc;
	tcase_add_test(tests, a_wide_line_has_rate_and_time_left);
	tcase_add_test(tests, a_narrow_line_has_what_is_worth_most);
	tcase_add_test(tests, pieces_are_counted_by_name);
	tcase_add_test(tests, without_a_total_the_time_counts_up);
	tcase_add_test(tests, more_than_all_is_all);
	tcase_add_test(tests, what_begins_inside_is_not_counted);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
