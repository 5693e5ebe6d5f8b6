/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks in a process of their own: whatever is killed, they are thawed. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/writer_bench.h"

START_TEST(a_hook_is_called_to_freeze_and_to_thaw)
{
	struct told told = { 0 };

	hook_make("echo what it says; echo goes nowhere >&2", ":");
	hook_freeze(&told);
	ck_assert_int_eq(told.result, 0);
	ck_assert(hook_log_is("freeze\n"));
	for (unsigned turn = 0; turn < 5; turn++)
		hands_turn();
	ck_assert(hook_log_is("freeze\n"));

	hands_thaw(&told);
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert(hook_log_is("freeze\nthaw\n"));
	ck_assert_uint_eq(told.frozen_count, 1);
	ck_assert_uint_eq(told.died_count, 0);
	ck_assert(writer_hands_idle(hands_bench.hands));
}
END_TEST

START_TEST(a_hand_may_begin_anew_when_it_is_told_of_its_end)
{
	struct told told = { .begins_anew = true };

	hook_make("[ -e tried ] || { : >tried; exit 75; }", ":");
	ck_assert_int_eq(hands_freeze(&told, WRITER_HOOK, HOOK), 0);
	TURN_UNTIL(told.frozen_count == 2);
	ck_assert_int_eq(told.result, 0);
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert(hook_log_is("freeze\nthaw\nfreeze\nthaw\n"));
}
END_TEST

START_TEST(hands_do_not_wait_for_each_other)
{
	struct told slow = { 0 }, quick = { 0 };

	hook_make(FREEZES_FOR_EVER, ":");
	ck_assert_int_eq(hands_freeze(&slow, WRITER_HOOK, HOOK), 0);
	TURN_UNTIL(file_exists("begun"));
	hook_make(":", ":");
	hook_freeze(&quick);
	hands_thaw(&quick);
	TURN_UNTIL(quick.thawed_count == 1);
	ck_assert_uint_eq(slow.frozen_count, 0);
	hands_thaw(&slow);
	TURN_UNTIL(slow.thawed_count == 1);
}
END_TEST

/* ---- given up ---- */

START_TEST(a_hook_that_never_ends_is_killed_and_thawed)
{
	struct told told = { 0 };

	hook_make(FREEZES_FOR_EVER, ":");
	ck_assert_int_eq(hands_freeze(&told, WRITER_HOOK, HOOK), 0);
	TURN_UNTIL(file_exists("begun"));
	ck_assert(process_in_file_runs("hook_pid"));
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert_uint_eq(told.frozen_count, 0);
	ck_assert(hook_log_is("freeze\nthaw\n"));
	ck_assert(!process_in_file_runs("hook_pid"));
	TURN_UNTIL(!process_in_file_runs("sleeper"));
}
END_TEST

START_TEST(what_the_rig_does_not_thaw_in_time_thaws_of_itself)
{
	struct told told = { 0 };

	hook_make(":", ":");
	hands_bench.hold_ns = 50 * NS_PER_MS;
	ck_assert_int_eq(hands_freeze(&told, WRITER_HOOK, HOOK), 0);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert_uint_eq(told.frozen_count, 1);
	ck_assert_uint_eq(told.died_count, 1);
	ck_assert(hook_log_is("freeze\nthaw\n"));
}
END_TEST

START_TEST(a_hook_that_fails_when_it_is_given_up_has_not_failed)
{
	struct told told = { 0 };

	hook_make("exit 3", ":");
	ck_assert_int_eq(hands_freeze(&told, WRITER_HOOK, HOOK), 0);
	/* It has failed, but the ring does not know yet. */
	SLEEP_UNTIL(hook_log_is("freeze\nthaw\n"));
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert_uint_eq(told.frozen_count, 0);
}
END_TEST

START_TEST(a_hand_is_thawed_right_after_it_began)
{
	struct told told = { 0 };

	hook_make(":", ":");
	ck_assert_int_eq(hands_freeze(&told, WRITER_HOOK, HOOK), 0);
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert_uint_eq(told.frozen_count, 0);
	ck_assert(writer_hands_idle(hands_bench.hands));
}
END_TEST

/* ---- killed ---- */

START_TEST(what_a_killed_process_held_is_thawed)
{
	struct told told = { 0 };

	hook_make(":", ":");
	hook_freeze(&told);
	kill(hands_holder(), SIGKILL);
	TURN_UNTIL(told.died_count == 1);
	ck_assert_str_eq(told.why, "the process that held '" HOOK "' frozen was killed");
	/* It is being thawed already. */
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert(hook_log_is("freeze\nthaw\n"));
	ck_assert_uint_eq(told.frozen_count, 1);
}
END_TEST

START_TEST(a_process_that_is_killed_while_it_freezes_leaves_nothing_frozen)
{
	struct told told = { 0 };

	hook_make(FREEZES_FOR_EVER, "[ ! -e fails ] || exit 5");
	if (_i == 1)
		fclose(fopen("fails", "we"));
	ck_assert_int_eq(hands_freeze(&told, WRITER_HOOK, HOOK), 0);
	TURN_UNTIL(file_exists("begun"));
	kill(hands_holder(), SIGKILL);
	TURN_UNTIL(told.frozen_count == 1);
	ck_assert_int_eq(told.result, -EIO);
	ck_assert_str_eq(told.why,
		_i == 1 ? "the process that was to freeze '" HOOK "' was killed, and fsfreeze "
			  "hook has failed with status 5"
			: "the process that was to freeze '" HOOK "' was killed");
	ck_assert(hook_log_is("freeze\nthaw\n"));
	TURN_UNTIL(!process_in_file_runs("hook_pid"));
	ck_assert_uint_eq(told.died_count, 0);
	/* What the hook had started is not this rig's to find. */
	ck_assert_int_eq(system("kill -9 $(cat sleeper)"), 0);
}
END_TEST

START_TEST(the_second_process_is_the_last)
{
	struct told told = { 0 };

	hook_make(":", "kill -9 $PPID");
	hook_freeze(&told);
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, -EIO);
	ck_assert_str_eq(told.why, "the process that was to thaw '" HOOK "' was killed");
	ck_assert_uint_eq(told.died_count, 0);
	ck_assert(hook_log_is("freeze\nthaw\nthaw\n"));
}
END_TEST

START_TEST(signals_that_end_a_rig_do_not_end_the_hold)
{
	struct told told = { 0 };
	pid_t holder;

	hook_make(":", ":");
	hook_freeze(&told);
	holder = hands_holder();
	/* It is none of the terminal's. */
	ck_assert_int_eq(getsid(holder), holder);
	kill(holder, SIGINT);
	kill(holder, SIGTERM);
	kill(holder, SIGHUP);
	for (unsigned turn = 0; turn < 5; turn++)
		hands_turn();
	ck_assert_uint_eq(told.died_count, 0);
	ck_assert(hook_log_is("freeze\n"));
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
}
END_TEST

START_TEST(what_is_frozen_when_the_rig_ends_is_thawed)
{
	struct told told = { 0 };

	hook_make(":", ":");
	hook_freeze(&told);
	hands_end();
	SLEEP_UNTIL(hook_log_is("freeze\nthaw\n"));
}
END_TEST

/* A rig of its own, which freezes and is never heard of again. */
static pid_t start_rig(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;

	struct told told = { 0 };

	ck_assert_int_eq(ring_create(&hands_bench.ring), 0);
	ck_assert_int_eq(writer_hands_create(hands_bench.ring, &hands_bench.hands), 0);
	ck_assert_int_eq(hands_freeze(&told, WRITER_HOOK, HOOK), 0);
	for (;;)
		hands_turn();
}

START_TEST(a_rig_that_is_killed_leaves_nothing_frozen)
{
	pid_t rig;

	/* Frozen, or still freezing. */
	hook_make(_i == 0 ? "echo >begun" : FREEZES_FOR_EVER, ":");
	rig = start_rig();
	ck_assert_int_gt(rig, 0);
	SLEEP_UNTIL(file_exists("begun"));
	kill(rig, SIGKILL);
	ck_assert_int_eq(waitpid(rig, NULL, 0), rig);
	SLEEP_UNTIL(hook_log_is("freeze\nthaw\n"));
	if (_i == 1)
		SLEEP_UNTIL(!process_in_file_runs("sleeper"));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, hands_setup, hands_teardown);
	tcase_add_test(tests, a_hook_is_called_to_freeze_and_to_thaw);
	tcase_add_test(tests, a_hand_may_begin_anew_when_it_is_told_of_its_end);
	tcase_add_test(tests, hands_do_not_wait_for_each_other);
	tcase_add_test(tests, a_hook_that_never_ends_is_killed_and_thawed);
	tcase_add_test(tests, what_the_rig_does_not_thaw_in_time_thaws_of_itself);
	tcase_add_test(tests, a_hook_that_fails_when_it_is_given_up_has_not_failed);
	tcase_add_test(tests, a_hand_is_thawed_right_after_it_began);
	tcase_add_test(tests, what_a_killed_process_held_is_thawed);
	tcase_add_loop_test(
		tests, a_process_that_is_killed_while_it_freezes_leaves_nothing_frozen, 0, 2);
	tcase_add_test(tests, the_second_process_is_the_last);
	tcase_add_test(tests, signals_that_end_a_rig_do_not_end_the_hold);
	tcase_add_test(tests, what_is_frozen_when_the_rig_ends_is_thawed);
	tcase_add_loop_test(tests, a_rig_that_is_killed_leaves_nothing_frozen, 0, 2);
}

int main(int argc, char **argv)
{
	return hands_main(argc, argv, add_tests);
}
