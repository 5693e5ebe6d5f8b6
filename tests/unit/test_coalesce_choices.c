/* SPDX-License-Identifier: Apache-2.0 */
/* What coalesce merges, leaves alone, and lets go of. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/volume/chain/chain.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define MIB	     (1ul << 20)
#define VOLUME_BYTES (24 * MIB)

static struct engine engine;

static void setup(void)
{
	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
}

static void teardown(void)
{
	engine_deinit(&engine);
}

/* A leaf over the image, with SIZE_BYTES in it, that nobody needs. */
static void make_leaf(uint64_t size_bytes)
{
	chain_bench_take(&engine, 0);
	for (uint64_t at = 0; at < size_bytes; at += MIB)
		ck_assert_int_eq(engine_write(&engine, at, MIB, at), 0);
	chain_bench_drop(&engine, 0);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 2);
}

/* 20 MiB is what cleanup.py takes for small before it knows how fast it is. */
START_TEST(a_large_leaf_gets_one_over_it_and_a_small_one_does_not)
{
	bool is_large = _i == 1;

	make_leaf(is_large ? 21 * MIB : 16 * MIB);
	chain_bench_coalesce(&engine);
	ck_assert(is_large == (strstr(chain_bench_log(&engine), "Single-snapshotting") != NULL));
	ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
}
END_TEST

START_TEST(a_merge_that_failed_waits_for_the_next_kick)
{
	make_leaf(MIB);
	memory_disk_fail(engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(memory_disk_failed(engine.disk), 1);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 2);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
}
END_TEST

/* It may be put back as it was. */
START_TEST(nodes_of_a_clone_whose_record_is_damaged_are_no_garbage)
{
	uint64_t nodes;
	uint64_t size_bytes;

	chain_bench_take(&engine, 0);
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "s0", "c"), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 0, 4096, 1), 0);
	/* There is something else to do. */
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 2), 0);
	chain_bench_take(&engine, 1);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 3), 0);
	chain_bench_drop(&engine, 1);
	nodes = chain_bench_nodes(&engine);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine_file(&engine, "c.store", &size_bytes)[100] ^= 1;
	ck_assert_int_eq(engine_open(&engine), 0);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_nodes(&engine), nodes - 1);
}
END_TEST

static bool has_ended;

static void created(struct snapshot_create *create, int result)
{
	(void)create;
	ck_assert_int_eq(result, 0);
	has_ended = true;
}

/* The worker waits for its turn while the snapshot comes, at each step of that. */
START_TEST(a_snapshot_that_came_first_keeps_its_leaf)
{
	bool was_early = false;

	for (unsigned steps = 0; !was_early; steps++) {
		struct snapshot_create create = { .name = "s1", .done = created };
		uint8_t wanted[4096], found[4096];

		make_leaf(MIB);
		has_ended = false;
		volume_snapshot_create(engine.volume, &create);
		for (unsigned i = 0; i < steps && !has_ended; i++)
			engine_step(&engine);
		was_early = has_ended;
		chain_bench_coalesce(&engine);
		engine_settle(&engine);
		ck_assert(has_ended);
		ck_assert_int_eq(engine_write(&engine, 0, 4096, 7), 0);
		ck_assert_int_eq(
			engine_read(&engine, engine_find(&engine, "s1"), 0, found, 4096), 0);
		engine_stamp_fill(wanted, sizeof wanted, 0);
		ck_assert_mem_eq(found, wanted, sizeof wanted);
		teardown();
		setup();
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("choices of coalesce");
	TCase *tcase = tcase_create("choices");

	(void)argc;
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_large_leaf_gets_one_over_it_and_a_small_one_does_not, 0, 2);
	tcase_add_test(tcase, a_merge_that_failed_waits_for_the_next_kick);
	tcase_add_test(tcase, nodes_of_a_clone_whose_record_is_damaged_are_no_garbage);
	tcase_add_test(tcase, a_snapshot_that_came_first_keeps_its_leaf);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
