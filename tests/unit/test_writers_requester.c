/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody stays frozen and no write stays held, whoever forgets to let go; and it is said who did.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/writers_bench.h"

START_TEST(a_snapshot_between_freeze_and_thaw_asks_nobody_again)
{
	struct bench_asked asked;

	writers_bench_open_two("plain");
	writers_bench_freeze(&asked);
	ck_assert_int_eq(writers_bench_wait(&asked), 0);
	ck_assert(writers_bench_is_frozen("b"));
	ck_assert_int_eq(writers_bench_take(&asked, "s"), 0);
	ck_assert_int_eq(writers_bench_state("b"), 3);
	ck_assert_uint_eq(writers_bench_events(EVENT_WRITERS_BEGUN), 1);
	writers_bench_thaw(&asked);
	ck_assert_int_eq(writers_bench_wait(&asked), 0);
	ck_assert_int_eq(writers_bench_state("b"), 5);
	bench_expect_whole("s");
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(whom_the_requester_forgets_thaws_after_60_s)
{
	struct bench_asked asked;

	writers_bench_open_two("plain");
	writers_bench_freeze(&asked);
	engine_settle(&bench_engine);
	writers_bench_expect_seconds(60);
	writers_bench_expect_failed(SYSTEM, 9, "requester",
		"it was frozen for 60 s, and its requester did not thaw it");
	ck_assert_int_eq(writers_bench_state("b"), 1);
	writers_bench_thaw(&asked);
	ck_assert_int_eq(asked.result, -EINVAL);
	ck_assert_ptr_nonnull(strstr(asked.why, "nothing is frozen: writer 'System Writer': "));
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(a_requester_without_anybody_to_freeze_is_not_waited_for_either)
{
	static const char *const none[] = { NULL };
	struct bench_asked asked;

	writers_bench_open("plain", none, false);
	writers_bench_freeze(&asked);
	ck_assert_int_eq(asked.result, 0);
	writers_bench_freeze(&asked);
	ck_assert_int_eq(asked.result, -EBUSY);
	engine_settle(&bench_engine);
	writers_bench_expect_seconds(60);
	writers_bench_thaw(&asked);
	ck_assert_int_eq(asked.result, -EINVAL);
	writers_bench_close();
}
END_TEST

START_TEST(thawing_what_is_not_frozen_is_refused)
{
	struct bench_asked freeze, thaw;

	writers_bench_open_two("plain");
	writers_bench_thaw(&thaw);
	ck_assert_int_eq(thaw.result, -EINVAL);
	ck_assert_str_eq(thaw.why, "nothing is frozen");
	fault_bench_add("writer.freeze hang writer=b");
	writers_bench_freeze(&freeze);
	ck_assert(!freeze.has_ended);
	writers_bench_thaw(&thaw);
	ck_assert_int_eq(thaw.result, -EINVAL);
	ck_assert_int_eq(writers_bench_wait(&freeze), -ECANCELED);
	ck_assert(!writers_bench_is_frozen(SYSTEM));
	writers_bench_expect_next_well();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("writers' requester");
	TCase *requester = tcase_create("requester");

	(void)argc;
	tcase_add_test(requester, a_snapshot_between_freeze_and_thaw_asks_nobody_again);
	tcase_add_test(requester, whom_the_requester_forgets_thaws_after_60_s);
	tcase_add_test(requester, a_requester_without_anybody_to_freeze_is_not_waited_for_either);
	tcase_add_test(requester, thawing_what_is_not_frozen_is_refused);
	suite_add_tcase(suite, requester);
	return engine_suite_run(suite, argv[0]);
}
