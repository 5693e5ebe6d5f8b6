/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks of a merge are under way side by side, in the order of their blocks. */
#include <check.h>

#include "simfs/base/clock.h"
#include "simfs/volume/chain/chain.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/merge_bench.h"

/* ---- how many, and in which order ---- */

/* Goes on to the end: so many transfers were under way at a time. */
static uint64_t most_under_way(void)
{
	uint64_t most = 0;

	while (engine_step(&merge_bench_engine)) {
		uint64_t waiting = memory_disk_waiting(merge_bench_engine.disk, BLOCKIO_WRITE) +
				   memory_disk_waiting(merge_bench_engine.disk, BLOCKIO_READ);

		most = waiting > most ? waiting : most;
	}
	return most;
}

START_TEST(chunks_are_under_way_side_by_side_and_written_in_their_order)
{
	static const uint32_t counts[] = { 1, 2, 7, VOLUME_COALESCE_CHUNKS };
	uint64_t most, written = 0;

	merge_bench_limits.coalesce_chunks = counts[_i];
	merge_bench_make(LEAF_INTO_IMAGE);
	merge_bench_watch(&written);
	merge_bench_begin();
	most = most_under_way();
	ck_assert_uint_eq(most, counts[_i]);
	ck_assert_uint_eq(written, RUNS + 1);
	merge_bench_expect_merged();
	merge_bench_end();
}
END_TEST

START_TEST(all_of_them_together_are_no_longer_than_the_window)
{
	merge_bench_limits.coalesce_chunk_bytes = 2 * BLOCK;
	merge_bench_limits.coalesce_window_bytes = 5 * BLOCK;
	merge_bench_make(LEAF_INTO_IMAGE);
	merge_bench_begin();
	while (engine_step(&merge_bench_engine)) {
		const struct merge_window *window =
			&merge_bench_engine.volume->chain->coalesce.window;
		uint64_t blocks = 0;

		for (uint64_t i = window->first; i < window->end; i++)
			blocks += window->chunks[i % VOLUME_COALESCE_CHUNKS].count;
		ck_assert_uint_le(blocks, 5);
	}
	merge_bench_expect_merged();
	merge_bench_end();
}
END_TEST

START_TEST(runs_that_are_neighbours_are_one_transfer)
{
	uint64_t written = 0;

	merge_bench_make(LEAF_INTO_IMAGE);
	for (uint64_t i = 100; i < 120; i++)
		ck_assert_int_eq(engine_write(&merge_bench_engine, i * BLOCK, BLOCK, i), 0);
	merge_bench_note_live();
	merge_bench_watch(&written);
	merge_bench_merge();
	/* 102, 108 and 114 lie in it, and 120 is its neighbour. */
	ck_assert_uint_eq(written, RUNS + 1 - 4 + 1);
	merge_bench_expect_merged();
	merge_bench_end();
}
END_TEST

/* So each time the same is done when it strikes, and nothing is that comes later. */
START_TEST(with_a_rule_that_may_strike_one_is_under_way)
{
	static const char *const rules[] = {
		"coalesce.copy error=EIO after=8 times=1",
		"origin.write error=EIO after=8 times=1",
		"store.append error=EIO after=100",
		"store.flush error=EIO after=100",
	};
	char message[RULE_MESSAGE_BYTES];
	uint64_t most, written = 0, id;

	merge_bench_make(LEAF_INTO_IMAGE);
	ck_assert_int_eq(volume_fault_add(merge_bench_engine.volume, rules[_i], &id, message), 0);
	merge_bench_watch(&written);
	merge_bench_begin();
	most = most_under_way();
	ck_assert_uint_eq(most, 1);
	ck_assert_uint_eq(written, _i < 2 ? 8 : RUNS + 1);
	ck_assert_uint_eq(volume_fault_clear(merge_bench_engine.volume), 1);
	engine_folder_watch(merge_bench_engine.image_folder, NULL, NULL);
	merge_bench_expect_merged();
	merge_bench_end();
}
END_TEST

START_TEST(at_a_rate_one_is_under_way)
{
	uint64_t most = 0, began_ns;

	merge_bench_rate = 256u << 10;
	merge_bench_make(BASE_INTO_IMAGE);
	merge_bench_begin();
	began_ns = clock_now_ns();
	while (merge_bench_engine.volume->chain->coalesce.state != COALESCE_FLUSH) {
		uint64_t waiting;

		ck_assert(engine_step(&merge_bench_engine));
		waiting = memory_disk_waiting(merge_bench_engine.disk, BLOCKIO_WRITE) +
			  memory_disk_waiting(merge_bench_engine.disk, BLOCKIO_READ);
		most = waiting > most ? waiting : most;
	}
	ck_assert_uint_eq(most, 1);
	ck_assert_uint_ge(
		clock_now_ns() - began_ns, (RUNS + 1) * BLOCK * NS_PER_S / merge_bench_rate);
	merge_bench_expect_contents();
	merge_bench_end();
}
END_TEST

/* What is under way when it comes ends first. */
START_TEST(a_rule_that_comes_in_between_strikes_the_next_chunk)
{
	char message[RULE_MESSAGE_BYTES];

	for (unsigned steps = 0; steps < RUNS; steps++) {
		uint64_t id;
		bool is_there = false;

		merge_bench_make(LEAF_INTO_IMAGE);
		merge_bench_begin();
		for (unsigned step = 0; step < steps; step++)
			engine_step(&merge_bench_engine);
		if (merge_bench_engine.volume->chain->coalesce.node) {
			ck_assert_int_eq(volume_fault_add(merge_bench_engine.volume,
						 "coalesce.copy error=EIO", &id, message),
				0);
			is_there = true;
		}
		engine_settle(&merge_bench_engine);
		ck_assert_uint_eq(chain_bench_nodes(&merge_bench_engine),
			is_there ? merge_bench_nodes : merge_bench_nodes - 1);
		ck_assert_int_eq(merge_bench_engine.volume->chain->coalesce.state, COALESCE_IDLE);
		(void)volume_fault_clear(merge_bench_engine.volume);
		merge_bench_expect_merged();
		merge_bench_end();
	}
}
END_TEST

/* The chunk whose turn has come is begun beside those that are under way. */
START_TEST(a_rule_that_comes_when_the_next_chunk_is_due_finds_others_under_way)
{
	struct engine *engine = &merge_bench_engine;
	char message[RULE_MESSAGE_BYTES];
	unsigned met = 0;

	for (unsigned steps = 0; steps < 2 * RUNS; steps++) {
		const struct coalesce *coalesce;
		uint64_t id;

		merge_bench_make((enum merge_bench_kind)_i);
		coalesce = &engine->volume->chain->coalesce;
		merge_bench_begin();
		for (unsigned step = 0; step < steps; step++)
			engine_step(engine);
		met += coalesce->state == COALESCE_COPY && coalesce->due_ns != UINT64_MAX &&
		       coalesce->window.first != coalesce->window.end;
		ck_assert_int_eq(volume_fault_add(engine->volume,
					 "store.append error=EIO after=1000", &id, message),
			0);
		engine_settle(engine);
		merge_bench_expect_merged();
		merge_bench_end();
	}
	ck_assert_uint_gt(met, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("window of a merge");
	TCase *tcase = tcase_create("window");

	(void)argc;
	tcase_add_checked_fixture(tcase, merge_bench_set_up, NULL);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(
		tcase, chunks_are_under_way_side_by_side_and_written_in_their_order, 0, 4);
	tcase_add_test(tcase, all_of_them_together_are_no_longer_than_the_window);
	tcase_add_test(tcase, runs_that_are_neighbours_are_one_transfer);
	tcase_add_loop_test(tcase, with_a_rule_that_may_strike_one_is_under_way, 0, 4);
	tcase_add_test(tcase, at_a_rate_one_is_under_way);
	tcase_add_test(tcase, a_rule_that_comes_in_between_strikes_the_next_chunk);
	tcase_add_loop_test(tcase,
		a_rule_that_comes_when_the_next_chunk_is_due_finds_others_under_way, 0, KINDS);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
