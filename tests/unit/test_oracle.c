/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_oracle.c - digests, what they find, and the ledger of what was written.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/judge/ledger.h"
#include "scenarios/judge/oracle.h"
#include "scenarios/run/load.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

#define BLOCK  ((size_t)ORACLE_BLOCK_BYTES)
#define BLOCKS ((size_t)700) /* more than are read at a time */

static struct digest *digest_of(const char *path)
{
	struct digest *digest;

	ck_assert_int_eq(digest_create(path, &digest), 0);
	return digest;
}

static struct comparison compare(
	const struct digest *expected, const char *path, const struct block_set *only)
{
	struct digest *met = digest_of(path);
	struct comparison comparison;

	digest_compare(expected, met, only, &comparison);
	digest_destroy(met);
	return comparison;
}

START_TEST(every_changed_block_is_found_and_no_other)
{
	run_folder_file("a", 1, BLOCKS * BLOCK);

	struct digest *before = digest_of("a");
	struct comparison same = compare(before, "a", NULL);

	ck_assert(same.same);
	ck_assert_uint_eq(same.compared_count, BLOCKS);
	run_folder_flip("a", 299 * BLOCK + 4095);
	run_folder_flip("a", 300 * BLOCK);
	run_folder_flip("a", (BLOCKS - 1) * BLOCK + 17);

	struct comparison changed = compare(before, "a", NULL);
	char *text = comparison_text(&changed);

	ck_assert(!changed.same);
	ck_assert_uint_eq(changed.different_count, 3);
	ck_assert_uint_eq(changed.first_different, 299);
	ck_assert_uint_eq(changed.range_count, 2);
	ck_assert_str_eq(text, "3 of 700 blocks differ, the first at offset 1224704 "
			       "(1224704..1232895, 2863104..2867199)");
	free(text);
	digest_destroy(before);
}
END_TEST

START_TEST(last_part_of_a_block_counts)
{
	run_folder_file("a", 1, 3 * BLOCK + 512);

	struct digest *before = digest_of("a");

	ck_assert_uint_eq(before->block_count, 4);
	run_folder_flip("a", 3 * BLOCK + 511);
	ck_assert_uint_eq(compare(before, "a", NULL).first_different, 3);
	digest_destroy(before);
}
END_TEST

START_TEST(other_size_is_a_difference)
{
	run_folder_file("a", 1, 8 * BLOCK);

	struct digest *before = digest_of("a");

	ck_assert_int_eq(truncate("a", (off_t)(9 * BLOCK)), 0);
	ck_assert(!compare(before, "a", NULL).same);
	ck_assert_uint_eq(compare(before, "a", NULL).different_count, 0);
	ck_assert_int_eq(truncate("a", (off_t)(7 * BLOCK)), 0);
	ck_assert(!compare(before, "a", NULL).same);
	ck_assert_uint_eq(compare(before, "a", NULL).different_count, 1);
	digest_destroy(before);
}
END_TEST

START_TEST(only_the_blocks_that_are_asked_for_count)
{
	struct block_set *only = block_set_create(8);

	run_folder_file("a", 1, 8 * BLOCK);

	struct digest *before = digest_of("a");

	block_set_add(only, 2);
	block_set_add(only, 7);
	run_folder_flip("a", 3 * BLOCK);
	ck_assert(compare(before, "a", only).same);
	ck_assert_uint_eq(compare(before, "a", only).compared_count, 2);
	run_folder_flip("a", 2 * BLOCK);
	ck_assert(!compare(before, "a", only).same);
	run_folder_flip("a", 2 * BLOCK);
	/* They must all be there, though the size as such does not count. */
	ck_assert_int_eq(truncate("a", (off_t)(7 * BLOCK)), 0);
	ck_assert(!compare(before, "a", only).same);
	block_set_destroy(only);
	digest_destroy(before);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
	struct digest *digest = NULL;

	ck_assert_int_eq(digest_create("missing", &digest), -ENOENT);
	ck_assert_int_eq(digest_create(".", &digest), -EINVAL);
	ck_assert_ptr_null(digest);
}
END_TEST

static struct comparison ledger_against(struct ledger *ledger, const char *path)
{
	struct digest *met = digest_of(path);
	struct comparison comparison;

	ledger_compare(ledger, met, &comparison);
	digest_destroy(met);
	return comparison;
}

static uint64_t hash_of_block(const char *path, size_t block)
{
	struct digest *digest = digest_of(path);
	uint64_t hash = digest->hashes[block];

	digest_destroy(digest);
	return hash;
}

START_TEST(ledger_knows_what_was_acknowledged)
{
	run_folder_file("a", 1, 8 * BLOCK);
	run_folder_file("new", 2, 8 * BLOCK);

	struct ledger *ledger = ledger_create(digest_of("a"));

	ledger_acknowledge(ledger, 5, ledger_begin(ledger, 5, hash_of_block("new", 5)));
	ck_assert_uint_eq(ledger_against(ledger, "a").first_different, 5);
	ck_assert_uint_eq(ledger_against(ledger, "new").different_count, 7);
	ledger_destroy(ledger);
}
END_TEST

START_TEST(ledger_takes_the_old_or_the_new_for_what_was_not_acknowledged)
{
	run_folder_file("a", 1, 8 * BLOCK);
	run_folder_file("torn", 1, 8 * BLOCK);
	run_folder_flip("torn", 5 * BLOCK);

	struct ledger *ledger = ledger_create(digest_of("a"));

	ledger_begin(ledger, 5, hash_of_block("torn", 5) + 1);
	ck_assert(ledger_against(ledger, "a").same);
	ck_assert(!ledger_against(ledger, "torn").same);
	ledger_begin(ledger, 5, hash_of_block("torn", 5));
	ck_assert(ledger_against(ledger, "torn").same);
	ledger_destroy(ledger);
}
END_TEST

#define HASH_A 101
#define HASH_B 102
#define HASH_C 103

/* Whether block 2 of a content that LEDGER has may be HASH; 0: what it was. */
static bool may_be(struct ledger *ledger, uint64_t hash)
{
	struct digest *met = digest_of("a");
	struct comparison comparison;

	if (hash != 0)
		met->hashes[2] = hash;
	ledger_compare(ledger, met, &comparison);
	digest_destroy(met);
	return comparison.same;
}

static struct ledger *ledger_of_eight(void)
{
	run_folder_file("a", 1, 8 * BLOCK);
	return ledger_create(digest_of("a"));
}

START_TEST(of_two_writers_at_once_either_may_be_the_last)
{
	for (unsigned order = 0; order < 4; order++) {
		struct ledger *ledger = ledger_of_eight();
		uint64_t a = ledger_begin(ledger, 2, HASH_A);
		uint64_t b = ledger_begin(ledger, 2, HASH_B);

		ck_assert(may_be(ledger, 0) && may_be(ledger, HASH_A) && may_be(ledger, HASH_B));
		ledger_acknowledge(ledger, 2, order & 1 ? b : a);
		/* Neither the one that is not acknowledged nor the other is out of it. */
		ck_assert(!may_be(ledger, 0));
		ck_assert(may_be(ledger, HASH_A) && may_be(ledger, HASH_B));
		ledger_acknowledge(ledger, 2, order & 1 ? a : b);
		ck_assert(!may_be(ledger, 0) && !may_be(ledger, HASH_C));
		ck_assert(may_be(ledger, order & 2 ? HASH_A : HASH_B));
		/* It was seen while nobody wrote: it stays what it is. */
		ck_assert(!may_be(ledger, order & 2 ? HASH_B : HASH_A));
		ledger_destroy(ledger);
	}
}
END_TEST

/* Nobody has looked at the block before: nothing has told it from what it was. */
START_TEST(one_that_ended_well_takes_away_what_was_while_another_goes_on)
{
	struct ledger *ledger = ledger_of_eight();
	uint64_t a = ledger_begin(ledger, 2, HASH_A);

	ledger_begin(ledger, 2, HASH_B);
	ledger_acknowledge(ledger, 2, a);
	ck_assert(!may_be(ledger, 0));
	ck_assert(may_be(ledger, HASH_A) && may_be(ledger, HASH_B));
	ledger_destroy(ledger);
}
END_TEST

START_TEST(a_write_that_may_not_have_come_leaves_what_was)
{
	struct ledger *ledger = ledger_of_eight();

	ledger_begin(ledger, 2, HASH_A);
	ck_assert(may_be(ledger, HASH_A) && may_be(ledger, 0) && !may_be(ledger, HASH_B));
	ledger_destroy(ledger);
}
END_TEST

START_TEST(a_write_that_began_behind_the_others_is_the_only_one_left)
{
	struct ledger *ledger = ledger_of_eight();
	uint64_t a = ledger_begin(ledger, 2, HASH_A), b = ledger_begin(ledger, 2, HASH_B);

	ledger_acknowledge(ledger, 2, b);
	ledger_acknowledge(ledger, 2, a);
	ledger_acknowledge(ledger, 2, ledger_begin(ledger, 2, HASH_C));
	ck_assert(!may_be(ledger, HASH_A) && !may_be(ledger, HASH_B) && !may_be(ledger, 0));
	ck_assert(may_be(ledger, HASH_C));
	ledger_destroy(ledger);
}
END_TEST

START_TEST(a_write_that_never_ended_may_come_any_time)
{
	struct ledger *ledger = ledger_of_eight();

	ledger_begin(ledger, 2, HASH_A);
	ledger_acknowledge(ledger, 2, ledger_begin(ledger, 2, HASH_B));
	ck_assert(may_be(ledger, HASH_B) && may_be(ledger, HASH_A) && may_be(ledger, HASH_B));
	ck_assert(!may_be(ledger, 0));
	ledger_destroy(ledger);
}
END_TEST

/* The volume was made longer meanwhile. */
START_TEST(a_block_behind_the_first_content_counts_for_nothing)
{
	struct ledger *ledger = ledger_of_eight();

	ledger_acknowledge(ledger, 8, ledger_begin(ledger, 8, HASH_A));
	ledger_acknowledge(ledger, 1000, ledger_begin(ledger, 1000, HASH_A));
	ck_assert(may_be(ledger, 0));
	run_folder_file("a", 1, 16 * BLOCK);
	ck_assert(!ledger_against(ledger, "a").same);
	ledger_destroy(ledger);
}
END_TEST

static int write_by(const char *name, enum pattern pattern, uint64_t bytes, struct ledger *ledger)
{
	struct load_order order = {
		.name = name,
		.pattern = pattern,
		.bytes = bytes,
		.seed = 7,
		.content = CONTENT_RANDOM,
		.image_path = "live",
		.live_path = "live",
		.ledger = ledger,
	};
	struct reason reason;

	return load_carry_out(&order, &reason);
}

START_TEST(writer_writes_what_it_enters_and_just_as_much)
{
	run_folder_file("live", 1, BLOCKS * BLOCK);

	struct digest *before = digest_of("live");
	struct ledger *ledger = ledger_create(digest_of("live"));

	ck_assert_int_eq(write_by("w", (enum pattern)_i, 100 * BLOCK, ledger), 0);
	ck_assert(ledger_against(ledger, "live").same);
	ck_assert_uint_eq(compare(before, "live", NULL).different_count, 100);
	ck_assert_int_eq(
		compare(before, "live", NULL).first_different == 0, _i == PATTERN_SEQUENTIAL);
	ledger_destroy(ledger);
	digest_destroy(before);
}
END_TEST

START_TEST(writer_writes_the_same_again_and_another_name_something_else)
{
	static const char *const names[] = { "w", "w", "v" };
	struct digest *after[3];
	struct comparison comparison;

	for (size_t i = 0; i < 3; i++) {
		run_folder_file("live", 1, BLOCKS * BLOCK);

		struct ledger *ledger = ledger_create(digest_of("live"));

		ck_assert_int_eq(write_by(names[i], PATTERN_RANDOM, 50 * BLOCK, ledger), 0);
		after[i] = digest_of("live");
		ledger_destroy(ledger);
	}
	digest_compare(after[0], after[1], NULL, &comparison);
	ck_assert(comparison.same);
	digest_compare(after[0], after[2], NULL, &comparison);
	ck_assert_uint_ge(comparison.different_count, 50);
	for (size_t i = 0; i < 3; i++)
		digest_destroy(after[i]);
}
END_TEST

START_TEST(writer_refuses_what_has_no_room)
{
	run_folder_file("live", 1, 8 * BLOCK);

	struct ledger *ledger = ledger_create(digest_of("live"));

	ck_assert_int_eq(write_by("w", PATTERN_RANDOM, 9 * BLOCK, ledger), -EINVAL);
	ck_assert_int_eq(write_by("w", PATTERN_RANDOM, 1000, ledger), -EINVAL);
	ck_assert_int_eq(write_by("w", PATTERN_RANDOM, 8 * BLOCK, ledger), 0);
	ledger_destroy(ledger);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("oracle");
	TCase *tests = tcase_create("oracle");

	(void)argc;

	tcase_add_checked_fixture(tests, run_folder_setup, run_folder_teardown);
	tcase_add_test(tests, every_changed_block_is_found_and_no_other);
	tcase_add_test(tests, last_part_of_a_block_counts);
	tcase_add_test(tests, other_size_is_a_difference);
	tcase_add_test(tests, only_the_blocks_that_are_asked_for_count);
	tcase_add_test(tests, what_cannot_be_read_is_an_error);
	tcase_add_test(tests, ledger_knows_what_was_acknowledged);
	tcase_add_test(tests, ledger_takes_the_old_or_the_new_for_what_was_not_acknowledged);
	tcase_add_test(tests, of_two_writers_at_once_either_may_be_the_last);
	tcase_add_test(tests, one_that_ended_well_takes_away_what_was_while_another_goes_on);
	tcase_add_test(tests, a_write_that_may_not_have_come_leaves_what_was);
	tcase_add_test(tests, a_write_that_began_behind_the_others_is_the_only_one_left);
	tcase_add_test(tests, a_write_that_never_ended_may_come_any_time);
	tcase_add_test(tests, a_block_behind_the_first_content_counts_for_nothing);
	tcase_add_loop_test(tests, writer_writes_what_it_enters_and_just_as_much, PATTERN_RANDOM,
		PATTERN_SEQUENTIAL + 1);
	tcase_add_test(tests, writer_writes_the_same_again_and_another_name_something_else);
	tcase_add_test(tests, writer_refuses_what_has_no_room);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
