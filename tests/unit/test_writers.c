/* SPDX-License-Identifier: Apache-2.0 */
/* What writers are told for a snapshot, and what comes of each way in which they fail. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/vss_codes.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/writers_bench.h"

static const char *const two[] = { "simulated name=a freeze=200ms thaw=50ms", "simulated name=b",
	NULL };

/* ---- all goes well ---- */

START_TEST(all_freeze_before_the_snapshot_and_are_thawed_after_it)
{
	struct bench_asked asked;
	uint64_t began_ns;

	writers_bench_open("vss", two, false);
	began_ns = clock_now_ns();
	writers_bench_begin(&asked, "s", false);
	ck_assert(!asked.has_ended);
	ck_assert(!writers_bench_is_frozen("a"));
	ck_assert(writers_bench_is_frozen("b"));
	ck_assert_int_eq(writers_bench_wait(&asked), 0);
	ck_assert_uint_ge(clock_now_ns() - began_ns, 250 * NS_PER_MS);
	ck_assert_int_eq(writers_bench_state("a"), 5);
	ck_assert_int_eq(writers_bench_state("b"), 5);
	ck_assert_uint_eq(writers_bench_events(EVENT_WRITERS_BEGUN), 1);
	ck_assert_uint_eq(writers_bench_events(EVENT_WRITERS_FROZEN), 1);
	ck_assert_uint_eq(writers_bench_events(EVENT_WRITERS_THAWED), 1);
	bench_expect_whole("s");
	writers_bench_notify(&asked, WRITER_BACKUP_COMPLETE);
	ck_assert_int_eq(writers_bench_wait(&asked), 0);
	ck_assert_int_eq(writers_bench_state("a"), 1);
	writers_bench_close();
}
END_TEST

START_TEST(they_are_listed_as_vssadmin_does)
{
	static const char *const system[] = { "simulated name=\"System Writer\"", NULL };
	char *text;

	writers_bench_open("plain", system, false);
	text = volume_writers_text(bench_engine.volume);
	ck_assert_int_eq(strncmp(text,
				 "Writer name: 'System Writer'\n"
				 "   Writer Id: {e8132975-6f93-4464-a53e-1050253ae220}\n"
				 "   Writer Instance Id: {",
				 96),
		0);
	ck_assert_ptr_nonnull(strstr(text, "}\n   State: [1] Stable\n   Last error: No error\n\n"));
	free(text);
	writers_bench_close();
}
END_TEST

START_TEST(a_snapshot_without_writers_asks_nobody)
{
	writers_bench_open("vss", two, false);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(writers_bench_state("a"), 1);
	ck_assert_uint_eq(writers_bench_events(EVENT_WRITERS_BEGUN), 0);
	writers_bench_close();
}
END_TEST

START_TEST(only_one_set_at_a_time)
{
	struct bench_asked first, second;

	writers_bench_open("plain", two, false);
	writers_bench_begin(&first, "s", false);
	ck_assert_int_eq(writers_bench_take(&second, "t"), -EBUSY);
	ck_assert_str_eq(second.why, "the writers are busy with another snapshot");
	writers_bench_notify(&second, WRITER_IDENTIFY);
	ck_assert_int_eq(writers_bench_wait(&second), -EBUSY);
	ck_assert_int_eq(writers_bench_wait(&first), 0);
	ck_assert(!writers_bench_has_snapshot("t"));
	writers_bench_close();
}
END_TEST

START_TEST(held_writes_are_held_while_the_writers_thaw)
{
	struct engine_request *write = engine_write_new(0, 4096, 77);
	struct bench_asked asked;

	writers_bench_open("vss", two, false);
	writers_bench_begin(&asked, "s", true);
	ck_assert_int_eq(writers_bench_wait(&asked), 0);
	ck_assert_int_eq(writers_bench_state("a"), 5);
	engine_submit(&bench_engine, write);
	engine_settle(&bench_engine);
	ck_assert(!write->has_ended);
	volume_barrier_end(bench_engine.volume, &asked.create.barrier);
	ck_assert_int_eq(engine_wait(&bench_engine, write), 0);
	engine_request_free(write);
	writers_bench_close();
}
END_TEST

START_TEST(held_writes_go_on_when_a_writer_fails_after_all)
{
	struct bench_asked asked;

	writers_bench_open("vss", two, false);
	fault_bench_add("writer.post-snapshot error=0x800423f3 times=1");
	writers_bench_begin(&asked, "s", true);
	ck_assert_int_eq(writers_bench_wait(&asked), -EAGAIN);
	ck_assert_int_eq(engine_write(&bench_engine, 0, 4096, 77), 0);
	writers_bench_close();
}
END_TEST

START_TEST(a_name_that_is_taken_while_writers_freeze_is_refused)
{
	struct bench_asked asked;

	writers_bench_open("plain", two, false);
	writers_bench_begin(&asked, "s", false);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(writers_bench_wait(&asked), -EEXIST);
	ck_assert_str_eq(asked.why, "it exists already");
	ck_assert_int_eq(writers_bench_state("a"), 1);
	bench_expect_whole("s");
	writers_bench_close();
}
END_TEST

static struct bench_asked again;

static void take_again(struct snapshot_create *create, int result)
{
	(void)create;
	ck_assert_int_eq(result, -EIO);
	writers_bench_begin(&again, "again", false);
}

START_TEST(who_is_refused_may_ask_again_at_once)
{
	struct snapshot_create create = { .name = "s", .done = take_again, .with_writers = true };

	writers_bench_open("plain", two, false);
	fault_bench_add("writer.freeze error=EIO writer=a times=1");
	fault_bench_add("writer.freeze delay=1ms writer=b");
	volume_snapshot_create(bench_engine.volume, &create);
	ck_assert_int_eq(writers_bench_wait(&again), 0);
	ck_assert_int_eq(writers_bench_state("b"), 5);
	/* Nobody hears of the set that is over. */
	ck_assert_int_eq(fault_bench_count(1, "matched"), 1);
	writers_bench_close();
}
END_TEST

/* ---- each event fails with each code ---- */

static const struct {
	const char *point;
	int state; /* in which a writer that fails there is */
} steps[] = {
	{ "writer.identify", 6 },
	{ "writer.prepare-backup", 7 },
	{ "writer.prepare-snapshot", 8 },
	{ "writer.freeze", 9 },
	{ "writer.thaw", 10 },
	{ "writer.post-snapshot", 11 },
};

#define STEPS 6
#define CODES 9

static const char *const profiles[] = { "plain", "vss", "lvm", "xen", "datto" };

static void strike(size_t step, const struct vss_code *code)
{
	char rule[96];

	snprintf(rule, sizeof rule, "%s error=0x%08x writer=b times=1", steps[step].point,
		code->code);
	fault_bench_add(rule);
}

START_TEST(a_writer_that_fails_leaves_no_snapshot_and_nobody_frozen)
{
	size_t step = (size_t)_i % STEPS;
	const char *profile = profiles[(size_t)_i / STEPS];
	struct bench_asked asked;
	char code[16];

	for (size_t i = 0; i < CODES; i++) {
		writers_bench_open(profile, two, false);
		strike(step, vss_code_at(i));
		ck_assert_int_eq(writers_bench_take(&asked, "s"), vss_code_at(i)->error);
		ck_assert_ptr_nonnull(strstr(asked.why, "writer 'b': it failed in "));
		ck_assert_ptr_nonnull(strstr(asked.why, vss_code_at(i)->name));
		ck_assert_int_eq(writers_bench_state("b"), steps[step].state);
		ck_assert_int_eq(writers_bench_state("a"), 1);
		snprintf(code, sizeof code, "0x%08x", vss_code_at(i)->code);
		ck_assert_str_eq(writers_bench_failure("b", "code"), code);
		ck_assert_str_eq(writers_bench_failure("b", "blame"), "writer");
		ck_assert(!writers_bench_has_snapshot("s"));
		ck_assert_uint_eq(writers_bench_events(EVENT_WRITERS_ABORTED), 1);
		/* The name is free, and the writer as good as new. */
		ck_assert_int_eq(writers_bench_take(&asked, "s"), 0);
		ck_assert_int_eq(writers_bench_state("b"), 5);
		bench_expect_whole("s");
		writers_bench_close();
	}
}
END_TEST

START_TEST(what_is_told_outside_a_snapshot_fails_in_its_own_state)
{
	static const struct {
		const char *point;
		enum writer_notice notice;
		int state;
	} notices[] = {
		{ "writer.identify", WRITER_IDENTIFY, 6 },
		{ "writer.backup-complete", WRITER_BACKUP_COMPLETE, 12 },
		{ "writer.pre-restore", WRITER_PRE_RESTORE, 13 },
		{ "writer.post-restore", WRITER_POST_RESTORE, 14 },
		{ "writer.backup-shutdown", WRITER_BACKUP_SHUTDOWN, 15 },
	};
	struct bench_asked asked;
	char rule[96];

	writers_bench_open("plain", two, false);
	for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++) {
		ck_assert_int_eq(writers_bench_take(&asked, "s"), 0);
		snprintf(rule, sizeof rule, "%s error=0x800423f3 writer=a times=1",
			notices[i].point);
		fault_bench_add(rule);
		writers_bench_notify(&asked, notices[i].notice);
		ck_assert_int_eq(writers_bench_wait(&asked), -EAGAIN);
		ck_assert_int_eq(writers_bench_state("a"), notices[i].state);
		/* The others hear it, and a snapshot that is there stays. */
		ck_assert_int_eq(writers_bench_state("b"), 1);
		ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	}
	writers_bench_close();
}
END_TEST

/* ---- nobody checks ---- */

START_TEST(unchecked_a_snapshot_is_there_with_a_writer_that_failed)
{
	struct bench_asked asked;

	writers_bench_open("vss", two, true);
	strike((size_t)_i, vss_code_at(2));
	ck_assert_int_eq(writers_bench_take(&asked, "s"), 0);
	ck_assert_int_eq(writers_bench_state("b"), steps[_i].state);
	ck_assert_int_eq(writers_bench_state("a"), 5);
	ck_assert(!writers_bench_is_frozen("b"));
	bench_expect_whole("s");
	writers_bench_close();
}
END_TEST

START_TEST(unchecked_a_snapshot_that_fails_is_aborted_for_all_writers)
{
	struct bench_asked asked;

	writers_bench_open("vss", two, true);
	fault_bench_add("snapshot.commit error=ENOSPC times=1");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ENOSPC);
	ck_assert_int_eq(writers_bench_state("a"), 1);
	ck_assert_int_eq(writers_bench_state("b"), 1);
	ck_assert_int_eq(writers_bench_take(&asked, "s"), 0);
	writers_bench_close();
}
END_TEST

START_TEST(vss_logs_what_windows_logs)
{
	static const char *const none[] = { NULL };
	struct bench_asked asked;
	const struct text_log *log;
	char text[1024];

	/* Also without a writer. */
	writers_bench_open("vss", none, false);
	fault_bench_add("snapshot.commit delay=11s times=1");
	ck_assert_int_eq(writers_bench_take(&asked, "s"), -ETIME);
	log = volume_kernel_log(bench_engine.volume);
	snprintf(text, sizeof text, "%.*s", (int)log->length, log->text);
	ck_assert_str_eq(text,
		"VolSnap 8: The flush and hold writes operation on volume C: timed out while "
		"waiting for a release writes command.\n"
		"VSS 12298: Volume Shadow Copy Service error: The I/O writes cannot be held during "
		"the shadow copy creation period on volume C:\\.\n");
	writers_bench_close();
}
END_TEST

/* ---- the volume ends ---- */

START_TEST(unmounting_thaws_whoever_is_frozen)
{
	static const char *const rules[] = {
		"writer.prepare-backup hang",
		"writer.freeze hang writer=a",
		"writer.thaw hang",
		"writer.post-snapshot hang writer=b",
		"snapshot.commit hang",
		"writer.freeze delay=10s",
	};
	struct bench_asked asked;

	writers_bench_open("vss", two, false);
	fault_bench_add(rules[_i]);
	writers_bench_begin(&asked, "s", false);
	while (memory_disk_step(bench_engine.disk))
		continue;
	ck_assert(!asked.has_ended);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert(asked.has_ended);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	/* Either it was taken, or nothing of it is left. */
	ck_assert_int_eq(writers_bench_has_snapshot("s"), asked.result == 0);
	writers_bench_close();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("writers");
	TCase *well = tcase_create("all goes well");
	TCase *fails = tcase_create("a writer fails");

	(void)argc;
	tcase_add_test(well, all_freeze_before_the_snapshot_and_are_thawed_after_it);
	tcase_add_test(well, they_are_listed_as_vssadmin_does);
	tcase_add_test(well, a_snapshot_without_writers_asks_nobody);
	tcase_add_test(well, only_one_set_at_a_time);
	tcase_add_test(well, held_writes_are_held_while_the_writers_thaw);
	tcase_add_test(well, held_writes_go_on_when_a_writer_fails_after_all);
	tcase_add_test(well, a_name_that_is_taken_while_writers_freeze_is_refused);
	tcase_add_test(well, who_is_refused_may_ask_again_at_once);
	suite_add_tcase(suite, well);
	tcase_add_loop_test(fails, a_writer_that_fails_leaves_no_snapshot_and_nobody_frozen, 0,
		STEPS * (int)(sizeof profiles / sizeof profiles[0]));
	tcase_add_test(fails, what_is_told_outside_a_snapshot_fails_in_its_own_state);
	tcase_add_loop_test(
		fails, unchecked_a_snapshot_is_there_with_a_writer_that_failed, 0, STEPS);
	tcase_add_test(fails, unchecked_a_snapshot_that_fails_is_aborted_for_all_writers);
	tcase_add_loop_test(fails, unmounting_thaws_whoever_is_frozen, 0, 6);
	tcase_add_test(fails, vss_logs_what_windows_logs);
	suite_add_tcase(suite, fails);
	return engine_suite_run(suite, argv[0]);
}
