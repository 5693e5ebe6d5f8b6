/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store file that was cut, torn, spoilt or exchanged: it is recovered to what
 * was acknowledged, or refused with the place; never a wrong block.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/damage_bench.h"

/* Opens the file cut to SIZE_BYTES; what is appended afterwards is found again. */
static void expect_recovery_of_cut(uint64_t size_bytes)
{
	int whole = damage_whole_before(size_bytes);
	uint64_t size_now_bytes;

	store_bench_restore(&damage_bench, damage_saved, size_bytes);
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	ck_assert(!damage_bench.findings.was_clean);
	ck_assert_uint_eq(damage_bench.findings.segments, whole);
	ck_assert_uint_eq(damage_bench.findings.torn_bytes,
		size_bytes - damage_segments[whole].unit * STORE_UNIT_BYTES);
	memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_now_bytes);
	ck_assert_uint_eq(size_now_bytes, damage_segments[whole].unit * STORE_UNIT_BYTES);
	damage_expect_segments(whole);
	store_bench_append(&damage_bench, 200, 2);
	store_bench_settle(&damage_bench);
	store_bench_leave(&damage_bench);
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	ck_assert_uint_eq(damage_bench.findings.segments, whole + 1);
	ck_assert(store_bench_has(&damage_bench, 200, 2));
	store_bench_leave(&damage_bench);
}

START_TEST(a_killed_store_cut_anywhere_recovers_the_whole_segments)
{
	for (uint64_t unit = 1; unit <= damage_segments[DAMAGE_SEGMENTS].unit; unit++) {
		static const int64_t near[] = { -1, 0, 1, 511, 512, 2048, 4088 };

		for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
			uint64_t size_bytes = unit * STORE_UNIT_BYTES + near[i];

			if (size_bytes >= STORE_UNIT_BYTES && size_bytes <= damage_saved_bytes)
				expect_recovery_of_cut(size_bytes);
		}
	}
}
END_TEST

START_TEST(a_closed_store_cut_anywhere_is_refused_where_it_was_cut)
{
	damage_bench.open_options.verify_data = _i != 0;
	for (uint64_t size_bytes = STORE_UNIT_BYTES; size_bytes < damage_saved_bytes;
		size_bytes += 512) {
		store_bench_restore(&damage_bench, damage_saved, size_bytes);
		/* The last unit is zeros but for its beginning. */
		if (size_bytes > damage_saved_bytes - STORE_UNIT_BYTES)
			damage_expect_places();
		else
			damage_expect(damage_segments[damage_whole_before(size_bytes)].unit *
				      STORE_UNIT_BYTES);
	}
}
END_TEST

START_TEST(a_cut_superblock_is_no_store)
{
	for (uint64_t size_bytes = 0; size_bytes < sizeof(struct store_superblock); size_bytes++) {
		store_bench_restore(&damage_bench, damage_saved, size_bytes);
		/* Zeros at its end are what the name and the profile end with anyway. */
		if (memcmp(damage_saved + size_bytes, (const char[512]){ 0 },
			    sizeof(struct store_superblock) - size_bytes) != 0)
			damage_expect(0);
	}
}
END_TEST

START_TEST(a_torn_tail_is_cut_off)
{
	uint64_t last = damage_segments[DAMAGE_SEGMENTS - 1].unit * STORE_UNIT_BYTES;

	/* Any sector of the last write may have failed to reach the disk. */
	for (uint64_t sector = last; sector < damage_saved_bytes; sector += 512) {
		store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);

		uint8_t *bytes = memory_disk_bytes(
			damage_bench.disk, STORE_BENCH_NAME, &damage_saved_bytes);
		bool was_zero = memcmp(bytes + sector, (const char[512]){ 0 }, 512) == 0;

		memset(bytes + sector, 0, 512);
		ck_assert_int_eq(store_bench_open(&damage_bench), 0);
		damage_expect_segments(was_zero ? DAMAGE_SEGMENTS : DAMAGE_SEGMENTS - 1);
		if (!was_zero)
			ck_assert_uint_eq(
				damage_bench.findings.torn_bytes, damage_saved_bytes - last);
		store_bench_leave(&damage_bench);
	}
}
END_TEST

START_TEST(a_missing_segment_before_others_is_refused_and_the_file_left_alone)
{
	for (int i = 0; i < DAMAGE_SEGMENTS - 1; i++) {
		uint64_t from = damage_segments[i].unit * STORE_UNIT_BYTES, size_bytes;
		uint64_t length = damage_segments[i + 1].unit * STORE_UNIT_BYTES - from;

		store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);
		memset(memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_bytes) + from,
			0, length);

		uint8_t *before = store_bench_save(&damage_bench, &size_bytes);

		damage_expect(from);
		ck_assert_mem_eq(
			memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_bytes), before,
			damage_saved_bytes);
		ck_assert_uint_eq(size_bytes, damage_saved_bytes);
		free(before);
	}
}
END_TEST

START_TEST(a_segment_that_was_copied_elsewhere_does_not_count)
{
	uint64_t size_bytes;
	uint8_t *bytes;

	store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);
	bytes = memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_bytes);
	/* The fourth segment, one unit and one block, over the second, as large. */
	memcpy(bytes + damage_segments[1].unit * STORE_UNIT_BYTES,
		bytes + damage_segments[3].unit * STORE_UNIT_BYTES, 2 * STORE_UNIT_BYTES);
	damage_expect(damage_segments[1].unit * STORE_UNIT_BYTES);
}
END_TEST

START_TEST(a_header_among_torn_data_is_no_later_segment)
{
	uint64_t torn = damage_segments[3].unit * STORE_UNIT_BYTES, size_bytes;
	uint8_t *bytes;

	/* The content of the volume may be anything, also a copy of this store. */
	store_bench_restore(&damage_bench, damage_saved, torn + 2 * STORE_UNIT_BYTES);
	bytes = memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_bytes);
	memset(bytes + torn, 0, STORE_UNIT_BYTES);
	memcpy(bytes + torn + STORE_UNIT_BYTES,
		damage_saved + damage_segments[4].unit * STORE_UNIT_BYTES, STORE_UNIT_BYTES);
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	damage_expect_segments(3);
}
END_TEST

START_TEST(segments_of_another_store_do_not_count)
{
	static struct store_bench other;
	uint64_t size_bytes, other_bytes;

	store_bench_init(&other, engine_seed() + 1, 1 << 20, 4096);
	for (int i = 0; i < DAMAGE_SEGMENTS; i++) {
		store_bench_append(
			&other, damage_segments[i].first + 100, damage_segments[i].count);
		store_bench_settle(&other);
	}
	store_bench_leave(&other);
	store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);
	memcpy(memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_bytes) +
			damage_segments[1].unit * STORE_UNIT_BYTES,
		memory_disk_bytes(other.disk, STORE_BENCH_NAME, &other_bytes) +
			damage_segments[1].unit * STORE_UNIT_BYTES,
		damage_saved_bytes - damage_segments[1].unit * STORE_UNIT_BYTES);
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	damage_expect_segments(1);
	store_bench_deinit(&other);
}
END_TEST

START_TEST(a_failed_store_opens_whatever_its_segments_are)
{
	uint64_t size_bytes;

	store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	ck_assert_int_eq(store_bench_mark(&damage_bench, -EFBIG, 1), 0);
	store_bench_leave(&damage_bench);
	memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_bytes)[STORE_UNIT_BYTES] ^= 1;
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	ck_assert(store_facts(damage_bench.store)->failed);
	ck_assert(!store_bench_has(&damage_bench, damage_segments[0].first, 1));
}
END_TEST

START_TEST(a_read_error_while_opening_is_told_and_harms_nothing)
{
	uint64_t size_bytes;

	for (uint64_t nth = 1; nth <= 2; nth++) {
		store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);
		/* What is read ahead is left out then, and the header alone fails, too. */
		memory_disk_fail(damage_bench.disk, BLOCKIO_READ, nth, nth, -EIO);
		ck_assert_int_eq(store_bench_open(&damage_bench), -EIO);
		ck_assert_uint_eq(memory_disk_failed(damage_bench.disk), nth);
		ck_assert_ptr_null(damage_bench.store);
		ck_assert_mem_eq(
			memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_bytes),
			damage_saved, damage_saved_bytes);
	}
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	damage_expect_segments(DAMAGE_SEGMENTS);
}
END_TEST

START_TEST(a_last_segment_of_which_the_superblock_knows_is_never_a_torn_one)
{
	uint64_t last = damage_segments[DAMAGE_SEGMENTS - 1].unit * STORE_UNIT_BYTES, size_bytes;
	uint8_t *marked;

	store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	ck_assert_int_eq(store_bench_mark(&damage_bench, 0, 0), 0);
	store_bench_leave(&damage_bench);
	marked = store_bench_save(&damage_bench, &size_bytes);
	for (uint64_t at = last; at < size_bytes; at += 509) {
		store_bench_restore(&damage_bench, marked, size_bytes);
		memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME, &size_bytes)[at] ^= 1;
		if (at < last + STORE_UNIT_BYTES)
			damage_expect(last);
		else
			damage_expect_places();
	}
	for (uint64_t end = last; end < size_bytes; end += STORE_UNIT_BYTES) {
		store_bench_restore(&damage_bench, marked, end);
		if (end == last)
			damage_expect(last);
		else
			damage_expect_places();
	}
	free(marked);
}
END_TEST

START_TEST(a_bad_sector_ahead_of_a_header_does_not_keep_the_store_from_opening)
{
	store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);
	memory_disk_fail(damage_bench.disk, BLOCKIO_READ, 2, 1, -EIO);
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	ck_assert_uint_eq(memory_disk_failed(damage_bench.disk), 1);
	damage_expect_segments(DAMAGE_SEGMENTS);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store damage");
	TCase *killed = tcase_create("killed");
	TCase *closed = tcase_create("closed");

	(void)argc;
	tcase_add_checked_fixture(killed, damage_open_killed, damage_close);
	tcase_add_checked_fixture(closed, damage_open_closed, damage_close);
	tcase_set_timeout(killed, 30);
	tcase_set_timeout(closed, 30);
	tcase_add_test(killed, a_killed_store_cut_anywhere_recovers_the_whole_segments);
	tcase_add_test(killed, a_torn_tail_is_cut_off);
	tcase_add_test(killed, a_missing_segment_before_others_is_refused_and_the_file_left_alone);
	tcase_add_test(killed, a_segment_that_was_copied_elsewhere_does_not_count);
	tcase_add_test(killed, a_header_among_torn_data_is_no_later_segment);
	tcase_add_test(killed, segments_of_another_store_do_not_count);
	tcase_add_test(killed, a_failed_store_opens_whatever_its_segments_are);
	tcase_add_test(killed, a_last_segment_of_which_the_superblock_knows_is_never_a_torn_one);
	tcase_add_test(killed, a_read_error_while_opening_is_told_and_harms_nothing);
	tcase_add_test(killed, a_bad_sector_ahead_of_a_header_does_not_keep_the_store_from_opening);
	tcase_add_loop_test(closed, a_closed_store_cut_anywhere_is_refused_where_it_was_cut, 0, 2);
	tcase_add_test(closed, a_cut_superblock_is_no_store);
	suite_add_tcase(suite, killed);
	suite_add_tcase(suite, closed);
	return engine_suite_run(suite, argv[0]);
}
