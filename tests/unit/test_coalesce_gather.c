/* SPDX-License-Identifier: Apache-2.0 */
/* A merge reads the pieces of a chunk side by side, and is right whichever of them fails. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/chain/chain.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES (1u << 20)
#define BLOCKS	     80u

static struct engine engine;
static uint8_t *content;

/* A leaf over the image whose blocks lie in its file from the last to the first. */
static void make_leaf(const struct volume_limits *limits)
{
	chain_bench_init(&engine, VOLUME_BYTES,
		&(struct engine_options){ .no_coalesce = true, .limits = limits });
	chain_bench_take(&engine, 0);
	for (unsigned i = 0; i < BLOCKS; i++)
		ck_assert_int_eq(engine_write(&engine, (BLOCKS - i) * 4096ul, 4096, i), 0);
	chain_bench_drop(&engine, 0);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 2);
	content = engine_content(&engine, NULL);
}

static void expect_content(void)
{
	uint8_t *found = engine_content(&engine, NULL);

	ck_assert(memcmp(found, content, VOLUME_BYTES) == 0);
	free(found);
}

static void end(void)
{
	free(content);
	engine_deinit(&engine);
}

/* Merges the leaf; how many of its reads were under way at a time. */
static unsigned merge(void)
{
	unsigned most = 0;

	ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
	while (engine_step(&engine)) {
		if (engine.volume->chain->coalesce.reads_under_way > most)
			most = engine.volume->chain->coalesce.reads_under_way;
	}
	return most;
}

START_TEST(pieces_of_a_chunk_are_read_side_by_side)
{
	const struct volume_limits *limits = _i == 0 ? &volume_limits_default
						     : &volume_limits_smallest;

	make_leaf(limits);
	ck_assert_uint_eq(merge(), limits->coalesce_reads);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
	expect_content();
	end();
}
END_TEST

START_TEST(a_piece_that_cannot_be_read_leaves_the_leaf)
{
	for (uint64_t nth = 1; nth <= BLOCKS; nth++) {
		make_leaf(&volume_limits_default);
		memory_disk_fail_only(engine.disk, ".node");
		memory_disk_fail(engine.disk, BLOCKIO_READ, nth, 1, -EIO);
		merge();
		ck_assert_uint_eq(memory_disk_failed(engine.disk), 1);
		memory_disk_fail(engine.disk, BLOCKIO_READ, 1, 0, 0);
		ck_assert_uint_eq(chain_bench_nodes(&engine), 2);
		expect_content();
		merge();
		ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
		expect_content();
		end();
	}
}
END_TEST

START_TEST(a_kill_in_the_midst_of_a_chunk_changes_nothing)
{
	for (uint64_t steps = 0; steps < 2 * BLOCKS; steps++) {
		make_leaf(&volume_limits_default);
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		for (uint64_t step = 0; step < steps; step++)
			engine_step(&engine);
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		expect_content();
		end();
	}
}
END_TEST

/* No other read is started, and those under way end before the merge does. */
START_TEST(an_unmount_waits_for_the_pieces_under_way)
{
	for (uint64_t steps = 0; steps < 2 * BLOCKS; steps++) {
		make_leaf(&volume_limits_default);
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		for (uint64_t step = 0; step < steps; step++)
			engine_step(&engine);
		ck_assert_int_eq(engine_close(&engine), 0);
		ck_assert_int_eq(engine_open(&engine), 0);
		expect_content();
		end();
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("pieces of a merge");
	TCase *tcase = tcase_create("gather");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, pieces_of_a_chunk_are_read_side_by_side, 0, 2);
	tcase_add_test(tcase, a_piece_that_cannot_be_read_leaves_the_leaf);
	tcase_add_test(tcase, a_kill_in_the_midst_of_a_chunk_changes_nothing);
	tcase_add_test(tcase, an_unmount_waits_for_the_pieces_under_way);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
