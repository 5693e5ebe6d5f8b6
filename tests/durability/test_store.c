/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant 4 of docs/architecture.md 5.2, a store: the power is cut after each step of what may
 * happen to one.  A durable store has all that it acknowledged; one that is not
 * may have lost some, and says that the machine went down.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCK_BYTES  4096u
#define BLOCKS	     64u
#define VOLUME_BYTES (BLOCKS * BLOCK_BYTES)
#define CUTS	     4

/* Runs of the machine. */
#define BOOT_BEFORE 11
#define BOOT_AFTER  12

static struct store_bench bench;
static unsigned failed_marks; /* acknowledged */

static void open_bench(uint64_t seed, bool durable)
{
	failed_marks = 0;
	store_bench_init(&bench, seed, VOLUME_BYTES, BLOCK_BYTES);
	ck_assert_int_eq(store_bench_close(&bench), 0);
	bench.open_options = (struct store_open_options){
		.boot_id = BOOT_BEFORE,
		.durable = durable,
		.verify_data = true,
		.limits = seed % 2 ? &store_limits_smallest : &store_limits_default,
	};
	memory_disk_remember(bench.disk);
	ck_assert_int_eq(store_bench_open(&bench), 0);
}

static void mark_done(struct store_waiter *waiter, int error)
{
	(void)waiter;
	failed_marks += error == 0;
}

static struct store_waiter failure;

/* Appends of one to eight blocks each; at the end it is marked as failed when FAILS. */
static unsigned start_all(uint64_t seed, bool fails)
{
	unsigned block = 0, count = 0;

	while (block < BLOCKS) {
		uint64_t blocks = 1 + mix_below(seed, count, 8);

		if (blocks > BLOCKS - block)
			blocks = BLOCKS - block;
		store_bench_append(&bench, block, blocks);
		block += (unsigned)blocks;
		count++;
		/* So that there are many segments, and some append under way. */
		if (mix_below(seed, ~count, 2))
			memory_disk_step(bench.disk);
	}
	failure = (struct store_waiter){ 0 };
	store_waiter_arm(&failure, mark_done);
	if (fails)
		store_mark(bench.store, -EIO, 0, &failure);
	return count;
}

static void cut_and_open(uint64_t seed, int *ret)
{
	memory_disk_kill(bench.disk);
	store_forget(bench.store);
	bench.store = NULL;
	memory_disk_power_cut(bench.disk, seed);
	bench.open_options.boot_id = BOOT_AFTER;
	*ret = store_bench_open(&bench);
}

/* Whether all acknowledged appends are there; what is there must have the right bytes. */
static bool has_all(uint64_t seed)
{
	bool has = true;
	unsigned block = 0;

	for (unsigned i = 0; i < bench.append_count; i++) {
		uint64_t blocks = 1 + mix_below(seed, i, 8);

		if (blocks > BLOCKS - block)
			blocks = BLOCKS - block;
		if (bench.appends[i]->has_ended && bench.appends[i]->result == 0)
			has = has && store_bench_has(&bench, block, blocks);
		block += (unsigned)blocks;
	}
	return has;
}

/* STEPS after all was started; false when it had ended before. */
static bool cut_after(uint64_t seed, uint64_t steps, uint64_t cut, bool durable, bool fails)
{
	uint64_t step = 0;
	int error;

	open_bench(seed, durable);
	start_all(seed, fails);
	while (step < steps && memory_disk_step(bench.disk))
		step++;
	cut_and_open(mix64(seed ^ mix64(steps * CUTS + cut)), &error);
	if (durable) {
		ck_assert_int_eq(error, 0);
		ck_assert(bench.findings.was_durable);
		if (failed_marks > 0)
			ck_assert(store_facts(bench.store)->failed);
		if (!store_facts(bench.store)->failed)
			ck_assert(has_all(seed));
	} else {
		/* Damage is a way of saying it, too. */
		ck_assert(error == 0 || error == -EUCLEAN);
		if (error == 0 && !store_facts(bench.store)->failed)
			ck_assert(bench.findings.machine_restarted);
	}
	store_bench_deinit(&bench);
	return step == steps;
}

static void cut_everywhere(bool durable, bool fails)
{
	uint64_t runs = engine_count(12), cuts = 0;

	for (uint64_t run = 0; run < runs; run++) {
		bool goes_on = true;

		for (uint64_t steps = 0; goes_on; steps++) {
			for (uint64_t cut = 0; cut < CUTS; cut++, cuts++)
				goes_on = cut_after(
					engine_seed() + run, steps, cut, durable, fails);
		}
	}
	printf("durability: %" PRIu64 " power cuts of a store\n", cuts);
	fflush(stdout);
}

START_TEST(invariant_4_a_durable_store_loses_nothing_that_it_acknowledged)
{
	cut_everywhere(true, false);
}
END_TEST

START_TEST(invariant_4_a_durable_store_that_has_failed_stays_failed)
{
	cut_everywhere(true, true);
}
END_TEST

START_TEST(invariant_4_a_store_that_is_not_durable_says_that_the_machine_went_down)
{
	cut_everywhere(false, false);
}
END_TEST

/* It was durable, was killed, and is not any more: no longer believed after a power cut. */
START_TEST(invariant_4_a_store_that_is_durable_no_more_says_so_before_it_appends)
{
	int error;

	for (uint64_t seed = 0; seed < 64; seed++) {
		open_bench(engine_seed(), true);
		store_bench_leave(&bench);
		bench.open_options.durable = false;
		ck_assert_int_eq(store_bench_open(&bench), 0);
		start_all(engine_seed(), false);
		store_bench_settle(&bench);
		cut_and_open(seed, &error);
		if (error == 0)
			ck_assert(bench.findings.machine_restarted && !bench.findings.was_durable);
		store_bench_deinit(&bench);
	}
}
END_TEST

/* What it may have lost stays on record until its owner has taken note. */
START_TEST(a_store_says_that_the_machine_went_down_until_it_is_marked)
{
	int error;

	for (uint64_t seed = 0; seed < 32; seed++) {
		open_bench(engine_seed(), false);
		start_all(engine_seed(), false);
		store_bench_settle(&bench);
		cut_and_open(seed, &error);
		if (error == 0) {
			ck_assert(bench.findings.machine_restarted);
			store_bench_leave(&bench);
			ck_assert_int_eq(store_bench_open(&bench), 0);
			ck_assert(bench.findings.machine_restarted);
			ck_assert_int_eq(store_bench_mark(&bench, -EUCLEAN, 0), 0);
			store_bench_leave(&bench);
			ck_assert_int_eq(store_bench_open(&bench), 0);
			ck_assert(store_facts(bench.store)->failed);
		}
		store_bench_deinit(&bench);
	}
}
END_TEST

/* Not a power cut but a kill: nothing is lost, and nothing is said. */
START_TEST(invariant_4_a_kill_loses_nothing_that_a_store_acknowledged)
{
	for (uint64_t steps = 0; steps < 40; steps++) {
		open_bench(engine_seed() + steps, false);
		start_all(engine_seed() + steps, false);
		for (uint64_t step = 0; step < steps; step++)
			memory_disk_step(bench.disk);
		memory_disk_kill(bench.disk);
		store_forget(bench.store);
		bench.store = NULL;
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert(!bench.findings.machine_restarted);
		ck_assert(has_all(engine_seed() + steps));
		store_bench_deinit(&bench);
	}
}
END_TEST

/* Written in place, and flushed by the owner. */
START_TEST(invariant_4_what_was_rewritten_in_place_and_flushed_survives)
{
	for (uint64_t seed = 0; seed < 64; seed++) {
		uint8_t wanted[512];
		_Alignas(BLOCKIO_ALIGNMENT_MAX) uint8_t found[BLOCK_BYTES];
		struct store_bench_append *rewrite;
		int error;

		open_bench(engine_seed() + seed, true);
		store_bench_append(&bench, 0, 4);
		store_bench_settle(&bench);
		rewrite = store_bench_rewrite(&bench, 2, 0, BLOCK_BYTES, 99);
		store_bench_settle(&bench);
		ck_assert(rewrite->has_ended && rewrite->result == 0);
		ck_assert_int_eq(blockio_do(store_io(bench.store), BLOCKIO_FLUSH, 0, NULL, 0), 0);
		cut_and_open(seed, &error);
		ck_assert_int_eq(error, 0);
		ck_assert_int_eq(blockio_do(store_io(bench.store), BLOCKIO_READ,
					 store_offset(bench.store, 2), found, BLOCK_BYTES),
			0);
		mix_fill(wanted, sizeof wanted, 99, 0);
		ck_assert_mem_eq(found, wanted, sizeof wanted);
		ck_assert(store_bench_has(&bench, 0, 2));
		store_bench_deinit(&bench);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("durable store");
	TCase *tcase = tcase_create("durable store");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, invariant_4_a_durable_store_loses_nothing_that_it_acknowledged);
	tcase_add_test(tcase, invariant_4_a_durable_store_that_has_failed_stays_failed);
	tcase_add_test(
		tcase, invariant_4_a_store_that_is_not_durable_says_that_the_machine_went_down);
	tcase_add_test(
		tcase, invariant_4_a_store_that_is_durable_no_more_says_so_before_it_appends);
	tcase_add_test(tcase, a_store_says_that_the_machine_went_down_until_it_is_marked);
	tcase_add_test(tcase, invariant_4_a_kill_loses_nothing_that_a_store_acknowledged);
	tcase_add_test(tcase, invariant_4_what_was_rewritten_in_place_and_flushed_survives);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
