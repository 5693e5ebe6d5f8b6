/* SPDX-License-Identifier: Apache-2.0 */
/* What stores that one write appends to know of each other. */
#include <check.h>
#include <errno.h>

#include "simfs/store/store_internal.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS 64u

static struct store_limits limits;
static struct store_bench bench;

/* Each append is a segment of its own. */
static void bench_start(uint32_t segments_in_flight)
{
	limits = store_limits_default;
	limits.ranges = 1;
	limits.segments_in_flight = segments_in_flight;
	store_bench_init_limited(&bench, engine_seed(), BLOCKS * 4096ull, 4096, &limits);
}

static void bench_end(void)
{
	store_bench_deinit(&bench);
}

static void append_each(uint64_t first, uint64_t end)
{
	for (uint64_t block = first; block < end; block++)
		store_bench_append(&bench, block, 1);
}

START_TEST(a_store_has_no_more_than_one_while_its_group_has_as_many_as_one_store_may)
{
	const uint32_t limit = 4;
	unsigned others = (unsigned)_i, most = 0;
	struct store_group group = { .in_flight = others };

	bench_start(limit);
	store_join(bench.store, &group);
	append_each(0, 40);
	do {
		ck_assert_uint_eq(group.in_flight, others + bench.store->in_flight_count);
		if (bench.store->in_flight_count > most)
			most = bench.store->in_flight_count;
	} while (memory_disk_step(bench.disk));
	ck_assert_uint_eq(most, others < limit ? limit - others : 1);
	ck_assert_uint_eq(group.in_flight, others);
	ck_assert(store_bench_has(&bench, 0, 40));
	bench_end();
}
END_TEST

/* The kinds of room that the store has asked for, as bits. */
static unsigned kinds;

static void note_kind(
	struct blockio *io, uint64_t end_bytes, uint64_t limit_bytes, enum blockio_room room)
{
	(void)io;
	(void)end_bytes;
	(void)limit_bytes;
	kinds |= 1u << room;
}

START_TEST(room_is_allocated_where_more_are_in_flight_than_one_store_may_have)
{
	const uint32_t limit = 4;
	struct store_group group = { .in_flight = (unsigned)_i };
	struct blockio_ops ops;

	bench_start(limit);
	ops = *store_io(bench.store)->ops;
	ops.reserve = note_kind;
	store_io(bench.store)->ops = &ops;
	kinds = 0;
	if (_i != 5)
		store_join(bench.store, &group);
	append_each(0, 40);
	store_bench_settle(&bench);
	ck_assert_uint_eq(kinds,
		1u << (group.in_flight == limit ? BLOCKIO_ROOM_ALLOCATED : BLOCKIO_ROOM_ZEROS));
	bench_end();
}
END_TEST

START_TEST(the_end_of_a_store_is_counted_once)
{
	struct store_group group = { 0 }, later = { 0 };

	bench_start(1);
	store_join(bench.store, &group);
	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);
	ck_assert_uint_eq(group.ends, 0);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	store_bench_append(&bench, 1, 1);
	store_bench_settle(&bench);
	ck_assert_uint_eq(group.ends, 1);
	store_bench_append(&bench, 2, 1);
	store_stop(bench.store, -EFBIG);
	store_bench_settle(&bench);
	ck_assert_uint_eq(group.ends, 1);
	/* One that has ended already is not overlooked. */
	store_join(bench.store, &later);
	ck_assert_uint_eq(later.ends, 1);
	store_resume(bench.store);
	store_stop(bench.store, -EFBIG);
	store_bench_settle(&bench);
	ck_assert_uint_eq(later.ends, 2);
	bench_end();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("stores of a group");
	TCase *tcase = tcase_create("group");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase,
		a_store_has_no_more_than_one_while_its_group_has_as_many_as_one_store_may, 0, 7);
	tcase_add_loop_test(
		tcase, room_is_allocated_where_more_are_in_flight_than_one_store_may_have, 0, 6);
	tcase_add_test(tcase, the_end_of_a_store_is_counted_once);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
