/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_oracle_ext4.c - the ext4 content: the same again, clean, and still clean
 * after its files were overwritten in place.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/process.h"
#include "scenarios/judge/ledger.h"
#include "scenarios/judge/oracle.h"
#include "scenarios/run/content.h"
#include "scenarios/run/ext4_map.h"
#include "scenarios/run/load.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

#define MIB	     ((uint64_t)1 << 20)
#define VOLUME_BYTES (24 * MIB)
#define FILES	     60
#define FILE_BYTES   (6 * MIB)

static void image_make(const char *path, uint64_t seed)
{
	struct content_spec spec = { .kind = CONTENT_EXT4, .files = FILES, .bytes = FILE_BYTES };
	struct content_order order = {
		.spec = &spec,
		.volume_bytes = VOLUME_BYTES,
		.seed = seed,
		.image_path = path,
		.work_folder = ".",
	};
	struct reason reason = { "" };

	ck_assert_msg(content_make(&order, &reason) == 0, "%s", reason.text);
}

static struct digest *digest_of(const char *path)
{
	struct digest *digest;

	ck_assert_int_eq(digest_create(path, &digest), 0);
	return digest;
}

static bool same_files(const char *left_path, const char *right_path)
{
	struct digest *left = digest_of(left_path), *right = digest_of(right_path);
	struct comparison comparison;

	digest_compare(left, right, NULL, &comparison);
	digest_destroy(left);
	digest_destroy(right);
	return comparison.same;
}

static void assert_clean(const char *path)
{
	const char *argv[] = { "e2fsck", "-fn", path, NULL };
	struct process_order order = { .argv = argv, .output_path = "e2fsck.log" };
	struct process_result result;

	ck_assert_int_eq(process_run(&order, &result), 0);
	ck_assert_int_eq(result.exit_status, 0);
	process_result_deinit(&result);
}

START_TEST(the_same_seed_makes_the_same_bytes)
{
	image_make("a", 7);
	/* Whatever took its time from the clock would differ now. */
	sleep(1);
	image_make("b", 7);
	image_make("c", 8);
	assert_clean("a");
	ck_assert(same_files("a", "b"));
	ck_assert(!same_files("a", "c"));
}
END_TEST

START_TEST(what_is_left_on_the_way_is_removed)
{
	image_make("a", 7);
	/* The image. */
	ck_assert_uint_eq(run_folder_count(), 1);
}
END_TEST

START_TEST(files_are_used_blocks_and_have_all_the_bytes)
{
	struct block_set *used;
	struct reason reason;
	uint64_t *blocks;
	size_t count, used_count = 0;

	image_make("a", 7);
	ck_assert_int_eq(ext4_used_blocks("a", &reason, &used), 0);
	ck_assert_int_eq(ext4_data_blocks("a", &reason, &blocks, &count), 0);
	ck_assert_uint_ge(count, FILE_BYTES / ORACLE_BLOCK_BYTES);
	ck_assert_uint_le(count, FILE_BYTES / ORACLE_BLOCK_BYTES + FILES);
	for (size_t i = 0; i < count; i++) {
		ck_assert(block_set_has(used, (size_t)blocks[i]));
		ck_assert(i == 0 || blocks[i] > blocks[i - 1]);
	}
	for (size_t block = 0; block < used->block_count; block++)
		used_count += block_set_has(used, block);
	ck_assert_uint_gt(used_count, count);
	ck_assert_uint_lt(used_count, used->block_count);
	ck_assert(block_set_has(used, 0));
	free(blocks);
	block_set_destroy(used);
}
END_TEST

/* The mke2fs of Debian 13 makes an orphan file, which is an inode behind the reserved ones. */
START_TEST(what_a_file_system_has_for_itself_is_no_file)
{
	const char *argv[] = { "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-O",
		"orphan_file,quota,project", "a", "24M", NULL };
	struct process_order order = { .argv = argv, .output_path = "mke2fs.log" };
	struct process_result result;
	struct reason reason;
	uint64_t *blocks;
	size_t count;

	ck_assert_int_eq(process_run(&order, &result), 0);
	ck_assert_int_eq(result.exit_status, 0);
	process_result_deinit(&result);
	ck_assert_int_eq(ext4_data_blocks("a", &reason, &blocks, &count), 0);
	ck_assert_uint_eq(count, 0);
	free(blocks);
}
END_TEST

START_TEST(writer_leaves_the_file_system_clean)
{
	struct reason reason = { "" };
	struct comparison comparison;

	image_make("a", 7);

	struct digest *before = digest_of("a");
	struct ledger *ledger = ledger_create(digest_of("a"));
	struct load_order order = {
		.name = "burst",
		.pattern = PATTERN_RANDOM,
		.bytes = FILE_BYTES,
		.seed = 7,
		.content = CONTENT_EXT4,
		.image_path = "a",
		.live_path = "a",
		.ledger = ledger,
	};

	ck_assert_msg(load_carry_out(&order, &reason) == 0, "%s", reason.text);
	assert_clean("a");

	struct digest *after = digest_of("a");

	digest_compare(before, after, NULL, &comparison);
	ck_assert_uint_eq(comparison.different_count, FILE_BYTES / ORACLE_BLOCK_BYTES);
	ledger_compare(ledger, after, &comparison);
	ck_assert(comparison.same);
	order.bytes = FILE_BYTES + MIB;
	ck_assert_int_eq(load_carry_out(&order, &reason), -EINVAL);
	ck_assert_ptr_nonnull(strstr(reason.text, "the files of the content"));
	digest_destroy(before);
	digest_destroy(after);
	ledger_destroy(ledger);
}
END_TEST

START_TEST(what_is_no_file_system_is_refused)
{
	struct block_set *used = NULL;
	struct reason reason = { "" };

	run_folder_file("a", 1, (size_t)MIB);
	ck_assert_int_eq(ext4_used_blocks("a", &reason, &used), -EINVAL);
	ck_assert_ptr_null(used);
	ck_assert_ptr_nonnull(strstr(reason.text, "'a'"));
	ck_assert_int_eq(ext4_used_blocks("missing", &reason, &used), -ENOENT);
}
END_TEST

START_TEST(content_that_is_too_large_is_refused)
{
	struct content_spec spec = {
		.kind = CONTENT_EXT4, .files = 3, .bytes = VOLUME_BYTES + MIB
	};
	struct content_order order = {
		.spec = &spec,
		.volume_bytes = VOLUME_BYTES,
		.seed = 7,
		.image_path = "a",
		.work_folder = ".",
	};
	struct reason reason = { "" };

	ck_assert_int_eq(content_make(&order, &reason), -EINVAL);
	ck_assert_ptr_nonnull(strstr(reason.text, "mke2fs"));
}
END_TEST

int main(int argc, char **argv)
{
	(void)argc;
	if (!process_program_exists("mke2fs") || !process_program_exists("e2fsck")) {
		puts("SKIP: 'mke2fs' or 'e2fsck' is missing");
		return 77;
	}

	Suite *suite = suite_create("ext4 content");
	TCase *tests = tcase_create("ext4 content");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, run_folder_setup, run_folder_teardown);
	tcase_add_test(tests, the_same_seed_makes_the_same_bytes);
	tcase_add_test(tests, what_is_left_on_the_way_is_removed);
	tcase_add_test(tests, files_are_used_blocks_and_have_all_the_bytes);
	tcase_add_test(tests, what_a_file_system_has_for_itself_is_no_file);
	tcase_add_test(tests, writer_leaves_the_file_system_clean);
	tcase_add_test(tests, what_is_no_file_system_is_refused);
	tcase_add_test(tests, content_that_is_too_large_is_refused);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
