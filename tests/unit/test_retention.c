/* SPDX-License-Identifier: Apache-2.0 */
/* Which backups must still restore: the latest so many, with the one that is under way. */
#include <check.h>

#include "scenarios/run/retention.h"
#include "tests/lib/engine_suite.h"

START_TEST(all_are_kept_by_who_says_nothing)
{
	ck_assert_uint_eq(retention_first(1, 0), 0);
	ck_assert_uint_eq(retention_first(9, 0), 0);
}
END_TEST

START_TEST(the_latest_are_kept)
{
	ck_assert_uint_eq(retention_first(9, 1), 8);
	ck_assert_uint_eq(retention_first(9, 2), 7);
	ck_assert_uint_eq(retention_first(2, 2), 0);
	ck_assert_uint_eq(retention_first(3, 2), 1);
}
END_TEST

START_TEST(who_keeps_more_than_there_are_keeps_all)
{
	ck_assert_uint_eq(retention_first(2, 3), 0);
	ck_assert_uint_eq(retention_first(1, 100), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("retention");
	TCase *kept = tcase_create("kept");

	(void)argc;
	tcase_add_test(kept, all_are_kept_by_who_says_nothing);
	tcase_add_test(kept, the_latest_are_kept);
	tcase_add_test(kept, who_keeps_more_than_there_are_keeps_all);
	suite_add_tcase(suite, kept);
	return engine_suite_run(suite, argv[0]);
}
