/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of why clients differ, of measures that are made up. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/compare.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

#define ROUNDS 3

static struct measures rounds[2][ROUNDS];
static struct compare_tool tools[2];

/* 64 reads of 1 MiB, in a second or so: the same of both. */
static void start(void)
{
	for (size_t tool = 0; tool < 2; tool++) {
		for (size_t i = 0; i < ROUNDS; i++) {
			rounds[tool][i] = (struct measures){
				.is_there = true,
				.duration_ns = NS_PER_S + i * 10 * NS_PER_MS,
				.cpu_ns = 50 * NS_PER_MS,
				.has_reads = true,
				.reads = 64,
				.reads_in_sequence = 64,
				.in_flight_max = 1,
				.read_bytes = 64u << 20,
				.sizes[11] = 64,
			};
		}
		tools[tool] = (struct compare_tool){ .rounds = rounds[tool],
			.round_count = ROUNDS };
	}
}

/* All rounds of the second tool, COUNT times as long. */
static void slow_down(uint64_t count)
{
	for (size_t i = 0; i < ROUNDS; i++)
		rounds[1][i].duration_ns *= count;
}

static void expect_lines(const struct compare_tool *of, size_t count, const char *first,
	const char *second, const char *third)
{
	const char *expected[] = { first, second, third };
	json_t *lines = compare_reason(of, count);

	for (size_t i = 0; i < 3 && expected[i]; i++)
		ck_assert_str_eq(json_string_value(json_array_get(lines, i)), expected[i]);
	ck_assert_uint_eq(json_array_size(lines), third ? 3 : 2);
	json_decref(lines);
}

static void expect(const char *first, const char *second)
{
	expect_lines(tools, 2, first, second, NULL);
}

#define ALIKE	  "their times differ no more than between rounds"
#define B_SLOWER  "B takes 3.0 times as long as A"
#define NOT_READS "B does not take longer than A because of its reads"

START_TEST(those_that_are_alike_are_said_to_be)
{
	expect(ALIKE, "they read alike");
	rounds[1][1].duration_ns += 5 * NS_PER_MS;
	expect(ALIKE, "they read alike");
	slow_down(3);
	expect_lines(tools, 2, B_SLOWER, "they read alike", NOT_READS);
}
END_TEST

START_TEST(what_differs_of_the_reads_is_told)
{
	slow_down(3);
	for (size_t i = 0; i < ROUNDS; i++)
		rounds[0][i].in_flight_max = 16;
	expect(B_SLOWER, "A reads up to 16 at a time; B reads up to 1 at a time");
	start();
	slow_down(3);
	for (size_t i = 0; i < ROUNDS; i++)
		rounds[1][i].reads_in_sequence = 8;
	expect(B_SLOWER, "A reads 100 % in sequence; B reads 12 % in sequence");
	start();
	slow_down(3);
	for (size_t i = 0; i < ROUNDS; i++) {
		rounds[1][i].read_bytes = 96u << 20;
		rounds[1][i].bytes_again = 32u << 20;
	}
	expect(B_SLOWER, "A reads 64 MiB, 0 B of it again and 0 B of holes; "
			 "B reads 96 MiB, 32 MiB of it again and 0 B of holes");
	start();
	slow_down(3);
	for (size_t i = 0; i < ROUNDS; i++) {
		rounds[1][i].sizes[11] = 0;
		rounds[1][i].sizes[3] = rounds[1][i].reads = 16384;
		rounds[1][i].reads_in_sequence = 16384;
	}
	expect(B_SLOWER, "A reads in 1 MiB, 64 reads; B reads in 4 KiB, 16384 reads");
	/* The other way round that is no reason. */
	for (size_t i = 0; i < ROUNDS; i++) {
		struct measures slow = rounds[1][i];

		rounds[1][i] = rounds[0][i];
		rounds[0][i] = slow;
		rounds[0][i].duration_ns = rounds[1][i].duration_ns;
	}
	slow_down(3);
	expect_lines(tools, 2, B_SLOWER,
		"A reads in 4 KiB, 16384 reads; B reads in 1 MiB, 64 reads", NOT_READS);
}
END_TEST

START_TEST(of_one_that_does_not_read_no_more_is_told)
{
	slow_down(3);
	for (size_t i = 0; i < ROUNDS; i++) {
		rounds[0][i] = (struct measures){ .is_there = true,
			.duration_ns = rounds[0][i].duration_ns,
			.has_reads = true,
			.has_map = true,
			.bytes_unread = 4096 };
	}
	expect(B_SLOWER, "A does not read; B reads in 1 MiB, 64 reads");
	for (size_t i = 0; i < ROUNDS; i++)
		rounds[1][i] = rounds[0][i];
	expect(ALIKE, "they read alike");
}
END_TEST

/* Though it is neither the fastest nor the slowest. */
START_TEST(who_reads_in_another_way_is_told_of)
{
	static struct measures others[ROUNDS];
	struct compare_tool three[3] = { tools[0], tools[1],
		{ .rounds = others, .round_count = ROUNDS } };

	memcpy(others, rounds[0], sizeof others);
	slow_down(3);
	for (size_t i = 0; i < ROUNDS; i++) {
		others[i].duration_ns *= 2;
		others[i].sizes[10] = others[i].reads = others[i].reads_in_sequence = 128;
		others[i].sizes[11] = 0;
	}
	expect_lines(three, 3, B_SLOWER,
		"A reads in 1 MiB, 64 reads; B reads in 1 MiB, 64 reads; "
		"C reads in 512 KiB, 128 reads",
		NOT_READS);
}
END_TEST

START_TEST(processor_time_is_told_when_it_is_a_part_of_the_gap)
{
	slow_down(3);
	for (size_t i = 0; i < ROUNDS; i++)
		rounds[1][i].cpu_ns = NS_PER_S;
	expect(B_SLOWER, "A computes for 0.050 s of 1.010 s; B computes for 1.000 s of 3.030 s");
	for (size_t i = 0; i < ROUNDS; i++)
		rounds[1][i].cpu_ns = 100 * NS_PER_MS;
	expect_lines(tools, 2, B_SLOWER, "they read alike", NOT_READS);
}
END_TEST

START_TEST(spreads_are_of_the_rounds_that_have_a_value)
{
	struct compare_spread spread = compare_spread(&tools[0], COMPARE_SECONDS);

	ck_assert_uint_eq(spread.count, 3);
	ck_assert_double_eq_tol(spread.median, 1.01, 1e-9);
	ck_assert_double_eq_tol(spread.min, 1, 1e-9);
	ck_assert_double_eq_tol(spread.max, 1.02, 1e-9);
	tools[0].round_count = 2;
	ck_assert_double_eq_tol(compare_spread(&tools[0], COMPARE_SECONDS).median, 1.005, 1e-9);
	rounds[0][0].sizes[3] = 100;
	ck_assert_double_eq(compare_spread(&tools[0], COMPARE_SIZE).median, 4096);
	ck_assert_uint_eq(compare_spread(&tools[0], COMPARE_HOLES).count, 0);
	ck_assert_uint_eq(compare_spread(&tools[0], COMPARE_BEFORE_P50).count, 0);
	rounds[0][0].has_reads = false;
	ck_assert_uint_eq(compare_spread(&tools[0], COMPARE_READS).count, 1);

	/* A client that was never run, and one that read nothing. */
	memset(rounds[0], 0, sizeof rounds[0]);
	json_t *lines = compare_reason(tools, 2);

	ck_assert_uint_eq(json_array_size(lines), 0);
	json_decref(lines);
}
END_TEST

START_TEST(the_time_of_a_backup_that_is_not_intact_has_no_say)
{
	tools[1].code = 1;

	json_t *lines = compare_reason(tools, 2);

	ck_assert_uint_eq(json_array_size(lines), 1);
	ck_assert_str_eq(json_string_value(json_array_get(lines, 0)),
		"their times are not compared: B was not intact");
	json_decref(lines);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("compare");
	TCase *tcase = tcase_create("compare");

	(void)argc;
	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_add_test(tcase, those_that_are_alike_are_said_to_be);
	tcase_add_test(tcase, the_time_of_a_backup_that_is_not_intact_has_no_say);
	tcase_add_test(tcase, what_differs_of_the_reads_is_told);
	tcase_add_test(tcase, of_one_that_does_not_read_no_more_is_told);
	tcase_add_test(tcase, who_reads_in_another_way_is_told_of);
	tcase_add_test(tcase, processor_time_is_told_when_it_is_a_part_of_the_gap);
	tcase_add_test(tcase, spreads_are_of_the_rounds_that_have_a_value);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
