/* SPDX-License-Identifier: Apache-2.0 */
/* What a requester leaves who dies before its set is done, where sets outlive him. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/volume/snapshot_cancel.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/writers_bench.h"

#define SET_LIMIT_SECONDS 600

static struct bench_asked dead, next;

static const char *set_name(void)
{
	static char text[16];
	json_t *all = volume_writers_json(bench_engine.volume);

	snprintf(text, sizeof text, "%s", json_string_value(json_object_get(all, "set")));
	json_decref(all);
	return text;
}

/* The state of the set, in the status of the volume: how long it is kept, or -1. */
static double kept_seconds(const char *snapshot)
{
	json_t *status = volume_status(bench_engine.volume);
	json_t *set = json_object_get(status, "dead_set");
	double seconds = -1;

	ck_assert_ptr_nonnull(set);
	if (json_is_object(set)) {
		ck_assert_str_eq(json_string_value(json_object_get(set, "snapshot")), snapshot);
		ck_assert_str_eq(json_string_value(json_object_get(set, "code")), "0x80042316");
		seconds = json_number_value(json_object_get(set, "ends_in_seconds"));
	}
	json_decref(status);
	return seconds;
}

/* Steps until the requester of `dead` was answered, whom nobody hears. */
static void expect_dead(void)
{
	ck_assert_int_eq(writers_bench_wait(&dead), -EINTR);
	ck_assert_str_eq(set_name(), "dead");
	ck_assert(kept_seconds("d") > SET_LIMIT_SECONDS - 1);
	ck_assert(kept_seconds("d") <= SET_LIMIT_SECONDS);
	ck_assert(!writers_bench_is_frozen(SYSTEM));
	ck_assert(!writers_bench_is_frozen("b"));
	ck_assert(!writers_bench_has_snapshot("d"));
	ck_assert(!engine_file_exists(&bench_engine, "d.store"));
	ck_assert_uint_eq(writers_bench_events(EVENT_SET_DIED), 1);
	ck_assert_uint_eq(writers_bench_events(EVENT_SET_ENDED), 0);
	/* Live writes go on. */
	ck_assert_int_eq(engine_write(&bench_engine, 0, 4096, 5), 0);
}

/* NEXT was refused because of the dead set, and told how to get on. */
static void expect_refused(void)
{
	ck_assert_int_eq(next.result, -EBUSY);
	ck_assert_ptr_nonnull(strstr(next.why, "VSS_E_SNAPSHOT_SET_IN_PROGRESS (0x80042316)"));
	ck_assert_ptr_nonnull(strstr(next.why, "the set of 'd'"));
	ck_assert_ptr_nonnull(strstr(next.why, "writers notify MNT abort"));
}

static void expect_all_refused(void)
{
	ck_assert_int_eq(writers_bench_take(&next, "n"), -EBUSY);
	expect_refused();
	writers_bench_freeze(&next);
	expect_refused();
	writers_bench_thaw(&next);
	expect_refused();
	writers_bench_notify(&next, WRITER_BACKUP_COMPLETE);
	expect_refused();
}

static void abort_set(void)
{
	writers_bench_notify(&next, WRITER_ABORT);
	ck_assert_int_eq(writers_bench_wait(&next), 0);
	ck_assert_str_eq(set_name(), "idle");
	ck_assert(kept_seconds("d") < 0);
	ck_assert_uint_eq(writers_bench_events(EVENT_SET_ENDED), 1);
}

static void begin(const char *profile, const char *rule)
{
	writers_bench_open_two(profile);
	if (rule)
		fault_bench_add(rule);
	writers_bench_begin(&dead, "d", false);
}

static void kill_requester(void)
{
	ck_assert(!dead.has_ended);
	volume_snapshot_cancel(&dead.create);
}

/* Where a requester is held up, and his set is in progress. */
static const char *const moments[] = {
	"writer.identify hang writer=b",
	"writer.prepare-snapshot hang writer=b",
	"writer.freeze hang writer=b",
	"snapshot.commit hang",
	"writer.thaw hang writer=b",
	"writer.post-snapshot hang writer=b",
};

static void begin_at(const char *profile, int moment)
{
	begin(profile, moments[moment]);
	/* Up to where it hangs, which is long before any limit. */
	for (unsigned i = 0; i < 200 && fault_bench_count(0, "fired") == 0; i++)
		ck_assert(engine_step(&bench_engine));
	ck_assert_int_eq(fault_bench_count(0, "fired"), 1);
}

START_TEST(whenever_the_requester_dies_his_set_stays_without_a_snapshot)
{
	begin_at("vss", _i);
	kill_requester();
	expect_dead();
	expect_all_refused();
	abort_set();
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(elsewhere_what_is_there_stays_and_the_set_is_over)
{
	bool is_there;

	begin_at("plain", _i);
	is_there = writers_bench_has_snapshot("d");
	kill_requester();
	volume_fault_release(bench_engine.volume);
	ck_assert_int_eq(writers_bench_wait(&dead), is_there ? 0 : -EINTR);
	ck_assert(writers_bench_has_snapshot("d") == is_there);
	ck_assert(kept_seconds("d") < 0);
	ck_assert_uint_eq(writers_bench_events(EVENT_SET_DIED), 0);
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(before_a_set_has_begun_none_is_left)
{
	begin("vss", "snapshot.create hang");
	kill_requester();
	ck_assert_int_eq(dead.result, -EINTR);
	ck_assert_str_eq(set_name(), "idle");
	ck_assert_uint_eq(writers_bench_events(EVENT_SET_DIED), 0);
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(at_any_step_it_is_a_set_or_a_whole_snapshot)
{
	static const char *const slow[] = { "simulated name=\"" SYSTEM "\" freeze=2ms thaw=3ms",
		"simulated name=b freeze=3ms thaw=2ms", NULL };
	unsigned left = 0;

	for (unsigned steps = 0;; steps++) {
		writers_bench_open("vss", slow, false);
		writers_bench_begin(&dead, "d", false);
		for (unsigned i = 0; i < steps && !dead.has_ended; i++)
			ck_assert(engine_step(&bench_engine));
		if (dead.has_ended)
			break;
		left++;
		kill_requester();
		expect_dead();
		abort_set();
		writers_bench_expect_next_well();
	}
	ck_assert_uint_gt(left, 4);
	ck_assert_int_eq(dead.result, 0);
	ck_assert_str_eq(set_name(), "idle");
	bench_expect_whole("d");
	writers_bench_close();
}
END_TEST

START_TEST(without_writers_it_is_a_set_all_the_same)
{
	static const char *const none[] = { NULL };

	writers_bench_open("vss", none, false);
	fault_bench_add("snapshot.commit hang");
	writers_bench_begin(&dead, "d", true);
	kill_requester();
	ck_assert_int_eq(writers_bench_wait(&dead), -EINTR);
	ck_assert_int_eq(writers_bench_take(&next, "n"), -EBUSY);
	expect_refused();
	/* Who asks no writers makes no set. */
	volume_fault_clear(bench_engine.volume);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "n", NULL, NULL), 0);
	abort_set();
	writers_bench_close();
}
END_TEST

START_TEST(who_comes_while_it_is_made_is_refused_too)
{
	begin_at("vss", 2);
	ck_assert_int_eq(writers_bench_take(&next, "n"), -EBUSY);
	ck_assert_str_eq(next.why, "VSS_E_SNAPSHOT_SET_IN_PROGRESS (0x80042316): the writers are "
				   "busy with another snapshot");
	kill_requester();
	expect_dead();
	abort_set();
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(its_time_ends_it)
{
	begin_at("vss", 2);
	kill_requester();
	expect_dead();
	writers_bench_expect_seconds(0);
	engine_settle(&bench_engine);
	writers_bench_expect_seconds(SET_LIMIT_SECONDS);
	ck_assert_uint_eq(writers_bench_events(EVENT_SET_ENDED), 1);
	ck_assert(kept_seconds("d") < 0);
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(a_set_that_failed_of_itself_is_over)
{
	begin("vss", "writer.freeze error=EIO writer=b");
	ck_assert_int_eq(writers_bench_wait(&dead), -EIO);
	ck_assert_str_eq(set_name(), "idle");
	ck_assert_uint_eq(writers_bench_events(EVENT_SET_DIED), 0);
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(writers_come_and_go_meanwhile)
{
	begin_at("vss", 2);
	kill_requester();
	expect_dead();
	writers_bench_add("simulated name=c");
	ck_assert_int_eq(volume_writer_remove(bench_engine.volume, "b"), 0);
	ck_assert_int_eq(volume_writer_kill(bench_engine.volume, "c"), 0);
	ck_assert_str_eq(set_name(), "dead");
	abort_set();
	ck_assert_int_eq(volume_writer_remove(bench_engine.volume, "c"), 0);
	writers_bench_expect_next_well();
}
END_TEST

START_TEST(no_mount_finds_one)
{
	begin_at("vss", 3);
	kill_requester();
	expect_dead();
	if (_i == 0)
		ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert_int_eq(
		_i == 0 ? engine_open(&bench_engine) : engine_kill_and_open(&bench_engine), 0);
	ck_assert_str_eq(set_name(), "idle");
	ck_assert(kept_seconds("d") < 0);
	ck_assert_int_eq(writers_bench_take(&next, "n"), 0);
	writers_bench_close();
}
END_TEST

START_TEST(at_the_end_of_the_volume_nothing_is_left)
{
	begin_at("vss", _i);
	volume_stop(bench_engine.volume);
	if (!dead.has_ended)
		volume_snapshot_cancel(&dead.create);
	writers_bench_wait(&dead);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	ck_assert_str_eq(set_name(), "idle");
	ck_assert(writers_bench_has_snapshot("d") == (dead.result == 0));
	ck_assert_uint_eq(writers_bench_events(EVENT_SET_DIED), 0);
	writers_bench_close();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dead sets");
	TCase *tcase = tcase_create("dead sets");
	int moment_count = sizeof moments / sizeof moments[0];

	(void)argc;
	tcase_add_loop_test(tcase, whenever_the_requester_dies_his_set_stays_without_a_snapshot, 0,
		moment_count);
	tcase_add_loop_test(
		tcase, elsewhere_what_is_there_stays_and_the_set_is_over, 0, moment_count);
	tcase_add_test(tcase, before_a_set_has_begun_none_is_left);
	tcase_add_test(tcase, at_any_step_it_is_a_set_or_a_whole_snapshot);
	tcase_add_test(tcase, without_writers_it_is_a_set_all_the_same);
	tcase_add_test(tcase, who_comes_while_it_is_made_is_refused_too);
	tcase_add_test(tcase, its_time_ends_it);
	tcase_add_test(tcase, a_set_that_failed_of_itself_is_over);
	tcase_add_test(tcase, writers_come_and_go_meanwhile);
	tcase_add_loop_test(tcase, no_mount_finds_one, 0, 2);
	tcase_add_loop_test(tcase, at_the_end_of_the_volume_nothing_is_left, 0, moment_count);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
