/* SPDX-License-Identifier: Apache-2.0 */
/* What no snapshot lacks is known, and never what one does (volume/common_blocks.h). */
#include <check.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/volume/core.h"
#include "simfs/volume/lvm/lvm.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/volume_bench.h"

#define UNIT  COMMON_UNIT_BYTES
#define UNITS (BENCH_VOLUME_BYTES / UNIT)

static struct volume_limits limits;

/* With the snapshot "s", and an older one where there can be two. */
static void open_with(const struct profile *profile, uint32_t words, bool with_older)
{
	limits = volume_limits_default;
	limits.common_snapshots = with_older ? 2 : 1;
	limits.common_words = words;
	engine_init(&bench_engine, 1,
		&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
			.profile = profile,
			.limits = &limits });
	bench_fill();
	if (with_older)
		ck_assert_int_eq(engine_snapshot(&bench_engine, "old", NULL, NULL), 0);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
}

static void open_plain(void)
{
	open_with(&profile_plain, 4096, true);
}

static bool is_known(uint64_t offset, size_t length)
{
	struct volume_request request = { .offset = offset, .length = length };

	return common_blocks_have(bench_engine.volume, &request);
}

START_TEST(what_was_written_again_is_known_whole_units_of_it)
{
	bench_write(UNIT, 3 * UNIT, 1);
	ck_assert(!is_known(UNIT, UNIT));
	bench_write(UNIT, 3 * UNIT, 2);
	ck_assert(is_known(UNIT, 3 * UNIT));
	ck_assert(is_known(UNIT + 512, UNIT));
	ck_assert(!is_known(UNIT - 512, 1024));
	ck_assert(!is_known(4 * UNIT - 512, 1024));
	bench_write(8 * UNIT, 2 * UNIT, 3);
	bench_write(8 * UNIT + 512, UNIT, 4);
	ck_assert(!is_known(8 * UNIT + 512, 512));
	bench_expect_whole("s");
	bench_expect_whole("old");
	bench_expect_live();
}
END_TEST

START_TEST(a_new_snapshot_is_asked)
{
	bench_write(0, 4 * UNIT, 1);
	bench_write(0, 4 * UNIT, 2);
	ck_assert(is_known(0, 4 * UNIT));
	memcpy(bench_content, bench_live, sizeof bench_live);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "new", NULL, NULL), 0);
	ck_assert(!is_known(0, UNIT));
	bench_write(0, 4 * UNIT, 3);
	bench_expect_whole("new");
}
END_TEST

START_TEST(an_attached_snapshot_is_asked)
{
	struct lvm_change detach = { .kind = LVM_DETACH }, attach = { .kind = LVM_ATTACH };

	ck_assert_int_eq(engine_change(&bench_engine, "s", &detach), 0);
	bench_write(0, UNIT, 1);
	bench_write(0, UNIT, 2);
	/* It is not traced now, and may be later. */
	ck_assert(!is_known(0, UNIT));
	memcpy(bench_content, bench_live, sizeof bench_live);
	ck_assert_int_eq(engine_change(&bench_engine, "s", &attach), 0);
	bench_write(0, UNIT, 3);
	bench_expect_whole("s");
}
END_TEST

START_TEST(who_is_asked_for_memory_at_each_write_goes_on_to_be)
{
	bench_write(0, UNIT, 1);
	bench_write(0, UNIT, 2);
	ck_assert(!is_known(0, UNIT));
	volume_gauge_feign(bench_engine.volume, GAUGE_MEMORY_USED, 990000);
	bench_write(0, UNIT, 3);
	engine_settle(&bench_engine);
	ck_assert_int_eq(engine_find(&bench_engine, "s")->state, SNAPSHOT_FAILED);
}
END_TEST

static void open_elastio(void)
{
	open_with(&profile_elastio, 4096, false);
}

static void open_lvm(void)
{
	open_with(&profile_lvm, 4096, true);
}

/* Few words, which blocks far from each other share; against what a plain array says. */
START_TEST(nothing_is_known_that_was_not_written_twice_since_the_last_snapshot)
{
	unsigned writes[UNITS] = { 0 };
	unsigned known = 0;

	open_with(&profile_plain, 1 + (uint32_t)_i, true);
	for (uint64_t round = 0; round < 400; round++) {
		uint64_t first = mix_below(round, 1, UNITS);
		uint64_t count = 1 + mix_below(round, 2, 100);

		if (count > UNITS - first)
			count = UNITS - first;
		bench_write(first * UNIT, count * UNIT, round);
		for (uint64_t unit = first; unit < first + count; unit++)
			writes[unit] += writes[unit] < 2;
		if (mix_below(round, 3, 40) == 0) {
			char name[16];

			snprintf(name, sizeof name, "n%u", (unsigned)round);
			ck_assert_int_eq(engine_snapshot(&bench_engine, name, NULL, NULL), 0);
			memset(writes, 0, sizeof writes);
		}
		for (uint64_t unit = 0; unit < UNITS; unit++) {
			bool is = is_known(unit * UNIT, UNIT);

			if (is && writes[unit] < 2)
				ck_abort_msg(
					"unit %u of round %u", (unsigned)unit, (unsigned)round);
			known += is;
		}
	}
	ck_assert_uint_gt(known, 0);
	bench_expect_whole("s");
	bench_expect_live();
	bench_close();
}
END_TEST

static void add(Suite *suite, const char *name, void (*open)(void), const TTest *test)
{
	TCase *test_case = tcase_create(name);

	tcase_add_checked_fixture(test_case, open, bench_close);
	tcase_add_test(test_case, test);
	suite_add_tcase(suite, test_case);
}

int main(int argc, char **argv)
{
	Suite *suite = suite_create("common blocks");
	TCase *few = tcase_create("few words");

	(void)argc;
	add(suite, "plain", open_plain, what_was_written_again_is_known_whole_units_of_it);
	add(suite, "taken", open_plain, a_new_snapshot_is_asked);
	add(suite, "attached", open_lvm, an_attached_snapshot_is_asked);
	add(suite, "memory", open_elastio, who_is_asked_for_memory_at_each_write_goes_on_to_be);
	tcase_add_loop_test(
		few, nothing_is_known_that_was_not_written_twice_since_the_last_snapshot, 0, 3);
	suite_add_tcase(suite, few);
	return engine_suite_run(suite, argv[0]);
}
