/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that go down through disks. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/flow_bench.h"

START_TEST(a_request_goes_down_to_the_file)
{
	static struct asked asked;

	ask(&asked, DISK_OP_READ, 3, 4, 2);
	ck_assert_uint_eq(asked.answers, 0);
	let_go(0);
	is_done(&asked, 0);
	ck_assert_int_eq(asked.data[0], 12);
	ck_assert_int_eq(asked.data[S], 13);
}
END_TEST

START_TEST(what_was_parked_goes_where_the_new_map_leads)
{
	static struct asked asked;
	struct flow_hold *held;

	ck_assert_int_eq(hold(2, 0, FLOW_WHOLE, &held), 0);
	ask(&asked, DISK_OP_READ, 3, 0, 1);
	map(2, on_file(20));
	ck_assert_int_eq(flow_release(flow, 2, 0, FLOW_WHOLE), 0);
	let_go(0);
	is_done(&asked, 0);
	ck_assert_int_eq(asked.data[0], 28);
}
END_TEST

START_TEST(a_read_gets_what_is_before_an_error)
{
	struct disk_piece pieces[] = {
		{ .start = 0, .length = 8, .kind = DISK_PIECE_ZERO },
		{ .start = 8, .length = 8, .kind = DISK_PIECE_ERROR },
		{ .start = 16, .length = 8, .kind = DISK_PIECE_FILE, .file = { 1, 0 } },
	};
	static struct asked asked;
	struct disk_map made;

	ck_assert_int_eq(disk_map_make(pieces, 3, &made), 0);
	ck_assert_int_eq(flow_disk_map(flow, 2, &made, NULL), 0);
	memset(asked.data, 'x', sizeof asked.data);
	ask(&asked, DISK_OP_READ, 2, 4, 20);
	let_go(-ENOSPC);
	is_done(&asked, -EIO);
	ck_assert_uint_eq(asked.io.good, 4 * S);
	ask(&asked, DISK_OP_WRITE, 2, 4, 20);
	let_go(0);
	is_done(&asked, -EIO);
	ask(&asked, DISK_OP_READ, 2, 20, 8);
	let_go(0);
	is_done(&asked, -EIO);
	ck_assert_uint_eq(asked.io.good, 4 * S);
	ask(&asked, DISK_OP_WRITE, 2, 24, 1);
	is_done(&asked, -EIO);
	ask(&asked, DISK_OP_FLUSH, 2, 0, 0);
	let_go(-ENOSPC);
	is_done(&asked, -ENOSPC);
}
END_TEST

START_TEST(a_discard_is_refused_where_it_would_fill_a_store)
{
	struct disk_piece piece = on_file(0);
	static struct asked asked;

	piece.no_discard = true;
	map(1, piece);
	ask(&asked, DISK_OP_DISCARD, 3, 0, 8);
	is_done(&asked, -EOPNOTSUPP);
	ask(&asked, DISK_OP_ZERO, 3, 0, 8);
	let_go(0);
	is_done(&asked, 0);
}
END_TEST

START_TEST(a_ring_of_disks_is_an_error)
{
	static struct asked asked;

	map(1, on_disk(2, 0));
	ask(&asked, DISK_OP_READ, 1, 0, 1);
	is_done(&asked, -EIO);
	ask(&asked, DISK_OP_READ, 77, 0, 1);
	is_done(&asked, -EIO);
}
END_TEST

START_TEST(what_is_delayed_goes_on_afterwards)
{
	static struct asked asked;

	map(3, (struct disk_piece){
		       .length = 8,
		       .kind = DISK_PIECE_DELAY,
		       .delayed = { { { 1, 3 }, 50 }, { { 1, 3 }, 7 }, { { 1, 0 }, 1000 } },
	       });
	ask(&asked, DISK_OP_READ, 3, 0, 1);
	ck_assert_uint_eq(delays_ms, 50);
	ck_assert_uint_eq(waiting_count, 1);
	flow_part_go(flow, waiting[--waiting_count]);
	let_go(0);
	is_done(&asked, 0);
	ck_assert_int_eq(asked.data[0], 3);
}
END_TEST

START_TEST(a_request_that_is_given_up_writes_nothing_later)
{
	static struct asked parked, under_way;
	struct flow_hold *held;

	ask(&under_way, DISK_OP_WRITE, 1, 0, 1);
	ck_assert_int_eq(hold(2, 0, FLOW_WHOLE, &held), 0);
	ask(&parked, DISK_OP_WRITE, 3, 0, 1);
	flow_abandon(flow, &parked.io, -EINTR);
	is_done(&parked, -EINTR);
	flow_abandon(flow, &under_way.io, -EINTR);
	ck_assert_uint_eq(under_way.answers, 1);
	ck_assert_uint_eq(under_way.releases, 0);
	ck_assert_int_eq(flow_release(flow, 2, 0, FLOW_WHOLE), 0);
	ck_assert_uint_eq(waiting_count, 1);
	let_go(0);
	is_done(&under_way, -EINTR);
}
END_TEST

START_TEST(all_fail_at_once_and_from_then_on)
{
	static struct asked parked, under_way, later;
	struct flow_hold *held;

	ask(&under_way, DISK_OP_READ, 1, 0, 1);
	ck_assert_int_eq(hold(2, 0, FLOW_WHOLE, &held), 0);
	ask(&parked, DISK_OP_READ, 3, 0, 1);
	ck_assert_int_eq(hold(3, 0, FLOW_WHOLE, &held), -EINPROGRESS);
	flow_fail_all(flow);
	is_done(&parked, -EIO);
	ck_assert_uint_eq(under_way.answers, 1);
	ck_assert_uint_eq(under_way.io.good, 0);
	/* What it waited for came to an end first. */
	ck_assert(told == -EIO || told == 0);
	ask(&later, DISK_OP_READ, 1, 0, 1);
	is_done(&later, -EIO);
	ck_assert_int_eq(hold(1, 0, FLOW_WHOLE, &held), -EIO);
	let_go(0);
	is_done(&under_way, -EIO);
}
END_TEST

START_TEST(a_disk_that_goes_fails_what_is_parked_and_keeps_what_is_under_way)
{
	static struct asked parked, under_way, later;
	struct flow_hold *held;

	ask(&under_way, DISK_OP_READ, 2, 0, 1);
	ck_assert_int_eq(hold(2, 0, FLOW_WHOLE, &held), -EINPROGRESS);
	ask(&parked, DISK_OP_READ, 3, 0, 1);
	ck_assert_int_eq(flow_disk_remove(flow, 2), 0);
	ck_assert_int_eq(told, -ENXIO);
	is_done(&parked, -EIO);
	ck_assert_uint_eq(under_way.answers, 0);
	let_go(0);
	is_done(&under_way, 0);
	ask(&later, DISK_OP_READ, 3, 0, 1);
	is_done(&later, -EIO);
	ck_assert_int_eq(flow_disk_remove(flow, 2), -ENXIO);
	ck_assert_int_eq(flow_release(flow, 2, 0, FLOW_WHOLE), -ENXIO);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_flow");
	TCase *tests = tcase_create("flow");

	(void)argc;
	tcase_add_checked_fixture(tests, flow_setup, flow_teardown);
	tcase_add_test(tests, a_request_goes_down_to_the_file);
	tcase_add_test(tests, what_was_parked_goes_where_the_new_map_leads);
	tcase_add_test(tests, a_read_gets_what_is_before_an_error);
	tcase_add_test(tests, a_discard_is_refused_where_it_would_fill_a_store);
	tcase_add_test(tests, a_ring_of_disks_is_an_error);
	tcase_add_test(tests, what_is_delayed_goes_on_afterwards);
	tcase_add_test(tests, a_request_that_is_given_up_writes_nothing_later);
	tcase_add_test(tests, all_fail_at_once_and_from_then_on);
	tcase_add_test(tests, a_disk_that_goes_fails_what_is_parked_and_keeps_what_is_under_way);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
