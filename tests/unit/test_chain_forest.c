/* SPDX-License-Identifier: Apache-2.0 */
/* Coalesce in trees with clones and a copy: whatever happens to it, every view reads the same. */
#include <check.h>
#include <errno.h>

#include "simfs/blockio/memory.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES ((1u << 20) + 512)

static struct engine engine;
static struct views views;

static void make(enum snapshot_kind kind, const char *of, const char *name)
{
	ck_assert_int_eq(chain_bench_make(&engine, kind, of, name), 0);
}

/* Inline and leaf merges, garbage, and a lineage that is inherited, from a leaf that IS_EMPTY. */
static void forest_grow(bool power_cuts, bool is_empty)
{
	static const char *const gone[] = { "s0", "s2", "c", "cs", "t" };

	chain_bench_init(&engine, VOLUME_BYTES,
		&(struct engine_options){ .no_coalesce = true, .power_cuts = power_cuts });
	for (unsigned i = 0; i < 3; i++) {
		chain_bench_write(&engine, NULL, i);
		chain_bench_take(&engine, i);
	}
	make(SNAPSHOT_CLONED, "s1", "c");
	chain_bench_write(&engine, "c", 10);
	make(SNAPSHOT_TAKEN, "c", "cs");
	chain_bench_write(&engine, "c", 11);
	make(SNAPSHOT_CLONED, "cs", "d");
	if (!is_empty)
		chain_bench_write(&engine, "d", 12);
	make(SNAPSHOT_COPIED, "s2", "copy");
	chain_bench_write(&engine, "copy", 13);
	make(SNAPSHOT_TAKEN, "copy", "t");
	chain_bench_write(&engine, "copy", 14);
	chain_bench_write(&engine, NULL, 15);
	for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
		ck_assert_int_eq(engine_delete(&engine, gone[i]), 0);
	if (power_cuts) {
		ck_assert_int_eq(engine_flush(&engine), 0);
		ck_assert_int_eq(engine_flush_of(&engine, "d"), 0);
		ck_assert_int_eq(engine_flush_of(&engine, "copy"), 0);
	}
	views_take(&engine, &views);
}

static void forest_check(void)
{
	views_check(&engine, &views);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "copy"), 1);
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "d"), 2);
	ck_assert_uint_eq(chain_bench_depth(&engine), 2);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 4);
	views_check(&engine, &views);
	views_free(&views);
	engine_deinit(&engine);
}

START_TEST(a_kill_at_any_step_of_coalesce_changes_no_view_of_any_tree)
{
	bool has_ended = false;
	unsigned at = 1;

	for (; !has_ended; at += (unsigned)engine_stride()) {
		unsigned steps = 0;

		forest_grow(false, false);
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		while (steps < at && engine_step(&engine))
			steps++;
		has_ended = steps < at;
		if (engine_kill_and_open(&engine) != 0)
			ck_abort_msg("cannot open after a kill at step %u", at);
		forest_check();
	}
	ck_assert_uint_gt(at, 50);
}
END_TEST

START_TEST(a_power_cut_at_any_step_of_coalesce_changes_no_view_that_was_flushed)
{
	bool has_ended = false;
	unsigned at = 1;

	for (; !has_ended; at += (unsigned)engine_stride()) {
		unsigned steps = 0;

		forest_grow(true, false);
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		while (steps < at && engine_step(&engine))
			steps++;
		has_ended = steps < at;
		engine_power_cut(&engine, engine_seed() + at);
		if (engine_open(&engine) != 0)
			ck_abort_msg("cannot open after a power cut at step %u", at);
		/* Snapshots are lost without --durable, and clones are not. */
		view_check(&engine, NULL, views.live);
		for (unsigned i = 0; i < views.count; i++) {
			struct snapshot *at_it = engine_find(&engine, views.snapshots[i].name);

			if (snapshot_is_clone(at_it))
				view_check(&engine, at_it, views.snapshots[i].bytes);
		}
		views_free(&views);
		engine_deinit(&engine);
	}
	ck_assert_uint_gt(at, 50);
}
END_TEST

/* False when coalesce has ended before the NTH transfer of KIND, which fails.  Then it is tried
 * again, AT_ONCE or after a kill. */
static bool coalesce_with_error(enum blockio_kind kind, uint64_t nth, int error, bool at_once)
{
	uint64_t failed;

	forest_grow(false, at_once);
	memory_disk_fail(engine.disk, kind, nth, 1, error);
	chain_bench_coalesce(&engine);
	failed = memory_disk_failed(engine.disk);
	memory_disk_fail(engine.disk, kind, 1, 0, 0);
	views_check(&engine, &views);
	if (at_once)
		chain_bench_coalesce(&engine);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	forest_check();
	return failed > 0;
}

START_TEST(a_disk_error_at_any_step_of_coalesce_changes_no_view_of_any_tree)
{
	static const int errors[] = { -EIO, -ENOSPC };
	enum blockio_kind kind = (enum blockio_kind)(_i / 4);
	uint64_t nth = 1;

	while (coalesce_with_error(kind, nth, errors[_i % 2], _i / 2 % 2 == 1))
		nth += engine_stride();
	ck_assert_uint_gt(nth, 5);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("chain forest");
	TCase *all = tcase_create("forest");

	(void)argc;
	tcase_set_timeout(all, 300);
	tcase_add_test(all, a_kill_at_any_step_of_coalesce_changes_no_view_of_any_tree);
	tcase_add_test(all, a_power_cut_at_any_step_of_coalesce_changes_no_view_that_was_flushed);
	tcase_add_loop_test(
		all, a_disk_error_at_any_step_of_coalesce_changes_no_view_of_any_tree, 0, 12);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
