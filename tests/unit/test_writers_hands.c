/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks and file systems: who freezes first, who is thawed, and what is said of what fails. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/writers_bench.h"

static const char *const mixed[] = { "fsfreeze path=/fs", "hook path=/hook", "simulated name=app",
	NULL };

static struct bench_asked asked;

static void open_mixed(void)
{
	writers_bench_open("plain", mixed, false);
	writers_bench_begin(&asked, "s", false);
}

static void expect_did(const char *text)
{
	ck_assert_str_eq(writers_bench_hands_did, text);
}

static void freeze_all(void)
{
	writers_bench_hand_frozen("/hook", 0, NULL);
	writers_bench_hand_frozen("/fs", 0, NULL);
	while (memory_disk_step(bench_engine.disk))
		continue;
}

START_TEST(file_systems_freeze_last_and_thaw_first)
{
	open_mixed();
	expect_did("freeze /hook;");
	ck_assert(writers_bench_is_frozen("app"));
	writers_bench_hand_frozen("/hook", 0, NULL);
	expect_did("freeze /hook;freeze /fs;");
	writers_bench_hand_frozen("/fs", 0, NULL);
	while (memory_disk_step(bench_engine.disk))
		continue;
	ck_assert(writers_bench_has_snapshot("s"));
	expect_did("freeze /hook;freeze /fs;thaw /fs;");
	ck_assert(!asked.has_ended);
	writers_bench_hand_thawed("/fs", 0, NULL);
	expect_did("freeze /hook;freeze /fs;thaw /fs;thaw /hook;");
	writers_bench_hand_thawed("/hook", 0, NULL);
	ck_assert(asked.has_ended);
	ck_assert_int_eq(asked.result, 0);
	writers_bench_close();
}
END_TEST

START_TEST(a_hook_that_fails_thaws_nothing_of_its_own_and_all_others)
{
	open_mixed();
	writers_bench_hand_frozen("/hook", -EIO, "fsfreeze hook has failed with status 3");
	ck_assert(asked.has_ended);
	ck_assert_int_eq(asked.result, -EIO);
	ck_assert_str_eq(asked.why, "writer '/hook': fsfreeze hook has failed with status 3: "
				    "VSS_E_WRITERERROR_NONRETRYABLE (0x800423f4)");
	ck_assert_int_eq(writers_bench_state("/hook"), 9);
	ck_assert_int_eq(writers_bench_state("app"), 1);
	ck_assert(!writers_bench_is_frozen("app"));
	expect_did("freeze /hook;");
	writers_bench_close();
}
END_TEST

START_TEST(a_file_system_that_cannot_freeze_has_its_reason_told_and_the_hook_thawed)
{
	open_mixed();
	writers_bench_hand_frozen("/hook", 0, NULL);
	writers_bench_hand_frozen("/fs", -EOPNOTSUPP, "a FUSE mount cannot be frozen");
	expect_did("freeze /hook;freeze /fs;thaw /hook;");
	ck_assert(!asked.has_ended);
	writers_bench_hand_thawed("/hook", 0, NULL);
	ck_assert(asked.has_ended);
	ck_assert_int_eq(asked.result, -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(asked.why, "a FUSE mount cannot be frozen"));
	ck_assert(!writers_bench_has_snapshot("s"));
	writers_bench_close();
}
END_TEST

START_TEST(a_freeze_that_is_stuck_is_given_up_and_waited_for)
{
	struct bench_asked second;

	open_mixed();
	writers_bench_hand_frozen("/hook", 0, NULL);
	while (clock_now_ns() < 60 * NS_PER_S && strstr(writers_bench_hands_did, "thaw") == NULL)
		ck_assert(engine_step(&bench_engine));
	expect_did("freeze /hook;freeze /fs;thaw /fs;thaw /hook;");
	ck_assert_int_eq(writers_bench_state("/fs"), 9);
	writers_bench_hand_thawed("/hook", 0, NULL);
	ck_assert(!asked.has_ended);
	ck_assert_int_eq(writers_bench_take(&second, "t"), -EBUSY);
	writers_bench_hand_thawed("/fs", 0, NULL);
	ck_assert(asked.has_ended);
	ck_assert_int_eq(asked.result, -ETIMEDOUT);
	writers_bench_close();
}
END_TEST

START_TEST(a_process_that_dies_frozen_ends_the_set_and_the_next_one_has_a_new_one)
{
	open_mixed();
	writers_bench_hand_frozen("/hook", 0, NULL);
	writers_bench_hand_died("/hook");
	ck_assert_int_eq(writers_bench_state("/hook"), 0);
	/* What freezes is given up, what is frozen thaws of itself. */
	expect_did("freeze /hook;freeze /fs;thaw /fs;");
	writers_bench_hand_thawed("/hook", 0, NULL);
	writers_bench_hand_thawed("/fs", 0, NULL);
	ck_assert(asked.has_ended);
	ck_assert_int_eq(asked.result, -ESRCH);
	writers_bench_begin(&asked, "s", false);
	freeze_all();
	writers_bench_hand_thawed("/fs", 0, NULL);
	writers_bench_hand_thawed("/hook", 0, NULL);
	ck_assert(asked.has_ended);
	ck_assert_int_eq(asked.result, 0);
	writers_bench_close();
}
END_TEST

START_TEST(a_thaw_that_fails_takes_the_snapshot_with_it)
{
	open_mixed();
	freeze_all();
	writers_bench_hand_thawed("/fs", -EIO, "failed to thaw '/fs'");
	expect_did("freeze /hook;freeze /fs;thaw /fs;thaw /hook;");
	writers_bench_hand_thawed("/hook", 0, NULL);
	ck_assert_int_eq(writers_bench_wait(&asked), -EIO);
	ck_assert_int_eq(writers_bench_state("/fs"), 10);
	ck_assert(!writers_bench_has_snapshot("s"));
	writers_bench_close();
}
END_TEST

START_TEST(a_thaw_that_never_ends_keeps_nobody_waiting)
{
	struct bench_asked second;

	open_mixed();
	freeze_all();
	writers_bench_hand_thawed("/fs", 0, NULL);
	/* The limit of the Thaw, and the same again for its Abort. */
	ck_assert_int_eq(writers_bench_wait(&asked), -ETIMEDOUT);
	ck_assert_int_eq(writers_bench_state("/hook"), 10);
	ck_assert_uint_ge(clock_now_ns(), 120 * NS_PER_S);
	ck_assert_int_eq(writers_bench_take(&second, "t"), -EBUSY);
	ck_assert_str_eq(second.why, "writer '/hook' is still thawing");
	/* The refusal goes into the journal's file. */
	engine_settle(&bench_engine);
	ck_assert(volume_idle(bench_engine.volume));
	writers_bench_hand_thawed("/hook", 0, NULL);
	writers_bench_begin(&second, "t", false);
	freeze_all();
	writers_bench_hand_thawed("/fs", 0, NULL);
	writers_bench_hand_thawed("/hook", 0, NULL);
	ck_assert_int_eq(second.result, 0);
	writers_bench_close();
}
END_TEST

START_TEST(writes_are_not_held_beyond_a_thaw_that_may_write)
{
	writers_bench_open("plain", mixed, false);
	writers_bench_begin(&asked, "s", true);
	ck_assert(asked.has_ended);
	ck_assert_int_eq(asked.result, -EOPNOTSUPP);
	expect_did("");
	writers_bench_close();
}
END_TEST

START_TEST(without_hands_there_are_no_hooks)
{
	char message[WRITER_MESSAGE_BYTES];

	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES }, false);
	ck_assert_int_eq(
		volume_writer_add(bench_engine.volume, "hook path=/hook", message), -EOPNOTSUPP);
	ck_assert_str_eq(message, "there is nothing here that runs hooks");
	bench_close();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("writers' hands");
	TCase *hands = tcase_create("hands");

	(void)argc;
	tcase_add_test(hands, file_systems_freeze_last_and_thaw_first);
	tcase_add_test(hands, a_hook_that_fails_thaws_nothing_of_its_own_and_all_others);
	tcase_add_test(
		hands, a_file_system_that_cannot_freeze_has_its_reason_told_and_the_hook_thawed);
	tcase_add_test(hands, a_freeze_that_is_stuck_is_given_up_and_waited_for);
	tcase_add_test(
		hands, a_process_that_dies_frozen_ends_the_set_and_the_next_one_has_a_new_one);
	tcase_add_test(hands, a_thaw_that_fails_takes_the_snapshot_with_it);
	tcase_add_test(hands, a_thaw_that_never_ends_keeps_nobody_waiting);
	tcase_add_test(hands, writes_are_not_held_beyond_a_thaw_that_may_write);
	tcase_add_test(hands, without_hands_there_are_no_hooks);
	suite_add_tcase(suite, hands);
	return engine_suite_run(suite, argv[0]);
}
