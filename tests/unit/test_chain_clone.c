/* SPDX-License-Identifier: Apache-2.0 */
/* Clones and full copies in a chain: trees of nodes, and coalesce in all of them. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/chain_bench.h"

#define MIB	     (1ull << 20)
#define VOLUME_BYTES (4 * MIB + 512)

static struct engine engine;
static struct views views;

static void start(const struct engine_options *options)
{
	chain_bench_init(&engine, VOLUME_BYTES, options);
}

static int make(enum snapshot_kind kind, const char *of, const char *name)
{
	return chain_bench_make(&engine, kind, of, name);
}

static void reopen(void)
{
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
}

static void drop(const char *name)
{
	ck_assert_int_eq(engine_delete(&engine, name), 0);
}

START_TEST(a_clone_shares_the_snapshots_data_and_its_writes_are_its_own)
{
	struct views after;
	enum snapshot_kind kind = _i == 0 ? SNAPSHOT_CLONED : SNAPSHOT_COPIED;

	start(&(struct engine_options){ .no_coalesce = true });
	chain_bench_write(&engine, NULL, 1);
	chain_bench_take(&engine, 0);
	chain_bench_write(&engine, NULL, 2);
	ck_assert_int_eq(make(kind, "s0", "c"), 0);
	views_take(&engine, &views);
	view_check(&engine, engine_find(&engine, "c"), views.snapshots[0].bytes);
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "c"), kind == SNAPSHOT_CLONED ? 2 : 1);

	chain_bench_write(&engine, "c", 3);
	ck_assert_int_eq(engine_write_to(&engine, "c", VOLUME_BYTES - 700, 700, 5), 0);
	view_check(&engine, NULL, views.live);
	view_check(&engine, engine_find(&engine, "s0"), views.snapshots[0].bytes);
	chain_bench_write(&engine, NULL, 4);
	views_take(&engine, &after);
	reopen();
	views_check(&engine, &after);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	views_check(&engine, &after);
	views_free(&views);
	views_free(&after);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_clone_outlives_a_power_cut_with_all_that_its_snapshot_had)
{
	for (uint64_t cut = 0; cut < 20; cut++) {
		start(&(struct engine_options){ .no_coalesce = true, .power_cuts = true });
		chain_bench_write(&engine, NULL, 1);
		chain_bench_take(&engine, 0);
		chain_bench_write(&engine, NULL, 2);
		chain_bench_take(&engine, 1);
		chain_bench_write(&engine, NULL, 3);
		ck_assert_int_eq(make(_i == 0 ? SNAPSHOT_CLONED : SNAPSHOT_COPIED, "s1", "c"), 0);
		views_take(&engine, &views);
		engine_power_cut(&engine, engine_seed() + cut);
		ck_assert_int_eq(engine_open(&engine), 0);
		view_check(&engine, engine_find(&engine, "c"), views.snapshots[2].bytes);
		views_free(&views);
		engine_deinit(&engine);
	}
}
END_TEST

START_TEST(of_a_clone_snapshots_are_taken_and_clones_of_those)
{
	start(&(struct engine_options){ .no_coalesce = true });
	chain_bench_write(&engine, NULL, 1);
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "s0", "c"), 0);
	chain_bench_write(&engine, "c", 2);
	ck_assert_int_eq(make(SNAPSHOT_TAKEN, "c", "cs"), 0);
	chain_bench_write(&engine, "c", 3);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "cs", "cc"), 0);
	chain_bench_write(&engine, "cc", 4);
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "c"), 3);
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "cs"), 3);
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "cc"), 3);
	ck_assert_uint_eq(chain_bench_depth(&engine), 2);
	views_take(&engine, &views);
	reopen();
	views_check(&engine, &views);
	chain_bench_coalesce(&engine);
	views_check(&engine, &views);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	start(&(struct engine_options){ .no_coalesce = true });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "s0", "c"), 0);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "s0", "c"), -EEXIST);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "c", "x"), -EINVAL);
	ck_assert_int_eq(make(SNAPSHOT_COPIED, "c", "x"), -EINVAL);
	ck_assert_int_eq(make(SNAPSHOT_TAKEN, "s0", "x"), -EINVAL);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, NULL, "x"), -EINVAL);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "x"));
	ck_assert(!engine_file_exists(&engine, "x.store.new"));
	engine_deinit(&engine);
}
END_TEST

START_TEST(without_a_chain_there_are_no_clones)
{
	engine_init(
		&engine, engine_seed(), &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "s0", "c"), -EOPNOTSUPP);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_snapshot_at_depth_30_cannot_be_cloned_but_copied_to_depth_1)
{
	start(&(struct engine_options){ .no_coalesce = true });
	for (unsigned i = 0; i < 29; i++) {
		chain_bench_write(&engine, NULL, i);
		chain_bench_take(&engine, i);
	}
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "s28"), 30);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "s28", "c"), -EMLINK);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "s27", "c"), 0);
	ck_assert_int_eq(make(SNAPSHOT_COPIED, "s28", "copy"), 0);
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "copy"), 1);
	views_take(&engine, &views);
	view_check(&engine, engine_find(&engine, "copy"), views.live);
	/* From where 29 more succeed. */
	for (unsigned i = 0; i < 29; i++) {
		char name[8] = { 't', (char)('0' + i / 10), (char)('0' + i % 10), '\0' };

		chain_bench_write(&engine, "copy", 100 + i);
		ck_assert_int_eq(make(SNAPSHOT_TAKEN, "copy", name), 0);
	}
	chain_bench_write(&engine, "copy", 200);
	ck_assert_int_eq(make(SNAPSHOT_TAKEN, "copy", "t29"), -EMLINK);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_deleted_clone_leaves_nothing_once_coalesce_has_run)
{
	start(&(struct engine_options){ .no_coalesce = true });
	chain_bench_write(&engine, NULL, 1);
	chain_bench_take(&engine, 0);
	chain_bench_write(&engine, NULL, 2);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "s0", "c"), 0);
	chain_bench_write(&engine, "c", 3);
	ck_assert_int_eq(make(SNAPSHOT_TAKEN, "c", "cs"), 0);
	chain_bench_write(&engine, "c", 4);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 4);
	drop("c");
	ck_assert_uint_eq(chain_bench_nodes(&engine), 3);
	drop("cs");
	/* The base copy that nobody needs is hidden, and the worker's to delete. */
	ck_assert_uint_eq(chain_bench_nodes(&engine), 3);
	views_take(&engine, &views);
	chain_bench_coalesce(&engine);
	ck_assert_ptr_nonnull(strstr(chain_bench_log(&engine), "Deleting unlinked VDI"));
	ck_assert_uint_eq(chain_bench_nodes(&engine), 2);
	drop("s0");
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
	view_check(&engine, NULL, views.live);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_clone_of_a_deleted_clones_snapshot_takes_over_its_base_copy)
{
	start(&(struct engine_options){ .no_coalesce = true });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "s0", "c"), 0);
	chain_bench_write(&engine, "c", 1);
	ck_assert_int_eq(make(SNAPSHOT_TAKEN, "c", "cs"), 0);
	ck_assert_int_eq(make(SNAPSHOT_CLONED, "cs", "d"), 0);
	chain_bench_write(&engine, "d", 2);
	drop("c");
	drop("cs");
	views_take(&engine, &views);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_depth_of(&engine, "d"), 2);
	views_check(&engine, &views);
	reopen();
	views_check(&engine, &views);
	chain_bench_write(&engine, "d", 3);
	views_free(&views);
	views_take(&engine, &views);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	views_check(&engine, &views);
	/* All of it goes but what only coalesce removes; and nobody new gets its number. */
	ck_assert_int_eq(make(SNAPSHOT_TAKEN, "d", "ds"), 0);
	drop("d");
	drop("ds");
	reopen();
	for (unsigned i = 0; i < 8; i++) {
		char name[4] = { 'e', (char)('0' + i), '\0' };

		ck_assert_int_eq(make(SNAPSHOT_CLONED, "s0", name), 0);
		chain_bench_write(&engine, name, i);
	}
	views_free(&views);
	views_take(&engine, &views);
	reopen();
	views_check(&engine, &views);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

/* Where TEXT stands first in the log. */
static size_t log_place(const char *text)
{
	const char *log = chain_bench_log(&engine);
	const char *found = strstr(log, text);

	ck_assert_ptr_nonnull(found);
	return (size_t)(found - log);
}

static void node_name(const char *snapshot, char *buffer)
{
	json_t *status = snapshot_status(engine_find(&engine, snapshot));

	/* The first half of the parent's uuid: what snapshots of it hang on. */
	memcpy(buffer, json_string_value(json_object_get(status, "parent")), 8);
	buffer[8] = '\0';
	json_decref(status);
}

/* Two trees with one base copy each that can be merged; the live view's is the taller one, or the
 * copy's. */
START_TEST(the_tallest_tree_is_coalesced_first)
{
	bool live_is_taller = _i == 0;
	char of_live[9], of_copy[9], first[32], second[32];

	start(&(struct engine_options){ .no_coalesce = true });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(make(SNAPSHOT_COPIED, "s0", "copy"), 0);
	for (unsigned i = 1; i < (live_is_taller ? 5 : 3); i++) {
		chain_bench_write(&engine, NULL, i);
		chain_bench_take(&engine, i);
	}
	for (unsigned i = 1; i < (live_is_taller ? 3 : 5); i++) {
		char name[4] = { 't', (char)('0' + i), '\0' };

		chain_bench_write(&engine, "copy", i);
		ck_assert_int_eq(make(SNAPSHOT_TAKEN, "copy", name), 0);
	}
	chain_bench_write(&engine, NULL, 9);
	chain_bench_write(&engine, "copy", 9);
	node_name("s2", of_live);
	node_name("t2", of_copy);
	/* Their parents have one child then: the image, and the root. */
	drop("s0");
	drop("s1");
	drop("t1");
	views_take(&engine, &views);
	chain_bench_coalesce(&engine);
	views_check(&engine, &views);
	snprintf(first, sizeof first, "Coalescing *%s", live_is_taller ? of_live : of_copy);
	snprintf(second, sizeof second, "Coalescing *%s", live_is_taller ? of_copy : of_live);
	ck_assert_uint_lt(log_place(first), log_place(second));
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_copy_leaves_out_zeros_and_outlives_its_source)
{
	json_t *status, *node;
	json_int_t blocks = 0;
	size_t index;

	start(&(struct engine_options){ .no_coalesce = true });
	ck_assert_int_eq(engine_write(&engine, MIB, 8192, 1), 0);
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(make(SNAPSHOT_COPIED, "s0", "copy"), 0);
	views_take(&engine, &views);
	drop("s0");
	view_check(&engine, engine_find(&engine, "copy"), views.live);
	status = volume_status(engine.volume);
	json_array_foreach(json_object_get(status, "nodes"), index, node)
	{
		if (strcmp(json_string_value(json_object_get(node, "role")), "clone") == 0)
			blocks = json_integer_value(json_object_get(node, "blocks"));
	}
	json_decref(status);
	ck_assert_int_eq(blocks, 2);
	/* An edge of a block that nobody has is zeros. */
	ck_assert_int_eq(engine_write_to(&engine, "copy", 2 * MIB + 100, 50, 3), 0);
	engine_stamp_fill(views.live + 2 * MIB + 100, 50, 3);
	view_check(&engine, engine_find(&engine, "copy"), views.live);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_copy_needs_its_room_in_the_sr)
{
	/* The image as VHD takes 4 MiB and two blocks of 2 MiB and metadata. */
	start(&(struct engine_options){ .no_coalesce = true, .limit = "7MiB" });
	chain_bench_write(&engine, NULL, 1);
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(make(SNAPSHOT_COPIED, "s0", "copy"), -ENOSPC);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "copy"));
	ck_assert(!engine_file_exists(&engine, "copy.store.new"));
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("chain clone");
	TCase *all = tcase_create("clone");

	(void)argc;
	tcase_set_timeout(all, 60);
	tcase_add_loop_test(
		all, a_clone_shares_the_snapshots_data_and_its_writes_are_its_own, 0, 2);
	tcase_add_loop_test(all, a_clone_outlives_a_power_cut_with_all_that_its_snapshot_had, 0, 2);
	tcase_add_test(all, of_a_clone_snapshots_are_taken_and_clones_of_those);
	tcase_add_test(all, what_makes_no_sense_is_refused);
	tcase_add_test(all, without_a_chain_there_are_no_clones);
	tcase_add_test(all, a_snapshot_at_depth_30_cannot_be_cloned_but_copied_to_depth_1);
	tcase_add_test(all, a_deleted_clone_leaves_nothing_once_coalesce_has_run);
	tcase_add_test(all, a_clone_of_a_deleted_clones_snapshot_takes_over_its_base_copy);
	tcase_add_loop_test(all, the_tallest_tree_is_coalesced_first, 0, 2);
	tcase_add_test(all, a_copy_leaves_out_zeros_and_outlives_its_source);
	tcase_add_test(all, a_copy_needs_its_room_in_the_sr);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
