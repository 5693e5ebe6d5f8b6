/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disk errors as dattobd meets them: a reader's error fails the whole snapshot, and the kernel log
 * says which of the two files it was (dattobd 0.12.1, tracer.c and snap_handle.c).
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/volume_bench.h"

static void open_datto(void)
{
	engine_init(&bench_engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
			.profile = &profile_datto,
			.limit = "100%" });
	bench_fill();
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
}

/* The kernel log is these lines and nothing else; its times are not compared. */
static void expect_logged(const char *const *lines, size_t count)
{
	const struct text_log *log = volume_kernel_log(bench_engine.volume);
	char *text = strndup(log->text, log->length), *rest = text;

	for (size_t i = 0; i < count; i++) {
		char *line = strsep(&rest, "\n");

		ck_assert_ptr_nonnull(rest);
		ck_assert_msg(strlen(line) >= strlen(lines[i]) &&
				      strcmp(line + strlen(line) - strlen(lines[i]), lines[i]) == 0,
			"'%s' instead of '%s'", line, lines[i]);
	}
	ck_assert_str_eq(rest, "");
	free(text);
}

START_TEST(datto_gives_the_snapshot_up_when_a_reader_meets_an_error)
{
	static const char *const lines[] = {
		"datto: error reading from base device for read: -5",
		"datto: error handling read bio: -5",
		"datto: error handling read bio in kernel thread: -5",
		"Buffer I/O error on dev datto0, logical block 0, async page read",
	};
	uint8_t byte;

	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	ck_assert_int_eq(
		engine_read(&bench_engine, engine_find(&bench_engine, "s"), 0, &byte, 1), -EIO);
	expect_logged(lines, sizeof lines / sizeof *lines);
	bench_expect_failed("s", -EIO);
	engine_settle(&bench_engine);
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	bench_expect_failed("s", -EIO);
}
END_TEST

START_TEST(datto_names_the_store_when_the_error_is_its_own)
{
	static const char *const lines[] = {
		"datto: error reading cow data: -5",
		"datto: error handling read bio: -5",
		"datto: error handling read bio in kernel thread: -5",
		"Buffer I/O error on dev datto0, logical block 0, async page read",
	};
	uint8_t byte;

	bench_write(0, 4096, 2);
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	ck_assert_int_eq(
		engine_read(&bench_engine, engine_find(&bench_engine, "s"), 0, &byte, 1), -EIO);
	expect_logged(lines, sizeof lines / sizeof *lines);
	bench_expect_failed("s", -EIO);
}
END_TEST

START_TEST(the_kernel_names_the_block_of_the_first_read_that_fails)
{
	static const char *const lines[] = {
		"datto: error reading from base device for read: -5",
		"datto: error handling read bio: -5",
		"datto: error handling read bio in kernel thread: -5",
		"Buffer I/O error on dev datto0, logical block 2, async page read",
	};
	struct snapshot *snapshot = engine_find(&bench_engine, "s");
	uint8_t bytes[4096];

	ck_assert_int_eq(engine_read(&bench_engine, snapshot, 4096, bytes, sizeof bytes), 0);
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	ck_assert_int_eq(engine_read(&bench_engine, snapshot, 8192, bytes, sizeof bytes), -EIO);
	ck_assert_int_eq(engine_read(&bench_engine, snapshot, 12288, bytes, sizeof bytes), -EIO);
	expect_logged(lines, sizeof lines / sizeof *lines);
}
END_TEST

START_TEST(datto_says_why_old_bytes_could_not_be_read)
{
	static const char *const lines[] = {
		"datto: error reading from base device for copy on write: -5",
		"datto: error during bio read complete callback: -5",
	};

	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	bench_write(4096, 4096, 2);
	expect_logged(lines, sizeof lines / sizeof *lines);
	bench_expect_failed("s", -EIO);
	bench_expect_live();
}
END_TEST

START_TEST(datto_says_that_the_store_could_not_be_written)
{
	static const char *const lines[] = {
		"datto: error writing cow data: -28",
		"datto: error writing cow data and mapping: -28",
		"datto: memory demands 33554432, memory saved before crash 0: -28",
		"datto: error handling write bio: -28",
		"datto: error handling write bio in kernel thread: -28",
	};

	memory_disk_fail(bench_engine.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	bench_write(4096, 8192, 2);
	expect_logged(lines, sizeof lines / sizeof *lines);
	bench_expect_failed("s", -ENOSPC);
	bench_expect_live();
}
END_TEST

static unsigned told_deleted;

static void note_deleted(struct snapshot_delete *command, int result)
{
	(void)command;
	ck_assert_int_eq(result, 0);
	told_deleted++;
}

START_TEST(a_snapshot_that_a_reader_failed_can_be_deleted_at_once)
{
	for (uint64_t steps = 0; steps < 4; steps++) {
		struct engine_request *read;
		struct snapshot_delete command = { .done = note_deleted };
		struct snapshot *snapshot;

		engine_deinit(&bench_engine);
		open_datto();
		told_deleted = 0;
		snapshot = engine_find(&bench_engine, "s");
		read = engine_read_new(snapshot, 0, 4096);
		memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
		engine_submit(&bench_engine, read);
		for (uint64_t i = 0; i < steps && !read->has_ended; i++)
			engine_step(&bench_engine);
		/* The mark is on its way by now, or the read still is. */
		volume_snapshot_delete(bench_engine.volume, snapshot, &command);
		engine_settle(&bench_engine);
		ck_assert_uint_eq(told_deleted, 1);
		ck_assert_ptr_null(volume_snapshot_find(bench_engine.volume, "s"));
		engine_request_free(read);
	}
}
END_TEST

START_TEST(a_snapshot_whose_limit_finds_no_room_is_not_taken)
{
	static const char *const lines[] = {
		"datto: error performing fallocate on file '/.datto': -28",
		"datto: error during cow manager initialization: -28",
		"datto: error setting up cow manager: -28",
		"datto: error setting up tracer as active snapshot: -28",
		"datto: error during setup ioctl handler: -28",
	};
	uint8_t byte;

	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	memory_disk_fail(bench_engine.disk, BLOCKIO_ALLOCATE, 1, 1, -ENOSPC);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), -ENOSPC);
	expect_logged(lines, sizeof lines / sizeof *lines);
	ck_assert(!engine_file_exists(&bench_engine, "t.store"));
	ck_assert(!engine_file_exists(&bench_engine, "t.store.new"));
	/* The next one finds some, now and after a mount. */
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), 0);
	memory_disk_fail(bench_engine.disk, BLOCKIO_ALLOCATE, 1, 1, -ENOSPC);
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	ck_assert_uint_eq(memory_disk_failed(bench_engine.disk), 1);
	ck_assert_int_eq(
		engine_read(&bench_engine, engine_find(&bench_engine, "t"), 0, &byte, 1), 0);
}
END_TEST

START_TEST(a_file_system_that_cannot_allocate_is_said_and_the_snapshot_taken)
{
	static const char *const lines[] = {
		"datto: fallocate is not supported for '/.datto', falling back on writing zeros",
	};

	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	memory_disk_fail(bench_engine.disk, BLOCKIO_ALLOCATE, 1, 1, -EOPNOTSUPP);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), 0);
	expect_logged(lines, 1);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume datto");
	TCase *datto = tcase_create("disk errors");

	(void)argc;
	tcase_add_checked_fixture(datto, open_datto, bench_close);
	tcase_add_test(datto, datto_gives_the_snapshot_up_when_a_reader_meets_an_error);
	tcase_add_test(datto, datto_names_the_store_when_the_error_is_its_own);
	tcase_add_test(datto, the_kernel_names_the_block_of_the_first_read_that_fails);
	tcase_add_test(datto, datto_says_why_old_bytes_could_not_be_read);
	tcase_add_test(datto, datto_says_that_the_store_could_not_be_written);
	tcase_add_test(datto, a_snapshot_that_a_reader_failed_can_be_deleted_at_once);
	tcase_add_test(datto, a_snapshot_whose_limit_finds_no_room_is_not_taken);
	tcase_add_test(datto, a_file_system_that_cannot_allocate_is_said_and_the_snapshot_taken);
	suite_add_tcase(suite, datto);
	return engine_suite_run(suite, argv[0]);
}
