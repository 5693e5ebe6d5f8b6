/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes in place and power cuts: what a cut has left of a unit is what it has to be,
 * for this opening and for all that follow, whatever else of the store was kept.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "simfs/store/read.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS 64u
#define BOOT   77u
#define CUTS   400u

static struct store_bench bench;
static struct store_limits limits;

/* Durable, with blocks 0 to 3; what comes from now on can be lost. */
static void open_bench(uint64_t seed, bool verify)
{
	limits = store_limits_smallest;
	limits.summary_segments = 3;
	store_bench_init_limited(&bench, seed, BLOCKS * 4096ull, 4096, &limits);
	store_set_durable(bench.store, true);
	bench.open_options = (struct store_open_options){
		.boot_id = BOOT,
		.durable = true,
		.limits = &limits,
		.verify_data = verify,
	};
	ck_assert_int_eq(store_bench_close(&bench), 0);
	memory_disk_remember(bench.disk);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	store_bench_append(&bench, 0, 4);
	store_bench_settle(&bench);
}

static void kill_store(void)
{
	memory_disk_kill(bench.disk);
	store_forget(bench.store);
	bench.store = NULL;
}

static void cut_power(uint64_t seed)
{
	if (bench.store)
		kill_store();
	memory_disk_power_cut(bench.disk, seed);
	bench.open_options.boot_id++;
	ck_assert_int_eq(store_bench_open(&bench), 0);
}

struct reading {
	struct store_read read;
	bool has_ended;
	int result;
};

static void read_ended(struct store_read *read, int result)
{
	struct reading *reading = CONTAINER_OF(read, struct reading, read);

	reading->has_ended = true;
	reading->result = result;
}

/* BLOCK can be read, and its bytes come to BYTES. */
static void read_block(uint64_t block, uint8_t *bytes)
{
	struct reading reading = { .read.done = read_ended };
	void *buffer;

	MUST(posix_memalign(&buffer, BLOCKIO_ALIGNMENT_MAX, 4096) == 0);
	store_read(bench.store, &reading.read, store_offset(bench.store, block), buffer, 4096);
	while (!reading.has_ended)
		ck_assert(memory_disk_step(bench.disk));
	ck_assert_int_eq(reading.result, 0);
	memcpy(bytes, buffer, 4096);
	free(buffer);
}

/*
 * A summary has the sum of a write in place, and of the two, neither flushed, a cut keeps
 * the summary.  The scan goes by the segments, a later opening by the summary.
 */
START_TEST(no_summary_expects_a_write_in_place_that_a_power_cut_took_back)
{
	for (uint64_t cut = 0; cut < CUTS; cut++) {
		uint8_t found[4096], again[4096];

		open_bench(engine_seed() + cut, _i != 0);
		/* The flag is down, and a summary is due. */
		store_bench_rewrite(&bench, 2, 0, 4096, 49);
		store_bench_settle(&bench);
		for (uint64_t block = 4; block < 4 + cut % 4; block++) {
			store_bench_append(&bench, block, 1);
			store_bench_settle(&bench);
		}
		store_bench_rewrite(&bench, 1, 0, 4096, 50);
		store_bench_settle(&bench);
		store_bench_append(&bench, 10, 1);
		for (uint64_t steps = cut / 4 % 4; steps > 0; steps--)
			memory_disk_step(bench.disk);
		cut_power(cut);
		read_block(1, found);
		bench.open_options.verify_data = false;
		ck_assert_int_eq(store_bench_close(&bench), 0);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		read_block(1, again);
		ck_assert_mem_eq(found, again, 4096);
		store_bench_deinit(&bench);
	}
}
END_TEST

/* Nobody has written in place since: the file of sums was only read. */
START_TEST(a_close_in_order_flushes_the_sums_that_a_killed_rig_has_left)
{
	for (uint64_t cut = 0; cut < CUTS / 4; cut++) {
		uint8_t found[4096], wanted[4096];

		open_bench(engine_seed(), _i != 0);
		/* A summary has what its block was appended as. */
		ck_assert_int_eq(store_bench_close(&bench), 0);
		ck_assert_int_eq(store_bench_open(&bench), 0);
		store_bench_rewrite(&bench, 1, 0, 4096, 50);
		store_bench_settle(&bench);
		kill_store();
		ck_assert_int_eq(store_bench_open(&bench), 0);
		ck_assert_int_eq(store_bench_close(&bench), 0);
		ck_assert_int_eq(bench.folder->ops->sync(bench.folder), 0);
		cut_power(cut);
		ck_assert(bench.findings.was_clean);
		read_block(1, found);
		mix_fill(wanted, sizeof wanted, 50, 0);
		ck_assert_mem_eq(found, wanted, sizeof wanted);
		store_bench_deinit(&bench);
	}
}
END_TEST

/* What else there is holds. */
START_TEST(an_entry_of_sums_that_does_not_check_is_none)
{
	char name[STORE_SUMS_NAME_BYTES];
	uint8_t found[4096], wanted[4096], *entries;
	uint64_t size_bytes, unit;

	open_bench(engine_seed(), _i != 0);
	/* The one behind it makes the file that long. */
	store_bench_rewrite(&bench, 2, 0, 4096, 50);
	store_bench_settle(&bench);
	unit = store_offset(bench.store, 1) / STORE_UNIT_BYTES;
	kill_store();
	store_sums_name(bench.facts.store_id, name, sizeof name);
	entries = memory_disk_bytes(bench.disk, name, &size_bytes);
	ck_assert_uint_ge(size_bytes, (unit + 1) * 16);
	memset(entries + unit * 16, 0x5a, 16);
	ck_assert_int_eq(store_bench_open(&bench), 0);
	ck_assert_uint_eq(bench.findings.bad_sums, 1);
	read_block(1, found);
	store_bench_fill(&bench, 1, wanted);
	ck_assert_mem_eq(found, wanted, sizeof wanted);
	store_bench_deinit(&bench);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("sums and power cuts");
	TCase *tcase = tcase_create("power");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(
		tcase, no_summary_expects_a_write_in_place_that_a_power_cut_took_back, 0, 2);
	tcase_add_loop_test(
		tcase, a_close_in_order_flushes_the_sums_that_a_killed_rig_has_left, 0, 2);
	tcase_add_loop_test(tcase, an_entry_of_sums_that_does_not_check_is_none, 0, 2);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
