/* SPDX-License-Identifier: Apache-2.0 */
/* How many segments are in flight, and when another one is worth a write beside them. */
#include <check.h>

#include "simfs/base/mix.h"
#include "simfs/store/segment.h"
#include "simfs/store/store_internal.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS 512u

static struct store_limits limits;
static struct store_bench bench;

static void bench_start(uint64_t seed)
{
	limits = store_limits_default;
	store_bench_init_limited(&bench, seed, BLOCKS * 4096ull, 4096, &limits);
}

static void append_each(uint64_t end)
{
	for (uint64_t block = 0; block < end; block++)
		store_bench_append(&bench, block, 1);
}

START_TEST(as_many_segments_are_written_at_a_time_as_the_limit_says)
{
	uint32_t limit = (uint32_t)_i + 1, most = 0;

	bench_start(engine_seed());
	limits.ranges = 1;
	limits.segments_in_flight = limit;
	append_each(40);
	/* One starts at once; the others when the batch is over. */
	ck_assert_uint_eq(bench.store->in_flight_count, 1);
	do {
		if (bench.store->in_flight_count > most)
			most = bench.store->in_flight_count;
	} while (memory_disk_step(bench.disk));
	ck_assert_uint_eq(most, limit);
	ck_assert(store_bench_has(&bench, 0, 40));
	store_bench_deinit(&bench);
}
END_TEST

/* What is in flight before the last one, in units; *LAST is how many that one has. */
static uint64_t units_before_the_last(uint64_t *last)
{
	uint64_t units = 0;

	*last = 0;
	for (const struct list *link = bench.store->in_flight.next; link != &bench.store->in_flight;
		link = link->next) {
		units += *last;
		*last = segment_units(
			bench.store, CONTAINER_OF(link, struct segment, link)->header);
	}
	return units;
}

/* Whether one was written beside others, and one waited although another might have been. */
static bool beside_others(uint64_t seed)
{
	uint64_t block = 0, last, before;
	bool was_beside = false, has_waited = false;

	bench_start(seed);
	while (block < BLOCKS) {
		uint64_t count = 1 + mix_below(seed, 2 * block, 6);

		count = count < BLOCKS - block ? count : BLOCKS - block;
		store_bench_append(&bench, block, count);
		block += count;
		for (uint64_t steps = mix_below(seed, 2 * block + 1, 4); steps > 0; steps--)
			memory_disk_step(bench.disk);
		before = units_before_the_last(&last);
		ck_assert_uint_ge(last, before);
		was_beside |= before > 0;
		has_waited |= !bench.store->is_nothing_under_way &&
			      !list_empty(&bench.store->waiting) &&
			      bench.store->in_flight_count < limits.segments_in_flight;
	}
	store_bench_settle(&bench);
	ck_assert(store_bench_has(&bench, 0, BLOCKS));
	store_bench_deinit(&bench);
	return was_beside && has_waited;
}

START_TEST(a_segment_with_room_left_is_as_large_as_what_it_is_written_beside)
{
	bool was_seen = false;

	for (uint64_t i = 0; i < 20; i++)
		was_seen |= beside_others(mix64(engine_seed() + i));
	ck_assert(was_seen);
}
END_TEST

/* A segment takes two appends here. */
START_TEST(a_full_segment_is_written_beside_a_larger_one)
{
	bool was_beside = false;

	for (uint64_t i = 0; i < 20; i++) {
		bench_start(mix64(engine_seed() + i));
		limits.ranges = 2;
		store_bench_append(&bench, 0, 40);
		store_bench_append(&bench, 40, 1);
		store_bench_append(&bench, 41, 1);
		do {
			was_beside |= bench.store->in_flight_count == 2;
		} while (memory_disk_step(bench.disk));
		ck_assert(store_bench_has(&bench, 0, 42));
		store_bench_deinit(&bench);
	}
	ck_assert(was_beside);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("segments beside others");
	TCase *tcase = tcase_create("beside");

	(void)argc;
	tcase_add_loop_test(tcase, as_many_segments_are_written_at_a_time_as_the_limit_says, 0, 4);
	tcase_add_test(tcase, a_segment_with_room_left_is_as_large_as_what_it_is_written_beside);
	tcase_add_test(tcase, a_full_segment_is_written_beside_a_larger_one);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
