/* SPDX-License-Identifier: Apache-2.0 */
/* A leaf that was merged is gone for good before its parent is written to. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/chain.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES (1u << 20)
#define CUTS	     32

static struct engine engine;

/* A leaf over the image, that nobody needs; it has block 0 with stamp 2. */
static void make_leaf(bool power_cuts)
{
	chain_bench_init(&engine, VOLUME_BYTES,
		&(struct engine_options){ .no_coalesce = true, .power_cuts = power_cuts });
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 2), 0);
	chain_bench_drop(&engine, 0);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 2);
}

static void expect_stamp(uint64_t stamp)
{
	uint8_t wanted[4096], *found = engine_content(&engine, NULL);

	engine_stamp_fill(wanted, sizeof wanted, stamp);
	ck_assert_mem_eq(found, wanted, sizeof wanted);
	free(found);
}

START_TEST(no_power_cut_brings_a_merged_leaf_back_over_what_was_written_since)
{
	for (uint64_t cut = 0; cut < CUTS; cut++) {
		make_leaf(true);
		chain_bench_coalesce(&engine);
		ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
		ck_assert_int_eq(engine_write(&engine, 0, 4096, 3), 0);
		ck_assert_int_eq(engine_flush(&engine), 0);
		engine_power_cut(&engine, engine_seed() + cut);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_stamp(3);
		engine_deinit(&engine);
	}
}
END_TEST

START_TEST(no_power_cut_takes_a_merged_leaf_along_before_its_data_are_down)
{
	for (uint64_t cut = 0; cut < CUTS; cut++) {
		make_leaf(true);
		ck_assert_int_eq(engine_flush(&engine), 0);
		chain_bench_coalesce(&engine);
		engine_power_cut(&engine, engine_seed() + cut);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_stamp(2);
		engine_deinit(&engine);
	}
}
END_TEST

START_TEST(a_leaf_whose_file_cannot_go_stays_what_is_written_to)
{
	/* Among the calls of the merge, the removal of the leaf; the journal's are others. */
	for (uint64_t nth = 1; nth < 6; nth++) {
		make_leaf(false);
		engine_folder_fail(engine.folder, nth, 1, -EIO);
		chain_bench_coalesce(&engine);
		engine_folder_fail(engine.folder, 1, 0, 0);
		ck_assert_int_eq(engine_write(&engine, 0, 4096, 3 + nth), 0);
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		expect_stamp(3 + nth);
		engine_deinit(&engine);
	}
}
END_TEST

/* Calls of the folder fail from one of them on, while a snapshot comes and a leaf is merged. */
START_TEST(what_could_not_be_removed_is_no_older_node_to_the_next_mount)
{
	struct snapshot *snapshot;

	for (uint64_t nth = 1; nth < 16; nth++) {
		make_leaf(false);
		/* All stores have the number of an unmount. */
		ck_assert_int_eq(engine_close(&engine), 0);
		ck_assert_int_eq(engine_open(&engine), 0);
		engine_folder_fail(engine.folder, nth, UINT64_MAX, -EIO);
		(void)engine_snapshot(
			&engine, "s", &(struct engine_snapshot_options){ 0 }, &snapshot);
		chain_bench_coalesce(&engine);
		(void)engine_write(&engine, 0, 4096, 2 + nth);
		engine_folder_fail(engine.folder, 1, 0, 0);
		ck_assert_int_eq(engine_write(&engine, 0, 4096, 3 + nth), 0);
		ck_assert_int_eq(engine_close(&engine), 0);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_stamp(3 + nth);
		engine_deinit(&engine);
	}
}
END_TEST

/* It remembers that its second block was found in the image. */
START_TEST(a_leaf_is_merged_into_a_node_that_was_read_before)
{
	uint8_t wanted[4096], bytes[4096];

	/* The first snapshot keeps the image apart. */
	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 2), 0);
	chain_bench_take(&engine, 1);
	ck_assert_int_eq(engine_read(&engine, engine_find(&engine, "s1"), 4096, bytes, 4096), 0);
	ck_assert_int_eq(engine_write(&engine, 4096, 4096, 3), 0);
	chain_bench_drop(&engine, 1);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 2);
	ck_assert_int_eq(engine_read(&engine, NULL, 4096, bytes, 4096), 0);
	engine_stamp_fill(wanted, sizeof wanted, 3);
	ck_assert_mem_eq(bytes, wanted, sizeof wanted);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("removal of a leaf");
	TCase *tcase = tcase_create("removal");

	(void)argc;
	tcase_add_test(tcase, no_power_cut_brings_a_merged_leaf_back_over_what_was_written_since);
	tcase_add_test(tcase, no_power_cut_takes_a_merged_leaf_along_before_its_data_are_down);
	tcase_add_test(tcase, a_leaf_whose_file_cannot_go_stays_what_is_written_to);
	tcase_add_test(tcase, what_could_not_be_removed_is_no_older_node_to_the_next_mount);
	tcase_add_test(tcase, a_leaf_is_merged_into_a_node_that_was_read_before);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
