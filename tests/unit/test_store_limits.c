/* SPDX-License-Identifier: Apache-2.0 */
/* A store under the smallest limits, and one that changes them. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS 256u

/* Whole units: a header, and so many blocks of one unit. */
#define SEGMENT_UNITS(blocks) (1 + (uint64_t)(blocks))

static struct store_bench bench;

static void open_bench(void)
{
	store_bench_init_limited(
		&bench, engine_seed(), BLOCKS * 4096ull, 4096, &store_limits_smallest);
}

static void close_bench(void)
{
	store_bench_deinit(&bench);
}

static void expect_units(uint64_t units)
{
	ck_assert_uint_eq(store_file_bytes(bench.store), units * STORE_UNIT_BYTES);
}

START_TEST(a_segment_takes_two_ranges_and_the_next_ones_wait)
{
	struct store_bench_append *appends[6];

	for (unsigned i = 0; i < 6; i++)
		appends[i] = store_bench_append(&bench, 10 * i, 1);
	/* The first is on its way alone until the batch is over. */
	expect_units(1 + SEGMENT_UNITS(1));
	store_bench_settle(&bench);
	expect_units(1 + SEGMENT_UNITS(1) + 2 * SEGMENT_UNITS(2) +
		     2 /* a summary is due after three segments */ + SEGMENT_UNITS(1));
	for (unsigned i = 0; i < 6; i++) {
		ck_assert(appends[i]->has_ended && appends[i]->result == 0);
		ck_assert(store_bench_has(&bench, 10 * i, 1));
	}
}
END_TEST

START_TEST(a_segment_takes_four_records_and_a_long_append_goes_into_several)
{
	store_bench_append(&bench, 0, 10);
	store_bench_settle(&bench);
	expect_units(1 + 2 * SEGMENT_UNITS(4) + SEGMENT_UNITS(2));
	ck_assert(store_bench_has(&bench, 0, 10));
}
END_TEST

/* Of data there is room for more. */
START_TEST(a_segment_takes_no_more_records_than_its_limit)
{
	struct store_limits limits = store_limits_smallest;

	limits.records = 3;
	limits.data_bytes = 16 * 4096;
	limits.summary_segments = 16;
	limits.summary_runs = 16;
	close_bench();
	store_bench_init_limited(&bench, engine_seed(), BLOCKS * 4096ull, 4096, &limits);
	store_bench_append(&bench, 0, 10);
	store_bench_settle(&bench);
	expect_units(1 + 3 * SEGMENT_UNITS(3) + SEGMENT_UNITS(1));
	ck_assert(store_bench_has(&bench, 0, 10));
}
END_TEST

/* One segment of changed blocks, which has no data, ends where an older one begins. */
START_TEST(a_segment_of_another_sequence_is_not_taken)
{
	uint64_t size_bytes, now_bytes;
	uint8_t *written;

	for (uint64_t i = 0; i < 3; i++) {
		store_bench_append(&bench, 10 * i, 1);
		store_bench_settle(&bench);
	}
	written = store_bench_save(&bench, &size_bytes);
	close_bench();
	open_bench();
	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	store_bench_append(&bench, 10, 1);
	store_bench_settle(&bench);

	struct blockio *io = store_io(bench.store);

	ck_assert_int_eq(io->ops->resize(io, size_bytes), 0);
	memcpy(memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &now_bytes), written, size_bytes);
	free(written);
	store_resume(bench.store);
	store_bench_change(&bench, 30, 1);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(store_bench_has(&bench, 0, 1));
	ck_assert_uint_eq(store_offset(bench.store, 10), 0);
	ck_assert_uint_eq(store_offset(bench.store, 20), 0);
}
END_TEST

static unsigned answers;

static void answered(struct store_waiter *waiter, int error)
{
	(void)waiter;
	ck_assert_int_eq(error, 0);
	answers++;
}

START_TEST(who_asks_for_a_superblock_while_one_is_written_gets_another)
{
	struct store_waiter waiters[3] = { 0 };
	struct store_facts facts = *store_facts(bench.store);

	answers = 0;
	for (unsigned i = 0; i < 3; i++) {
		facts.owner.kind = 70 + i;
		store_waiter_arm(&waiters[i], answered);
		store_update(bench.store, &facts, &waiters[i]);
	}
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, 3);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(store_facts(bench.store)->owner.kind, 72);
}
END_TEST

/* A write that was answered with an error may be on the disk as a whole: its blocks were never
 * acknowledged. */
START_TEST(what_a_failed_segment_has_left_is_superseded_by_resuming)
{
	uint64_t size_bytes, now_bytes;

	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);
	store_bench_append(&bench, 1, 3);
	store_bench_settle(&bench);

	uint8_t *written = store_bench_save(&bench, &size_bytes);

	close_bench();
	open_bench();
	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);
	memory_disk_fail_short(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	store_bench_append(&bench, 1, 3);
	store_bench_settle(&bench);
	ck_assert_int_eq(store_error(bench.store), -EIO);

	struct blockio *io = store_io(bench.store);

	ck_assert_int_eq(io->ops->resize(io, size_bytes), 0);
	memcpy(memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &now_bytes), written, size_bytes);
	free(written);
	store_resume(bench.store);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 1);
}
END_TEST

/* Only the end of it was written when the write failed, and nobody who waited was told else. */
START_TEST(an_error_ends_every_segment_that_waits)
{
	struct store_bench_append *appends[8];

	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	for (unsigned i = 0; i < 8; i++)
		appends[i] = store_bench_append(&bench, 3 * i, 2);
	store_bench_settle(&bench);
	for (unsigned i = 0; i < 8; i++) {
		ck_assert(appends[i]->has_ended);
		ck_assert_int_eq(appends[i]->result, -ENOSPC);
		ck_assert(!store_bench_has(&bench, 3 * i, 2));
	}
	ck_assert_int_eq(store_error(bench.store), -ENOSPC);
}
END_TEST

/* Blocks all over, each alone, so that a summary has a run for each. */
static void append_some(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		store_bench_append(&bench, i * 37 % BLOCKS, 1);
	store_bench_settle(&bench);
}

static void expect_some(unsigned count)
{
	ck_assert_uint_eq(store_blocks(bench.store), count);
	for (unsigned i = 0; i < count; i++)
		ck_assert(store_bench_has(&bench, i * 37 % BLOCKS, 1));
}

static const struct store_limits *const turns[] = { &store_limits_default, &store_limits_smallest };

/* _i: closed in order or killed, data verified or not, and which limits come first. */
START_TEST(what_was_written_under_some_limits_is_there_under_others)
{
	unsigned count = 0;

	for (unsigned turn = 0; turn < 6; turn++) {
		if (_i & 1)
			store_bench_leave(&bench);
		else
			ck_assert_int_eq(store_bench_close(&bench), 0);
		bench.open_options.verify_data = _i & 2;
		bench.open_options.limits = turns[(turn + (unsigned)_i / 4) % 2];
		ck_assert_int_eq(store_bench_open(&bench), 0);
		expect_some(count);
		append_some(count, 40);
		count += 40;
		expect_some(count);
	}
}
END_TEST

START_TEST(a_torn_segment_is_cut_off_through_a_window_of_two_units)
{
	uint64_t size_bytes;

	append_some(0, 1);
	store_bench_append(&bench, 100, 4);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes)[6 * STORE_UNIT_BYTES + 9] ^= 1;
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(store_bench_has(&bench, 0, 1));
	ck_assert(!store_bench_has(&bench, 100, 1));
	ck_assert_uint_eq(bench.findings.torn_bytes, SEGMENT_UNITS(4) * STORE_UNIT_BYTES);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("limits of a store");
	TCase *tcase = tcase_create("limits");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_bench, close_bench);
	tcase_add_test(tcase, a_segment_takes_two_ranges_and_the_next_ones_wait);
	tcase_add_test(tcase, a_segment_takes_four_records_and_a_long_append_goes_into_several);
	tcase_add_test(tcase, a_segment_takes_no_more_records_than_its_limit);
	tcase_add_test(tcase, what_a_failed_segment_has_left_is_superseded_by_resuming);
	tcase_add_test(tcase, a_segment_of_another_sequence_is_not_taken);
	tcase_add_test(tcase, who_asks_for_a_superblock_while_one_is_written_gets_another);
	tcase_add_test(tcase, an_error_ends_every_segment_that_waits);
	tcase_add_loop_test(tcase, what_was_written_under_some_limits_is_there_under_others, 0, 8);
	tcase_add_test(tcase, a_torn_segment_is_cut_off_through_a_window_of_two_units);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
