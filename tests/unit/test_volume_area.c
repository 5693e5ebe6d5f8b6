/* SPDX-License-Identifier: Apache-2.0 */
/* The profile vss: what its one area holds, against a model of VolSnap's. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/vss_bench.h"

#define COPIES 8

START_TEST(a_block_counts_once_for_the_newest)
{
	vss_start(VSS_NO_LIMIT);
	vss_snapshot("s0");
	vss_write(0, 100);
	vss_write(1, 101);
	vss_snapshot("s1");
	vss_write(1, 201);
	vss_write(2, 202);
	ck_assert_uint_eq(vss_used_bytes(engine_find(&vss_engine, "s0")), 2 * VSS_BLOCK);
	ck_assert_uint_eq(vss_used_bytes(engine_find(&vss_engine, "s1")), 2 * VSS_BLOCK);
	ck_assert_int_eq(engine_delete(&vss_engine, "s1"), 0);
	ck_assert_uint_eq(vss_used_bytes(engine_find(&vss_engine, "s0")), 3 * VSS_BLOCK);
	engine_deinit(&vss_engine);
}
END_TEST

/* The area as VolSnap keeps it: the blocks that were replaced while a copy was the newest. */
struct copy {
	bool exists;
	unsigned number;
	bool has[VSS_BLOCKS];
	uint64_t content[VSS_BLOCKS];
};

static struct copy copies[COPIES];
static unsigned numbers;

static void copy_name(const struct copy *copy, char name[16])
{
	snprintf(name, 16, "s%u", copy->number);
}

/* The youngest one older than NUMBER, or NULL. */
static struct copy *copy_before(unsigned number)
{
	struct copy *found = NULL;

	for (unsigned i = 0; i < COPIES; i++) {
		if (copies[i].exists && copies[i].number < number &&
			(!found || copies[i].number > found->number))
			found = &copies[i];
	}
	return found;
}

static void model_step(uint64_t seed, uint64_t step)
{
	struct copy *copy = &copies[mix_below(seed, step * 4 + 1, COPIES)];
	unsigned block = (unsigned)mix_below(seed, step * 4 + 2, VSS_BLOCKS);
	char name[16];

	if (mix_below(seed, step * 4, 4) > 0) {
		struct copy *newest = copy_before(UINT32_MAX);

		if (newest)
			newest->has[block] = true;
		vss_write(block, 1000 + step);
		return;
	}
	if (!copy->exists) {
		*copy = (struct copy){ .exists = true, .number = numbers++ };
		memcpy(copy->content, vss_stamps, sizeof vss_stamps);
		copy_name(copy, name);
		vss_snapshot(name);
		return;
	}

	struct copy *older = copy_before(copy->number);

	for (unsigned i = 0; older && i < VSS_BLOCKS; i++)
		older->has[i] |= copy->has[i];
	copy->exists = false;
	copy_name(copy, name);
	ck_assert_int_eq(engine_delete(&vss_engine, name), 0);
}

static void model_check(uint64_t step)
{
	for (unsigned i = 0; i < COPIES; i++) {
		const struct copy *copy = &copies[i];
		uint64_t blocks = 0;
		char name[16];

		if (!copy->exists)
			continue;
		for (unsigned block = 0; block < VSS_BLOCKS; block++)
			blocks += copy->has[block];
		copy_name(copy, name);
		ck_assert_msg(vss_used_bytes(engine_find(&vss_engine, name)) == blocks * VSS_BLOCK,
			"step %" PRIu64 ": %s has %" PRIu64 " bytes, not %" PRIu64 " blocks", step,
			name, vss_used_bytes(engine_find(&vss_engine, name)), blocks);
		if (step % 64 == 0)
			vss_check(engine_find(&vss_engine, name), copy->content);
	}
}

START_TEST(the_area_is_counted_exactly_whatever_comes_and_goes)
{
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i), steps = engine_count(4000);

	memset(copies, 0, sizeof copies);
	numbers = 0;
	/* As much as COPIES could ever have. */
	vss_start("200%");
	for (uint64_t step = 0; step < steps; step++) {
		/* Beyond the limit they would go: see below. */
		if (vss_area_bytes() + VSS_BLOCK > 2 * VSS_BLOCKS * VSS_BLOCK) {
			for (unsigned i = 0; i < COPIES; i++) {
				char name[16];

				if (!copies[i].exists)
					continue;
				copy_name(&copies[i], name);
				ck_assert_int_eq(engine_delete(&vss_engine, name), 0);
				copies[i].exists = false;
			}
		}
		model_step(seed, step);
		if (mix_below(seed, ~step, 40) == 0)
			ck_assert_int_eq(engine_kill_and_open(&vss_engine), 0);
		if (mix_below(seed, ~step, 40) == 1) {
			ck_assert_int_eq(engine_close(&vss_engine), 0);
			ck_assert_int_eq(engine_open(&vss_engine), 0);
		}
		model_check(step);
	}
	engine_deinit(&vss_engine);
}
END_TEST

START_TEST(the_area_may_grow_to_a_tenth_or_to_its_least)
{
	static const struct {
		uint64_t volume, limit;
	} rows[] = {
		{ 1ull << 20, 32ull << 20 },
		{ 499ull << 20, (499ull << 20) / 10 },
		{ 1ull << 30, 320ull << 20 },
		{ 100ull << 30, 10ull << 30 },
	};
	const struct profile *profile = profile_find("vss");

	ck_assert_uint_eq(profile->default_limit_bytes(rows[_i].volume, VSS_BLOCK), rows[_i].limit);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("vss area");
	TCase *all = tcase_create("area");

	(void)argc;
	tcase_set_timeout(all, 120);
	tcase_add_test(all, a_block_counts_once_for_the_newest);
	tcase_add_loop_test(all, the_area_is_counted_exactly_whatever_comes_and_goes, 0, 4);
	tcase_add_loop_test(all, the_area_may_grow_to_a_tenth_or_to_its_least, 0, 4);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
