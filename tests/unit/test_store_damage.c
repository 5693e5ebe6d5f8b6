/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store file that was cut, torn, spoilt or exchanged: it is recovered to what
 * was acknowledged, or refused with the place; never a wrong block.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define SEGMENTS 5

/* Blocks FIRST, FIRST + 1, … in the segment that begins at UNIT. */
static const struct {
	uint64_t first;
	uint64_t count;
	uint64_t unit;
} segments[SEGMENTS + 1] = {
	{ 3, 2, 1 }, { 40, 1, 4 }, { 10, 4, 6 }, { 0, 1, 11 }, { 100, 3, 13 },
	{ .unit = 17 }, /* the end */
};

static struct store_bench bench;
static uint8_t *saved;
static uint64_t saved_bytes;

static void open_bench(void)
{
	store_bench_init(&bench, engine_seed(), 1 << 20, 4096);
	for (int i = 0; i < SEGMENTS; i++) {
		store_bench_append(&bench, segments[i].first, segments[i].count);
		store_bench_settle(&bench);
		ck_assert_uint_eq(
			store_file_bytes(bench.store), segments[i + 1].unit * STORE_UNIT_BYTES);
	}
}

/* Leaves the file as a kill does, or closed. */
static void save(bool clean)
{
	if (clean)
		ck_assert_int_eq(store_bench_close(&bench), 0);
	else
		store_bench_leave(&bench);
	saved = store_bench_save(&bench, &saved_bytes);
}

static void open_killed(void)
{
	open_bench();
	save(false);
}

static void open_closed(void)
{
	open_bench();
	save(true);
}

static void close_bench(void)
{
	store_bench_deinit(&bench);
	free(saved);
}

/* The first COUNT segments are there with the right bytes, and nothing else. */
static void expect_segments(int count)
{
	uint64_t blocks = 0;

	for (int i = 0; i < SEGMENTS; i++) {
		if (i < count) {
			ck_assert(store_bench_has(&bench, segments[i].first, segments[i].count));
			blocks += segments[i].count;
		} else {
			for (uint64_t j = 0; j < segments[i].count; j++)
				ck_assert(!store_bench_has(&bench, segments[i].first + j, 1));
		}
	}
	ck_assert_uint_eq(store_blocks(bench.store), blocks);
}

/* How many segments end at or before OFFSET. */
static int whole_before(uint64_t offset)
{
	int count = 0;

	while (count < SEGMENTS && segments[count + 1].unit * STORE_UNIT_BYTES <= offset)
		count++;
	return count;
}

static void expect_damage(uint64_t offset)
{
	ck_assert_int_eq(store_bench_open(&bench), -EUCLEAN);
	ck_assert_ptr_nonnull(bench.findings.damage);
	ck_assert_uint_eq(bench.findings.damage_offset, offset);
	if (offset == 0)
		ck_assert_ptr_null(bench.store);
	else
		ck_assert_int_eq(store_error(bench.store), -EUCLEAN);
	if (bench.store)
		store_bench_leave(&bench);
}

/* Opens the file cut to SIZE_BYTES; what is appended afterwards is found again. */
static void expect_recovery_of_cut(uint64_t size_bytes)
{
	int whole = whole_before(size_bytes);
	uint64_t size_now_bytes;

	store_bench_restore(&bench, saved, size_bytes);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(!bench.findings.was_clean);
	ck_assert_uint_eq(bench.findings.segments, whole);
	ck_assert_uint_eq(
		bench.findings.torn_bytes, size_bytes - segments[whole].unit * STORE_UNIT_BYTES);
	memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_now_bytes);
	ck_assert_uint_eq(size_now_bytes, segments[whole].unit * STORE_UNIT_BYTES);
	expect_segments(whole);
	store_bench_append(&bench, 200, 2);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(bench.findings.segments, whole + 1);
	ck_assert(store_bench_has(&bench, 200, 2));
	store_bench_leave(&bench);
}

START_TEST(a_killed_store_cut_anywhere_recovers_the_whole_segments)
{
	for (uint64_t unit = 1; unit <= segments[SEGMENTS].unit; unit++) {
		static const int64_t near[] = { -1, 0, 1, 511, 512, 2048, 4088 };

		for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
			uint64_t size_bytes = unit * STORE_UNIT_BYTES + near[i];

			if (size_bytes >= STORE_UNIT_BYTES && size_bytes <= saved_bytes)
				expect_recovery_of_cut(size_bytes);
		}
	}
}
END_TEST

START_TEST(a_closed_store_cut_anywhere_is_refused_where_it_was_cut)
{
	for (uint64_t size_bytes = STORE_UNIT_BYTES; size_bytes < saved_bytes; size_bytes += 512) {
		store_bench_restore(&bench, saved, size_bytes);
		expect_damage(segments[whole_before(size_bytes)].unit * STORE_UNIT_BYTES);
	}
}
END_TEST

START_TEST(a_cut_superblock_is_no_store)
{
	for (uint64_t size_bytes = 0; size_bytes < sizeof(struct store_superblock); size_bytes++) {
		store_bench_restore(&bench, saved, size_bytes);
		/* Zeros at its end are what the name and the profile end with anyway. */
		if (memcmp(saved + size_bytes, (const char[512]){ 0 },
			    sizeof(struct store_superblock) - size_bytes) != 0)
			expect_damage(0);
	}
}
END_TEST

START_TEST(a_torn_tail_is_cut_off)
{
	uint64_t last = segments[SEGMENTS - 1].unit * STORE_UNIT_BYTES;

	/* Any sector of the last write may have failed to reach the disk. */
	for (uint64_t sector = last; sector < saved_bytes; sector += 512) {
		store_bench_restore(&bench, saved, saved_bytes);

		uint8_t *bytes = memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &saved_bytes);
		bool was_zero = memcmp(bytes + sector, (const char[512]){ 0 }, 512) == 0;

		memset(bytes + sector, 0, 512);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		expect_segments(was_zero ? SEGMENTS : SEGMENTS - 1);
		if (!was_zero)
			ck_assert_uint_eq(bench.findings.torn_bytes, saved_bytes - last);
		store_bench_leave(&bench);
	}
}
END_TEST

/* Opens the file with one bit of the byte at OFFSET turned. */
static void flip(uint64_t offset)
{
	uint64_t size_bytes;

	store_bench_restore(&bench, saved, saved_bytes);
	memory_disk_bytes(
		bench.disk, STORE_BENCH_NAME, &size_bytes)[offset] ^= (uint8_t)(1u << (offset % 8));
}

/* All of the superblock and the heads of headers; the rest in steps. */
static uint64_t flip_next(uint64_t offset)
{
	uint64_t within = offset % STORE_UNIT_BYTES;

	if (within < 96 || (offset < STORE_UNIT_BYTES && within < sizeof(struct store_superblock)))
		return offset + 1;
	return within + 61 < STORE_UNIT_BYTES ? offset + 61
					      : (offset / STORE_UNIT_BYTES + 1) * STORE_UNIT_BYTES;
}

START_TEST(a_turned_bit_in_the_superblock_is_found)
{
	for (uint64_t offset = 0; offset < STORE_UNIT_BYTES; offset = flip_next(offset)) {
		flip(offset);
		if (offset < sizeof(struct store_superblock)) {
			expect_damage(0);
			continue;
		}
		/* Behind it nothing is kept. */
		ck_assert_int_eq(store_bench_open(&bench), 0);
		expect_segments(SEGMENTS);
		store_bench_leave(&bench);
	}
}
END_TEST

START_TEST(a_turned_bit_in_a_closed_store_is_refused_with_its_segment)
{
	for (uint64_t offset = STORE_UNIT_BYTES; offset < saved_bytes; offset = flip_next(offset)) {
		flip(offset);
		expect_damage(segments[whole_before(offset)].unit * STORE_UNIT_BYTES);
	}
}
END_TEST

START_TEST(a_turned_bit_in_a_killed_store_is_refused_or_looks_like_a_torn_tail)
{
	for (uint64_t offset = STORE_UNIT_BYTES; offset < saved_bytes; offset = flip_next(offset)) {
		int segment = whole_before(offset);

		flip(offset);
		if (segment < SEGMENTS - 1) {
			expect_damage(segments[segment].unit * STORE_UNIT_BYTES);
			continue;
		}
		ck_assert_int_eq(store_bench_open(&bench), 0);
		expect_segments(SEGMENTS - 1);
		store_bench_leave(&bench);
	}
}
END_TEST

START_TEST(a_missing_segment_before_others_is_refused_and_the_file_left_alone)
{
	for (int i = 0; i < SEGMENTS - 1; i++) {
		uint64_t from = segments[i].unit * STORE_UNIT_BYTES, size_bytes;
		uint64_t length = segments[i + 1].unit * STORE_UNIT_BYTES - from;

		store_bench_restore(&bench, saved, saved_bytes);
		memset(memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes) + from, 0,
			length);

		uint8_t *before = store_bench_save(&bench, &size_bytes);

		expect_damage(from);
		ck_assert_mem_eq(memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes),
			before, saved_bytes);
		ck_assert_uint_eq(size_bytes, saved_bytes);
		free(before);
	}
}
END_TEST

START_TEST(a_segment_that_was_copied_elsewhere_does_not_count)
{
	uint64_t size_bytes;
	uint8_t *bytes;

	store_bench_restore(&bench, saved, saved_bytes);
	bytes = memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);
	/* The fourth segment, one unit and one block, over the second, as large. */
	memcpy(bytes + segments[1].unit * STORE_UNIT_BYTES,
		bytes + segments[3].unit * STORE_UNIT_BYTES, 2 * STORE_UNIT_BYTES);
	expect_damage(segments[1].unit * STORE_UNIT_BYTES);
}
END_TEST

START_TEST(a_header_among_torn_data_is_no_later_segment)
{
	uint64_t torn = segments[3].unit * STORE_UNIT_BYTES, size_bytes;
	uint8_t *bytes;

	/* The content of the volume may be anything, also a copy of this store. */
	store_bench_restore(&bench, saved, torn + 2 * STORE_UNIT_BYTES);
	bytes = memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);
	memset(bytes + torn, 0, STORE_UNIT_BYTES);
	memcpy(bytes + torn + STORE_UNIT_BYTES, saved + segments[4].unit * STORE_UNIT_BYTES,
		STORE_UNIT_BYTES);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	expect_segments(3);
}
END_TEST

START_TEST(segments_of_another_store_do_not_count)
{
	static struct store_bench other;
	uint64_t size_bytes, other_bytes;

	store_bench_init(&other, engine_seed() + 1, 1 << 20, 4096);
	for (int i = 0; i < SEGMENTS; i++) {
		store_bench_append(&other, segments[i].first + 100, segments[i].count);
		store_bench_settle(&other);
	}
	store_bench_leave(&other);
	store_bench_restore(&bench, saved, saved_bytes);
	memcpy(memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes) +
			segments[1].unit * STORE_UNIT_BYTES,
		memory_disk_bytes(other.disk, STORE_BENCH_NAME, &other_bytes) +
			segments[1].unit * STORE_UNIT_BYTES,
		saved_bytes - segments[1].unit * STORE_UNIT_BYTES);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	expect_segments(1);
	store_bench_deinit(&other);
}
END_TEST

START_TEST(a_failed_store_opens_whatever_its_segments_are)
{
	uint64_t size_bytes;

	store_bench_restore(&bench, saved, saved_bytes);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_int_eq(store_bench_mark(&bench, -EFBIG, 1), 0);
	store_bench_leave(&bench);
	memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes)[STORE_UNIT_BYTES] ^= 1;
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(store_facts(bench.store)->failed);
	ck_assert(!store_bench_has(&bench, segments[0].first, 1));
}
END_TEST

START_TEST(a_read_error_while_opening_is_told_and_harms_nothing)
{
	uint64_t size_bytes;

	for (uint64_t nth = 1; nth <= 2; nth++) {
		store_bench_restore(&bench, saved, saved_bytes);
		memory_disk_fail(bench.disk, BLOCKIO_READ, nth, 1, -EIO);
		ck_assert_int_eq(store_bench_open(&bench), -EIO);
		ck_assert_uint_eq(memory_disk_failed(bench.disk), 1);
		ck_assert_ptr_null(bench.store);
		ck_assert_mem_eq(memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes),
			saved, saved_bytes);
	}
	ck_assert_int_eq(store_bench_open(&bench), 0);
	expect_segments(SEGMENTS);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store damage");
	TCase *killed = tcase_create("killed");
	TCase *closed = tcase_create("closed");

	(void)argc;
	tcase_add_checked_fixture(killed, open_killed, close_bench);
	tcase_add_checked_fixture(closed, open_closed, close_bench);
	tcase_set_timeout(killed, 30);
	tcase_set_timeout(closed, 30);
	tcase_add_test(killed, a_killed_store_cut_anywhere_recovers_the_whole_segments);
	tcase_add_test(killed, a_torn_tail_is_cut_off);
	tcase_add_test(killed, a_turned_bit_in_a_killed_store_is_refused_or_looks_like_a_torn_tail);
	tcase_add_test(killed, a_missing_segment_before_others_is_refused_and_the_file_left_alone);
	tcase_add_test(killed, a_segment_that_was_copied_elsewhere_does_not_count);
	tcase_add_test(killed, a_header_among_torn_data_is_no_later_segment);
	tcase_add_test(killed, segments_of_another_store_do_not_count);
	tcase_add_test(killed, a_failed_store_opens_whatever_its_segments_are);
	tcase_add_test(killed, a_read_error_while_opening_is_told_and_harms_nothing);
	tcase_add_test(closed, a_closed_store_cut_anywhere_is_refused_where_it_was_cut);
	tcase_add_test(closed, a_cut_superblock_is_no_store);
	tcase_add_test(closed, a_turned_bit_in_the_superblock_is_found);
	tcase_add_test(closed, a_turned_bit_in_a_closed_store_is_refused_with_its_segment);
	suite_add_tcase(suite, killed);
	suite_add_tcase(suite, closed);
	return engine_suite_run(suite, argv[0]);
}
