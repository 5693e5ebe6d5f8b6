/* SPDX-License-Identifier: Apache-2.0 */
/* Writes in place: what they wait for, what a kill leaves, and what an error ends. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS	    64u
#define BLOCK_BYTES 8192u

static struct store_bench bench;

static void open_bench(void)
{
	store_bench_init(&bench, engine_seed(), BLOCKS * BLOCK_BYTES, BLOCK_BYTES);
}

static void close_bench(void)
{
	store_bench_deinit(&bench);
}

/* The superblock as it lies in the file. */
static struct store_superblock superblock_now(void)
{
	struct store_superblock superblock;
	uint64_t size_bytes;

	memcpy(&superblock, memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes),
		sizeof superblock);
	return superblock;
}

/* Whether the bytes of BLOCK in the file are those of a rewrite with STAMP. */
static bool is_rewritten(uint64_t offset, uint32_t length_bytes, uint64_t stamp)
{
	uint8_t wanted[BLOCK_BYTES];
	uint64_t size_bytes;
	const uint8_t *bytes = memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);

	mix_fill(wanted, length_bytes, stamp, 0);
	return memcmp(bytes + offset, wanted, length_bytes) == 0;
}

START_TEST(a_block_is_rewritten_in_place)
{
	store_bench_append(&bench, 0, 4);
	store_bench_append(&bench, 10, 1);
	store_bench_settle(&bench);

	uint64_t offset = store_offset(bench.store, 2);
	uint64_t file_bytes = store_file_bytes(bench.store);
	struct store_bench_append *rewrite = store_bench_rewrite(&bench, 2, 4096, 4096, 77);

	ck_assert(!rewrite->has_ended && !store_idle(bench.store));
	store_bench_settle(&bench);
	ck_assert(rewrite->has_ended && rewrite->result == 0 && store_idle(bench.store));
	ck_assert_uint_eq(store_offset(bench.store, 2), offset);
	ck_assert_uint_eq(store_file_bytes(bench.store), file_bytes);
	ck_assert(is_rewritten(offset + 4096, 4096, 77));
	for (int round = 0; round < 2; round++) {
		if (round == 0)
			store_bench_leave(&bench);
		else
			ck_assert_int_eq(store_bench_close(&bench), 0);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert_uint_eq(store_offset(bench.store, 2), offset);
		ck_assert(store_bench_has(&bench, 0, 2) && store_bench_has(&bench, 3, 1) &&
			  store_bench_has(&bench, 10, 1));
	}
}
END_TEST

START_TEST(nothing_is_rewritten_before_the_flag_and_the_seal_are_in_the_file)
{
	uint64_t size_bytes;

	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);

	uint64_t offset = store_offset(bench.store, 0);
	uint64_t end_bytes = store_file_bytes(bench.store);

	store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 78);
	do {
		const uint8_t *bytes = memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes);

		if (!is_rewritten(offset, BLOCK_BYTES, 78))
			continue;
		ck_assert(superblock_now().flags & STORE_FLAG_REWRITTEN);
		ck_assert_uint_eq(size_bytes, end_bytes + STORE_UNIT_BYTES);
		ck_assert_mem_eq(bytes + end_bytes, &(uint64_t){ SEGMENT_MAGIC }, 8);
	} while (memory_disk_step(bench.disk));
	ck_assert(is_rewritten(offset, BLOCK_BYTES, 78));
	ck_assert_uint_eq(store_file_bytes(bench.store), end_bytes + STORE_UNIT_BYTES);
}
END_TEST

START_TEST(many_rewrites_share_one_seal_and_need_none_later)
{
	store_bench_append(&bench, 0, 32);
	store_bench_settle(&bench);

	uint64_t file_bytes = store_file_bytes(bench.store);

	for (int round = 0; round < 3; round++) {
		for (uint64_t i = 0; i < 32; i++)
			store_bench_rewrite(&bench, i, 0, BLOCK_BYTES, 100 + i);
		store_bench_settle(&bench);
		ck_assert_uint_eq(store_file_bytes(bench.store), file_bytes + STORE_UNIT_BYTES);
	}
	for (uint64_t i = 0; i < 32; i++)
		ck_assert(is_rewritten(store_offset(bench.store, i), BLOCK_BYTES, 100 + i));
}
END_TEST

START_TEST(a_segment_on_its_way_is_the_seal)
{
	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);
	store_bench_rewrite(&bench, 0, 0, 4096, 1);
	store_bench_settle(&bench);
	store_bench_append(&bench, 1, 1);
	store_bench_settle(&bench);

	uint64_t file_bytes = store_file_bytes(bench.store);
	struct store_bench_append *append = store_bench_append(&bench, 2, 1);
	struct store_bench_append *rewrite = store_bench_rewrite(&bench, 1, 0, 4096, 79);

	while (!append->has_ended) {
		ck_assert(!rewrite->has_ended);
		ck_assert(!is_rewritten(store_offset(bench.store, 1), 4096, 79));
		ck_assert(memory_disk_step(bench.disk));
	}
	store_bench_settle(&bench);
	ck_assert(rewrite->has_ended && rewrite->result == 0);
	ck_assert_uint_eq(
		store_file_bytes(bench.store), file_bytes + STORE_UNIT_BYTES + BLOCK_BYTES);
}
END_TEST

START_TEST(a_torn_last_segment_of_a_rewritten_store_is_still_found)
{
	uint64_t size_bytes;

	store_bench_append(&bench, 0, 2);
	store_bench_settle(&bench);
	store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 80);
	store_bench_settle(&bench);
	store_bench_append(&bench, 5, 1);
	store_bench_settle(&bench);

	uint64_t last = store_offset(bench.store, 5);

	store_bench_leave(&bench);
	memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes)[last + 5000] ^= 4;
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 2);
	ck_assert_uint_eq(bench.findings.torn_bytes, STORE_UNIT_BYTES + BLOCK_BYTES);
	ck_assert(store_bench_has(&bench, 1, 1));
	ck_assert(is_rewritten(store_offset(bench.store, 0), BLOCK_BYTES, 80));
}
END_TEST

START_TEST(a_failed_flag_ends_the_rewrite_and_the_next_one_asks_again)
{
	store_bench_append(&bench, 0, 1);
	store_bench_append(&bench, 1, 1);
	store_bench_settle(&bench);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);

	struct store_bench_append *first = store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 81);
	struct store_bench_append *second = store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 81);

	store_bench_settle(&bench);
	ck_assert(first->has_ended && first->result == -EIO);
	ck_assert(second->has_ended && second->result == -EIO);
	ck_assert(store_bench_has(&bench, 0, 2));
	ck_assert_int_eq(store_error(bench.store), 0);

	struct store_bench_append *third = store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 81);

	store_bench_settle(&bench);
	ck_assert(third->has_ended && third->result == 0);
	ck_assert(superblock_now().flags & STORE_FLAG_REWRITTEN);
}
END_TEST

START_TEST(a_run_ends_where_the_next_block_lies_elsewhere)
{
	static const uint64_t blocks[] = { 0, 9, 1, 2 };

	for (unsigned i = 0; i < 4; i++) {
		store_bench_append(&bench, blocks[i], 1);
		store_bench_settle(&bench);
	}
	ck_assert_uint_eq(store_run_bytes(bench.store, 0, 3 * BLOCK_BYTES), BLOCK_BYTES);
}
END_TEST

START_TEST(a_failed_seal_ends_the_store_until_it_is_resumed)
{
	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 2, 1, -ENOSPC);

	struct store_bench_append *rewrite = store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 82);

	store_bench_settle(&bench);
	ck_assert(rewrite->has_ended && rewrite->result == -ENOSPC);
	ck_assert_int_eq(store_error(bench.store), -ENOSPC);
	ck_assert(store_bench_has(&bench, 0, 1));
	rewrite = store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 82);
	ck_assert(rewrite->has_ended && rewrite->result == -ENOSPC);
	store_resume(bench.store);
	rewrite = store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 82);
	store_bench_append(&bench, 1, 3);
	store_bench_settle(&bench);
	ck_assert(rewrite->has_ended && rewrite->result == 0);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(store_bench_has(&bench, 1, 3));
	ck_assert(is_rewritten(store_offset(bench.store, 0), BLOCK_BYTES, 82));
}
END_TEST

START_TEST(a_failed_rewrite_ends_nothing_else)
{
	store_bench_append(&bench, 0, 1);
	store_bench_append(&bench, 1, 1);
	store_bench_settle(&bench);
	store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 83);
	store_bench_settle(&bench);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);

	struct store_bench_append *rewrite = store_bench_rewrite(&bench, 0, 0, BLOCK_BYTES, 84);

	store_bench_settle(&bench);
	ck_assert(rewrite->has_ended && rewrite->result == -EIO);
	ck_assert_int_eq(store_error(bench.store), 0);
	ck_assert(is_rewritten(store_offset(bench.store, 0), BLOCK_BYTES, 83));
}
END_TEST

START_TEST(a_store_is_forgotten_in_the_middle_of_rewrites)
{
	store_bench_append(&bench, 0, 8);
	store_bench_settle(&bench);
	for (uint64_t i = 0; i < 8; i++)
		store_bench_rewrite(&bench, i, 0, BLOCK_BYTES, 85);
	for (int i = 0; i < _i && memory_disk_step(bench.disk); i++)
		continue;
	memory_disk_kill(bench.disk);
	store_forget(bench.store);
	bench.store = NULL;
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 8);
}
END_TEST

/* ------------------------------------------------------------- against an array */

struct model {
	uint64_t stamps[BLOCKS][2]; /* of each half; 0: as it was appended */
	struct store_bench_append *under_way[BLOCKS];
	uint64_t new_stamps[BLOCKS];
	unsigned new_half[BLOCKS];
	bool known[BLOCKS];
};

static void model_half(struct model *model, uint64_t block, unsigned half)
{
	uint8_t wanted[BLOCK_BYTES];
	uint64_t offset = store_offset(bench.store, block) + half * 4096u;
	uint64_t stamp = model->stamps[block][half], size_bytes;

	if (stamp != 0) {
		ck_assert_msg(is_rewritten(offset, 4096, stamp), "block %u half %u",
			(unsigned)block, half);
		return;
	}
	store_bench_fill(&bench, block, wanted);
	ck_assert_mem_eq(memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes) + offset,
		wanted + half * 4096u, 4096);
}

/* Takes over what has ended; then, when DROP, forgets what has not. */
static void model_follow(struct model *model, bool drop)
{
	for (uint64_t block = 0; block < BLOCKS; block++) {
		struct store_bench_append *ended = model->under_way[block];

		if (!ended || (!ended->has_ended && !drop))
			continue;
		if (ended->has_ended) {
			ck_assert_int_eq(ended->result, 0);
			if (model->known[block])
				model->stamps[block][model->new_half[block]] =
					model->new_stamps[block];
			model->known[block] = true;
		}
		model->under_way[block] = NULL;
	}
}

static void model_check(struct model *model)
{
	for (uint64_t block = 0; block < BLOCKS; block++) {
		ck_assert_int_eq(store_has_data(bench.store, block), model->known[block]);
		for (unsigned half = 0; half < 2 && model->known[block]; half++)
			model_half(model, block, half);
	}
}

static void model_operate(struct model *model, uint64_t seed, uint64_t at)
{
	uint64_t block = mix_below(seed, 4 * at, BLOCKS);

	if (model->under_way[block])
		return;
	if (!model->known[block]) {
		model->under_way[block] = store_bench_append(&bench, block, 1);
		return;
	}
	model->new_half[block] = (unsigned)mix_below(seed, 4 * at + 1, 2);
	model->new_stamps[block] = at + 1000;
	model->under_way[block] = store_bench_rewrite(
		&bench, block, model->new_half[block] * 4096u, 4096, at + 1000);
}

START_TEST(a_kill_at_any_step_keeps_all_that_was_acknowledged)
{
	static struct model model;
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i);

	memset(&model, 0, sizeof model);
	for (uint64_t at = 0; at < 2000; at++) {
		uint64_t what = mix_below(seed, 4 * at + 2, 100);

		if (what < 40) {
			model_operate(&model, seed, at);
		} else if (what < 97) {
			memory_disk_step(bench.disk);
			model_follow(&model, false);
		} else if (what < 98) {
			store_bench_settle(&bench);
			model_follow(&model, false);
			ck_assert_int_eq(store_bench_close(&bench), 0);
			ck_assert_int_eq(store_bench_open(&bench), 0);
			model_check(&model);
		} else {
			memory_disk_kill(bench.disk);
			store_forget(bench.store);
			bench.store = NULL;
			ck_assert_int_eq(store_bench_open(&bench), 0);
			model_follow(&model, true);
			model_check(&model);
		}
	}
	store_bench_settle(&bench);
	model_follow(&model, false);
	model_check(&model);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store rewrite");
	TCase *tests = tcase_create("rewrite");

	(void)argc;
	tcase_add_checked_fixture(tests, open_bench, close_bench);
	tcase_set_timeout(tests, 30);
	tcase_add_test(tests, a_block_is_rewritten_in_place);
	tcase_add_test(tests, nothing_is_rewritten_before_the_flag_and_the_seal_are_in_the_file);
	tcase_add_test(tests, many_rewrites_share_one_seal_and_need_none_later);
	tcase_add_test(tests, a_segment_on_its_way_is_the_seal);
	tcase_add_test(tests, a_torn_last_segment_of_a_rewritten_store_is_still_found);
	tcase_add_test(tests, a_failed_flag_ends_the_rewrite_and_the_next_one_asks_again);
	tcase_add_test(tests, a_run_ends_where_the_next_block_lies_elsewhere);
	tcase_add_test(tests, a_failed_seal_ends_the_store_until_it_is_resumed);
	tcase_add_test(tests, a_failed_rewrite_ends_nothing_else);
	tcase_add_loop_test(tests, a_store_is_forgotten_in_the_middle_of_rewrites, 0, 8);
	tcase_add_loop_test(tests, a_kill_at_any_step_keeps_all_that_was_acknowledged, 0, 20);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
