/* SPDX-License-Identifier: Apache-2.0 */
/* A flush of a chain reaches every node with writes that ended before it, and no other. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/volume/chain/nodes.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES (1u << 20)

static struct engine engine;
static char leaf[64]; /* the file of the leaf before the last snapshot */
static unsigned flushes, leaf_flushes;

static void note_flushes(void *context, const char *name, const struct blockio_request *request)
{
	(void)context;
	flushes += request->kind == BLOCKIO_FLUSH;
	leaf_flushes += request->kind == BLOCKIO_FLUSH && strcmp(name, leaf) == 0;
}

/* The image, and a leaf over it. */
static void open_engine(void)
{
	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
	node_file_name(engine.volume->chain->live->id, leaf, sizeof leaf);
	engine_folder_watch(engine.folder, note_flushes, NULL);
	flushes = leaf_flushes = 0;
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

START_TEST(what_ended_after_the_flush_of_its_node_is_flushed_under_the_next_leaf)
{
	struct engine_request *write = engine_write_new(0, 4096, 2);
	struct engine_request *flush = engine_flush_new(NULL);

	/* The write is under way when the node is flushed, and ends behind it. */
	engine_submit(&engine, write);
	engine_submit(&engine, flush);
	ck_assert_int_eq(engine_wait(&engine, flush), 0);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	chain_bench_take(&engine, 1);
	/* The store's own mark is durable, too. */
	engine_settle(&engine);
	leaf_flushes = 0;
	ck_assert_int_eq(engine_flush(&engine), 0);
	ck_assert_uint_eq(leaf_flushes, 1);
	engine_request_free(write);
	engine_request_free(flush);
}
END_TEST

START_TEST(a_node_that_nobody_wrote_to_is_flushed_once)
{
	chain_bench_take(&engine, 1);
	engine_settle(&engine);
	leaf_flushes = 0;
	ck_assert_int_eq(engine_flush(&engine), 0);
	ck_assert_uint_eq(leaf_flushes, 1);
	leaf_flushes = 0;
	ck_assert_int_eq(engine_flush(&engine), 0);
	ck_assert_uint_eq(leaf_flushes, 0);
}
END_TEST

START_TEST(what_could_not_be_flushed_is_flushed_again)
{
	chain_bench_take(&engine, 1);
	/* The store's own mark is durable before. */
	engine_settle(&engine);
	memory_disk_fail(engine.disk, BLOCKIO_FLUSH, 1, 16, -EIO);
	ck_assert_int_eq(engine_flush(&engine), -EIO);
	memory_disk_fail(engine.disk, BLOCKIO_FLUSH, 1, 0, 0);
	leaf_flushes = 0;
	ck_assert_int_eq(engine_flush(&engine), 0);
	ck_assert_uint_eq(leaf_flushes, 1);
}
END_TEST

/* The other flush may have begun before a write ended that this one is to cover. */
START_TEST(a_flush_does_not_rely_on_one_that_is_under_way)
{
	struct engine_request *first = engine_flush_new(NULL), *second = engine_flush_new(NULL);

	chain_bench_take(&engine, 1);
	leaf_flushes = 0;
	engine_submit(&engine, first);
	engine_submit(&engine, second);
	ck_assert_uint_eq(leaf_flushes, 2);
	ck_assert_int_eq(engine_wait(&engine, first), 0);
	ck_assert_int_eq(engine_wait(&engine, second), 0);
	engine_request_free(first);
	engine_request_free(second);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("flushes of a chain");
	TCase *tcase = tcase_create("flush");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_engine, close_engine);
	tcase_add_test(
		tcase, what_ended_after_the_flush_of_its_node_is_flushed_under_the_next_leaf);
	tcase_add_test(tcase, a_node_that_nobody_wrote_to_is_flushed_once);
	tcase_add_test(tcase, what_could_not_be_flushed_is_flushed_again);
	tcase_add_test(tcase, a_flush_does_not_rely_on_one_that_is_under_way);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
