/* SPDX-License-Identifier: Apache-2.0 */
/* The journal on disk: it outlives a kill and a crash, and is bounded. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"
#include "tests/unit/journal_bench.h"

START_TEST(all_that_happened_is_there_when_the_volume_is_closed)
{
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	ck_assert_int_eq(engine_close(&bench_engine), 0);

	json_t *events = journal_bench_events();
	size_t index = journal_bench_last_mount(events);

	ck_assert_str_eq(journal_bench_name(json_array_get(events, index)), "mounted");
	/* The mount before is there, too. */
	ck_assert_uint_gt(index, 0);
	journal_bench_expect(events, index, "snapshot.deleted");
	json_decref(events);
}
END_TEST

START_TEST(a_kill_costs_what_was_under_way_and_no_more)
{
	journal_bench_add(1);
	engine_settle(&bench_engine);

	json_t *before = journal_bench_events();

	journal_bench_add(2);
	engine_kill(&bench_engine);

	json_t *after = journal_bench_events();

	journal_bench_expect(after, journal_bench_last_mount(after), "phase");
	ck_assert(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}
END_TEST

START_TEST(what_comes_during_a_write_goes_out_in_one)
{
	uint64_t writes = memory_disk_completed(bench_engine.disk, BLOCKIO_WRITE);

	for (unsigned i = 0; i < 100; i++)
		journal_bench_add(1);
	ck_assert(!volume_idle(bench_engine.volume));
	engine_settle(&bench_engine);
	ck_assert(volume_idle(bench_engine.volume));
	ck_assert_uint_eq(memory_disk_completed(bench_engine.disk, BLOCKIO_WRITE), writes + 2);

	json_t *events = journal_bench_events();

	journal_bench_expect(events, journal_bench_last_mount(events), "phase");
	ck_assert_uint_eq(json_array_size(events) - journal_bench_last_mount(events), 101);
	json_decref(events);
}
END_TEST

START_TEST(a_torn_line_is_ended_before_the_next_mount_begins)
{
	json_t *events = json_array();

	journal_bench_add(100);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	engine_file_resize(&bench_engine, EVENT_FILE, journal_bench_bytes(EVENT_FILE) - 50);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	journal_bench_add(1);
	engine_settle(&bench_engine);
	ck_assert_uint_eq(journal_bench_read_file(EVENT_FILE, events), 1);
	journal_bench_expect(events, journal_bench_last_mount(events), "phase");
	ck_assert_uint_eq(json_array_size(events) - journal_bench_last_mount(events), 2);
	json_decref(events);
}
END_TEST

START_TEST(it_is_bounded_and_the_newest_are_kept)
{
	for (size_t bytes = 0; bytes < 3 * (size_t)JOURNAL_MAX_BYTES; bytes += LONG_BYTES) {
		journal_bench_add(LONG_BYTES);
		if (bytes % 7 == 0)
			engine_settle(&bench_engine);
		ck_assert_uint_le(journal_bench_bytes(EVENT_FILE), FILE_MAX_BYTES);
	}
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert_uint_le(journal_bench_bytes(EVENT_FILE), FILE_MAX_BYTES);
	ck_assert_uint_le(journal_bench_bytes(EVENT_FILE_OLD), FILE_MAX_BYTES);
	ck_assert_uint_gt(journal_bench_bytes(EVENT_FILE_OLD), FILE_MAX_BYTES - (128 << 10));

	json_t *events = journal_bench_events();

	journal_bench_expect(events, 0, "phase");
	json_decref(events);
}
END_TEST

START_TEST(a_disk_that_is_too_slow_is_told_what_it_has_missed)
{
	uint64_t dropped, last;

	for (size_t bytes = 0; bytes < 2 * (size_t)JOURNAL_MAX_BYTES; bytes += LONG_BYTES)
		journal_bench_add(LONG_BYTES);
	dropped = volume_journal(bench_engine.volume)->dropped_count;
	last = volume_journal(bench_engine.volume)->sequence;
	ck_assert_int_eq(engine_close(&bench_engine), 0);

	json_t *events = journal_bench_events(), *event;
	uint64_t found = 0;
	size_t i;

	json_array_foreach(
		events, i, event) if (strcmp(journal_bench_name(event), "journal.dropped") == 0)
		found = (uint64_t)json_integer_value(json_object_get(event, "events"));
	ck_assert_uint_eq(found, dropped);
	journal_bench_expect(events, json_array_size(events) - 1500, "phase");
	ck_assert_uint_eq(
		journal_bench_number(json_array_get(events, json_array_size(events) - 1)), last);
	json_decref(events);
}
END_TEST

/* ---- the end ---- */

static unsigned crashes;

/* At this very moment: nothing is completed any more. */
static void see_crash(void *context)
{
	json_t *events = journal_bench_events();

	(void)context;
	journal_bench_expect(events, journal_bench_last_mount(events), "fault.fired");
	json_decref(events);
	crashes++;
}

START_TEST(a_crash_is_on_disk_before_the_rig_dies_of_it)
{
	crashes = 0;
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	bench_engine.volume_options.faults.crash = see_crash;
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	/* With a write under way, with more behind it, and without one. */
	fault_bench_add("live.read crash");
	for (unsigned i = 0; i < 30; i++) {
		struct engine_request *read = engine_read_new(NULL, 0, 4096);

		if (i % 3 == 1)
			journal_bench_add(LONG_BYTES);
		if (i % 3 == 2)
			engine_settle(&bench_engine);
		engine_submit(&bench_engine, read);
		ck_assert_uint_eq(crashes, i + 1);
		if (i % 5 == 0)
			ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
		else
			ck_assert_int_eq(engine_wait(&bench_engine, read), 0);
		engine_request_free(read);
		if (i % 5 == 0)
			fault_bench_add("live.read crash");
	}
	ck_assert_int_eq(engine_close(&bench_engine), 0);

	json_t *events = journal_bench_events();

	journal_bench_expect(events, journal_bench_last_mount(events), "fault.fired");
	json_decref(events);
}
END_TEST

START_TEST(after_a_power_cut_every_later_line_is_whole)
{
	engine_deinit(&bench_engine);
	engine_init(&bench_engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES, .power_cuts = true });
	for (uint64_t i = 0; i < 50; i++) {
		json_t *events = json_array();

		for (unsigned count = 0; count < 20; count++) {
			journal_bench_add(LONG_BYTES);
			engine_step(&bench_engine);
		}
		engine_power_cut(&bench_engine, i);
		ck_assert_int_eq(engine_open(&bench_engine), 0);
		journal_bench_add(1);
		engine_settle(&bench_engine);
		journal_bench_read_file(EVENT_FILE, events);
		journal_bench_expect(events, journal_bench_last_mount(events), "phase");
		ck_assert_uint_eq(json_array_size(events) - journal_bench_last_mount(events), 2);
		json_decref(events);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("journal on disk");
	TCase *tests = tcase_create("events.jsonl");

	(void)argc;
	tcase_add_checked_fixture(tests, journal_bench_open, bench_close);
	tcase_add_test(tests, all_that_happened_is_there_when_the_volume_is_closed);
	tcase_add_test(tests, a_kill_costs_what_was_under_way_and_no_more);
	tcase_add_test(tests, what_comes_during_a_write_goes_out_in_one);
	tcase_add_test(tests, a_torn_line_is_ended_before_the_next_mount_begins);
	tcase_add_test(tests, it_is_bounded_and_the_newest_are_kept);
	tcase_add_test(tests, a_disk_that_is_too_slow_is_told_what_it_has_missed);
	tcase_add_test(tests, a_crash_is_on_disk_before_the_rig_dies_of_it);
	tcase_add_test(tests, after_a_power_cut_every_later_line_is_whole);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
