/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read ahead of who reads a snapshot in sequence: how much, and that it is used.  That
 * nobody can tell is in test_volume_ahead_unseen.c, and what changes a snapshot meanwhile in
 * test_volume_ahead_changes.c.
 */
#include <check.h>

#include "simfs/volume/core.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/ahead_bench.h"

START_TEST(who_reads_in_sequence_waits_for_the_first_reads_only)
{
	uint64_t length = 1000 * (uint64_t)(1 + _i * 7), waited = 0;

	ahead_open(WINDOW);
	bench_write(5 * BLOCK, 3 * BLOCK, 1);
	for (uint64_t at = 0; at + length <= BENCH_VOLUME_BYTES; at += length)
		waited += !ahead_read_one(at, length);
	ck_assert_uint_eq(waited, 3);
}
END_TEST

START_TEST(each_byte_is_read_once_and_no_more_than_the_window_ahead)
{
	ahead_open(WINDOW);
	for (uint64_t at = 0; at < BENCH_VOLUME_BYTES; at += BLOCK) {
		ahead_read_one(at, BLOCK);
		ck_assert_uint_le(ahead_file_bytes, at + BLOCK + WINDOW);
	}
	ck_assert_uint_eq(ahead_file_bytes, BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(bench_engine.volume->ahead.read_bytes, BENCH_VOLUME_BYTES - 3 * BLOCK);
	ck_assert_uint_eq(bench_engine.volume->ahead.served_bytes, BENCH_VOLUME_BYTES - 3 * BLOCK);
}
END_TEST

START_TEST(who_reads_at_random_gets_nothing_read_ahead)
{
	ahead_open(WINDOW);
	for (uint64_t i = 0; i < 200; i++)
		ahead_read_one(i * 37 % 256 * BLOCK, BLOCK);
	ck_assert_uint_eq(ahead_file_bytes, 200 * BLOCK);
}
END_TEST

START_TEST(who_meets_by_chance_what_was_read_ahead_is_no_sequence)
{
	uint64_t ahead;

	ahead_open(WINDOW);
	for (uint64_t i = 0; i < 4; i++)
		ahead_read_one(i * BLOCK, BLOCK);
	ahead = bench_engine.volume->ahead.read_bytes;
	for (uint64_t i = 0; i < 60; i++)
		ahead_read_one((10 + i * 2 % 8) * BLOCK, BLOCK);
	ck_assert_uint_eq(bench_engine.volume->ahead.read_bytes, ahead);
}
END_TEST

START_TEST(who_reads_a_part_again_gets_the_right_bytes_from_what_is_left)
{
	ahead_open(WINDOW);
	for (uint64_t i = 0; i < 4; i++)
		ahead_read_one(i * BLOCK, BLOCK);
	/* The second piece is used up before the first. */
	for (uint64_t i = 0; i < 64; i++)
		ahead_read_one((12 + i % 7) * BLOCK, BLOCK);
	for (uint64_t i = 4; i < 64; i++)
		ahead_read_one(i * BLOCK, BLOCK + i);
}
END_TEST

START_TEST(while_the_live_view_is_asked_and_a_while_after_that_nothing_is_read_ahead)
{
	ahead_open(WINDOW);
	ahead_limits.ahead_beside_ns = 1000 * NS_PER_S;
	ahead_read_one(0, BLOCK);
	bench_write(200 * BLOCK, BLOCK, 1);
	ahead_file_bytes = 0;
	for (uint64_t i = 1; i < 20; i++)
		ck_assert(!ahead_read_one(i * BLOCK, BLOCK));
	ck_assert_uint_eq(ahead_file_bytes, 19 * BLOCK);
	/* What was noted then counts: it is over when the time is. */
	ahead_limits.ahead_beside_ns = 0;
	bench_write(200 * BLOCK, BLOCK, 2);
	ahead_read_one(20 * BLOCK, BLOCK);
	ck_assert(ahead_read_one(21 * BLOCK, BLOCK));
}
END_TEST

START_TEST(without_a_window_nothing_is_read_ahead)
{
	ahead_open(0);
	for (uint64_t i = 0; i < 100; i++)
		ck_assert(!ahead_read_one(i * BLOCK, BLOCK));
	ck_assert_uint_eq(ahead_file_bytes, 100 * BLOCK);
}
END_TEST

START_TEST(who_has_as_much_under_way_himself_gets_nothing_read_ahead)
{
	struct engine_request *reads[8];

	ahead_open(WINDOW);
	for (unsigned i = 0; i < 8; i++)
		ahead_start_read(&reads[i], i * WINDOW / 4, WINDOW / 4);
	for (unsigned i = 0; i < 8; i++)
		ahead_expect(reads[i]);
	engine_settle(&bench_engine);
	ck_assert_uint_le(ahead_file_bytes, 8 * WINDOW / 4);
}
END_TEST

START_TEST(as_many_readers_as_there_are_streams_are_told_apart)
{
	uint64_t part = BENCH_VOLUME_BYTES / AHEAD_STREAMS, waited = 0;

	ahead_open(WINDOW);
	for (uint64_t at = 0; at < part; at += BLOCK) {
		for (unsigned reader = 0; reader < AHEAD_STREAMS; reader++)
			waited += !ahead_read_one(reader * part + at, BLOCK);
	}
	ck_assert_uint_eq(waited, 3 * AHEAD_STREAMS);
}
END_TEST

START_TEST(a_sequence_takes_the_place_of_one_that_had_got_further)
{
	uint64_t part = BENCH_VOLUME_BYTES / (AHEAD_STREAMS + 1) / BLOCK * BLOCK;

	ahead_open(WINDOW);
	for (uint64_t reader = AHEAD_STREAMS + 1; reader-- > 0;) {
		for (uint64_t i = 0; i < 3; i++)
			ck_assert(!ahead_read_one(reader * part + i * BLOCK, BLOCK));
		ck_assert(ahead_read_one(reader * part + 3 * BLOCK, BLOCK));
	}
}
END_TEST

START_TEST(one_who_reads_at_random_beside_it_does_not_end_a_sequence)
{
	uint64_t waited = 0;

	ahead_open(WINDOW);
	for (uint64_t i = 0; i < 100; i++) {
		waited += !ahead_read_one(i * BLOCK, BLOCK);
		for (unsigned other = 0; other < 3; other++)
			ahead_read_one((128 + (3 * i + other) * 37 % 128) * BLOCK, BLOCK);
	}
	ck_assert_uint_eq(waited, 3);
}
END_TEST

START_TEST(memory_is_for_so_many_pieces_and_goes_when_the_last_file_is_closed)
{
	unsigned most = 0, pieces_most = AHEAD_STREAMS * (2 + WINDOW / VOLUME_REQUEST_MAX_BYTES);

	ahead_open(WINDOW);
	ahead_view()->files_open = 1;
	/* Each leaves the half of what it has been given ahead. */
	for (uint64_t i = 0; i < 2000; i++) {
		ahead_read_one(i * 5 % 37 * 6 * BLOCK + i % 8 * BLOCK, BLOCK);
		if (bench_engine.volume->ahead.piece_count > most)
			most = bench_engine.volume->ahead.piece_count;
	}
	for (uint64_t at = 0; at < 16 * BLOCK; at += BLOCK)
		ahead_read_one(at, BLOCK);
	ck_assert_uint_gt(bench_engine.volume->ahead.piece_count, 0);
	ck_assert_uint_le(most, pieces_most);
	snapshot_closed(ahead_view());
	ck_assert_uint_eq(bench_engine.volume->ahead.piece_count, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume-ahead");
	TCase *tcase = tcase_create("how-much");

	(void)argc;
	tcase_add_checked_fixture(tcase, NULL, bench_close);
	tcase_add_loop_test(tcase, who_reads_in_sequence_waits_for_the_first_reads_only, 0, 5);
	tcase_add_test(tcase, each_byte_is_read_once_and_no_more_than_the_window_ahead);
	tcase_add_test(tcase, who_reads_at_random_gets_nothing_read_ahead);
	tcase_add_test(tcase, who_meets_by_chance_what_was_read_ahead_is_no_sequence);
	tcase_add_test(tcase, who_reads_a_part_again_gets_the_right_bytes_from_what_is_left);
	tcase_add_test(
		tcase, while_the_live_view_is_asked_and_a_while_after_that_nothing_is_read_ahead);
	tcase_add_test(tcase, without_a_window_nothing_is_read_ahead);
	tcase_add_test(tcase, who_has_as_much_under_way_himself_gets_nothing_read_ahead);
	tcase_add_test(tcase, as_many_readers_as_there_are_streams_are_told_apart);
	tcase_add_test(tcase, a_sequence_takes_the_place_of_one_that_had_got_further);
	tcase_add_test(tcase, one_who_reads_at_random_beside_it_does_not_end_a_sequence);
	tcase_add_test(tcase, memory_is_for_so_many_pieces_and_goes_when_the_last_file_is_closed);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
