/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reference_retry.c - each policy repeats the codes that its source says.
 */
#include <check.h>
#include <string.h>

#include "scenarios/clients/reference_retry.h"
#include "simfs/base/clock.h"
#include "simfs/base/vss_codes.h"
#include "tests/lib/engine_suite.h"

#define UNEXPECTED 0x8000ffffu

/* Bit 0 is f0, up to bit 4, f4; then flushing and holding writes. */
static const struct policy_case {
	const char *name;
	unsigned codes;
	unsigned tries_max;
	uint64_t wait_s;
} cases[] = {
	{ "none", 0, 1, 0 },
	{ "aip-2018", 0x0e, 3, 30 },
	{ "microsoft", 0x6e, 4, 600 },
};

#define CASE_COUNT (sizeof cases / sizeof cases[0])

START_TEST(policy_repeats_what_its_source_says)
{
	const struct policy_case *wanted = &cases[_i];
	const struct retry_policy *policy = retry_policy_find(wanted->name);
	const struct vss_code *code;

	ck_assert_ptr_nonnull(policy);
	ck_assert_ptr_eq(policy, retry_policy_at((size_t)_i));
	ck_assert_uint_eq(policy->tries_max, wanted->tries_max);
	ck_assert_uint_eq(policy->wait_ns, wanted->wait_s * NS_PER_S);
	for (size_t i = 0; (code = vss_code_at(i)); i++)
		ck_assert_msg(retry_policy_repeats(policy, code->code) == (wanted->codes >> i & 1),
			"%s of policy '%s'", code->name, wanted->name);
	ck_assert(!retry_policy_repeats(policy, UNEXPECTED));
}
END_TEST

START_TEST(no_policy_repeats_what_must_not_be_repeated)
{
	const struct retry_policy *policy;
	const struct vss_code *code;

	for (size_t i = 0; (policy = retry_policy_at(i)); i++) {
		for (size_t j = 0; (code = vss_code_at(j)); j++)
			ck_assert(code->retry || !retry_policy_repeats(policy, code->code));
	}
}
END_TEST

START_TEST(policies_are_found_by_their_whole_names)
{
	ck_assert_ptr_null(retry_policy_at(CASE_COUNT));
	ck_assert_ptr_null(retry_policy_find("aip"));
	ck_assert_ptr_null(retry_policy_find(""));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("reference retry");
	TCase *tcase = tcase_create("policies");

	(void)argc;
	tcase_add_loop_test(tcase, policy_repeats_what_its_source_says, 0, (int)CASE_COUNT);
	tcase_add_test(tcase, no_policy_repeats_what_must_not_be_repeated);
	tcase_add_test(tcase, policies_are_found_by_their_whole_names);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
