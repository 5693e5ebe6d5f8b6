/* SPDX-License-Identifier: Apache-2.0 */
/* dattobd's COW file grows, when it is told to and of itself. */
#include <check.h>
#include <errno.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/datto_bench.h"

START_TEST(an_expanded_cow_file_takes_more)
{
	datto_start("80KiB");
	for (unsigned i = 0; i < 5; i++)
		datto_write(i, 100 + i);
	ck_assert_int_eq(datto_run_sized(DATTO_EXPAND, 0, 1 << 20), 0);
	ck_assert_int_eq(engine_kill_and_open(&datto_engine), 0);
	ck_assert_uint_eq(datto_number("\"cow_size_current\": "), (80 << 10) + (1 << 20));
	for (unsigned i = 0; i < DATTO_BLOCKS; i++)
		datto_write(i, 200 + i);
	ck_assert_uint_eq(datto_state_now(), 3);
	datto_check_content();
	engine_deinit(&datto_engine);
}
END_TEST

START_TEST(auto_expand_adds_a_step_whenever_the_cow_file_is_full)
{
	datto_start("80KiB");
	ck_assert_int_eq(datto_run_sized(DATTO_AUTO_EXPAND, 0, 1 << 16), 0);
	ck_assert_uint_eq(datto_number("\"step_size_mib\": "), 0);
	for (unsigned i = 0; i < DATTO_BLOCKS; i++)
		datto_write(i, 100 + i);
	ck_assert_uint_eq(datto_state_now(), 3);
	/* 36 KiB of header and index, then the blocks; each step is 64 KiB. */
	ck_assert_uint_eq(datto_number("\"cow_size_current\": "), (80 << 10) + 4 * (64 << 10));
	datto_check_content();
	engine_settle(&datto_engine);
	ck_assert_int_eq(engine_kill_and_open(&datto_engine), 0);
	ck_assert_uint_eq(datto_number("\"cow_size_current\": "), (80 << 10) + 4 * (64 << 10));
	datto_check_content();
	ck_assert_int_eq(datto_run(DATTO_TO_INCREMENTAL), 0);
	ck_assert_int_eq(datto_run_sized(DATTO_AUTO_EXPAND, 0, 1 << 16), -EINVAL);
	engine_deinit(&datto_engine);
}
END_TEST

START_TEST(one_write_may_need_many_steps_and_switched_off_it_overflows)
{
	datto_start("80KiB");
	ck_assert_int_eq(datto_run_sized(DATTO_AUTO_EXPAND, 0, 1 << 12), 0);
	ck_assert_int_eq(engine_write(&datto_engine, 0, DATTO_BLOCKS / 2 * DATTO_BLOCK, 100), 0);
	ck_assert_uint_eq(datto_state_now(), 3);
	datto_check_content();
	ck_assert_int_eq(datto_run_sized(DATTO_AUTO_EXPAND, 0, 0), 0);
	ck_assert_int_eq(engine_write(&datto_engine, 0, DATTO_BLOCKS * DATTO_BLOCK, 200), 0);
	ck_assert_uint_eq(datto_number("\"error\": -"), EFBIG);
	engine_deinit(&datto_engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("datto sizes");
	TCase *all = tcase_create("sizes");

	(void)argc;
	tcase_add_test(all, an_expanded_cow_file_takes_more);
	tcase_add_test(all, auto_expand_adds_a_step_whenever_the_cow_file_is_full);
	tcase_add_test(all, one_write_may_need_many_steps_and_switched_off_it_overflows);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
