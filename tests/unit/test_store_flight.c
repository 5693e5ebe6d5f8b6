/* SPDX-License-Identifier: Apache-2.0 */
/* Several segments of a store in flight: what is answered, and what is found after a kill. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/store/store_internal.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS 256u

/* Each append is a segment of its own: a header and a block. */
#define SEGMENT_UNITS 2u

static struct store_limits limits;
static struct store_bench bench;

static void bench_start(uint64_t seed, uint32_t segments_in_flight)
{
	limits = store_limits_default;
	limits.ranges = 1;
	limits.segments_in_flight = segments_in_flight;
	store_bench_init_limited(&bench, seed, BLOCKS * 4096ull, 4096, &limits);
}

static void bench_end(void)
{
	store_bench_deinit(&bench);
}

/* As a kill does, whatever is under way. */
static void bench_kill(void)
{
	memory_disk_kill(bench.disk);
	store_forget(bench.store);
	bench.store = NULL;
}

static void append_each(uint64_t first, uint64_t end)
{
	for (uint64_t block = first; block < end; block++)
		store_bench_append(&bench, block, 1);
}

START_TEST(answers_come_in_the_order_of_the_appends_whatever_is_written_first)
{
	bench_start(mix64(engine_seed() + (uint64_t)_i), 4);
	append_each(0, 40);
	while (memory_disk_step(bench.disk)) {
		for (unsigned i = 1; i < bench.append_count; i++)
			ck_assert(bench.appends[i - 1]->has_ended || !bench.appends[i]->has_ended);
	}
	bench_end();
}
END_TEST

START_TEST(one_that_fails_takes_those_behind_it_with_it_and_none_before_it)
{
	unsigned failed = 0;

	bench_start(mix64(engine_seed() + (uint64_t)_i), 4);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1 + (uint64_t)_i % 7, 1, -EIO);
	append_each(0, 12);
	store_bench_settle(&bench);
	for (uint64_t i = 0; i < 12; i++) {
		ck_assert(bench.appends[i]->has_ended);
		ck_assert(bench.appends[i]->result == (failed > 0 ? -EIO : 0) || failed == 0);
		failed += bench.appends[i]->result < 0;
		ck_assert_int_eq(store_offset(bench.store, i) != 0, failed == 0);
	}
	ck_assert_uint_gt(failed, 0);
	bench_end();
}
END_TEST

/* Whether something torn lay at the end once. */
static bool killed_at_any_step(uint64_t seed, uint32_t segments_in_flight)
{
	uint64_t next = 0;
	bool was_behind = false;

	bench_start(seed, segments_in_flight);
	for (uint64_t round = 0; round < 20; round++) {
		unsigned known = 0, first = bench.append_count;

		for (uint64_t i = mix_below(seed, 2 * round, 12); i > 0; i--)
			append_each(next, next + 1), next++;
		for (uint64_t i = mix_below(seed, 2 * round + 1, 14); i > 0; i--)
			memory_disk_step(bench.disk);
		for (unsigned i = first; i < bench.append_count; i++)
			known += bench.appends[i]->has_ended;
		bench_kill();
		ck_assert_int_eq(store_bench_open(&bench), 0);
		was_behind |= bench.findings.torn_bytes > 0;
		/* What was not answered may be there, but then all before it is. */
		next -= bench.append_count - first;
		for (unsigned i = first; i < bench.append_count; i++, next++) {
			if (i >= first + known && store_offset(bench.store, next) == 0)
				break;
			ck_assert(store_bench_has(&bench, next, 1));
		}
		for (uint64_t behind = next; behind < BLOCKS; behind++)
			ck_assert_uint_eq(store_offset(bench.store, behind), 0);
	}
	ck_assert(store_bench_has(&bench, 0, next));
	bench_end();
	return was_behind;
}

START_TEST(after_a_kill_at_any_step_all_that_was_answered_is_there)
{
	uint32_t segments_in_flight = (uint32_t)_i + 1;
	bool was_behind = false;

	for (uint64_t i = 0; i < 10; i++)
		was_behind |= killed_at_any_step(
			mix64(engine_seed() + 4 * i + (uint64_t)_i), segments_in_flight);
	/* One alone is there or is not. */
	ck_assert(was_behind || segments_in_flight == 1);
}
END_TEST

/* ---- crafted: which of six segments were in flight together, and what is torn ---- */

#define SEGMENTS 6u

static struct segment_header *header_of(unsigned segment)
{
	uint64_t size_bytes;
	uint8_t *bytes = memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);

	return (void *)(bytes + (1 + segment * SEGMENT_UNITS) * STORE_UNIT_BYTES);
}

/* SEGMENT was started when only so many of those before it were acknowledged. */
static void start_behind(unsigned segment, unsigned acknowledged)
{
	struct segment_header *header = header_of(segment);

	header->ahead_count = segment - acknowledged;
	header->ahead_units = header->ahead_count * SEGMENT_UNITS;
	header->hash = segment_hash(header);
}

static const struct {
	unsigned acknowledged[SEGMENTS]; /* when each was started */
	unsigned torn;			 /* from 0 */
	bool has_header;		 /* its data is torn, not that */
	int error;
	unsigned left; /* segments of which the map knows */
} cuts[] = {
	/* The last three together. */
	{ { 0, 1, 2, 3, 3, 3 }, 3, false, 0, 3 },
	{ { 0, 1, 2, 3, 3, 3 }, 3, true, 0, 3 },
	{ { 0, 1, 2, 3, 3, 3 }, 4, false, 0, 4 },
	{ { 0, 1, 2, 3, 3, 3 }, 4, true, 0, 4 },
	{ { 0, 1, 2, 3, 3, 3 }, 5, true, 0, 5 },
	{ { 0, 1, 2, 3, 3, 3 }, 2, false, -EUCLEAN, 0 },
	/* Somebody will find out who reads its data: it was acknowledged. */
	{ { 0, 1, 2, 3, 3, 3 }, 2, true, 0, 6 },
	/* The last one was started when the fourth was acknowledged. */
	{ { 0, 1, 2, 3, 3, 4 }, 3, false, -EUCLEAN, 0 },
	{ { 0, 1, 2, 3, 3, 4 }, 3, true, 0, 6 },
	{ { 0, 1, 2, 3, 3, 4 }, 4, false, 0, 4 },
	/* One at a time, as format 4 has it. */
	{ { 0, 1, 2, 3, 4, 5 }, 4, false, -EUCLEAN, 0 },
	{ { 0, 1, 2, 3, 4, 5 }, 5, true, 0, 5 },
	/* All of them. */
	{ { 0, 0, 0, 0, 0, 0 }, 0, false, 0, 0 },
	{ { 0, 0, 0, 0, 0, 0 }, 0, true, 0, 0 },
};

START_TEST(what_lies_behind_a_torn_segment_is_damage_only_when_it_was_acknowledged)
{
	bench_start(engine_seed(), 1);
	append_each(0, SEGMENTS);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	for (unsigned i = 0; i < SEGMENTS; i++)
		start_behind(i, cuts[_i].acknowledged[i]);

	struct segment_header *torn = header_of(cuts[_i].torn);

	memset((uint8_t *)torn + (cuts[_i].has_header ? STORE_UNIT_BYTES : 0), 0, 512);
	ck_assert_int_eq(store_bench_open(&bench), cuts[_i].error);
	for (unsigned i = 0; i < SEGMENTS && cuts[_i].error == 0; i++)
		ck_assert_int_eq(store_offset(bench.store, i) != 0, i < cuts[_i].left);
	if (cuts[_i].error == 0)
		ck_assert_uint_eq(bench.findings.torn_bytes,
			(SEGMENTS - cuts[_i].left) * SEGMENT_UNITS * STORE_UNIT_BYTES);
	bench_end();
}
END_TEST

START_TEST(a_header_of_more_in_flight_than_there_can_be_does_not_check)
{
	bench_start(engine_seed(), 1);
	append_each(0, SEGMENTS);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	start_behind(5, 5);
	header_of(5)->ahead_count = _i == 0 ? SEGMENTS_IN_FLIGHT_MAX : 6;
	header_of(5)->hash = segment_hash(header_of(5));
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 5);
	bench_end();
}
END_TEST

/*
 * Segments of changed blocks have one unit, as a seal has: what was written behind one that
 * failed lies where the next one would.
 */
START_TEST(what_was_written_behind_a_failed_segment_is_none_of_a_store_that_went_on)
{
	unsigned left_count = 0;

	for (uint64_t seed = 0; seed < 40; seed++) {
		bench_start(mix64(engine_seed() + seed), 4);
		store_bench_append(&bench, 0, 1);
		store_bench_settle(&bench);
		for (uint64_t block = 10; block < 14; block++)
			store_bench_change(&bench, block, 1);
		while (bench.store->in_flight_count < 4 && memory_disk_step(bench.disk))
			;
		memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);
		store_bench_settle(&bench);
		/* Whether it is the first of them that failed is up to the seed. */
		left_count += store_error(bench.store) < 0 && store_blocks(bench.store) == 1;
		store_resume(bench.store);
		store_bench_settle(&bench);

		uint64_t blocks = store_blocks(bench.store);

		store_bench_leave(&bench);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert_uint_eq(store_blocks(bench.store), blocks);
		bench_end();
	}
	ck_assert_uint_gt(left_count, 0);
}
END_TEST

START_TEST(a_block_is_written_in_place_only_behind_a_segment_that_calls_it_acknowledged)
{
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i);

	bench_start(seed, 4);
	append_each(0, 8);
	/* Some are in the map while others are in flight that know nothing of that. */
	while (store_blocks(bench.store) < 1 + (uint64_t)_i % 4)
		ck_assert(memory_disk_step(bench.disk));

	struct store_bench_append *rewrite = store_bench_rewrite(
		&bench, store_blocks(bench.store) - 1, 0, 4096, 77);
	uint64_t block = store_blocks(bench.store) - 1;

	for (uint64_t i = mix_below(seed, 1, 40); i > 0; i--)
		memory_disk_step(bench.disk);

	uint64_t blocks = store_blocks(bench.store);
	bool has_ended = rewrite->has_ended;

	bench_kill();
	/* A torn one would cut off the others with it. */
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_ge(store_blocks(bench.store), blocks);
	ck_assert_uint_ne(store_offset(bench.store, block), 0);
	ck_assert(!has_ended || bench.findings.bad_sums == 0);
	bench_end();
}
END_TEST

/* What the last summary has, and what the next one is to have: each segment has one block. */
static uint64_t summed_up(void)
{
	const struct summary *summary = &bench.store->summary;
	uint64_t size_bytes;
	const uint8_t *bytes = memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);
	const struct segment_header *last = (const void *)(bytes +
							   summary->unit * STORE_UNIT_BYTES);

	return (summary->unit != 0 ? last->summary.block_count : 0) + summary->counts.segments;
}

/* Whether one was in flight with others, and others began behind it. */
static bool summary_in_flight(uint64_t seed)
{
	bool went_on = false, was_in_flight = false;

	bench_start(seed, 4);
	limits.summary_segments = 12;
	for (uint64_t block = 0; block < 120; block++) {
		append_each(block, block + 1);
		memory_disk_step(bench.disk);
		ck_assert_uint_eq(summed_up(), store_blocks(bench.store));
		went_on |= bench.store->summary.is_on_its_way && bench.store->in_flight_count > 1;
		was_in_flight |= bench.store->summary.is_on_its_way &&
				 bench.store->summary.counts.segments >
					 bench.store->summary.taken.segments;
	}
	store_bench_settle(&bench);

	struct summary_counts left = bench.store->summary.counts;
	uint64_t unit = bench.store->summary.unit;

	store_bench_leave(&bench);
	for (unsigned verify = 0; verify < 2; verify++) {
		/* By the summaries; then by all headers. */
		bench.open_options.verify_places = verify;
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert_uint_ne(unit, 0);
		ck_assert_uint_eq(bench.store->summary.unit, unit);
		ck_assert_uint_eq(bench.store->summary.counts.segments, left.segments);
		ck_assert_uint_eq(bench.store->summary.counts.units, left.units);
		ck_assert(store_bench_has(&bench, 0, 120));
		ck_assert_uint_eq(store_blocks(bench.store), 120);
		store_bench_leave(&bench);
	}
	bench_end();
	return went_on && was_in_flight;
}

START_TEST(a_summary_holds_up_nobody_and_what_was_in_flight_is_in_the_next)
{
	bool was_one = false;

	for (uint64_t i = 0; i < 10; i++)
		was_one |= summary_in_flight(mix64(engine_seed() + i));
	ck_assert(was_one);
}
END_TEST

START_TEST(a_store_of_format_4_opens_and_goes_on_as_one_of_format_5)
{
	uint64_t size_bytes;
	struct store_superblock *superblock;

	bench_start(engine_seed(), 1);
	append_each(0, 20);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	superblock = (void *)memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);
	superblock->version = STORE_FORMAT_OLDEST;
	superblock->hash = superblock_hash(superblock);
	limits.segments_in_flight = 4;
	ck_assert_int_eq(store_bench_open(&bench), 0);
	superblock = (void *)memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);
	ck_assert_uint_eq(superblock->version, STORE_FORMAT_VERSION);
	append_each(20, 40);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(store_bench_has(&bench, 0, 40));
	bench_end();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("segments in flight");
	TCase *tcase = tcase_create("flight");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(
		tcase, answers_come_in_the_order_of_the_appends_whatever_is_written_first, 0, 20);
	tcase_add_loop_test(
		tcase, one_that_fails_takes_those_behind_it_with_it_and_none_before_it, 0, 40);
	tcase_add_loop_test(tcase, after_a_kill_at_any_step_all_that_was_answered_is_there, 0, 4);
	tcase_add_loop_test(tcase,
		what_lies_behind_a_torn_segment_is_damage_only_when_it_was_acknowledged, 0,
		(int)(sizeof cuts / sizeof cuts[0]));
	tcase_add_loop_test(
		tcase, a_header_of_more_in_flight_than_there_can_be_does_not_check, 0, 2);
	tcase_add_test(
		tcase, what_was_written_behind_a_failed_segment_is_none_of_a_store_that_went_on);
	tcase_add_loop_test(tcase,
		a_block_is_written_in_place_only_behind_a_segment_that_calls_it_acknowledged, 0,
		80);
	tcase_add_test(tcase, a_summary_holds_up_nobody_and_what_was_in_flight_is_in_the_next);
	tcase_add_test(tcase, a_store_of_format_4_opens_and_goes_on_as_one_of_format_5);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
