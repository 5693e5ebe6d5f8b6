/* SPDX-License-Identifier: Apache-2.0 */
/* Stores whose every hash checks, and that no store of ours has ever written. */
#include <check.h>
#include <errno.h>

#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS 256u

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

static void *unit_at(uint64_t unit)
{
	uint64_t size_bytes;

	return memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes) +
	       unit * STORE_UNIT_BYTES;
}

START_TEST(a_block_beyond_the_volume_is_not_taken)
{
	struct segment_header *header;

	store_bench_append(&bench, BLOCKS - 1, 1);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	header = unit_at(1);
	ck_assert_uint_eq(header->blocks[0], BLOCKS - 1);
	header->blocks[0] = BLOCKS;
	header->hash = segment_hash(header);
	(void)store_bench_open(&bench);
	ck_assert_uint_eq(bench.store ? store_blocks(bench.store) : 0, 0);
}
END_TEST

START_TEST(a_store_that_was_closed_elsewhere_than_it_ends_is_damaged)
{
	struct store_superblock *superblock;

	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);
	ck_assert_int_eq(store_bench_close(&bench), 0);
	superblock = unit_at(0);
	superblock->end_unit++;
	superblock->hash = superblock_hash(superblock);
	ck_assert_int_eq(store_bench_open(&bench), -EUCLEAN);
}
END_TEST

START_TEST(a_summary_that_leaves_out_an_older_one_is_not_believed)
{
	const struct store_superblock *superblock;
	struct segment_header *newest;

	for (uint64_t i = 0; i < 40; i++) {
		store_bench_append(&bench, 2 * i, 1);
		store_bench_settle(&bench);
	}
	ck_assert_int_eq(store_bench_close(&bench), 0);
	superblock = unit_at(0);
	newest = unit_at(superblock->summary_unit);
	ck_assert_uint_ne(newest->summary.previous_unit, 0);
	newest->summary.previous_unit = 0;
	newest->hash = segment_hash(newest);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 40);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("crafted stores");
	TCase *tcase = tcase_create("crafted");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_bench, close_bench);
	tcase_add_test(tcase, a_block_beyond_the_volume_is_not_taken);
	tcase_add_test(tcase, a_store_that_was_closed_elsewhere_than_it_ends_is_damaged);
	tcase_add_test(tcase, a_summary_that_leaves_out_an_older_one_is_not_believed);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
