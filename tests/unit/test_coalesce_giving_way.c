/* SPDX-License-Identifier: Apache-2.0 */
/* A merge gives way while others ask the volume for something, and comes to its end all the same.
 */
#include <check.h>
#include <limits.h>

#include "simfs/base/clock.h"
#include "simfs/volume/chain/chain.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/merge_bench.h"

#define BESIDE_BLOCKS 3u
#define LONG	      60u

static struct engine *const engine = &merge_bench_engine;

static const struct coalesce *coalesce(void)
{
	return &engine->volume->chain->coalesce;
}

static bool is_copying(void)
{
	return coalesce()->state == COALESCE_COPY;
}

/* What is under way, in blocks. */
static uint64_t blocks_under_way(void)
{
	const struct merge_window *window = &coalesce()->window;
	uint64_t blocks = 0;

	for (uint64_t i = window->first; i < window->end; i++)
		blocks += window->chunks[i % VOLUME_COALESCE_CHUNKS].count;
	return blocks;
}

/* To be merged into the image: runs of one block, and one of LONG blocks. */
static void make(enum merge_bench_kind kind)
{
	merge_bench_limits.coalesce_chunk_bytes = 8 * BLOCK;
	merge_bench_limits.coalesce_beside_bytes = BESIDE_BLOCKS * BLOCK;
	/* A step takes 1 ms. */
	merge_bench_limits.coalesce_beside_ns = 40 * NS_PER_MS;
	merge_bench_make(LEAF_INTO_IMAGE);
	for (uint64_t i = 0; i < LONG; i++)
		ck_assert_int_eq(engine_write(engine, (150 + i) * BLOCK, BLOCK, 500 + i), 0);
	merge_bench_note_live();
	if (kind == BASE_INTO_IMAGE)
		chain_bench_take(engine, 3);
	merge_bench_nodes = chain_bench_nodes(engine);
}

static void end(void)
{
	engine_settle(engine);
	merge_bench_expect_merged();
	merge_bench_end();
}

static void begin(void)
{
	merge_bench_begin();
	while (!is_copying())
		ck_assert(engine_step(engine));
}

/* Of the image. */
static struct engine_request *read_begin(void)
{
	struct engine_request *request = engine_read_new(NULL, 149 * BLOCK, BLOCK);

	engine_submit(engine, request);
	return request;
}

static void read_end(struct engine_request *request)
{
	ck_assert_int_eq(engine_wait(engine, request), 0);
	engine_request_free(request);
}

static void read_one(void)
{
	read_end(read_begin());
}

static void nothing(void)
{
}

/* The most blocks that were under way when a chunk had been begun, in STEPS steps at most of the
 * copying, before each of which BESIDE is called. */
static uint64_t most_blocks(void (*beside)(void), unsigned steps)
{
	uint64_t most = 0, chunks = coalesce()->window.end;

	while (is_copying() && steps-- > 0) {
		beside();
		if (!engine_step(engine))
			break;
		if (is_copying() && coalesce()->window.end != chunks) {
			chunks = coalesce()->window.end;
			most = blocks_under_way() > most ? blocks_under_way() : most;
		}
	}
	return most;
}

START_TEST(little_is_under_way_while_requests_come_and_it_ends)
{
	make(BASE_INTO_IMAGE);
	begin();
	ck_assert_uint_gt(most_blocks(nothing, UINT_MAX), BESIDE_BLOCKS);
	end();

	make(BASE_INTO_IMAGE);
	begin();
	ck_assert_uint_le(most_blocks(read_one, UINT_MAX), BESIDE_BLOCKS);
	ck_assert(!is_copying());
	end();
}
END_TEST

START_TEST(as_much_as_ever_is_when_none_has_come_for_a_while)
{
	make(BASE_INTO_IMAGE);
	begin();
	ck_assert_uint_le(most_blocks(read_one, 5), BESIDE_BLOCKS);
	ck_assert_uint_le(most_blocks(nothing, 20), BESIDE_BLOCKS);
	ck_assert_uint_gt(most_blocks(nothing, UINT_MAX), BESIDE_BLOCKS);
	end();
}
END_TEST

START_TEST(little_is_while_one_is_waited_for_however_long)
{
	struct engine_request *request;
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	make(BASE_INTO_IMAGE);
	ck_assert_int_eq(volume_fault_add(engine->volume, "origin.read hang", &id, message), 0);
	begin();
	request = read_begin();
	ck_assert_uint_le(most_blocks(nothing, UINT_MAX), BESIDE_BLOCKS);
	ck_assert(!is_copying() && !request->has_ended);
	ck_assert_uint_eq(volume_fault_clear(engine->volume), 1);
	read_end(request);
	end();
}
END_TEST

/* What they wait for is soon over. */
START_TEST(a_leaf_whose_writers_wait_gives_no_way)
{
	struct engine_request *request = engine_write_new(0, BLOCK, 600);

	make(LEAF_INTO_IMAGE);
	merge_bench_limits.coalesce_beside_ns = NS_PER_S;
	begin();
	engine_submit(engine, request);
	ck_assert_uint_gt(most_blocks(nothing, UINT_MAX), BESIDE_BLOCKS);
	ck_assert_int_eq(engine_wait(engine, request), 0);
	engine_request_free(request);
	merge_bench_note_live();
	end();
}
END_TEST

/* What it strikes is the same, whoever asks for what meanwhile. */
START_TEST(with_a_rule_chunks_are_as_long_as_ever)
{
	static const unsigned loads[] = { 0, UINT_MAX };
	char message[RULE_MESSAGE_BYTES];
	uint64_t written[2] = { 0 }, id;

	for (unsigned i = 0; i < 2; i++) {
		make(BASE_INTO_IMAGE);
		ck_assert_int_eq(volume_fault_add(engine->volume,
					 "coalesce.copy error=EIO after=1000", &id, message),
			0);
		merge_bench_watch(&written[i]);
		begin();
		most_blocks(read_one, loads[i]);
		engine_settle(engine);
		engine_folder_watch(engine->image_folder, NULL, NULL);
		end();
	}
	ck_assert_uint_eq(written[0], written[1]);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("a merge gives way");
	TCase *tcase = tcase_create("giving way");

	(void)argc;
	tcase_add_checked_fixture(tcase, merge_bench_set_up, NULL);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, little_is_under_way_while_requests_come_and_it_ends);
	tcase_add_test(tcase, as_much_as_ever_is_when_none_has_come_for_a_while);
	tcase_add_test(tcase, little_is_while_one_is_waited_for_however_long);
	tcase_add_test(tcase, a_leaf_whose_writers_wait_gives_no_way);
	tcase_add_test(tcase, with_a_rule_chunks_are_as_long_as_ever);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
