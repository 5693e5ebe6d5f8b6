/* SPDX-License-Identifier: Apache-2.0 */
/* The memory guard of the actiphy profile: source writes without memory discard the snapshot. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/volume_bench.h"

static uint32_t memory_used_per_million;

static uint32_t memory_used(void)
{
	return memory_used_per_million;
}

static void open_actiphy(void)
{
	memory_used_per_million = 800000;
	engine_init(&bench_engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
			.profile = &profile_actiphy,
			.limit = "100%",
			.memory_used = memory_used });
	bench_fill();
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
}

static size_t kernel_lines(void)
{
	const struct text_log *log = volume_kernel_log(bench_engine.volume);
	size_t lines = 0;

	for (size_t i = 0; i < log->length; i++)
		lines += log->text[i] == '\n';
	return lines;
}

START_TEST(at_eighty_percent_of_memory_nothing_happens)
{
	bench_write(0, 4096, 2);
	bench_expect_whole("s");
	ck_assert_uint_eq(kernel_lines(), 0);
}
END_TEST

START_TEST(above_it_a_source_write_discards_the_snapshot_with_one_line)
{
	uint8_t byte;

	volume_gauge_feign(bench_engine.volume, GAUGE_MEMORY_USED, 800001);
	/* Reads do not ask. */
	ck_assert_int_eq(engine_read(&bench_engine, NULL, 0, &byte, 1), 0);
	bench_expect_whole("s");
	bench_write(0, 4096, 2);
	ck_assert_uint_eq(kernel_lines(), 1);
	bench_write(0, 4096, 3);
	ck_assert_uint_eq(kernel_lines(), 1);
	bench_expect_failed("s", -ENOMEM);
	volume_gauge_release(bench_engine.volume, GAUGE_MEMORY_USED);
	bench_expect_failed("s", -ENOMEM);
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	bench_expect_failed("s", -ENOMEM);
	bench_expect_live();
}
END_TEST

START_TEST(measured_memory_counts_as_feigned_does)
{
	memory_used_per_million = 810000;
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	bench_write(0, 4096, 2);
	bench_expect_failed("s", -ENOMEM);
}
END_TEST

START_TEST(actiphy_takes_one_snapshot_at_a_time)
{
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), -EINVAL);
	ck_assert_uint_eq(kernel_lines(), 4);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume memory");
	TCase *tcase = tcase_create("memory guard");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_actiphy, bench_close);
	tcase_add_test(tcase, at_eighty_percent_of_memory_nothing_happens);
	tcase_add_test(tcase, above_it_a_source_write_discards_the_snapshot_with_one_line);
	tcase_add_test(tcase, measured_memory_counts_as_feigned_does);
	tcase_add_test(tcase, actiphy_takes_one_snapshot_at_a_time);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
