/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two views of a chain: snapshots, clones, the live view. */
#include <check.h>
#include <stdlib.h>

#include "simfs/volume/changed.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES ((4u << 20) + 512)

static struct engine engine;

START_TEST(changed_blocks_of_a_clone_are_those_of_both_branches)
{
	struct snapshot *clone;
	uint64_t offset, length;

	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "s0", "c"), 0);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 4096, 4096, 2), 0);
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_TAKEN, "c", "cs"), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 3 * 4096, 4096, 2), 0);
	clone = engine_find(&engine, "c");
	ck_assert_uint_eq(snapshot_changed_blocks(clone), 3);
	ck_assert(snapshot_changed_next(clone, 0, &offset, &length));
	ck_assert_uint_eq(offset, 0);
	ck_assert_uint_eq(length, 2 * 4096);
	ck_assert(snapshot_changed_next(clone, offset + length, &offset, &length));
	ck_assert_uint_eq(offset, 3 * 4096);
	ck_assert_uint_eq(snapshot_changed_blocks(engine_find(&engine, "cs")), 2);
	ck_assert_uint_eq(snapshot_changed_blocks(engine_find(&engine, "s0")), 1);
	/* Nothing is known to be the same in another tree. */
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_COPIED, "s0", "copy"), 0);
	ck_assert_uint_eq(snapshot_changed_blocks(engine_find(&engine, "copy")),
		(VOLUME_BYTES + 4095) / 4096);
	engine_deinit(&engine);
}
END_TEST

START_TEST(two_snapshots_differ_by_what_was_written_between_them)
{
	const struct snapshot *s0, *s1, *copy;
	uint64_t offset, length;

	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(engine_write(&engine, 4096, 2 * 4096, 1), 0);
	chain_bench_take(&engine, 1);
	ck_assert_int_eq(engine_write(&engine, 2 * 4096, 3 * 4096, 2), 0);
	s0 = engine_find(&engine, "s0");
	s1 = engine_find(&engine, "s1");
	ck_assert(snapshot_tells_of_two(s1));
	ck_assert_uint_eq(snapshot_differing_blocks(s0, NULL), 4);
	ck_assert_uint_eq(snapshot_differing_blocks(s0, s1), 2);
	ck_assert(snapshot_differing_next(s0, s1, 0, &offset, &length));
	ck_assert_uint_eq(offset, 4096);
	ck_assert_uint_eq(length, 2 * 4096);
	ck_assert(!snapshot_differing_next(s0, s1, offset + length, &offset, &length));
	/* Whichever was taken first. */
	ck_assert_uint_eq(snapshot_differing_blocks(s1, s0), 2);
	ck_assert_uint_eq(snapshot_differing_blocks(s1, s1), 0);

	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "s0", "c"), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 9 * 4096, 4096, 2), 0);
	ck_assert_uint_eq(snapshot_differing_blocks(s1, engine_find(&engine, "c")), 3);
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_COPIED, "s0", "copy"), 0);
	copy = engine_find(&engine, "copy");
	ck_assert_uint_eq(snapshot_differing_blocks(s1, copy), (VOLUME_BYTES + 4095) / 4096);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("chain changed");
	TCase *all = tcase_create("changed");

	(void)argc;
	tcase_add_test(all, changed_blocks_of_a_clone_are_those_of_both_branches);
	tcase_add_test(all, two_snapshots_differ_by_what_was_written_between_them);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
