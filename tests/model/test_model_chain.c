/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chain under a random load, with coalesce always at work, compared with plain arrays: snapshots
 * come and go, the rig is closed and killed.
 *
 * There are two runs for each pace of the clock: one with the seed SEED (else a fixed one), and
 * one with a derived seed and other limits at each mount.  COUNT is the number of operations of
 * each.
 */
#include <check.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_load.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((8u << 20) + 512)
#define LENGTH_MAX   (64u << 10)

/* Between two mounts. */
#define ROUND_OPERATIONS 500

/* Fast: the quiet period is short.  Slow: a leaf's merge ends before its time limit. */
static const struct pace {
	const char *name;
	uint64_t step_ns;
	enum chain_format format;
	unsigned clones; /* their weight */
} paces[] = {
	{ "fast", 3 * NS_PER_S, CHAIN_VHD, 0 },
	{ "slow", NS_PER_S / 5, CHAIN_VHD, 0 },
	{ "slow, qcow2", NS_PER_S / 5, CHAIN_QCOW2, 0 },
	{ "fast, clones", 3 * NS_PER_S, CHAIN_VHD, 6 },
	{ "slow, clones", NS_PER_S / 5, CHAIN_VHD, 6 },
};

#define RUNS ((int)(2 * sizeof paces / sizeof paces[0]))

static uint64_t merges(struct load *load)
{
	json_t *status = volume_status(load->engine.volume);
	json_t *chain = json_object_get(status, "chain");
	json_int_t count = json_integer_value(
		json_object_get(json_object_get(chain, "coalesce"), "merges"));

	json_decref(status);
	return (uint64_t)count;
}

START_TEST(coalesce_under_load_and_kills_changes_no_acknowledged_byte)
{
	static struct load load;
	const struct pace *pace = &paces[_i / 2];
	uint64_t seed = _i % 2 == 0 ? engine_seed() : mix64(engine_seed());
	uint64_t count = engine_count(8000), merged = 0;

	printf("model: %s run %d of SEED=%" PRIu64 "\n", pace->name, _i % 2, engine_seed());
	fflush(stdout);
	load_init(&load, &(struct load_options){
				 .seed = seed,
				 .engine = { .volume_bytes = VOLUME_BYTES,
					 .profile = &profile_xen,
					 .format = pace->format,
					 .step_ns = pace->step_ns,
					 .any_limits = _i % 2 != 0 },
				 .depth = 16,
				 .length_max = LENGTH_MAX,
				 .weights = { [LOAD_WRITE] = 100,
					 [LOAD_READ_LIVE] = 20,
					 [LOAD_READ_SNAPSHOT] = 40,
					 [LOAD_WRITE_SNAPSHOT] = pace->clones * 8,
					 [LOAD_FLUSH] = 2,
					 [LOAD_CREATE] = 6,
					 [LOAD_CLONE] = pace->clones,
					 [LOAD_DELETE] = 5 },
			 });
	for (uint64_t i = 0; load.operation < count; i++) {
		/* In the middle of the load, or after the last answer; every third time orderly. */
		uint64_t steps = mix_below(seed, i, 2000);

		if (i % 3 == 2) {
			load_run(&load, ROUND_OPERATIONS, UINT64_MAX);
			merged += merges(&load);
			if (engine_close(&load.engine) < 0 || engine_open(&load.engine) < 0)
				load_fail(&load, "cannot close and open");
			load_settle_snapshots(&load);
		} else {
			load_run(&load, ROUND_OPERATIONS, load.steps + steps);
			merged += merges(&load);
			load_kill(&load);
		}
		load_check(&load);
	}
	printf("model: %s: %" PRIu64 " merges\n", pace->name, merged);
	ck_assert(merged > 10 || !engine_count_is_full());
	load_deinit(&load);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("model of a chain");
	TCase *load = tcase_create("load");

	(void)argc;
	engine_suite_shares_count(1);
	tcase_set_timeout(load, 240);
	tcase_add_loop_test(
		load, coalesce_under_load_and_kills_changes_no_acknowledged_byte, 0, RUNS);
	suite_add_tcase(suite, load);
	return engine_suite_run(suite, argv[0]);
}
