/* SPDX-License-Identifier: Apache-2.0 */
/* Summaries: a store opens by them, killed or closed, and without them when one is spoilt. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/store/store_state.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS 16384u

static struct store_bench bench;
static uint64_t places[BLOCKS];

static void open_bench(void)
{
	store_bench_init(&bench, engine_seed(), BLOCKS * 4096ull, 4096);
}

static void close_bench(void)
{
	store_bench_deinit(&bench);
}

static void remember_places(void)
{
	for (uint64_t block = 0; block < BLOCKS; block++)
		places[block] = store_offset(bench.store, block);
}

static void expect_places(void)
{
	uint64_t known = 0;

	for (uint64_t block = 0; block < BLOCKS; block++) {
		ck_assert_uint_eq(store_offset(bench.store, block), places[block]);
		known += places[block] != 0;
	}
	ck_assert_uint_eq(store_blocks(bench.store), known);
}

/* Blocks FROM, FROM + 2, ...: no two of them make one run. */
static void scatter(uint64_t from, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		store_bench_append(&bench, from + 2 * i, 1);
	store_bench_settle(&bench);
}

/* How many summaries the file has, from the newest that the superblock knows on. */
static unsigned summaries(uint64_t *ret_units, unsigned max)
{
	uint64_t size_bytes;
	const uint8_t *bytes = memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);
	const struct store_superblock *superblock = (const void *)bytes;
	uint64_t unit = superblock->summary_unit;
	unsigned count = 0;

	while (unit != 0 && count < max) {
		const struct segment_header *header = (const void *)(bytes +
								     unit * STORE_UNIT_BYTES);

		ck_assert_uint_eq(header->flags, SEGMENT_FLAG_SUMMARY);
		ret_units[count++] = unit;
		unit = header->summary.previous_unit;
	}
	return count;
}

/* Opens, and returns how many reads that took. */
static uint64_t open_reads(void)
{
	uint64_t before = memory_disk_completed(bench.disk, BLOCKIO_READ);

	ck_assert_int_eq(store_bench_open(&bench), 0);
	return memory_disk_completed(bench.disk, BLOCKIO_READ) - before;
}

START_TEST(a_large_store_is_summed_up_and_opens_by_that)
{
	uint64_t units[8];

	scatter(0, 8000);
	remember_places();
	store_bench_leave(&bench);
	ck_assert_uint_eq(summaries(units, 8), 2);
	/* Superblock, two summaries, what was in flight with the second, and one look at what came
	 * behind. */
	ck_assert_uint_le(open_reads(), 8 + store_limits_default.segments_in_flight - 1);
	expect_places();
	ck_assert(store_bench_has(&bench, 0, 1) && store_bench_has(&bench, 15998, 1));
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_uint_eq(summaries(units, 8), 3);
	ck_assert_uint_le(open_reads(), 8);
	expect_places();
}
END_TEST

/* Less than a summary has, a part of the second, and more than the batch begins with. */
static const uint32_t batches[] = { 7, 5000, 20000 };

START_TEST(a_summary_is_believed_however_few_of_its_runs_enter_together)
{
	struct store_limits limits = store_limits_default;

	limits.batch_runs = batches[_i];
	close_bench();
	store_bench_init_limited(&bench, engine_seed(), BLOCKS * 4096ull, 4096, &limits);
	scatter(0, 8000);
	remember_places();
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_uint_le(open_reads(), 8);
	expect_places();
}
END_TEST

START_TEST(many_small_segments_are_summed_up_too)
{
	uint64_t units[8];

	/* Consecutive blocks, one segment each: few runs. */
	for (uint64_t i = 0; i < 2200; i++) {
		store_bench_append(&bench, i, 1);
		store_bench_settle(&bench);
	}
	remember_places();
	store_bench_leave(&bench);
	ck_assert_uint_eq(summaries(units, 8), 2);
	ck_assert_uint_le(open_reads(), 8);
	expect_places();
}
END_TEST

START_TEST(nothing_new_needs_no_summary)
{
	uint64_t size_bytes = 0, size_now_bytes;

	scatter(0, 10);
	for (int round = 0; round < 4; round++) {
		ck_assert_int_eq(store_bench_close(&bench), 0);
		memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_now_bytes);
		if (round > 0)
			ck_assert_uint_eq(size_now_bytes, size_bytes);
		size_bytes = size_now_bytes;
		ck_assert_int_eq(store_bench_open(&bench), 0);
	}
}
END_TEST

START_TEST(a_store_opens_the_same_with_and_without_its_summaries)
{
	for (uint64_t i = 0; i < 1500; i++) {
		store_bench_append(&bench, 3 * i, 1 + i % 2);
		if (i % 7 == 0)
			store_bench_change(&bench, 5000 + i, 1);
		if (i % 50 == 0)
			memory_disk_step(bench.disk);
	}
	store_bench_settle(&bench);
	scatter(7001, 3000);
	remember_places();
	for (int round = 0; round < 4; round++) {
		bench.open_options.verify_data = round % 2 != 0;
		if (round < 2)
			store_bench_leave(&bench);
		else
			ck_assert_int_eq(store_bench_close(&bench), 0);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		expect_places();
	}
}
END_TEST

START_TEST(whatever_is_wrong_with_a_summary_the_segments_are_scanned)
{
	uint64_t units[8], saved_bytes, size_bytes;

	scatter(0, 8000);
	scatter(1, 300);
	remember_places();
	store_bench_leave(&bench);
	ck_assert_uint_eq(summaries(units, 8), 2);

	uint8_t *saved = store_bench_save(&bench, &saved_bytes);

	for (uint64_t i = 0; i < engine_count(30); i++) {
		/* Of the data, anything; the header is found out by the scan itself. */
		uint64_t at = (units[i % 2] + 1) * STORE_UNIT_BYTES +
			      mix_below(engine_seed(), i, 14 * STORE_UNIT_BYTES);

		store_bench_restore(&bench, saved, saved_bytes);
		memory_disk_bytes(
			bench.disk, STORE_BENCH_NAME, &size_bytes)[at] ^= (uint8_t)(1u << (i % 8));
		ck_assert_int_eq(store_bench_open(&bench), 0);
		expect_places();
		store_bench_leave(&bench);
	}
	/* Each round opens tens of MiB: all of the fixed part would take minutes. */
	uint64_t stride = engine_stride_of(8 * 80, 90) | 1;

	for (uint64_t bit = 0; bit < 8 * STORE_UNIT_BYTES;
		bit += bit < 8 * 80 ? stride : engine_stride_of(8 * STORE_UNIT_BYTES, 30) | 1) {
		store_bench_restore(&bench, saved, saved_bytes);
		memory_disk_bytes(bench.disk, STORE_BENCH_NAME,
			&size_bytes)[units[bit % 2] * STORE_UNIT_BYTES + bit / 8] ^=
			(uint8_t)(1u << (bit % 8));
		ck_assert_int_eq(store_bench_open(&bench), -EUCLEAN);
		ck_assert_uint_eq(bench.findings.damage_offset, units[bit % 2] * STORE_UNIT_BYTES);
		store_bench_leave(&bench);
	}
	free(saved);
}
END_TEST

START_TEST(a_full_disk_closes_without_a_summary)
{
	uint64_t units[8];

	scatter(0, 100);
	remember_places();
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_uint_eq(memory_disk_failed(bench.disk), 1);
	ck_assert_uint_eq(summaries(units, 8), 0);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(bench.findings.was_clean);
	expect_places();
}
END_TEST

START_TEST(a_failed_summary_ends_the_store_as_any_segment_does)
{
	uint64_t units[8];

	scatter(0, 3500);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 2, 1, -EIO);
	for (uint64_t i = 0; i < 600; i++)
		store_bench_append(&bench, 8000 + 2 * i, 1);
	store_bench_settle(&bench);
	ck_assert_int_eq(store_error(bench.store), -EIO);
	store_resume(bench.store);
	for (uint64_t i = 0; i < 600; i++) {
		if (store_offset(bench.store, 8000 + 2 * i) == 0)
			store_bench_append(&bench, 8000 + 2 * i, 1);
	}
	store_bench_settle(&bench);
	remember_places();
	ck_assert_uint_eq(store_blocks(bench.store), 4100);
	store_bench_leave(&bench);
	ck_assert_uint_eq(summaries(units, 8), 1);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	expect_places();
}
END_TEST

/* Kills wherever it is; what was acknowledged is what is found. */
START_TEST(a_kill_at_any_step_around_a_summary_loses_nothing)
{
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i), next = 0;

	for (uint64_t round = 0; round < 30; round++) {
		uint64_t count = mix_below(seed, 3 * round, 400);

		for (uint64_t i = 0; i < count && next + 1 < BLOCKS / 2; i++, next++)
			store_bench_append(&bench, next * 7919 % BLOCKS, 1);
		for (uint64_t steps = mix_below(seed, 3 * round + 1, 8); steps > 0; steps--)
			memory_disk_step(bench.disk);
		remember_places();
		memory_disk_kill(bench.disk);
		store_forget(bench.store);
		bench.store = NULL;
		bench.open_options.verify_data = mix_below(seed, 3 * round + 2, 3) == 0;
		ck_assert_int_eq(store_bench_open(&bench), 0);
		expect_places();
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store summary");
	TCase *tests = tcase_create("summary");

	(void)argc;
	tcase_add_checked_fixture(tests, open_bench, close_bench);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_large_store_is_summed_up_and_opens_by_that);
	tcase_add_loop_test(tests, a_summary_is_believed_however_few_of_its_runs_enter_together, 0,
		sizeof batches / sizeof batches[0]);
	tcase_add_test(tests, many_small_segments_are_summed_up_too);
	tcase_add_test(tests, nothing_new_needs_no_summary);
	tcase_add_test(tests, a_store_opens_the_same_with_and_without_its_summaries);
	tcase_add_test(tests, whatever_is_wrong_with_a_summary_the_segments_are_scanned);
	tcase_add_test(tests, a_full_disk_closes_without_a_summary);
	tcase_add_test(tests, a_failed_summary_ends_the_store_as_any_segment_does);
	tcase_add_loop_test(tests, a_kill_at_any_step_around_a_summary_loses_nothing, 0, 20);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
