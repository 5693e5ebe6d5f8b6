/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait where a disk is held. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/flow_bench.h"

START_TEST(a_disk_below_that_is_held_parks_what_comes_from_above)
{
	static struct asked asked;
	struct flow_hold *held;

	ck_assert_int_eq(hold(1, 0, FLOW_WHOLE, &held), 0);
	ask(&asked, DISK_OP_READ, 3, 0, 1);
	ck_assert_uint_eq(waiting_count, 0);
	/* It is under way in those that it passed. */
	ck_assert_int_eq(hold(3, 0, FLOW_WHOLE, &held), -EINPROGRESS);
	ck_assert_int_eq(flow_release(flow, 1, 0, FLOW_WHOLE), 0);
	ck_assert_uint_eq(waiting_count, 1);
	ck_assert_int_eq(told, 1);
	let_go(0);
	ck_assert_int_eq(told, 0);
	is_done(&asked, 0);
	ck_assert_int_eq(asked.data[0], 8);
}
END_TEST

START_TEST(a_hold_waits_for_what_came_before_it_and_for_nothing_else)
{
	static struct asked before, behind;
	struct flow_hold *held;

	ask(&before, DISK_OP_WRITE, 3, 0, 1);
	ck_assert_int_eq(hold(3, 0, FLOW_WHOLE, &held), -EINPROGRESS);
	ask(&behind, DISK_OP_WRITE, 3, 1, 1);
	ck_assert_uint_eq(waiting_count, 1);
	ck_assert_int_eq(flow_release(flow, 3, 0, FLOW_WHOLE), -EINVAL);
	let_go(0);
	ck_assert_int_eq(told, 0);
	is_done(&before, 0);
	ck_assert_uint_eq(behind.answers, 0);
	ck_assert_int_eq(flow_release(flow, 3, 0, FLOW_WHOLE), 0);
	let_go(0);
	is_done(&behind, 0);
}
END_TEST

START_TEST(a_hold_that_is_given_up_lets_go_on)
{
	static struct asked before, behind;
	struct flow_hold *held;

	ask(&before, DISK_OP_READ, 3, 0, 1);
	ck_assert_int_eq(hold(3, 0, FLOW_WHOLE, &held), -EINPROGRESS);
	ask(&behind, DISK_OP_READ, 3, 1, 1);
	flow_hold_cancel(flow, held);
	ck_assert_uint_eq(waiting_count, 2);
	let_go(0);
	is_done(&before, 0);
	is_done(&behind, 0);
	ck_assert_int_eq(told, 1);
}
END_TEST

START_TEST(holds_add_up)
{
	static struct asked asked;
	struct flow_hold *held;

	ck_assert_int_eq(hold(3, 0, FLOW_WHOLE, &held), 0);
	ck_assert_int_eq(hold(3, 0, FLOW_WHOLE, &held), 0);
	ask(&asked, DISK_OP_FLUSH, 3, 0, 0);
	ck_assert_int_eq(flow_release(flow, 3, 0, FLOW_WHOLE), 0);
	ck_assert_uint_eq(waiting_count, 0);
	ck_assert_int_eq(flow_release(flow, 3, 0, FLOW_WHOLE), 0);
	ck_assert_uint_eq(waiting_count, 1);
	let_go(0);
	is_done(&asked, 0);
	ck_assert_int_eq(flow_release(flow, 3, 0, FLOW_WHOLE), -EINVAL);
}
END_TEST

START_TEST(a_held_range_holds_what_touches_it)
{
	static struct asked touches, flush, misses;
	struct flow_hold *held;

	ck_assert_int_eq(hold(2, 16 * S, 8 * S, &held), 0);
	ask(&touches, DISK_OP_READ, 3, 4, 8);
	ask(&flush, DISK_OP_FLUSH, 3, 0, 0);
	ask(&misses, DISK_OP_READ, 3, 0, 8);
	ck_assert_uint_eq(waiting_count, 2);
	let_go(0);
	is_done(&flush, 0);
	is_done(&misses, 0);
	ck_assert_int_eq(flow_release(flow, 2, 16 * S, 4 * S), -EINVAL);
	ck_assert_int_eq(flow_release(flow, 2, 16 * S, 8 * S), 0);
	let_go(0);
	is_done(&touches, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_flow_holds");
	TCase *tests = tcase_create("flow");

	(void)argc;
	tcase_add_checked_fixture(tests, flow_setup, flow_teardown);
	tcase_add_test(tests, a_disk_below_that_is_held_parks_what_comes_from_above);
	tcase_add_test(tests, a_hold_waits_for_what_came_before_it_and_for_nothing_else);
	tcase_add_test(tests, a_hold_that_is_given_up_lets_go_on);
	tcase_add_test(tests, holds_add_up);
	tcase_add_test(tests, a_held_range_holds_what_touches_it);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
