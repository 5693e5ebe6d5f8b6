/* SPDX-License-Identifier: Apache-2.0 */
/* A leaf that was merged is gone for good before what is written to its parent is flushed. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/chain/chain.h"
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

/* From here on the disk's completions come in another order for each ORDER. */
static void reorder(uint64_t order)
{
	uint8_t bytes[4096];

	while (order-- > 0)
		ck_assert_int_eq(engine_read(&engine, NULL, 8192, bytes, sizeof bytes), 0);
}

/* Begins to merge the leaf, and stops where its file has just gone. */
static void merge_up_to_the_removal(uint64_t order)
{
	reorder(order);
	ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
	while (chain_bench_nodes(&engine) > 1)
		ck_assert(engine_step(&engine));
	ck_assert(engine.volume->chain->coalesce.is_unsettled);
}

/* Writes STAMP; whether that ended before the removal was durable. */
static bool overtakes(uint64_t stamp)
{
	struct engine_request *write = engine_write_new(0, 4096, stamp);
	bool overtook;

	engine_submit(&engine, write);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	overtook = engine.volume->chain->coalesce.is_unsettled;
	engine_request_free(write);
	return overtook;
}

START_TEST(a_write_need_not_wait_until_a_removal_is_durable_but_a_flush_does)
{
	unsigned overtook = 0;

	for (uint64_t cut = 0; cut < CUTS; cut++) {
		make_leaf(true);
		merge_up_to_the_removal(cut);
		overtook += overtakes(3);
		ck_assert_int_eq(engine_flush(&engine), 0);
		ck_assert(!engine.volume->chain->coalesce.is_unsettled);
		engine_power_cut(&engine, engine_seed() + cut);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_stamp(3);
		engine_deinit(&engine);
	}
	ck_assert_uint_gt(overtook, 0);
}
END_TEST

START_TEST(a_leaf_that_a_power_cut_brings_back_hides_what_was_not_flushed)
{
	unsigned came_back = 0;

	for (uint64_t cut = 0; cut < CUTS; cut++) {
		uint8_t found[4096], before[4096], after[4096];
		bool overtook;

		make_leaf(true);
		ck_assert_int_eq(engine_flush(&engine), 0);
		merge_up_to_the_removal(cut);
		overtook = overtakes(3);
		engine_power_cut(&engine, engine_seed() + cut);
		ck_assert_int_eq(engine_open(&engine), 0);
		ck_assert_int_eq(engine_read(&engine, NULL, 0, found, sizeof found), 0);
		came_back += overtook && chain_bench_nodes(&engine) == 2;
		engine_stamp_fill(before, sizeof before, 2);
		engine_stamp_fill(after, sizeof after, 3);
		for (size_t at = 0; at < sizeof found; at += 512)
			ck_assert(memcmp(found + at, before + at, 512) == 0 ||
				  memcmp(found + at, after + at, 512) == 0);
		engine_deinit(&engine);
	}
	ck_assert_uint_gt(came_back, 0);
}
END_TEST

START_TEST(a_removal_that_cannot_be_made_durable_fails_flushes_until_it_can)
{
	unsigned failed = 0;

	for (uint64_t cut = 0; cut < 2ul * CUTS; cut++) {
		make_leaf(true);
		reorder(cut / 8);
		/* Among the calls of the merge the sync. */
		engine_folder_fail(engine.folder, 1 + cut % 8, 1, -EIO);
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		while (chain_bench_nodes(&engine) > 1 && engine_step(&engine))
			continue;
		ck_assert_int_eq(engine_write(&engine, 0, 4096, 3), 0);
		if (engine_flush(&engine) < 0) {
			failed++;
			ck_assert_int_eq(engine_flush(&engine), 0);
		}
		engine_folder_fail(engine.folder, 1, 0, 0);
		engine_power_cut(&engine, engine_seed() + cut);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_stamp(3);
		engine_deinit(&engine);
	}
	ck_assert_uint_gt(failed, 0);
}
END_TEST

/* The folder is being synced for a flush when the next leaf goes, and once more then. */
START_TEST(a_flush_that_tries_again_covers_no_leaf_that_went_later)
{
	unsigned overtook = 0;

	for (uint64_t cut = 0; cut < 8ul * CUTS; cut++) {
		struct engine_request *flush = engine_flush_new(NULL);

		make_leaf(true);
		/* As after a sync that failed. */
		engine.volume->chain->coalesce.is_unsettled = true;
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		reorder(cut / 16);
		for (uint64_t steps = 0; steps < cut % 16; steps++)
			engine_step(&engine);
		engine_submit(&engine, flush);
		while (chain_bench_nodes(&engine) > 1)
			ck_assert(engine_step(&engine));
		overtook += engine.volume->chain->coalesce.must_settle_again;
		ck_assert_int_eq(engine_write(&engine, 0, 4096, 3), 0);
		ck_assert_int_eq(engine_flush(&engine), 0);
		ck_assert_int_eq(engine_wait(&engine, flush), 0);
		engine_power_cut(&engine, engine_seed() + cut);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_stamp(3);
		engine_request_free(flush);
		engine_deinit(&engine);
	}
	ck_assert_uint_gt(overtook, 0);
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
	chain_bench_take(&engine, 2);
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
	tcase_add_test(tcase, a_write_need_not_wait_until_a_removal_is_durable_but_a_flush_does);
	tcase_add_test(tcase, a_leaf_that_a_power_cut_brings_back_hides_what_was_not_flushed);
	tcase_add_test(tcase, a_removal_that_cannot_be_made_durable_fails_flushes_until_it_can);
	tcase_add_test(tcase, a_flush_that_tries_again_covers_no_leaf_that_went_later);
	tcase_add_test(tcase, a_leaf_whose_file_cannot_go_stays_what_is_written_to);
	tcase_add_test(tcase, what_could_not_be_removed_is_no_older_node_to_the_next_mount);
	tcase_add_test(tcase, a_leaf_is_merged_into_a_node_that_was_read_before);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
