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

/* ---- freeze and thaw ---- */

START_TEST(a_freeze_that_is_stuck_is_given_up_after_60_s)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add("writer.freeze hang writer=System_Writer");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ETIMEDOUT);
	writers_bench_expect_seconds(60);
	writers_bench_expect_failed(SYSTEM, 9, "writer", "it did not answer Freeze within 60 s");
	ck_assert_int_eq(writers_bench_state("b"), 1);
	ck_assert_str_eq(asked.why, "writer 'System Writer': it did not answer Freeze within 60 s: "
				    "VSS_E_WRITERERROR_TIMEOUT (0x800423f2)");
	ck_assert(!writers_bench_has_snapshot("s"));
	writers_bench_expect_next_well();
}
END_TEST

/* They are due together: the one that is stuck is to blame, wherever it stands in the list. */
START_TEST(of_two_that_reach_their_limits_the_guilty_one_fails)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add("writer.freeze hang writer=b");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ETIMEDOUT);
	writers_bench_expect_failed("b", 9, "writer", "it did not answer Freeze within 60 s");
	ck_assert_int_eq(writers_bench_state(SYSTEM), 1);
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(the_limit_runs_from_freeze_to_thaw_however_long_freezing_took)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	writers_bench_add("simulated name=b freeze=50s limit=60s");
	writers_bench_add("simulated name=\"System Writer\" limit=10m");
	writers_bench_freeze(&asked);
	ck_assert_int_eq(writers_bench_wait(&asked), 0);
	writers_bench_expect_seconds(50);
	while (writers_bench_is_frozen("b"))
		ck_assert(engine_step(&bench_engine));
	writers_bench_expect_seconds(60);
	ck_assert_int_eq(writers_bench_state("b"), 9);
	writers_bench_add("simulated name=b");
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(a_writer_that_is_kept_frozen_by_another_one_says_so)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	writers_bench_add("simulated name=b limit=5s");
	writers_bench_add("simulated name=\"System Writer\" freeze=20s");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ETIMEDOUT);
	writers_bench_expect_seconds(5);
	writers_bench_expect_failed("b", 9, "another writer",
		"it was frozen for 5 s, while writer 'System Writer' did not answer Freeze");
	ck_assert_int_eq(writers_bench_state(SYSTEM), 1);
	writers_bench_add("simulated name=b");
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(a_thaw_that_is_stuck_is_given_up_and_takes_the_snapshot_with_it)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add("writer.thaw hang writer=b");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ETIMEDOUT);
	writers_bench_expect_failed("b", 10, "writer", "it did not answer Thaw within 60 s");
	ck_assert(!writers_bench_has_snapshot("s"));
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(a_thaw_that_is_lost_looks_like_success_until_the_writer_gives_up)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add("writer.thaw drop writer=b");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), 0);
	ck_assert_int_eq(writers_bench_state("b"), 3);
	ck_assert(writers_bench_is_frozen("b"));
	ck_assert_int_eq(writers_bench_take(&asked, "t"), -EBUSY);
	ck_assert_str_eq(asked.why, "writer 'b' is still frozen");
	engine_settle(&bench_engine);
	writers_bench_expect_seconds(60);
	writers_bench_expect_failed(
		"b", 9, "service", "it was frozen for 60 s, since its Thaw was lost");
	bench_expect_whole("s");
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(a_lost_thaw_can_be_made_good)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add("writer.thaw drop writer=b times=1");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), 0);
	writers_bench_thaw(&asked);
	ck_assert_int_eq(writers_bench_wait(&asked), 0);
	ck_assert(!writers_bench_is_frozen("b"));
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(a_thaw_before_the_freeze_looks_like_a_time_out)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add("writer.freeze drop writer=b");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ETIMEDOUT);
	writers_bench_expect_seconds(0);
	writers_bench_expect_failed("b", 10, "service", "it was sent Thaw before it had frozen");
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(any_event_has_the_limit_to_be_answered)
{
	static const struct {
		const char *rule;
		int state;
	} rows[] = {
		{ "writer.identify hang writer=b", 6 },
		{ "writer.prepare-backup hang writer=b", 7 },
		{ "writer.prepare-snapshot hang writer=b", 8 },
		{ "writer.post-snapshot hang writer=b", 11 },
	};
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add(rows[_i].rule);
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ETIMEDOUT);
	writers_bench_expect_seconds(60);
	ck_assert_int_eq(writers_bench_state("b"), rows[_i].state);
	writers_bench_expect_next_well();
}
END_TEST

/* ---- death ---- */

START_TEST(a_writer_that_dies_frozen_is_thawed_and_fails_the_snapshot)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	writers_bench_add("simulated name=b dies=3s");
	fault_bench_add("writer.freeze delay=10s writer=System_Writer");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ESRCH);
	writers_bench_expect_seconds(3);
	ck_assert_int_eq(writers_bench_state("b"), 0);
	ck_assert(!writers_bench_is_frozen("b"));
	ck_assert_str_eq(writers_bench_failure("b", "blame"), "writer");
	ck_assert_str_eq(writers_bench_failure("b", "why"), "its process died while it was frozen");
	ck_assert_int_eq(writers_bench_state(SYSTEM), 1);
	/* It stays away until it is started again. */
	volume_fault_clear(bench_engine.volume);
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ESRCH);
	ck_assert_int_eq(writers_bench_state("b"), 0);
	writers_bench_add("simulated name=b");
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(a_writer_that_is_killed_answers_no_more)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	ck_assert_int_eq(volume_writer_kill(bench_engine.volume, "c"), -ENOENT);
	ck_assert_int_eq(volume_writer_kill(bench_engine.volume, "b"), 0);
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ESRCH);
	ck_assert_int_eq(volume_writer_remove(bench_engine.volume, "b"), 0);
	writers_bench_expect_next_well();
}
END_TEST

/* ---- live writes ---- */

START_TEST(writes_that_are_held_for_10_s_go_on_and_there_is_no_snapshot)
{
	static const char *const profiles[] = { "plain", "vss", "lvm", "xen", "datto" };
	struct engine_request *write = engine_write_new(0, 4096, 3);
	struct bench_asked asked;

	writers_bench_open_two(profiles[_i]);
	fault_bench_add("snapshot.commit hang");
	writers_bench_begin(&asked, "s", false);
	while (memory_disk_step(bench_engine.disk))
		continue;
	engine_submit(&bench_engine, write);
	ck_assert(!write->has_ended);
	ck_assert_int_eq(engine_wait(&bench_engine, write), 0);
	ck_assert_int_eq(writers_bench_wait(&asked), -ETIME);
	writers_bench_expect_seconds(10);
	ck_assert_str_eq(
		asked.why, "live writes could not be held: VSS_E_HOLD_WRITES_TIMEOUT (0x80042314)");
	ck_assert_int_eq(writers_bench_state(SYSTEM), 1);
	ck_assert(!writers_bench_has_snapshot("s"));
	engine_request_free(write);
	writers_bench_expect_next_well();
}
END_TEST

/* The machine has no processor for the rig, and both are late. */
START_TEST(a_hold_that_is_over_before_a_delay_ends_is_over_although_both_are_late)
{
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add("snapshot.commit delay=11s");
	writers_bench_begin(&asked, "s", false);
	while (volume_due_ns(bench_engine.volume) <= clock_now_ns() + NS_PER_S ||
		memory_disk_step(bench_engine.disk)) {
		if (volume_due_ns(bench_engine.volume) <= clock_now_ns() + NS_PER_S) {
			clock_step_to(volume_due_ns(bench_engine.volume));
			volume_tick(bench_engine.volume);
		}
	}
	clock_step_to(clock_now_ns() + 30 * NS_PER_S);
	volume_tick(bench_engine.volume);
	ck_assert_int_eq(writers_bench_wait(&asked), -ETIME);
	ck_assert(!writers_bench_has_snapshot("s"));
}
END_TEST

START_TEST(what_is_flushed_for_10_s_ends_the_set)
{
	struct engine_request *write = engine_write_new(0, 4096, 3);
	struct bench_asked asked;

	writers_bench_open_two("vss");
	fault_bench_add("origin.write delay=30s");
	engine_submit(&bench_engine, write);
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -EINPROGRESS);
	ck_assert_str_eq(asked.why,
		"live writes could not be flushed: VSS_E_FLUSH_WRITES_TIMEOUT (0x80042313)");
	ck_assert(!write->has_ended);
	ck_assert_int_eq(engine_wait(&bench_engine, write), 0);
	engine_request_free(write);
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(io_under_way_at_the_limit_makes_no_snapshot_any_more)
{
	struct engine_request *write = engine_write_new(0, 4096, 3);
	struct bench_asked asked;
	uint64_t began_ns;

	/* What the snapshot hangs on is written while writes are held. */
	writers_bench_open_two("xen");
	began_ns = clock_now_ns();
	fault_bench_add("store.append delay=30s snapshot=s");
	writers_bench_begin(&asked, "s", false);
	while (clock_now_ns() < began_ns + 10 * NS_PER_S)
		ck_assert(engine_step(&bench_engine));
	engine_submit(&bench_engine, write);
	while (memory_disk_step(bench_engine.disk))
		continue;
	ck_assert(write->has_ended);
	ck_assert(!asked.has_ended);
	ck_assert_int_eq(writers_bench_wait(&asked), -ETIME);
	ck_assert(!writers_bench_has_snapshot("s"));
	ck_assert(!engine_file_exists(&bench_engine, "s.store"));
	engine_request_free(write);
	writers_bench_expect_next_well();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("writers' limits");
	TCase *limits = tcase_create("limits");

	(void)argc;
	tcase_add_test(limits, a_freeze_that_is_stuck_is_given_up_after_60_s);
	tcase_add_test(limits, of_two_that_reach_their_limits_the_guilty_one_fails);
	tcase_add_test(limits, the_limit_runs_from_freeze_to_thaw_however_long_freezing_took);
	tcase_add_test(limits, a_writer_that_is_kept_frozen_by_another_one_says_so);
	tcase_add_test(limits, a_thaw_that_is_stuck_is_given_up_and_takes_the_snapshot_with_it);
	tcase_add_test(limits, a_thaw_that_is_lost_looks_like_success_until_the_writer_gives_up);
	tcase_add_test(limits, a_lost_thaw_can_be_made_good);
	tcase_add_test(limits, a_thaw_before_the_freeze_looks_like_a_time_out);
	tcase_add_loop_test(limits, any_event_has_the_limit_to_be_answered, 0, 4);
	tcase_add_test(limits, a_writer_that_dies_frozen_is_thawed_and_fails_the_snapshot);
	tcase_add_test(limits, a_writer_that_is_killed_answers_no_more);
	tcase_add_loop_test(
		limits, writes_that_are_held_for_10_s_go_on_and_there_is_no_snapshot, 0, 5);
	tcase_add_test(
		limits, a_hold_that_is_over_before_a_delay_ends_is_over_although_both_are_late);
	tcase_add_test(limits, what_is_flushed_for_10_s_ends_the_set);
	tcase_add_test(limits, io_under_way_at_the_limit_makes_no_snapshot_any_more);
	suite_add_tcase(suite, limits);
	return engine_suite_run(suite, argv[0]);
}
