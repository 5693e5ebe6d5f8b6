/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_oracle_shadow.c - what the oracle knows of a chain: a shadow, and its doubts.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "scenarios/judge/ledger.h"
#include "scenarios/judge/oracle.h"
#include "scenarios/run/load.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

#define BLOCK  ((size_t)ORACLE_BLOCK_BYTES)
#define BLOCKS ((size_t)700)

#define HASH_A 101
#define HASH_B 102
#define HASH_C 103

static struct digest *digest_of(const char *path)
{
	struct digest *digest;

	ck_assert_int_eq(digest_create(path, &digest), 0);
	return digest;
}

static size_t different_from(const struct digest *expected, const char *path)
{
	struct digest *met = digest_of(path);
	struct comparison comparison;

	digest_compare(expected, met, NULL, &comparison);
	digest_destroy(met);
	return comparison.different_count;
}

/* Is HASH in block 2 of a content that was digested when LEDGER had its doubts? */
static bool doubt_allows(const struct doubts *doubts, uint64_t hash)
{
	struct digest *expected = digest_of("a"), *met = digest_of("a");
	struct comparison comparison;

	expected->doubts = *doubts;
	met->hashes[2] = hash;
	digest_compare(expected, met, NULL, &comparison);
	expected->doubts = (struct doubts){ 0 };
	digest_destroy(expected);
	digest_destroy(met);
	return comparison.same;
}

START_TEST(a_digest_allows_what_was_being_written_and_nothing_else)
{
	run_folder_file("a", 1, 8 * BLOCK);

	struct digest *before = digest_of("a");
	uint64_t hash_before = before->hashes[2], a;
	struct ledger *ledger = ledger_create(before);
	struct doubts doubts;

	ledger_doubts(ledger, &doubts);
	ck_assert_uint_eq(doubts.count, 0);
	ledger_begin(ledger, 1, HASH_C);
	ledger_begin(ledger, 3, HASH_C);
	a = ledger_begin(ledger, 2, HASH_A);
	ledger_begin(ledger, 2, HASH_B);
	ledger_doubts(ledger, &doubts);
	ck_assert(doubt_allows(&doubts, HASH_A) && doubt_allows(&doubts, HASH_B));
	ck_assert(doubt_allows(&doubts, hash_before) && !doubt_allows(&doubts, HASH_C));
	for (size_t i = 1; i < doubts.count; i++)
		ck_assert_uint_le(doubts.items[i - 1].block, doubts.items[i].block);
	free(doubts.items);

	/* What it was is out of it then, as far as the doubts go. */
	ledger_acknowledge(ledger, 2, a);
	ledger_doubts(ledger, &doubts);
	for (size_t i = 0; i < doubts.count; i++)
		ck_assert(doubts.items[i].block != 2 || doubts.items[i].hash != hash_before);
	free(doubts.items);
	ledger_destroy(ledger);
}
END_TEST

START_TEST(writer_writes_the_same_to_the_shadow)
{
	struct reason reason;

	run_folder_file("live", 1, BLOCKS * BLOCK);
	run_folder_file("shadow", 1, BLOCKS * BLOCK);

	struct digest *before = digest_of("live");
	struct load_order order = {
		.name = "w",
		.bytes = 100 * BLOCK,
		.seed = 7,
		.content = CONTENT_RANDOM,
		.image_path = "shadow",
		.live_path = "live",
		.shadow_path = "shadow",
		.ledger = ledger_create(digest_of("live")),
	};

	ck_assert_int_eq(load_carry_out(&order, &reason), 0);
	ck_assert_uint_eq(different_from(before, "shadow"), 100);
	digest_destroy(before);
	before = digest_of("live");
	ck_assert_uint_eq(different_from(before, "shadow"), 0);
	order.shadow_path = "nowhere";
	ck_assert_int_eq(load_carry_out(&order, &reason), -ENOENT);
	digest_destroy(before);
	ledger_destroy(order.ledger);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("oracle-shadow");
	TCase *tests = tcase_create("oracle-shadow");

	(void)argc;

	tcase_add_checked_fixture(tests, run_folder_setup, run_folder_teardown);
	tcase_add_test(tests, a_digest_allows_what_was_being_written_and_nothing_else);
	tcase_add_test(tests, writer_writes_the_same_to_the_shadow);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
