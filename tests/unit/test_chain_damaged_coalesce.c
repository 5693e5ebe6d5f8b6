/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coalesce, a full copy and a leaf's merge over a node with a damaged block: nobody
 * gets it as if it were right, with a sum of its own; the others read on.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/chain/nodes.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES (256u << 10)
#define BLOCK	     4096u
#define DAMAGED	     5u /* the block, of all nodes' that have it */

static struct engine engine;
static struct views views;

/* Three snapshots, each over a node with the blocks 0 to 7 or more; then what is written last. */
static void start(void)
{
	static const char *const names[] = { "a", "b", "c" };

	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
	ck_assert_int_eq(engine_write(&engine, 0, VOLUME_BYTES, 1), 0);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(engine_write(&engine, 0, (8 + i) * BLOCK, 10 + i), 0);
		ck_assert_int_eq(engine_snapshot(&engine, names[i], NULL, NULL), 0);
	}
	ck_assert_int_eq(engine_write(&engine, 12 * BLOCK, 2 * BLOCK, 20), 0);
}

static void teardown(void)
{
	engine_deinit(&engine);
}

/* The node so many below the live view's. */
static struct node *node_below(unsigned steps)
{
	struct node *node = engine.volume->chain->live;

	while (steps-- > 0)
		node = node->parent;
	return node;
}

/* Turns a bit of block DAMAGED of NODE on the disk. */
static void damage(const struct node *node)
{
	uint64_t size_bytes;
	char file[64];

	node_file_name(node->id, file, sizeof file);
	ck_assert(store_has_data(node->store, DAMAGED));
	engine_file(&engine, file, &size_bytes)[store_offset(node->store, DAMAGED) + 1234] ^= 2;
}

/* SNAPSHOT (NULL: the live view) has all its blocks, but for the damaged one when IS_DAMAGED. */
static void expect_view(const char *name, const uint8_t *expected, bool is_damaged)
{
	static uint8_t bytes[BLOCK];
	struct snapshot *snapshot = name ? engine_find(&engine, name) : NULL;

	for (uint64_t block = 0; block < VOLUME_BYTES / BLOCK; block++) {
		int error = engine_read(&engine, snapshot, block * BLOCK, bytes, BLOCK);

		if (is_damaged && (block == DAMAGED || (name && !snapshot_is_clone(snapshot)))) {
			/* A snapshot fails as a whole. */
			ck_assert(error == -EIO || (block < DAMAGED && error == 0));
			continue;
		}
		ck_assert_int_eq(error, 0);
		ck_assert_mem_eq(bytes, expected + block * BLOCK, BLOCK);
	}
	if (name && is_damaged && !snapshot_is_clone(snapshot))
		ck_assert(engine_has_failed(snapshot, NULL));
}

static const uint8_t *content_of(const char *name)
{
	for (unsigned i = 0; i < views.count; i++) {
		if (strcmp(views.snapshots[i].name, name) == 0)
			return views.snapshots[i].bytes;
	}
	return NULL;
}

/* Works until nothing is left, also after a kill and after an end in order. */
static void coalesce(int how)
{
	chain_bench_coalesce(&engine);
	if (how == 1)
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	if (how == 2) {
		ck_assert_int_eq(engine_close(&engine), 0);
		ck_assert_int_eq(engine_open(&engine), 0);
	}
	chain_bench_coalesce(&engine);
}

START_TEST(a_damaged_block_that_a_merge_replaces_is_gone)
{
	uint64_t nodes;

	start();
	views_take(&engine, &views);
	/* With b c's node is merged into the one of b, and has the block, too. */
	damage(node_below(2));
	ck_assert_int_eq(engine_delete(&engine, "b"), 0);
	nodes = chain_bench_nodes(&engine);
	coalesce(_i);
	ck_assert_uint_eq(chain_bench_nodes(&engine), nodes - 1);
	expect_view("a", content_of("a"), false);
	expect_view("c", content_of("c"), false);
	expect_view(NULL, views.live, false);
	views_free(&views);
}
END_TEST

START_TEST(a_node_with_a_damaged_block_is_not_merged_and_who_shows_it_fails)
{
	uint64_t nodes;

	start();
	views_take(&engine, &views);
	damage(node_below(1));
	ck_assert_int_eq(engine_delete(&engine, "b"), 0);
	nodes = chain_bench_nodes(&engine);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_nodes(&engine), nodes);
	ck_assert(engine_has_failed(engine_find(&engine, "c"), NULL));
	coalesce(_i);
	/* In the next mount the failed snapshot keeps no leaf from being merged into it. */
	ck_assert_uint_eq(chain_bench_nodes(&engine), nodes - (_i > 0));
	expect_view("a", content_of("a"), false);
	expect_view("c", content_of("c"), true);
	expect_view(NULL, views.live, true);
	views_free(&views);
}
END_TEST

START_TEST(a_damaged_block_of_the_node_merged_into_stays_one)
{
	start();
	ck_assert_int_eq(engine_write(&engine, 15 * BLOCK, BLOCK, 30), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "d", NULL, NULL), 0);
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "d", "e"), 0);
	ck_assert_int_eq(engine_write(&engine, 16 * BLOCK, BLOCK, 31), 0);
	views_take(&engine, &views);
	/* Into c's node goes d's; it has the block for d, the clone e and the live view. */
	damage(node_below(2));
	ck_assert_int_eq(engine_delete(&engine, "c"), 0);
	coalesce(_i);
	expect_view("a", content_of("a"), false);
	expect_view("b", content_of("b"), false);
	expect_view("d", content_of("d"), true);
	expect_view("e", content_of("e"), true);
	expect_view(NULL, views.live, true);
	/* Written as a whole it is right again, for whoever writes. */
	ck_assert_int_eq(engine_write(&engine, DAMAGED * BLOCK, BLOCK, 40), 0);
	ck_assert_int_eq(engine_read(&engine, NULL, 0, views.live, VOLUME_BYTES), 0);
	views_free(&views);
}
END_TEST

START_TEST(a_leaf_with_a_damaged_block_is_not_merged)
{
	uint64_t nodes;

	start();
	ck_assert_int_eq(engine_write(&engine, 0, 8 * BLOCK, 50), 0);
	/* Not the last segment, which would look like a torn one after a kill. */
	ck_assert_int_eq(engine_write(&engine, 30 * BLOCK, BLOCK, 50), 0);
	ck_assert_int_eq(engine_delete(&engine, "a"), 0);
	ck_assert_int_eq(engine_delete(&engine, "b"), 0);
	ck_assert_int_eq(engine_delete(&engine, "c"), 0);
	views_take(&engine, &views);
	damage(node_below(0));
	nodes = chain_bench_nodes(&engine);
	coalesce(_i);
	ck_assert_uint_lt(chain_bench_nodes(&engine), nodes);
	expect_view(NULL, views.live, true);
	/* Mended by a write, it is merged. */
	ck_assert_int_eq(engine_write(&engine, DAMAGED * BLOCK, BLOCK, 51), 0);
	views_free(&views);
	views_take(&engine, &views);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
	expect_view(NULL, views.live, false);
	views_free(&views);
}
END_TEST

START_TEST(of_a_damaged_block_there_is_no_full_copy_and_no_part_is_written)
{
	start();
	views_take(&engine, &views);
	damage(node_below(1));
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_COPIED, "c", "copy"), -EIO);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "copy"));
	/* A part of it would need the rest. */
	ck_assert_int_eq(engine_write(&engine, DAMAGED * BLOCK + 512, 1024, 60), -EIO);
	expect_view(NULL, views.live, true);
	expect_view("a", content_of("a"), false);
	views_free(&views);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("damaged coalesce");
	TCase *tests = tcase_create("coalesce");

	(void)argc;
	tcase_add_checked_fixture(tests, NULL, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_damaged_block_that_a_merge_replaces_is_gone, 0, 3);
	tcase_add_loop_test(
		tests, a_node_with_a_damaged_block_is_not_merged_and_who_shows_it_fails, 0, 3);
	tcase_add_loop_test(tests, a_damaged_block_of_the_node_merged_into_stays_one, 0, 3);
	tcase_add_loop_test(tests, a_leaf_with_a_damaged_block_is_not_merged, 0, 3);
	tcase_add_test(tests, of_a_damaged_block_there_is_no_full_copy_and_no_part_is_written);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
