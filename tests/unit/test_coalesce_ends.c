/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whichever of the reads and writes of a merge fails, is killed or is waited for, nobody reads
 * anything else.
 */
#include <check.h>
#include <errno.h>

#include "simfs/volume/chain/chain.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/merge_bench.h"

/* ---- what goes wrong ---- */

static void try_failures(
	enum merge_bench_kind kind, enum blockio_kind what, const char *suffix, int error)
{
	for (uint64_t nth = 1;; nth += engine_stride()) {
		bool has_failed;

		merge_bench_make(kind);
		memory_disk_fail_only(merge_bench_engine.disk, suffix);
		memory_disk_fail(merge_bench_engine.disk, what, nth, 1, error);
		merge_bench_begin();
		engine_settle(&merge_bench_engine);
		has_failed = memory_disk_failed(merge_bench_engine.disk) == 1;
		memory_disk_fail(merge_bench_engine.disk, what, 1, 0, 0);
		memory_disk_fail_only(merge_bench_engine.disk, NULL);
		ck_assert_int_eq(merge_bench_engine.volume->chain->coalesce.state, COALESCE_IDLE);
		ck_assert_uint_eq(merge_bench_engine.volume->chain->coalesce.reads_under_way, 0);
		ck_assert_uint_eq(
			merge_bench_engine.volume->chain->coalesce.window.writes_under_way, 0);
		merge_bench_expect_merged();
		merge_bench_end();
		if (!has_failed)
			return;
		ck_assert_uint_lt(nth, 20 * RUNS);
	}
}

START_TEST(whichever_read_fails_nothing_is_lost)
{
	try_failures((enum merge_bench_kind)_i, BLOCKIO_READ, ".node", -EIO);
}
END_TEST

START_TEST(whichever_write_fails_nothing_is_lost)
{
	bool into_node = _i >= LEAF_INTO_NODE;

	try_failures(
		(enum merge_bench_kind)_i, BLOCKIO_WRITE, into_node ? ".node" : ENGINE_IMAGE, -EIO);
	try_failures((enum merge_bench_kind)_i, BLOCKIO_WRITE, into_node ? ".node" : ENGINE_IMAGE,
		-ENOSPC);
}
END_TEST

/* A write that needs a file which cannot be made ends before it has begun. */
START_TEST(whichever_call_to_the_folder_fails_nothing_is_lost)
{
	for (uint64_t nth = 1;; nth++) {
		bool has_failed;

		merge_bench_make((enum merge_bench_kind)_i);
		engine_folder_fail(merge_bench_engine.folder, nth, 1, -EIO);
		merge_bench_merge();
		has_failed = engine_folder_failed(merge_bench_engine.folder) == 1;
		engine_folder_fail(merge_bench_engine.folder, 1, 0, 0);
		ck_assert_int_eq(merge_bench_engine.volume->chain->coalesce.state, COALESCE_IDLE);
		merge_bench_expect_merged();
		merge_bench_end();
		if (!has_failed)
			return;
		ck_assert_uint_lt(nth, 100);
	}
}
END_TEST

START_TEST(after_an_error_nothing_more_is_begun)
{
	uint64_t written = 0, begun;

	merge_bench_make(LEAF_INTO_IMAGE);
	memory_disk_fail_only(merge_bench_engine.disk, ENGINE_IMAGE);
	memory_disk_fail(merge_bench_engine.disk, BLOCKIO_WRITE, 3, 1, -EIO);
	merge_bench_watch(&written);
	merge_bench_begin();
	while (memory_disk_failed(merge_bench_engine.disk) == 0)
		ck_assert(engine_step(&merge_bench_engine));
	begun = written;
	ck_assert_uint_lt(begun, RUNS);
	engine_settle(&merge_bench_engine);
	ck_assert_uint_eq(written, begun);
	engine_folder_watch(merge_bench_engine.image_folder, NULL, NULL);
	merge_bench_expect_merged();
	merge_bench_end();
}
END_TEST

static void small_limits(int which)
{
	if (which == 1)
		merge_bench_limits.coalesce_chunks = 2;
	if (which == 2) {
		merge_bench_limits = volume_limits_smallest;
		merge_bench_limits.coalesce_chunks = 2;
		merge_bench_limits.coalesce_window_bytes = 3 * BLOCK;
	}
}

/* Begins merge WHICH of all kinds and limits; how many of STEPS found nothing left to do. */
static uint64_t merge_for(unsigned which, uint64_t steps)
{
	uint64_t idle = 0;

	small_limits(which / KINDS);
	merge_bench_make((enum merge_bench_kind)(which % KINDS));
	merge_bench_begin();
	for (uint64_t step = 0; step < steps; step++)
		idle += !engine_step(&merge_bench_engine);
	return idle;
}

START_TEST(a_kill_at_any_step_changes_nothing)
{
	for (uint64_t steps = 0, done = 0; done < 2; steps += engine_stride()) {
		done += merge_for((unsigned)_i, steps);
		ck_assert_int_eq(engine_kill_and_open(&merge_bench_engine), 0);
		merge_bench_expect_merged();
		merge_bench_end();
	}
}
END_TEST

START_TEST(an_unmount_at_any_step_waits_for_what_is_under_way)
{
	for (uint64_t steps = 0, done = 0; done < 2; steps += engine_stride()) {
		done += merge_for((unsigned)_i, steps);
		ck_assert_int_eq(engine_close(&merge_bench_engine), 0);
		ck_assert_int_eq(engine_open(&merge_bench_engine), 0);
		merge_bench_expect_merged();
		merge_bench_end();
	}
}
END_TEST

START_TEST(an_abort_at_any_step_waits_for_what_is_under_way)
{
	for (uint64_t steps = 0, done = 0; done < 2; steps += engine_stride()) {
		done += merge_for((unsigned)_i, steps);
		ck_assert_int_eq(volume_coalesce(merge_bench_engine.volume, true), 0);
		engine_settle(&merge_bench_engine);
		ck_assert_int_eq(merge_bench_engine.volume->chain->coalesce.state, COALESCE_IDLE);
		merge_bench_expect_merged();
		merge_bench_end();
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("ends of a merge");
	TCase *tcase = tcase_create("ends");

	(void)argc;
	tcase_add_checked_fixture(tcase, merge_bench_set_up, NULL);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, whichever_read_fails_nothing_is_lost, 0, KINDS);
	tcase_add_loop_test(tcase, whichever_write_fails_nothing_is_lost, 0, KINDS);
	tcase_add_loop_test(tcase, whichever_call_to_the_folder_fails_nothing_is_lost, 0, KINDS);
	tcase_add_test(tcase, after_an_error_nothing_more_is_begun);
	tcase_add_loop_test(tcase, a_kill_at_any_step_changes_nothing, 0, 3 * KINDS);
	tcase_add_loop_test(
		tcase, an_unmount_at_any_step_waits_for_what_is_under_way, 0, 3 * KINDS);
	tcase_add_loop_test(tcase, an_abort_at_any_step_waits_for_what_is_under_way, 0, 3 * KINDS);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
