/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes in place whose sums cannot be written, that fail half-way, or that a read
 * meets: what is read is what somebody wrote there, and it is read.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "simfs/store/read.h"
#include "simfs/store/sums.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS	    16u
#define BLOCK_BYTES 8192u
#define UNITS	    2u /* of a block */

static struct store_bench bench;
static char sums_name[STORE_SUMS_NAME_BYTES];

/* A store with all its blocks, of which block 1 was written in place with stamp 50. */
static void open_bench(void)
{
	store_bench_init(&bench, engine_seed(), BLOCKS * BLOCK_BYTES, BLOCK_BYTES);
	store_sums_name(bench.facts.store_id, sums_name, sizeof sums_name);
	store_bench_append(&bench, 0, BLOCKS);
	store_bench_settle(&bench);
	store_bench_rewrite(&bench, 1, 0, BLOCK_BYTES, 50);
	store_bench_settle(&bench);
}

static void close_bench(void)
{
	store_bench_deinit(&bench);
}

static void kill_and_open(void)
{
	memory_disk_kill(bench.disk);
	store_forget(bench.store);
	bench.store = NULL;
	ck_assert_int_eq(store_bench_open(&bench), 0);
}

/* 1: it is killed, 2: closed; and opened again. */
static void leave(unsigned how)
{
	if (how == 1)
		kill_and_open();
	if (how != 2)
		return;
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_int_eq(store_bench_open(&bench), 0);
}

static uint8_t *disk_bytes(const char *name, uint64_t at)
{
	uint64_t size_bytes;
	uint8_t *bytes = memory_disk_bytes(bench.disk, name, &size_bytes);

	MUST(bytes && at < size_bytes);
	return bytes + at;
}

/* ---- reads ---- */

struct reading {
	struct store_read read;
	bool has_ended;
	int result;
	void *bytes;
};

static void read_ended(struct store_read *read, int result)
{
	struct reading *reading = CONTAINER_OF(read, struct reading, read);

	reading->has_ended = true;
	reading->result = result;
}

static void read_begin(struct reading *reading, uint64_t block)
{
	*reading = (struct reading){ .read.done = read_ended };
	MUST(posix_memalign(&reading->bytes, BLOCKIO_ALIGNMENT_MAX, BLOCK_BYTES) == 0);
	store_read(bench.store, &reading->read, store_offset(bench.store, block), reading->bytes,
		BLOCK_BYTES);
}

/* The result of reading BLOCK, whose bytes come to BYTES. */
static int read_block(uint64_t block, uint8_t *bytes)
{
	struct reading reading;

	read_begin(&reading, block);
	while (!reading.has_ended)
		ck_assert(memory_disk_step(bench.disk));
	memcpy(bytes, reading.bytes, BLOCK_BYTES);
	free(reading.bytes);
	return reading.result;
}

static bool is_stamp(const uint8_t *bytes, unsigned unit, uint64_t stamp)
{
	uint8_t wanted[BLOCK_BYTES];

	mix_fill(wanted, sizeof wanted, stamp, 0);
	return memcmp(bytes + unit * 4096u, wanted + unit * 4096u, 4096) == 0;
}

static void expect_stamp(uint64_t block, uint64_t stamp)
{
	uint8_t bytes[BLOCK_BYTES];

	ck_assert_int_eq(read_block(block, bytes), 0);
	for (unsigned unit = 0; unit < UNITS; unit++)
		ck_assert(is_stamp(bytes, unit, stamp));
}

/* Of a block that nobody wrote in place. */
static void expect_appended(uint64_t block)
{
	uint8_t bytes[BLOCK_BYTES], wanted[BLOCK_BYTES];

	ck_assert_int_eq(read_block(block, bytes), 0);
	store_bench_fill(&bench, block, wanted);
	ck_assert_mem_eq(bytes, wanted, BLOCK_BYTES);
}

/* A bit that is turned under the block is noticed, and turned back. */
static void expect_guarded(uint64_t block)
{
	uint8_t bytes[BLOCK_BYTES];
	uint8_t *byte = disk_bytes(STORE_BENCH_NAME, store_offset(bench.store, block) + 4099);

	*byte ^= 8;
	ck_assert_int_eq(read_block(block, bytes), -EUCLEAN);
	*byte ^= 8;
}

/* ---- ID.sums cannot be written ---- */

static const int errors[] = { -ENOSPC, -EIO };

static int rewrite(uint64_t block, uint64_t stamp)
{
	struct store_bench_append *append = store_bench_rewrite(
		&bench, block, 0, BLOCK_BYTES, stamp);

	store_bench_settle(&bench);
	ck_assert(append->has_ended);
	return append->result;
}

/* The NTH write to ID.sums fails, as a whole or, with IS_SHORT, in the middle. */
static void fail_sums(uint64_t nth, uint64_t count, int error, bool is_short)
{
	memory_disk_fail_only(bench.disk, STORE_SUMS_SUFFIX);
	if (is_short)
		memory_disk_fail_short(bench.disk, BLOCKIO_WRITE, nth, count, error);
	else
		memory_disk_fail(bench.disk, BLOCKIO_WRITE, nth, count, error);
}

START_TEST(a_write_whose_sums_cannot_be_written_changes_nothing)
{
	bool is_short = _i / 2 == 1;

	for (unsigned round = 0; round < 8; round++) {
		uint64_t block = round % 2;

		fail_sums(1, 1, errors[_i % 2], is_short);
		ck_assert_int_eq(rewrite(block, 60 + round), errors[_i % 2]);
		ck_assert_uint_eq(memory_disk_failed(bench.disk), 1);
		ck_assert_int_eq(store_error(bench.store), 0);
		expect_appended(0);
		expect_stamp(1, 50);
		expect_guarded(block);
		leave(round % 3);
		ck_assert_uint_eq(bench.findings.bad_sums, 0);
		expect_appended(0);
		expect_stamp(1, 50);
		/* Nothing is under way, so that nothing that is found is taken. */
		expect_guarded(0);
		expect_guarded(1);
	}
	ck_assert_int_eq(rewrite(0, 99), 0);
	expect_stamp(0, 99);
}
END_TEST

START_TEST(the_sums_of_a_first_write_in_place_that_cannot_be_written_are_not_missed)
{
	store_bench_deinit(&bench);
	store_bench_init(&bench, engine_seed(), BLOCKS * BLOCK_BYTES, BLOCK_BYTES);
	store_bench_append(&bench, 0, BLOCKS);
	store_bench_settle(&bench);
	if (_i == 0) {
		fail_sums(1, 1, -ENOSPC, false);
		ck_assert_int_eq(rewrite(0, 60), -ENOSPC);
	} else {
		/* Killed when the flag is there and not yet the sums. */
		store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 60);
		ck_assert(memory_disk_step(bench.disk));
	}
	kill_and_open();
	ck_assert(!bench.findings.has_lost_sums);
	expect_appended(0);
	expect_guarded(0);
}
END_TEST

START_TEST(a_write_is_done_when_only_its_end_cannot_be_noted)
{
	uint64_t stamp = 70;

	for (unsigned round = 0; round < 6; round++) {
		fail_sums(2, 1, errors[_i % 2], _i / 2 == 1);
		ck_assert_int_eq(rewrite(round % 2, ++stamp), 0);
		ck_assert_uint_eq(memory_disk_failed(bench.disk), 1);
		expect_stamp(round % 2, stamp);
		expect_guarded(round % 2);
		leave(round % 3);
		expect_stamp(round % 2, stamp);
		expect_guarded(round % 2);
	}
}
END_TEST

/* ---- reads that meet a write ---- */

START_TEST(a_read_that_meets_a_write_in_place_sees_each_unit_before_or_after)
{
	uint64_t stamp = 50, seed = mix64(engine_seed() + (uint64_t)_i);
	unsigned mixed = 0;

	for (uint64_t round = 0; round < engine_count(400); round++) {
		struct store_bench_append *append;
		struct reading readings[3];
		uint64_t before = stamp++;
		unsigned begun = 0, early = (unsigned)mix_below(seed, 3 * round, 3);
		bool is_torn = mix_below(seed, 3 * round + 1, 3) == 0;

		while (begun < early)
			read_begin(&readings[begun++], 1);
		append = store_bench_rewrite(&bench, 1, 0, BLOCK_BYTES, stamp);
		while (begun < 3)
			read_begin(&readings[begun++], 1);
		/* A disk that does a part of it before the reads come. */
		if (is_torn) {
			uint8_t wanted[BLOCK_BYTES];

			mix_fill(wanted, sizeof wanted, stamp, 0);
			memcpy(disk_bytes(STORE_BENCH_NAME, store_offset(bench.store, 1)), wanted,
				1024 * (2 + 2 * mix_below(seed, 3 * round + 2, 3)));
		}
		while (memory_disk_step(bench.disk))
			continue;
		ck_assert(append->has_ended && append->result == 0);
		for (unsigned i = 0; i < 3; i++) {
			bool is_new[UNITS];

			ck_assert(readings[i].has_ended);
			ck_assert_int_eq(readings[i].result, 0);
			for (unsigned unit = 0; unit < UNITS; unit++) {
				is_new[unit] = is_stamp(readings[i].bytes, unit, stamp);
				ck_assert(
					is_new[unit] || is_stamp(readings[i].bytes, unit, before));
			}
			mixed += is_new[0] != is_new[1];
			free(readings[i].bytes);
		}
		expect_stamp(1, stamp);
	}
	if (engine_count_is_full())
		ck_assert_uint_gt(mixed, 0);
}
END_TEST

/* ---- writes that stop half-way ---- */

/* BLOCK reads as it is on the disk, also later. */
static void expect_as_found(uint64_t block)
{
	uint8_t bytes[BLOCK_BYTES];

	ck_assert_int_eq(read_block(block, bytes), 0);
	ck_assert_mem_eq(
		bytes, disk_bytes(STORE_BENCH_NAME, store_offset(bench.store, block)), BLOCK_BYTES);
	expect_guarded(block);
}

/* Makes the write to block 1 fail in the middle, with the NTH read of that store after it. */
static void fail_rewrite(uint64_t stamp, bool fails_look)
{
	struct store_bench_append *append;

	memory_disk_fail_only(bench.disk, STORE_BENCH_NAME);
	memory_disk_fail_short(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	append = store_bench_rewrite(&bench, 1, 0, BLOCK_BYTES, stamp);
	while (fails_look && memory_disk_failed(bench.disk) == 0)
		ck_assert(memory_disk_step(bench.disk));
	if (fails_look)
		memory_disk_fail(bench.disk, BLOCKIO_READ, 1, 1, -EIO);
	store_bench_settle(&bench);
	ck_assert(append->has_ended && append->result == -EIO);
	ck_assert_uint_eq(memory_disk_failed(bench.disk), 1);
}

START_TEST(what_a_write_that_failed_half_way_has_left_is_read)
{
	bool fails_look = _i % 2 == 1;
	unsigned partial = 0;

	for (uint64_t round = 0; round < 40; round++) {
		const uint8_t *bytes = disk_bytes(STORE_BENCH_NAME, store_offset(bench.store, 1));

		ck_assert_int_eq(rewrite(1, 50), 0);
		fail_rewrite(100 + round, fails_look);
		partial += !is_stamp(bytes, 0, 50) && !is_stamp(bytes, 0, 100 + round);
		leave((unsigned)_i / 2);
		expect_as_found(1);
		expect_appended(0);
		kill_and_open();
		expect_as_found(1);
	}
	ck_assert_uint_gt(partial, 0);
}
END_TEST

START_TEST(a_read_that_meets_a_write_that_fails_is_no_error)
{
	for (uint64_t round = 0; round < 60; round++) {
		struct reading readings[3];
		struct store_bench_append *append;

		ck_assert_int_eq(rewrite(1, 50), 0);
		memory_disk_fail_only(bench.disk, STORE_BENCH_NAME);
		memory_disk_fail_short(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);
		read_begin(&readings[0], 1);
		append = store_bench_rewrite(&bench, 1, 0, BLOCK_BYTES, 100 + round);
		read_begin(&readings[1], 1);
		for (uint64_t steps = 0; steps < round % 5; steps++)
			memory_disk_step(bench.disk);
		read_begin(&readings[2], 1);
		store_bench_settle(&bench);
		ck_assert(append->has_ended && append->result == -EIO);
		for (unsigned i = 0; i < 3; i++) {
			ck_assert(readings[i].has_ended);
			ck_assert_int_eq(readings[i].result, 0);
			free(readings[i].bytes);
		}
		expect_as_found(1);
	}
}
END_TEST

START_TEST(what_a_kill_in_the_middle_of_a_write_in_place_has_left_is_read)
{
	for (uint64_t sectors = 0; sectors <= BLOCK_BYTES / 512; sectors++) {
		uint64_t stamp = 100 + sectors;
		uint8_t wanted[BLOCK_BYTES];

		ck_assert_int_eq(rewrite(1, 50), 0);
		store_bench_rewrite(&bench, 1, 0, BLOCK_BYTES, stamp);
		mix_fill(wanted, sizeof wanted, stamp, 0);
		memcpy(disk_bytes(STORE_BENCH_NAME, store_offset(bench.store, 1)), wanted,
			512 * sectors);
		kill_and_open();
		expect_as_found(1);
		kill_and_open();
		expect_as_found(1);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store sums");
	TCase *tests = tcase_create("sums");

	(void)argc;
	tcase_add_checked_fixture(tests, open_bench, close_bench);
	tcase_set_timeout(tests, 30);
	tcase_add_loop_test(tests, a_write_whose_sums_cannot_be_written_changes_nothing, 0, 4);
	tcase_add_loop_test(tests,
		the_sums_of_a_first_write_in_place_that_cannot_be_written_are_not_missed, 0, 2);
	tcase_add_loop_test(tests, a_write_is_done_when_only_its_end_cannot_be_noted, 0, 4);
	tcase_add_loop_test(
		tests, a_read_that_meets_a_write_in_place_sees_each_unit_before_or_after, 0, 4);
	tcase_add_loop_test(tests, what_a_write_that_failed_half_way_has_left_is_read, 0, 6);
	tcase_add_test(tests, a_read_that_meets_a_write_that_fails_is_no_error);
	tcase_add_test(tests, what_a_kill_in_the_middle_of_a_write_in_place_has_left_is_read);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
