/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_differences.c - where a restore is wrong, and what is there instead.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "scenarios/judge/differences.h"
#include "scenarios/report/differences_json.h"
#include "simfs/base/cleanup.h"
#include "tests/lib/engine_suite.h"

#define BLOCK	   ((uint64_t)ORACLE_BLOCK_BYTES)
#define BLOCKS	   ((size_t)2000) /* more than there are cells */

#define LATER_HASH 7
#define OTHER_HASH 9

static uint64_t zeros_hash(void)
{
	static const unsigned char zeros[ORACLE_BLOCK_BYTES];

	return digest_hash(zeros, sizeof zeros);
}

/* Of COUNT blocks that are all different from each other. */
static struct digest *digest_make(size_t count)
{
	struct digest *digest = calloc(1, sizeof *digest);

	ck_assert_ptr_nonnull(digest);
	digest->size_bytes = count * BLOCK;
	digest->block_count = count;
	digest->hashes = calloc(count + 1, sizeof *digest->hashes);
	ck_assert_ptr_nonnull(digest->hashes);
	for (size_t i = 0; i < count; i++)
		digest->hashes[i] = 1000 + i;
	return digest;
}

static void run_is(const struct differences *differences, size_t index, enum difference_kind kind,
	uint64_t first, uint64_t last)
{
	ck_assert_uint_lt(index, differences->run_count);
	ck_assert_int_eq(differences->runs[index].kind, kind);
	ck_assert_uint_eq(differences->runs[index].begin_bytes, first * BLOCK);
	ck_assert_uint_eq(differences->runs[index].end_bytes, (last + 1) * BLOCK);
}

/* Blocks 4 and 5 are zeros, 6 is of the live view, 100 is something else, the last 10 are not
 * there. */
static struct differences *differences_make(const struct block_set *only)
{
	struct digest *expected = digest_make(BLOCKS), *met = digest_make(BLOCKS - 10);
	struct digest *live = digest_make(BLOCKS);
	struct differences *differences;

	met->hashes[4] = met->hashes[5] = zeros_hash();
	met->hashes[6] = live->hashes[6] = LATER_HASH;
	met->hashes[100] = OTHER_HASH;
	differences = differences_of_file(expected, met, only, live);
	digest_destroy(expected);
	digest_destroy(met);
	digest_destroy(live);
	return differences;
}

START_TEST(runs_say_where_and_what_is_there)
{
	struct differences *differences = differences_make(NULL);

	ck_assert_uint_eq(differences->compared_count, BLOCKS);
	ck_assert_uint_eq(differences->different_count, 14);
	ck_assert_uint_eq(differences->run_count, 4);
	run_is(differences, 0, DIFFERENCE_ZEROS, 4, 5);
	run_is(differences, 1, DIFFERENCE_LATER, 6, 6);
	run_is(differences, 2, DIFFERENCE_OTHER, 100, 100);
	run_is(differences, 3, DIFFERENCE_MISSING, BLOCKS - 10, BLOCKS - 1);
	differences_destroy(differences);
}
END_TEST

START_TEST(each_cell_counts_the_blocks_in_it)
{
	struct differences *differences = differences_make(NULL);

	ck_assert_uint_eq(differences->cell_bytes, 4 * BLOCK);
	ck_assert_uint_eq(differences->cell_count, BLOCKS / 4);
	ck_assert_int_eq(difference_cell_kind(&differences->cells[0]), DIFFERENCE_KINDS);
	ck_assert_uint_eq(differences->cells[1].counts[DIFFERENCE_ZEROS], 2);
	ck_assert_uint_eq(differences->cells[1].counts[DIFFERENCE_LATER], 1);
	ck_assert_int_eq(difference_cell_kind(&differences->cells[1]), DIFFERENCE_ZEROS);
	ck_assert_uint_eq(differences->cells[25].counts[DIFFERENCE_OTHER], 1);
	ck_assert_uint_eq(differences->cells[BLOCKS / 4 - 1].counts[DIFFERENCE_MISSING], 4);
	differences_destroy(differences);
}
END_TEST

START_TEST(what_need_not_be_there_is_no_difference)
{
	struct block_set *only = block_set_create(BLOCKS);

	for (size_t block = 0; block < BLOCKS; block++) {
		if (block != 5)
			block_set_add(only, block);
	}

	struct differences *differences = differences_make(only);

	ck_assert_uint_eq(differences->compared_count, BLOCKS - 1);
	run_is(differences, 0, DIFFERENCE_ZEROS, 4, 4);
	differences_destroy(differences);
	block_set_destroy(only);
}
END_TEST

START_TEST(what_is_right_has_none)
{
	struct digest *expected = digest_make(BLOCKS), *met = digest_make(BLOCKS + 1);

	ck_assert_ptr_null(differences_of_file(expected, met, NULL, NULL));
	digest_destroy(expected);
	digest_destroy(met);
}
END_TEST

START_TEST(of_many_runs_the_first_are_kept_and_the_map_is_whole)
{
	struct digest *expected = digest_make(BLOCKS), *met = digest_make(BLOCKS);
	struct differences *differences;

	for (size_t block = 0; block < BLOCKS; block += 4)
		met->hashes[block] = OTHER_HASH;
	differences = differences_of_file(expected, met, NULL, NULL);
	ck_assert_uint_eq(differences->run_count, DIFFERENCES_RUNS_MAX);
	ck_assert_uint_eq(differences->runs_dropped, BLOCKS / 4 - DIFFERENCES_RUNS_MAX);
	for (size_t cell = 0; cell < differences->cell_count; cell++)
		ck_assert_uint_eq(differences->cells[cell].counts[DIFFERENCE_OTHER], 1);
	differences_destroy(differences);
	digest_destroy(expected);
	digest_destroy(met);
}
END_TEST

static void is_read_as_written(const struct differences *differences)
{
	json_t *json = differences_json(differences);
	struct differences *read = differences_read_json(json);
	json_t *again = differences_json(read);

	ck_assert(json_equal(json, again));
	json_decref(json);
	json_decref(again);
	differences_destroy(read);
}

START_TEST(another_process_reads_what_was_written)
{
	struct differences *file = differences_make(NULL), *tree = differences_create();

	differences_add_name(tree, "a/b", "has another content");
	tree->compared_count = 9;
	tree->different_count = 1;
	is_read_as_written(file);
	is_read_as_written(tree);
	ck_assert_ptr_null(differences_read_json(NULL));
	differences_destroy(file);
	differences_destroy(tree);
}
END_TEST

/* Whoever writes a report by hand gets no map that is out of bounds. */
START_TEST(a_report_that_lies_does_no_harm)
{
	json_t *json = json_pack("{s:i, s:i, s:I, s:[[I,I,i,i,i,i],[I,I,i,i,i,i]], s:[{s:s}]}",
		"compared", -1, "different", 3, "size_bytes", (json_int_t)(4 * BLOCK), "cells",
		(json_int_t)0, (json_int_t)INT64_MAX, 1, 0, 0, 0, (json_int_t)-5, (json_int_t)-1, 1,
		0, 0, 0, "runs", "holds", "nonsense");
	struct differences *differences = differences_read_json(json);

	ck_assert_uint_eq(differences->cell_count, 4);
	ck_assert_uint_eq(differences->compared_count, 0);
	json_decref(json);
	differences_destroy(differences);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("differences");
	TCase *tests = tcase_create("differences");

	(void)argc;
	tcase_add_test(tests, runs_say_where_and_what_is_there);
	tcase_add_test(tests, each_cell_counts_the_blocks_in_it);
	tcase_add_test(tests, what_need_not_be_there_is_no_difference);
	tcase_add_test(tests, what_is_right_has_none);
	tcase_add_test(tests, of_many_runs_the_first_are_kept_and_the_map_is_whole);
	tcase_add_test(tests, another_process_reads_what_was_written);
	tcase_add_test(tests, a_report_that_lies_does_no_harm);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
