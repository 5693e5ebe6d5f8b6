/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable stores: what was acknowledged survives a power cut (invariant 4 of
 * docs/architecture.md 5.2).
 *
 * At a cut each sector that was written since the last flush may be old or new,
 * and so may the end of the file.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS 2048u
#define BOOT   77u

static struct store_bench bench;

static void open_bench(void)
{
	store_bench_init(&bench, engine_seed(), BLOCKS * 4096ull, 4096);
	store_set_durable(bench.store, true);
	bench.open_options = (struct store_open_options){ .boot_id = BOOT, .durable = true };
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_int_eq(store_bench_open(&bench), 0);
}

static void close_bench(void)
{
	store_bench_deinit(&bench);
}

static uint64_t flushes(void)
{
	return memory_disk_completed(bench.disk, BLOCKIO_FLUSH);
}

START_TEST(a_segment_is_acknowledged_after_a_flush_of_its_own)
{
	for (uint64_t i = 0; i < 5; i++) {
		uint64_t before = flushes();
		struct store_bench_append *append = store_bench_append(&bench, 2 * i, 1);

		while (!append->has_ended) {
			ck_assert_uint_eq(flushes(), before);
			ck_assert_uint_eq(store_offset(bench.store, 2 * i), 0);
			ck_assert(memory_disk_step(bench.disk));
		}
		ck_assert_uint_eq(flushes(), before + 1);
		ck_assert(store_bench_has(&bench, 2 * i, 1));
	}
}
END_TEST

START_TEST(what_comes_during_a_flush_shares_the_next_one)
{
	uint64_t before = flushes();

	for (uint64_t i = 0; i < 100; i++)
		store_bench_append(&bench, 2 * i, 1);
	store_bench_settle(&bench);
	ck_assert_uint_eq(flushes() - before, 2);
}
END_TEST

START_TEST(a_mark_is_flushed_and_so_is_the_flag_of_a_rewrite)
{
	uint64_t before = flushes();

	ck_assert_int_eq(store_bench_mark(&bench, 0, 0), 0);
	ck_assert_uint_eq(flushes() - before, 1);
	store_bench_append(&bench, 0, 1);
	store_bench_settle(&bench);
	before = flushes();
	store_bench_rewrite(&bench, 0, 0, 4096, 5);
	store_bench_settle(&bench);
	/* The superblock's and the seal's. */
	ck_assert_uint_eq(flushes() - before, 2);
}
END_TEST

START_TEST(a_failed_flush_ends_the_store)
{
	memory_disk_fail(bench.disk, BLOCKIO_FLUSH, 1, 1, -EIO);

	struct store_bench_append *append = store_bench_append(&bench, 0, 1);

	store_bench_settle(&bench);
	ck_assert(append->has_ended && append->result == -EIO);
	ck_assert_int_eq(store_error(bench.store), -EIO);
	ck_assert_uint_eq(store_blocks(bench.store), 0);
	memory_disk_fail(bench.disk, BLOCKIO_FLUSH, 1, 1, -EIO);
	ck_assert_int_eq(store_bench_mark(&bench, -EIO, 0), -EIO);
}
END_TEST

/* ---------------------------------------------------------------- boot ids */

START_TEST(only_an_open_store_of_another_boot_says_that_the_machine_restarted)
{
	bench.open_options.boot_id = BOOT;
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(!bench.findings.machine_restarted && bench.findings.was_durable);
	bench.open_options.boot_id = BOOT + 1;
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(!bench.findings.machine_restarted && bench.findings.was_clean);
	ck_assert_uint_eq(store_facts(bench.store)->boot_id, BOOT + 1);
	store_bench_leave(&bench);
	bench.open_options.boot_id = BOOT + 2;
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(bench.findings.machine_restarted && bench.findings.was_durable);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(!bench.findings.machine_restarted);
	/* Who does not tell is not told. */
	store_bench_leave(&bench);
	bench.open_options.boot_id = 0;
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(!bench.findings.machine_restarted);
}
END_TEST

START_TEST(what_a_restart_may_have_cost_stays_on_record_until_it_is_accepted)
{
	bench.open_options.durable = false;
	ck_assert_int_eq(store_bench_close(&bench), 0);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	store_bench_append(&bench, 3, 1);
	store_bench_settle(&bench);
	bench.open_options.boot_id = BOOT + 1;
	for (int round = 0; round < 3; round++) {
		store_bench_leave(&bench);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert(bench.findings.machine_restarted && !bench.findings.was_durable);
	}
	ck_assert_int_eq(store_bench_mark(&bench, 0, 0), 0);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(!bench.findings.machine_restarted);
	ck_assert(store_bench_has(&bench, 3, 1));
}
END_TEST

START_TEST(segments_behind_a_torn_one_are_damage_after_a_kill_and_lost_after_a_restart)
{
	uint64_t size_bytes, saved_bytes, offset = 0;

	for (uint64_t i = 0; i < 5; i++) {
		store_bench_append(&bench, i, 1);
		store_bench_settle(&bench);
		if (i == 2)
			offset = store_offset(bench.store, i) - STORE_UNIT_BYTES;
	}
	store_bench_leave(&bench);
	memset(memory_disk_bytes(bench.disk, STORE_BENCH_NAME, &size_bytes) + offset, 0, 512);

	uint8_t *saved = store_bench_save(&bench, &saved_bytes);

	ck_assert_int_eq(store_bench_open(&bench), -EUCLEAN);
	ck_assert_uint_eq(bench.findings.damage_offset, offset);
	store_bench_leave(&bench);
	store_bench_restore(&bench, saved, saved_bytes);
	bench.open_options.boot_id = BOOT + 1;
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert(bench.findings.machine_restarted);
	ck_assert(store_bench_has(&bench, 0, 2));
	ck_assert_uint_eq(store_blocks(bench.store), 2);
	/* And what is appended there does not meet them again. */
	store_bench_append(&bench, 10, 1);
	store_bench_settle(&bench);
	store_bench_leave(&bench);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 3);
	free(saved);
}
END_TEST

/* --------------------------------------------------------------- power cuts */

/* The file as it was at the last flush. */
static uint8_t *flushed;
static uint64_t flushed_bytes;

static void remember_flushed(void)
{
	free(flushed);
	flushed = store_bench_save(&bench, &flushed_bytes);
}

static void step(void)
{
	uint64_t before = flushes();

	memory_disk_step(bench.disk);
	if (flushes() != before)
		remember_flushed();
}

/* Cuts the power: each sector is what it was at the flush or what it is. */
static void cut_power(uint64_t seed)
{
	uint64_t now_bytes, length;
	uint8_t *now = store_bench_save(&bench, &now_bytes);

	memory_disk_kill(bench.disk);
	store_forget(bench.store);
	bench.store = NULL;
	length = mix_below(seed, 0, 2) ? now_bytes : flushed_bytes;
	for (uint64_t at = 0; at + 512 <= flushed_bytes && at < length; at += 512) {
		if (mix_below(seed, at, 2))
			memcpy(now + at, flushed + at, 512);
	}
	/* Behind the end that was flushed: written, or not yet. */
	for (uint64_t at = flushed_bytes; at < length; at += 512) {
		if (mix_below(seed, at, 2))
			memset(now + at, 0, 512);
	}
	store_bench_restore(&bench, now, length);
	free(now);
}

START_TEST(a_power_cut_at_any_step_keeps_all_that_was_acknowledged)
{
	static bool acknowledged[BLOCKS];
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i), next = 0;

	memset(acknowledged, 0, sizeof acknowledged);
	remember_flushed();
	for (uint64_t round = 0; round < 40; round++) {
		uint64_t steps = mix_below(seed, 4 * round, 25);

		for (uint64_t i = mix_below(seed, 4 * round + 1, 30); i > 0 && next < BLOCKS; i--) {
			store_bench_append(&bench, next++ * 1031 % BLOCKS, 1);
			if (mix_below(seed, next, 3) == 0)
				step();
		}
		while (steps-- > 0)
			step();
		for (uint64_t block = 0; block < BLOCKS; block++)
			acknowledged[block] = store_offset(bench.store, block) != 0;
		cut_power(mix64(seed ^ round));
		bench.open_options.boot_id++;
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert(bench.findings.machine_restarted && bench.findings.was_durable);
		remember_flushed();
		/* What it knows has the right bytes, or the bench ends the test. */
		for (uint64_t block = 0; block < BLOCKS; block++) {
			bool has = store_bench_has(&bench, block, 1);

			ck_assert_msg(has || !acknowledged[block], "block %u", (unsigned)block);
		}
	}
	free(flushed);
	flushed = NULL;
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store durable");
	TCase *tests = tcase_create("durable");

	(void)argc;
	tcase_add_checked_fixture(tests, open_bench, close_bench);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_segment_is_acknowledged_after_a_flush_of_its_own);
	tcase_add_test(tests, what_comes_during_a_flush_shares_the_next_one);
	tcase_add_test(tests, a_mark_is_flushed_and_so_is_the_flag_of_a_rewrite);
	tcase_add_test(tests, a_failed_flush_ends_the_store);
	tcase_add_test(tests, only_an_open_store_of_another_boot_says_that_the_machine_restarted);
	tcase_add_test(tests, what_a_restart_may_have_cost_stays_on_record_until_it_is_accepted);
	tcase_add_test(
		tests, segments_behind_a_torn_one_are_damage_after_a_kill_and_lost_after_a_restart);
	tcase_add_loop_test(tests, a_power_cut_at_any_step_keeps_all_that_was_acknowledged, 0, 20);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
