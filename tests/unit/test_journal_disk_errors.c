/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps the journal from the disk fails nothing else, and is said once. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/journal_bench.h"

static FILE *said;
static int stderr_kept;

static void stderr_take(void)
{
	said = tmpfile();
	ck_assert_ptr_nonnull(said);
	fflush(stderr);
	stderr_kept = dup(STDERR_FILENO);
	dup2(fileno(said), STDERR_FILENO);
}

/* How often TEXT was said since. */
static unsigned stderr_give_back(const char *text)
{
	char line[256];
	unsigned count = 0;

	fflush(stderr);
	dup2(stderr_kept, STDERR_FILENO);
	close(stderr_kept);
	rewind(said);
	while (fgets(line, sizeof line, said))
		count += strstr(line, text) != NULL;
	fclose(said);
	return count;
}

START_TEST(a_full_disk_fails_nothing_else_and_is_said_once)
{
	json_t *events;

	stderr_take();
	memory_disk_fail_only(bench_engine.disk, EVENT_FILE);
	memory_disk_fail_short(bench_engine.disk, BLOCKIO_WRITE, 1, UINT64_MAX, -ENOSPC);
	for (unsigned i = 0; i < 10; i++) {
		ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
		ck_assert_int_eq(engine_write(&bench_engine, 0, 4096, i), 0);
		ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
		engine_settle(&bench_engine);
		ck_assert(volume_idle(bench_engine.volume));
	}
	ck_assert_uint_gt(memory_disk_failed(bench_engine.disk), 10);
	memory_disk_fail(bench_engine.disk, BLOCKIO_WRITE, 1, 0, 0);
	ck_assert_uint_eq(stderr_give_back("cannot write the journal"), 1);

	/* The next one takes all of them along. */
	journal_bench_add(1);
	engine_settle(&bench_engine);
	events = journal_bench_events();
	journal_bench_expect(events, journal_bench_last_mount(events), "phase");
	ck_assert_uint_eq(json_array_size(events) - journal_bench_last_mount(events), 22);
	json_decref(events);
}
END_TEST

START_TEST(a_file_that_cannot_be_renamed_grows_no_more_and_is_tried_again)
{
	json_t *events;

	while (journal_bench_bytes(EVENT_FILE) + 2 * (size_t)LONG_BYTES < FILE_MAX_BYTES) {
		journal_bench_add(LONG_BYTES);
		engine_settle(&bench_engine);
	}
	stderr_take();
	engine_folder_fail(bench_engine.folder, 1, 5, -EIO);
	for (unsigned i = 0; i < 6; i++) {
		journal_bench_add(LONG_BYTES);
		engine_settle(&bench_engine);
		ck_assert_uint_le(journal_bench_bytes(EVENT_FILE), FILE_MAX_BYTES);
	}
	ck_assert_uint_eq(stderr_give_back("cannot write the journal"), 1);
	engine_folder_fail(bench_engine.folder, 1, 0, 0);
	journal_bench_add(1);
	engine_settle(&bench_engine);
	ck_assert(engine_file_exists(&bench_engine, EVENT_FILE_OLD));
	events = journal_bench_events();
	journal_bench_expect(events, journal_bench_last_mount(events), "phase");
	json_decref(events);
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_is_opened_later)
{
	json_t *events;

	ck_assert_int_eq(engine_close(&bench_engine), 0);
	/* The others are of files that a mount needs, or of those that it can do without. */
	for (uint64_t nth = 1;; nth++) {
		int error;

		stderr_take();
		engine_folder_fail(bench_engine.folder, nth, 1, -EMFILE);
		error = engine_open(&bench_engine);
		if (stderr_give_back("cannot write the journal") == 1)
			break;
		ck_assert_uint_eq(engine_folder_failed(bench_engine.folder), 1);
		if (error == 0)
			ck_assert_int_eq(engine_close(&bench_engine), 0);
	}
	ck_assert_uint_eq(engine_folder_failed(bench_engine.folder), 1);
	ck_assert(volume_idle(bench_engine.volume));
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	events = journal_bench_events();
	journal_bench_expect(events, journal_bench_last_mount(events), "mounted");
	json_decref(events);
}
END_TEST

START_TEST(a_folder_that_is_refused_keeps_its_journal)
{
	uint64_t bytes, size;

	ck_assert_int_eq(engine_close(&bench_engine), 0);
	bytes = journal_bench_bytes(EVENT_FILE);
	engine_file(&bench_engine, "volume", &size)[0] ^= 1;
	stderr_take();
	ck_assert_int_eq(engine_open(&bench_engine), -EUCLEAN);
	stderr_give_back("");
	ck_assert_uint_eq(journal_bench_bytes(EVENT_FILE), bytes);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("errors of the journal on disk");
	TCase *tests = tcase_create("events.jsonl");

	(void)argc;
	tcase_add_checked_fixture(tests, journal_bench_open, bench_close);
	tcase_add_test(tests, a_full_disk_fails_nothing_else_and_is_said_once);
	tcase_add_test(tests, a_file_that_cannot_be_renamed_grows_no_more_and_is_tried_again);
	tcase_add_test(tests, a_file_that_cannot_be_opened_is_opened_later);
	tcase_add_test(tests, a_folder_that_is_refused_keeps_its_journal);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
