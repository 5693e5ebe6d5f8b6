/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_verdict.c - what is judged of which facts.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/judge/verdict.h"
#include "tests/lib/engine_suite.h"

static const struct verdict_case {
	struct verdict_facts facts;
	enum verdict verdict;
} cases[] = {
	{ { .restored = RESTORED_RIGHT }, VERDICT_INTACT },
	{ { .restored = RESTORED_RIGHT, .earlier_not_intact = true }, VERDICT_RECOVERED },
	{ { .restored = RESTORED_WRONG }, VERDICT_SILENT_CORRUPTION },
	{ { .restored = RESTORED_NOTHING }, VERDICT_SILENT_CORRUPTION },
	{ { .restored = RESTORED_WRONG, .earlier_not_intact = true }, VERDICT_SILENT_CORRUPTION },
	{ { .restored = RESTORED_UNKNOWN }, VERDICT_INCONCLUSIVE },
	{ { .restored = RESTORED_WRONG, .fell_back = true }, VERDICT_SILENT_CORRUPTION },
	{ { .restored = RESTORED_UNKNOWN, .fell_back = true }, VERDICT_INCONCLUSIVE },
	{ { .exit_status = 1, .restored = RESTORED_NOTHING, .fell_back = true }, VERDICT_DETECTED },
	{ { .exit_status = 198, .restored = RESTORED_NOTHING }, VERDICT_DETECTED },
	{ { .exit_status = 1, .restored = RESTORED_NOTHING, .earlier_not_intact = true },
		VERDICT_DETECTED },
	{ { .exit_status = 1, .restored = RESTORED_WRONG }, VERDICT_MISREPORTED },
	{ { .exit_status = 1, .restored = RESTORED_RIGHT }, VERDICT_MISREPORTED },
	{ { .exit_status = 137, .restored = RESTORED_NOTHING }, VERDICT_DETECTED },
	{ { .exit_status = 1, .restored = RESTORED_UNKNOWN }, VERDICT_INCONCLUSIVE },
	{ { .exit_status = 201, .restored = RESTORED_NOTHING, .retried_non_retryable = true },
		VERDICT_RETRIED_NON_RETRYABLE },
	{ { .restored = RESTORED_RIGHT, .retried_non_retryable = true },
		VERDICT_RETRIED_NON_RETRYABLE },
	{ { .restored = RESTORED_RIGHT, .earlier_not_intact = true, .retried_non_retryable = true },
		VERDICT_RETRIED_NON_RETRYABLE },
	{ { .exit_status = 1, .restored = RESTORED_UNKNOWN, .retried_non_retryable = true },
		VERDICT_RETRIED_NON_RETRYABLE },
	{ { .restored = RESTORED_WRONG, .retried_non_retryable = true },
		VERDICT_SILENT_CORRUPTION },
	{ { .exit_status = 1, .restored = RESTORED_WRONG, .retried_non_retryable = true },
		VERDICT_MISREPORTED },
	{ { .exit_status = 3, .restored = RESTORED_NOTHING, .looks_good = true },
		VERDICT_MISREPORTED },
	{ { .exit_status = 3, .restored = RESTORED_UNKNOWN, .looks_good = true },
		VERDICT_MISREPORTED },
	{ { .exit_status = 3,
		  .restored = RESTORED_NOTHING,
		  .looks_good = true,
		  .retried_non_retryable = true },
		VERDICT_MISREPORTED },
	{ { .restored = RESTORED_RIGHT, .looks_good = true }, VERDICT_INTACT },
	{ { .restored = RESTORED_RIGHT, .has_leaked = true }, VERDICT_LEAKED },
	{ { .restored = RESTORED_RIGHT, .has_leaked = true, .earlier_not_intact = true },
		VERDICT_LEAKED },
	{ { .restored = RESTORED_WRONG, .has_leaked = true }, VERDICT_SILENT_CORRUPTION },
	{ { .exit_status = 1, .restored = RESTORED_NOTHING, .has_leaked = true },
		VERDICT_DETECTED },
	{ { .restored = RESTORED_RIGHT, .has_leaked = true, .retried_non_retryable = true },
		VERDICT_RETRIED_NON_RETRYABLE },
	{ { .timed_out = true, .restored = RESTORED_RIGHT, .has_leaked = true }, VERDICT_HUNG },
	{ { .restored = RESTORED_RIGHT, .earlier_spoilt = true }, VERDICT_SILENT_CORRUPTION },
	{ { .restored = RESTORED_RIGHT,
		  .earlier_spoilt = true,
		  .earlier_not_intact = true,
		  .has_leaked = true },
		VERDICT_SILENT_CORRUPTION },
	{ { .restored = RESTORED_UNKNOWN, .earlier_spoilt = true }, VERDICT_SILENT_CORRUPTION },
	{ { .exit_status = 1, .restored = RESTORED_NOTHING, .earlier_spoilt = true },
		VERDICT_MISREPORTED },
	{ { .exit_status = 1,
		  .restored = RESTORED_WRONG,
		  .earlier_spoilt = true,
		  .looks_good = true,
		  .retried_non_retryable = true },
		VERDICT_MISREPORTED },
	{ { .timed_out = true, .restored = RESTORED_NOTHING, .earlier_spoilt = true },
		VERDICT_HUNG },
	{ { .timed_out = true, .restored = RESTORED_NOTHING, .looks_good = true }, VERDICT_HUNG },
	{ { .timed_out = true, .restored = RESTORED_NOTHING, .retried_non_retryable = true },
		VERDICT_HUNG },
	{ { .timed_out = true, .exit_status = 124, .restored = RESTORED_NOTHING }, VERDICT_HUNG },
	{ { .timed_out = true, .exit_status = 0, .restored = RESTORED_RIGHT }, VERDICT_HUNG },
};

#define CASE_COUNT (sizeof cases / sizeof cases[0])

START_TEST(facts_lead_to_the_verdict)
{
	const struct verdict_case *wanted = &cases[_i];

	ck_assert_str_eq(
		verdict_name(verdict_judge(&wanted->facts)), verdict_name(wanted->verdict));
}
END_TEST

START_TEST(every_verdict_is_explained_differently_from_others)
{
	for (size_t i = 0; i < CASE_COUNT; i++) {
		for (size_t other = 0; other < CASE_COUNT; other++) {
			enum verdict one = verdict_judge(&cases[i].facts);
			enum verdict two = verdict_judge(&cases[other].facts);
			const char *why = verdict_explain(&cases[i].facts);

			/* Intact and recovered differ in what was before. */
			if (one == two || (verdict_is_good(one) && verdict_is_good(two)))
				continue;
			ck_assert_str_ne(why, verdict_explain(&cases[other].facts));
		}
	}
}
END_TEST

START_TEST(only_intact_and_recovered_are_good)
{
	ck_assert(verdict_is_good(VERDICT_INTACT));
	ck_assert(verdict_is_good(VERDICT_RECOVERED));
	ck_assert(!verdict_is_good(VERDICT_NONE));
	ck_assert(!verdict_is_good(VERDICT_LEAKED));
	ck_assert(verdict_is_of_success(VERDICT_LEAKED));
	ck_assert(verdict_is_of_success(VERDICT_RECOVERED));
	ck_assert(!verdict_is_of_success(VERDICT_DETECTED));
	ck_assert(!verdict_is_good(VERDICT_DETECTED));
	ck_assert(!verdict_is_good(VERDICT_SILENT_CORRUPTION));
	ck_assert(!verdict_is_good(VERDICT_HUNG));
	ck_assert(!verdict_is_good(VERDICT_INCONCLUSIVE));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("verdict");
	TCase *tests = tcase_create("verdict");

	(void)argc;

	tcase_add_loop_test(tests, facts_lead_to_the_verdict, 0, (int)CASE_COUNT);
	tcase_add_test(tests, every_verdict_is_explained_differently_from_others);
	tcase_add_test(tests, only_intact_and_recovered_are_good);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
