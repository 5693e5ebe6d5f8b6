/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node whose children could not all be given its parent: some may name that already,
 * so the next mount would drop it.  Until it is tried again nobody is merged into it,
 * and it is not merged under.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/chain/chain.h"
#include "simfs/volume/coalesce/merge.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES (1u << 20)

static struct engine engine;

static struct chain *chain(void)
{
	return engine.volume->chain;
}

/*
 *	image ─┬─ s0
 *	       └─ L1 ─┬─ (s1, deleted)
 *	              └─ L2 ─┬─ s2, whose file cannot be written
 *	                     └─ L3, the live view's
 */
static struct node *half_relinked(void)
{
	struct node *node;

	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
	for (unsigned round = 0; round < 3; round++) {
		chain_bench_write(&engine, NULL, round);
		chain_bench_take(&engine, round);
	}
	chain_bench_write(&engine, NULL, 3);
	chain_bench_drop(&engine, 1);
	node = chain()->live->parent;
	ck_assert(coalesce_is_candidate(chain(), node));
	memory_disk_fail_only(engine.disk, "s2.store");
	memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, UINT64_MAX, -EIO);
	chain_bench_coalesce(&engine);
	memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 0, 0);
	memory_disk_fail_only(engine.disk, NULL);
	ck_assert(node->must_relink);
	return node;
}

static void expect_contents(uint8_t *live, uint8_t *oldest)
{
	uint8_t *found = engine_content(&engine, NULL);

	ck_assert_mem_eq(found, live, VOLUME_BYTES);
	free(found);
	if (oldest) {
		found = engine_content(&engine, engine_find(&engine, "s0"));
		ck_assert_mem_eq(found, oldest, VOLUME_BYTES);
		free(found);
	}
}

START_TEST(nobody_is_merged_into_a_node_that_the_next_mount_may_drop)
{
	struct node *node = half_relinked();
	uint8_t *live = engine_content(&engine, NULL);

	/* The live leaf is its only child now. */
	chain_bench_drop(&engine, 2);
	ck_assert_uint_eq(node->child_nodes + node->child_snapshots, 1);
	ck_assert(!coalesce_is_candidate(chain(), chain()->live));
	chain_bench_coalesce(&engine);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	expect_contents(live, NULL);
	free(live);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_node_above_one_that_must_relink_stays_where_it_is)
{
	struct node *node = half_relinked();
	uint8_t *live = engine_content(&engine, NULL);

	/* Its parent is the image's only child now. */
	chain_bench_drop(&engine, 0);
	ck_assert_uint_eq(node->parent->parent->child_nodes, 1);
	ck_assert(!coalesce_is_candidate(chain(), node->parent));
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	expect_contents(live, NULL);
	free(live);
	engine_deinit(&engine);
}
END_TEST

START_TEST(it_is_the_first_to_be_tried_again)
{
	struct node *node = half_relinked();
	uint8_t *live = engine_content(&engine, NULL);
	uint8_t *oldest = engine_content(&engine, engine_find(&engine, "s0"));
	uint64_t nodes = chain_bench_nodes(&engine);

	node->has_failed_to_coalesce = false;
	chain_bench_coalesce(&engine);
	ck_assert_uint_lt(chain_bench_nodes(&engine), nodes);
	expect_contents(live, oldest);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	expect_contents(live, oldest);
	free(live);
	free(oldest);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("relinking");
	TCase *tcase = tcase_create("relink");

	(void)argc;
	tcase_add_test(tcase, nobody_is_merged_into_a_node_that_the_next_mount_may_drop);
	tcase_add_test(tcase, a_node_above_one_that_must_relink_stays_where_it_is);
	tcase_add_test(tcase, it_is_the_first_to_be_tried_again);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
