/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that run beside each other: each has its own end, its own time and its own family.
 */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/base/process_beside.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

/* Of a poll; less than the time limit of a test. */
#define PATIENCE_MS 20000

#define SH(line)    ((const char *const[]){ "/bin/sh", "-c", (line), NULL })

static struct process_beside *begin(const char *const *argv, uint64_t time_limit_ns)
{
	struct process_order order = {
		.argv = argv,
		.output_path = "/dev/null",
		.time_limit_ns = time_limit_ns,
	};
	struct process_beside *beside;

	ck_assert_int_eq(process_beside_begin(&order, &beside), 0);
	return beside;
}

START_TEST(two_run_at_once_and_each_tells_its_own_end)
{
	struct process_beside *slow = begin(SH("until [ -e go ]; do sleep 0.02; done; exit 3"), 0);
	struct process_beside *fast = begin(SH("exit 4"), 0);
	struct process_result result;

	ck_assert_int_eq(process_beside_end(fast, &result), 0);
	ck_assert_int_eq(result.exit_status, 4);
	ck_assert_msg(!result.left_running, "%s", result.left_running);
	process_result_deinit(&result);
	ck_assert(!process_beside_is_over(slow));
	run_folder_file("go", 1, 1);
	ck_assert_int_eq(process_beside_end(slow, &result), 0);
	ck_assert_int_eq(result.exit_status, 3);
	process_result_deinit(&result);
}
END_TEST

START_TEST(who_has_left_something_running_is_named_and_nobody_else)
{
	struct process_beside *tidy = begin(SH("sleep 0.8"), 0);
	struct process_beside *untidy = begin(SH("setsid sleep 60 & sleep 0.1"), 0);
	struct process_result result;

	ck_assert_int_eq(process_beside_end(untidy, &result), 0);
	ck_assert_msg(result.left_running && strstr(result.left_running, "sleep"), "%s",
		result.left_running ? result.left_running : "nobody");
	process_result_deinit(&result);
	ck_assert_int_eq(process_beside_end(tidy, &result), 0);
	ck_assert_int_eq(result.exit_status, 0);
	ck_assert_msg(!result.left_running, "%s", result.left_running);
	process_result_deinit(&result);
}
END_TEST

START_TEST(who_outlives_its_time_is_killed)
{
	struct process_beside *beside = begin(SH("sleep 60"), NS_PER_S);
	struct process_result result;

	ck_assert_int_eq(process_beside_end(beside, &result), 0);
	ck_assert(result.timed_out);
	ck_assert_int_eq(result.exit_status, PROCESS_TIMED_OUT);
	ck_assert_msg(result.waited_in && strstr(result.waited_in, "sleep"), "%s",
		result.waited_in ? result.waited_in : "nothing");
	process_result_deinit(&result);
}
END_TEST

START_TEST(who_is_stopped_is_interrupted)
{
	struct process_beside *beside;
	struct process_result result;

	/* The process notes signals from its beginning, as its parent does. */
	interrupt_watch();
	beside = begin(SH("sleep 60"), 0);
	process_beside_stop(beside);
	ck_assert_int_eq(process_beside_end(beside, &result), -EINTR);
}
END_TEST

START_TEST(what_cannot_be_started_says_so_at_its_end)
{
	struct process_beside *beside = begin((const char *const[]){ "no-such-program", NULL }, 0);
	struct process_result result;

	ck_assert_int_eq(process_beside_end(beside, &result), -ENOENT);
}
END_TEST

START_TEST(it_keeps_nothing_open_that_its_parent_has_closed)
{
	struct process_beside *beside;
	struct process_result result;
	struct pollfd end;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	interrupt_watch();
	beside = begin(SH("sleep 60"), 0);
	close(ends[1]);
	end = (struct pollfd){ .fd = ends[0] };
	ck_assert_int_eq(poll(&end, 1, PATIENCE_MS), 1);
	ck_assert(end.revents & POLLHUP);
	close(ends[0]);
	process_beside_stop(beside);
	ck_assert_int_eq(process_beside_end(beside, &result), -EINTR);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("process beside");
	TCase *beside = tcase_create("beside");

	(void)argc;
	tcase_set_timeout(beside, 30);
	tcase_add_checked_fixture(beside, run_folder_setup, run_folder_teardown);
	tcase_add_test(beside, two_run_at_once_and_each_tells_its_own_end);
	tcase_add_test(beside, who_has_left_something_running_is_named_and_nobody_else);
	tcase_add_test(beside, who_outlives_its_time_is_killed);
	tcase_add_test(beside, who_is_stopped_is_interrupted);
	tcase_add_test(beside, what_cannot_be_started_says_so_at_its_end);
	tcase_add_test(beside, it_keeps_nothing_open_that_its_parent_has_closed);
	suite_add_tcase(suite, beside);
	return engine_suite_run(suite, argv[0]);
}
