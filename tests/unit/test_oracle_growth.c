/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_oracle_growth.c - what the ledger expects of a volume that was made longer.
 */
#include <check.h>
#include <unistd.h>

#include "scenarios/judge/ledger.h"
#include "scenarios/judge/oracle.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

#define BLOCK ((size_t)ORACLE_BLOCK_BYTES)

static struct digest *digest_of(const char *path)
{
	struct digest *digest;

	ck_assert_int_eq(digest_create(path, &digest), 0);
	return digest;
}

/* What of the file at PATH is not what LEDGER expects. */
static struct comparison against(struct ledger *ledger, const char *path)
{
	struct digest *met = digest_of(path);
	struct comparison comparison;

	ledger_compare(ledger, met, &comparison);
	digest_destroy(met);
	return comparison;
}

START_TEST(ledger_grows_by_zeros_that_can_be_written_to)
{
	run_folder_file("a", 1, 8 * BLOCK);
	run_folder_file("new", 2, 12 * BLOCK);

	struct ledger *ledger = ledger_create(digest_of("a"));
	struct digest *new = digest_of("new");

	ck_assert(against(ledger, "a").same);
	ledger_grow(ledger, 12 * BLOCK);
	ck_assert(!against(ledger, "a").same);
	ck_assert_int_eq(truncate("a", 12 * BLOCK), 0);
	ck_assert(against(ledger, "a").same);
	ledger_acknowledge(ledger, 11, ledger_begin(ledger, 11, new->hashes[11]));
	ck_assert_uint_eq(against(ledger, "a").different_count, 1);
	ck_assert_uint_eq(against(ledger, "a").first_different, 11);
	digest_destroy(new);
	ledger_destroy(ledger);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("oracle growth");
	TCase *tests = tcase_create("ledger");

	(void)argc;
	tcase_add_checked_fixture(tests, run_folder_setup, run_folder_teardown);
	tcase_add_test(tests, ledger_grows_by_zeros_that_can_be_written_to);
	suite_add_tcase(suite, tests);

	return engine_suite_run(suite, argv[0]);
}
