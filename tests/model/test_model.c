/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole engine, compared with plain arrays under a random load.
 *
 * There are two runs: one with the seed SEED (else a fixed one), and one with a derived seed and
 * other limits.  COUNT is the number of operations.
 */
#include <check.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine_load.h"
#include "tests/lib/engine_suite.h"

/* Not a multiple of any block size, so that the last block of each kind is partial. */
#define VOLUME_BYTES ((8u << 20) + 512)

#define LENGTH_MAX   (256u << 10)
#define SEED_COUNT   2

/* Between two kills. */
#define ROUND_OPERATIONS 400

static uint64_t seed_of(int index)
{
	uint64_t seed = engine_seed();

	printf("model: run %d of SEED=%" PRIu64 "\n", index, seed);
	fflush(stdout);
	return index == 0 ? seed : mix64(seed);
}

static uint64_t writes_ended(struct load *load)
{
	json_t *status = volume_status(load->engine.volume);
	json_t *counters = json_object_get(status, "counters");
	json_int_t writes = json_integer_value(json_object_get(counters, "live_writes"));

	json_decref(status);
	return (uint64_t)writes;
}

START_TEST(sixty_thousand_writes_leave_three_snapshots_as_they_were)
{
	static const uint32_t block_bytes[LOAD_SNAPSHOTS_MAX] = { 4096, 16384, 65536 };
	static struct load load;
	uint64_t writes = engine_count(60000), count = (writes + 2) / 3;

	load_init(&load, &(struct load_options){
				 .seed = seed_of(_i),
				 .engine = { .volume_bytes = VOLUME_BYTES,
					 .limits = _i == 1 ? engine_limits_smallest()
							   : &volume_limits_default },
				 .depth = LOAD_DEPTH_MAX,
				 .length_max = LENGTH_MAX,
				 .weights = { [LOAD_WRITE] = 100,
					 [LOAD_READ_LIVE] = 5,
					 [LOAD_READ_SNAPSHOT] = 10,
					 [LOAD_FLUSH] = 1 },
			 });
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++) {
		ck_assert(load_run(&load, count, UINT64_MAX));
		load_take(&load, i, block_bytes[i]);
	}
	ck_assert(load_run(&load, count, UINT64_MAX));
	ck_assert(writes_ended(&load) >= writes || !engine_count_is_full());
	load_check(&load);
	ck_assert_int_eq(engine_close(&load.engine), 0);
	ck_assert_int_eq(engine_open(&load.engine), 0);
	load_check(&load);
	load_deinit(&load);
}
END_TEST

START_TEST(kills_and_snapshots_that_come_and_go_change_no_acknowledged_byte)
{
	static struct load load;
	uint64_t count = engine_count(20000);

	load_init(&load, &(struct load_options){
				 .seed = seed_of(_i),
				 .engine = { .volume_bytes = VOLUME_BYTES,
					 .store_alignment_bytes = 4096,
					 .any_limits = _i == 1 },
				 .depth = 16,
				 .length_max = LENGTH_MAX / 4,
				 .weights = { [LOAD_WRITE] = 100,
					 [LOAD_READ_LIVE] = 10,
					 [LOAD_READ_SNAPSHOT] = 40,
					 [LOAD_FLUSH] = 1,
					 [LOAD_CREATE] = 6,
					 [LOAD_DELETE] = 2 },
			 });
	for (uint64_t i = 0; load.operation < count; i++) {
		/* In the middle of the load, or after the last answer. */
		uint64_t steps = mix_below(load.options.seed, i, 2000);

		load_run(&load, ROUND_OPERATIONS, load.steps + steps);
		load_kill(&load);
		load_check(&load);
	}
	load_deinit(&load);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("model");
	TCase *writes = tcase_create("writes");
	TCase *kills = tcase_create("kills");

	(void)argc;
	tcase_set_timeout(writes, 120);
	tcase_set_timeout(kills, 120);
	tcase_add_loop_test(
		writes, sixty_thousand_writes_leave_three_snapshots_as_they_were, 0, SEED_COUNT);
	tcase_add_loop_test(kills, kills_and_snapshots_that_come_and_go_change_no_acknowledged_byte,
		0, SEED_COUNT);
	suite_add_tcase(suite, writes);
	suite_add_tcase(suite, kills);
	return engine_suite_run(suite, argv[0]);
}
