/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots that fail: at their limit and at an error.  The live view goes on (promise 3), and what
 * has failed stays failed (promise 4).
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/volume_bench.h"

#define LIMIT_BLOCKS 8

/* A volume with content, and the snapshot "s" with room for LIMIT_BLOCKS. */
static void open_limited(uint64_t seed)
{
	engine_init(&bench_engine, seed,
		&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES, .limit = "32KiB" });
	bench_fill();
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
}

static void open_engine(void)
{
	open_limited(engine_seed());
}

/* ---- overflow ---- */

START_TEST(overflow_fails_the_snapshot_and_no_write)
{
	for (uint64_t i = 0; i < LIMIT_BLOCKS; i++)
		bench_write(i * 8192, 100, 2 + i);
	bench_expect_whole("s");
	/* Where it was written already, no room is needed. */
	bench_write(0, 4096, 20);
	bench_expect_whole("s");
	bench_write(100000, 1, 21);
	bench_expect_failed("s", -ENOSPC);
	bench_write(0, BENCH_VOLUME_BYTES, 22);
	bench_expect_live();
	bench_expect_failed("s", -ENOSPC);
}
END_TEST

START_TEST(a_failed_snapshot_stays_failed_whatever_happens)
{
	bench_write(0, 65536, 2);
	for (int round = 0; round < 4; round++) {
		bench_expect_failed("s", -ENOSPC);
		bench_expect_live();
		if (round % 2) {
			ck_assert_int_eq(engine_close(&bench_engine), 0);
			ck_assert_int_eq(engine_open(&bench_engine), 0);
		} else {
			ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
		}
		bench_write((uint64_t)round * 4096, 4096, 30 + (uint64_t)round);
	}
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	memcpy(bench_content, bench_live, BENCH_VOLUME_BYTES);
	bench_write(4096, 4096, 40);
	bench_expect_whole("s");
}
END_TEST

START_TEST(one_snapshot_overflows_and_the_others_stay)
{
	ck_assert_int_eq(
		engine_snapshot(&bench_engine, "roomy",
			&(struct engine_snapshot_options){ .limit = "200%", .block_bytes = 65536 },
			NULL),
		0);
	bench_write(3000, 200000, 2);
	bench_expect_failed("s", -ENOSPC);
	bench_expect_whole("roomy");
	bench_write(0, BENCH_VOLUME_BYTES, 3);
	bench_expect_whole("roomy");
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	bench_expect_failed("s", -ENOSPC);
	bench_expect_whole("roomy");
}
END_TEST

static unsigned told_failed;

static void note_failed(void *context, struct snapshot *snapshot)
{
	ck_assert_ptr_eq(context, &bench_engine);
	ck_assert_str_eq(snapshot_name(snapshot), "s");
	told_failed++;
}

START_TEST(a_failure_is_told_once_and_kept_in_the_journal)
{
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	bench_engine.volume_options.snapshot_failed = note_failed;
	bench_engine.volume_options.context = &bench_engine;
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	bench_write(0, 65536, 2);
	bench_write(65536, 65536, 3);
	ck_assert_uint_eq(told_failed, 1);

	struct journal *journal = volume_journal(bench_engine.volume);

	ck_assert_ptr_nonnull(memmem(journal->text, journal->length, "\"snapshot.failed\"",
		strlen("\"snapshot.failed\"")));
	ck_assert_ptr_nonnull(memmem(
		journal->text, journal->length, "\"store.limit\"", strlen("\"store.limit\"")));
}
END_TEST

/* Starts what overflows and goes STEPS steps; true when all of it has ended by then. */
static bool overflow_for(uint64_t seed, uint64_t steps)
{
	struct engine_request *writes[12];
	bool all_ended = true;

	open_limited(seed);
	for (uint64_t i = 0; i < 12; i++) {
		writes[i] = engine_write_new(i * 40000, 5000, 100 + i);
		engine_submit(&bench_engine, writes[i]);
	}
	for (uint64_t i = 0; i < steps; i++)
		engine_step(&bench_engine);
	for (uint64_t i = 0; i < 12; i++)
		all_ended = all_ended && writes[i]->has_ended;

	struct snapshot *snapshot = engine_find(&bench_engine, "s");
	bool some_unpreserved = all_ended;

	ck_assert(!all_ended || engine_has_failed(snapshot, NULL));
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	if (some_unpreserved || engine_has_failed(engine_find(&bench_engine, "s"), NULL))
		bench_expect_failed("s", -ENOSPC);
	else
		bench_expect_whole("s");
	for (int i = 0; i < 12; i++)
		engine_request_free(writes[i]);
	return all_ended;
}

START_TEST(a_kill_between_overflow_and_mark_leaves_it_whole_or_failed)
{
	for (uint64_t round = 0; round < engine_count(20); round++) {
		bool all_ended = false;

		for (uint64_t steps = 0; !all_ended; steps++) {
			engine_deinit(&bench_engine);
			all_ended = overflow_for(engine_seed() + round, steps);
		}
	}
}
END_TEST

START_TEST(a_read_that_an_unpreserved_write_overtakes_gets_eio)
{
	unsigned errors = 0;

	for (uint64_t round = 0; round < 300; round++) {
		struct engine_request *read, *writes[3];

		engine_deinit(&bench_engine);
		open_limited(engine_seed() + round);
		read = engine_read_new(engine_find(&bench_engine, "s"), 0, 65536);
		engine_submit(&bench_engine, read);
		for (uint64_t i = 0; i < 3; i++) {
			writes[i] = engine_write_new(i * 20000, 20000, 2 + i);
			engine_submit(&bench_engine, writes[i]);
		}
		engine_settle(&bench_engine);
		if (read->result == 0)
			ck_assert_mem_eq(read->request.data, bench_content, 65536);
		else
			ck_assert_int_eq(read->result, -EIO);
		errors += read->result < 0;
		engine_request_free(read);
		for (int i = 0; i < 3; i++)
			engine_request_free(writes[i]);
	}
	/* Else this test has not seen what it is there for. */
	ck_assert_uint_gt(errors, 0);
	ck_assert_uint_lt(errors, 300);
}
END_TEST

/* ---- errors of disks ---- */

START_TEST(a_store_that_cannot_be_written_fails_its_snapshot_and_no_write)
{
	ck_assert_int_eq(engine_snapshot(&bench_engine, "other", NULL, NULL), 0);
	memory_disk_fail(bench_engine.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	bench_write(0, 4096, 2);
	/* One of the two stores was hit. */
	ck_assert_int_ne(engine_has_failed(engine_find(&bench_engine, "s"), NULL),
		engine_has_failed(engine_find(&bench_engine, "other"), NULL));

	const char *hit = engine_has_failed(engine_find(&bench_engine, "s"), NULL) ? "s" : "other";

	bench_expect_failed(hit, -EIO);
	bench_expect_whole(strcmp(hit, "s") == 0 ? "other" : "s");
	bench_expect_live();
}
END_TEST

START_TEST(old_bytes_that_cannot_be_read_fail_the_snapshot_and_no_write)
{
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	bench_write(4096, 4096, 2);
	bench_expect_live();
	bench_expect_failed("s", -EIO);
}
END_TEST

START_TEST(a_snapshot_that_cannot_be_marked_is_removed)
{
	/* The store's segment and the mark; the write itself is the third. */
	memory_disk_fail(bench_engine.disk, BLOCKIO_WRITE, 1, 2, -EIO);
	bench_write(4096, 4096, 2);
	bench_expect_failed("s", -EIO);
	ck_assert(!engine_file_exists(&bench_engine, "s.store"));
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	ck_assert_ptr_null(volume_snapshot_find(bench_engine.volume, "s"));
	bench_expect_live();
}
END_TEST

START_TEST(a_snapshot_that_cannot_be_marked_can_be_deleted)
{
	memory_disk_fail(bench_engine.disk, BLOCKIO_WRITE, 1, 2, -EIO);
	bench_write(4096, 4096, 2);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
}
END_TEST

START_TEST(a_read_error_of_a_snapshot_is_one_readers_and_does_not_stay)
{
	uint8_t byte;

	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	ck_assert_int_eq(
		engine_read(&bench_engine, engine_find(&bench_engine, "s"), 0, &byte, 1), -EIO);
	bench_expect_whole("s");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume failure");
	TCase *overflows = tcase_create("overflow");
	TCase *errors = tcase_create("disk errors");

	(void)argc;
	tcase_add_checked_fixture(overflows, open_engine, bench_close);
	tcase_add_checked_fixture(errors, open_engine, bench_close);
	tcase_add_test(overflows, overflow_fails_the_snapshot_and_no_write);
	tcase_add_test(overflows, a_failed_snapshot_stays_failed_whatever_happens);
	tcase_add_test(overflows, one_snapshot_overflows_and_the_others_stay);
	tcase_add_test(overflows, a_failure_is_told_once_and_kept_in_the_journal);
	tcase_add_test(overflows, a_kill_between_overflow_and_mark_leaves_it_whole_or_failed);
	tcase_add_test(overflows, a_read_that_an_unpreserved_write_overtakes_gets_eio);
	tcase_add_test(errors, a_store_that_cannot_be_written_fails_its_snapshot_and_no_write);
	tcase_add_test(errors, old_bytes_that_cannot_be_read_fail_the_snapshot_and_no_write);
	tcase_add_test(errors, a_snapshot_that_cannot_be_marked_is_removed);
	tcase_add_test(errors, a_snapshot_that_cannot_be_marked_can_be_deleted);
	tcase_add_test(errors, a_read_error_of_a_snapshot_is_one_readers_and_does_not_stay);
	suite_add_tcase(suite, overflows);
	suite_add_tcase(suite, errors);
	return engine_suite_run(suite, argv[0]);
}
