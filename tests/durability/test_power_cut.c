/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant 4 of docs/architecture.md 5.2, the live view: the power is cut after
 * each step of a load (each fifth, unless COUNT is 120), several times with different losses, and
 * the volume opens again with every write that was flushed.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_load.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((128u << 10) + 512)
#define OPERATIONS   300

/* Cuts after each step, half of them under the smallest limits; each loses something else. */
#define CUTS 4

static struct load load;

static bool durable, smallest; /* how the volume is opened */
static uint64_t kept;

static void start_load(uint64_t seed, const struct profile *profile, const char *limit)
{
	load_init(&load, &(struct load_options){
				 .seed = seed,
				 .engine = { .volume_bytes = VOLUME_BYTES,
					 .profile = profile,
					 .limit = limit,
					 .durable = durable,
					 .step_ns = profile && profile->chain ? 10 * NS_PER_S : 0,
					 .power_cuts = true,
					 .limits = smallest ? engine_limits_smallest()
							    : &volume_limits_default },
				 .depth = 6,
				 .length_max = 16 << 10,
				 .weights = { [LOAD_WRITE] = 50,
					 [LOAD_READ_LIVE] = 5,
					 [LOAD_READ_SNAPSHOT] = 10,
					 [LOAD_FLUSH] = 8,
					 [LOAD_CREATE] = 12,
					 [LOAD_DELETE] = 4,
					 [LOAD_REOPEN] = 2 },
				 .may_fail = limit != NULL,
			 });
}

/* False when the load had ended before STEPS. */
static bool cut_after(
	const struct profile *profile, const char *limit, uint64_t steps, uint64_t cut)
{
	start_load(engine_seed(), profile, limit);

	bool ended = load_run(&load, OPERATIONS, steps);

	load_power_cut(&load, mix64(engine_seed() ^ mix64(steps * CUTS + cut)));
	load_check(&load);
	/* It goes on from there, and another one finds nothing else. */
	load_run(&load, 20, UINT64_MAX);
	load_check(&load);
	/* What a killed rig has not flushed is left to the next unmount. */
	if (cut / 2 % 2) {
		load_kill(&load);
		load_reopen(&load);
		load_check(&load);
	}
	load_power_cut(&load, mix64(steps));
	load_check(&load);
	kept += load.snapshots_kept;
	load_deinit(&load);
	return !ended;
}

static void cut_everywhere(const struct profile *profile, const char *limit)
{
	uint64_t stride = engine_stride_of(120, 24), steps = 0, cuts = 0;
	bool goes_on = true;

	for (; goes_on; steps += stride) {
		goes_on = false;
		for (uint64_t cut = 0; cut < CUTS; cut++, cuts++) {
			smallest = cut % 2;
			goes_on |= cut_after(profile, limit, steps, cut);
		}
	}
	printf("durability: %" PRIu64 " power cuts after each of %" PRIu64 " steps\n", cuts, steps);
	fflush(stdout);
	ck_assert(steps > OPERATIONS / 2 || !engine_count_is_full());
}

/* Invariant 4: "without it, a power cut may cost the snapshots, never the live view". */
START_TEST(invariant_4_a_power_cut_after_any_step_costs_no_flushed_write)
{
	cut_everywhere(NULL, NULL);
}
END_TEST

START_TEST(invariant_4_a_power_cut_around_overflows_costs_no_flushed_write)
{
	cut_everywhere(NULL, "10%");
}
END_TEST

START_TEST(invariant_4_a_power_cut_under_profile_lvm_costs_no_flushed_write)
{
	cut_everywhere(profile_find("lvm"), NULL);
}
END_TEST

/* What FSYNC of the live file becomes is VOLUME_FLUSH (mount/files.c). */
START_TEST(invariant_4_a_power_cut_in_a_chain_costs_no_flushed_write)
{
	cut_everywhere(profile_find("xen"), NULL);
}
END_TEST

#define CHAIN_ROW 4

/* "With --durable, neither does a power cut" lose a snapshot. */
START_TEST(invariant_4_a_power_cut_after_any_step_costs_no_durable_snapshot)
{
	static const char *const profiles[] = { "plain", "datto", "lvm", "vss", "xen" };
	static const char *const limits[] = { NULL, "30%", NULL, "60%", NULL };

	durable = true;
	kept = 0;
	cut_everywhere(profile_find(profiles[_i]), limits[_i]);
	ck_assert(kept > 20 || !engine_count_is_full());
	durable = false;
}
END_TEST

START_TEST(an_fsync_makes_what_came_before_durable_and_what_comes_after_is_not_promised)
{
	int lost = 0;

	for (uint64_t seed = 0; seed < 64; seed++) {
		struct engine engine;
		uint8_t before[4096], after[4096], *content;

		engine_init(&engine, engine_seed() + seed,
			&(struct engine_options){
				.volume_bytes = VOLUME_BYTES, .power_cuts = true });
		ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
		ck_assert_int_eq(engine_write(&engine, 4096, sizeof before, 1), 0);
		ck_assert_int_eq(engine_flush(&engine), 0);
		ck_assert_int_eq(engine_write(&engine, 8192, sizeof after, 2), 0);
		engine_power_cut(&engine, seed);
		ck_assert_int_eq(engine_open(&engine), 0);
		engine_stamp_fill(before, sizeof before, 1);
		engine_stamp_fill(after, sizeof after, 2);
		content = engine_content(&engine, NULL);
		ck_assert_mem_eq(content + 4096, before, sizeof before);
		lost += memcmp(content + 8192, after, sizeof after) != 0;
		free(content);
		engine_deinit(&engine);
	}
	/* Else it is the disk that forgets nothing, and this tests nothing. */
	ck_assert_int_gt(lost, 0);
}
END_TEST

START_TEST(an_fsync_that_fails_is_answered_with_its_error)
{
	struct engine engine;

	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES, .power_cuts = true });
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
	memory_disk_fail(engine.disk, BLOCKIO_FLUSH, 1, 1, -EIO);
	ck_assert_int_eq(engine_flush(&engine), -EIO);
	ck_assert_int_eq(engine_flush(&engine), 0);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("power cut");
	TCase *tcase = tcase_create("power cut");
	TCase *chain = tcase_create("chain");

	(void)argc;
	tcase_set_timeout(tcase, 120);
	tcase_set_timeout(chain, 120);
	tcase_add_test(chain, invariant_4_a_power_cut_in_a_chain_costs_no_flushed_write);
	tcase_add_loop_test(chain, invariant_4_a_power_cut_after_any_step_costs_no_durable_snapshot,
		CHAIN_ROW, CHAIN_ROW + 1);
	tcase_add_test(tcase, invariant_4_a_power_cut_after_any_step_costs_no_flushed_write);
	tcase_add_test(tcase, invariant_4_a_power_cut_around_overflows_costs_no_flushed_write);
	tcase_add_test(tcase, invariant_4_a_power_cut_under_profile_lvm_costs_no_flushed_write);
	tcase_add_loop_test(tcase, invariant_4_a_power_cut_after_any_step_costs_no_durable_snapshot,
		0, CHAIN_ROW);
	tcase_add_test(tcase,
		an_fsync_makes_what_came_before_durable_and_what_comes_after_is_not_promised);
	tcase_add_test(tcase, an_fsync_that_fails_is_answered_with_its_error);
	suite_add_tcase(suite, chain);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
