/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks that only changed, runs of known ones, and facts that are replaced. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

static struct store_bench bench;

static void open_bench(void)
{
	store_bench_init(&bench, engine_seed(), 16 << 20, 4096);
}

static void close_bench(void)
{
	store_bench_deinit(&bench);
}

START_TEST(blocks_that_only_changed_cost_no_data)
{
	store_bench_append(&bench, 0, 2);
	store_bench_change(&bench, 2, 600);
	store_bench_append(&bench, 700, 1);
	store_bench_settle(&bench);
	/* 504 records to a header: three more headers, one block. */
	ck_assert_uint_eq(store_file_bytes(bench.store), (1 + 3 + 2 + 2) * STORE_UNIT_BYTES);
	for (int round = 0; round < 3; round++) {
		ck_assert_uint_eq(store_blocks(bench.store), 603);
		ck_assert_uint_eq(store_offset(bench.store, 2), STORE_CHANGED);
		ck_assert_uint_eq(store_offset(bench.store, 601), STORE_CHANGED);
		ck_assert_uint_eq(store_offset(bench.store, 602), 0);
		ck_assert(!store_has_data(bench.store, 2) && !store_has_data(bench.store, 602));
		ck_assert(store_has_data(bench.store, 1) && store_bench_has(&bench, 0, 2));
		ck_assert(store_bench_has(&bench, 700, 1));
		if (round == 0)
			store_bench_leave(&bench);
		else
			ck_assert_int_eq(store_bench_close(&bench), 0);
		ck_assert_int_eq(store_bench_open(&bench), 0);
	}
}
END_TEST

START_TEST(the_runs_of_known_blocks_are_found_in_order)
{
	static const uint64_t runs[][2] = { { 3, 5 }, { 9, 1 }, { 100, 30 }, { 4095, 1 } };
	uint64_t first, count, from = 0;

	ck_assert(!store_next_run(bench.store, 0, &first, &count));
	store_bench_append(&bench, 4095, 1);
	store_bench_append(&bench, 6, 2);
	store_bench_append(&bench, 3, 3);
	store_bench_change(&bench, 100, 30);
	store_bench_append(&bench, 9, 1);
	store_bench_settle(&bench);
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		ck_assert(store_next_run(bench.store, from, &first, &count));
		ck_assert_uint_eq(first, runs[i][0]);
		ck_assert_uint_eq(count, runs[i][1]);
		from = first + count;
	}
	ck_assert(!store_next_run(bench.store, from, &first, &count));
	ck_assert(store_next_run(bench.store, 5, &first, &count) && first == 5 && count == 3);
}
END_TEST

START_TEST(an_update_replaces_what_is_not_constant)
{
	struct store_facts facts = bench.facts;

	snprintf(facts.name, sizeof facts.name, "%s", "renamed");
	facts.order = 9;
	facts.owner = (struct store_owner){ .kind = 5, .length = STORE_OWNER_BYTES };
	memset(facts.owner.bytes, 0x77, sizeof facts.owner.bytes);
	facts.limit_bytes = 1 << 20;
	facts.volume_id = facts.store_id = 0;
	ck_assert_int_eq(store_bench_update(&bench, &facts), 0);
	for (int round = 0; round < 3; round++) {
		const struct store_facts *now = store_facts(bench.store);

		ck_assert_str_eq(now->name, "renamed");
		ck_assert_uint_eq(now->order, 9);
		ck_assert_mem_eq(&now->owner, &facts.owner, sizeof facts.owner);
		ck_assert_uint_eq(now->limit_bytes, 1 << 20);
		ck_assert_uint_eq(now->volume_id, bench.facts.volume_id);
		ck_assert_uint_eq(now->store_id, bench.facts.store_id);
		if (round == 0)
			store_bench_leave(&bench);
		else
			ck_assert_int_eq(store_bench_close(&bench), 0);
		ck_assert_int_eq(store_bench_open(&bench), 0);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store changed");
	TCase *tests = tcase_create("changed");

	(void)argc;
	tcase_add_checked_fixture(tests, open_bench, close_bench);
	tcase_add_test(tests, blocks_that_only_changed_cost_no_data);
	tcase_add_test(tests, the_runs_of_known_blocks_are_found_in_order);
	tcase_add_test(tests, an_update_replaces_what_is_not_constant);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
