/* SPDX-License-Identifier: Apache-2.0 */
/* How much of a snapshot was read: every block once, whatever the reads and the sizes. */
#include <check.h>
#include <stdbool.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/volume/progress.h"
#include "tests/lib/engine_suite.h"

#define BLOCK  4096u
#define BLOCKS 300u

static struct read_progress progress;

static void start(void)
{
	progress = (struct read_progress){ 0 };
}

static void end(void)
{
	progress_deinit(&progress);
}

static void read_of(uint64_t bytes, uint64_t first, uint64_t length)
{
	progress_begin(&progress, first);
	progress_end(&progress, bytes, first, length);
}

START_TEST(what_was_read_twice_counts_once)
{
	ck_assert_uint_eq(progress_share(&progress), 0);
	read_of(8 * BLOCK, 0, BLOCK);
	ck_assert_uint_eq(progress_share(&progress), 125000);
	read_of(8 * BLOCK, 0, 2 * BLOCK);
	ck_assert_uint_eq(progress_share(&progress), 250000);
	read_of(8 * BLOCK, 0, 8 * BLOCK);
	read_of(8 * BLOCK, 0, 8 * BLOCK);
	ck_assert_uint_eq(progress_share(&progress), 1000000);
}
END_TEST

START_TEST(a_block_counts_with_its_first_byte_and_the_last_one_is_shorter)
{
	read_of(3 * BLOCK + 512, 4 * BLOCK - 4096 + 511, 1);
	ck_assert_uint_eq(progress_share(&progress), 250000);
	read_of(3 * BLOCK + 512, BLOCK - 1, 2);
	ck_assert_uint_eq(progress_share(&progress), 750000);
	ck_assert_uint_eq(progress.highest_first, 3 * BLOCK + 511);
	read_of(3 * BLOCK + 512, 0, 3 * BLOCK + 512);
	ck_assert_uint_eq(progress_share(&progress), 1000000);
}
END_TEST

/* Against an array, over the edges of words. */
START_TEST(random_reads_count_what_an_array_counts)
{
	static bool is_read[BLOCKS];
	uint64_t seed = engine_seed(), count = 0;

	memset(is_read, 0, sizeof is_read);
	for (uint64_t i = 0; i < 400; i++) {
		uint64_t length = 1 + mix_below(seed, 2 * i, i % 8 ? 3 * BLOCK : 200 * BLOCK);
		uint64_t first = mix_below(seed, 2 * i + 1, BLOCKS * BLOCK - length);

		read_of(BLOCKS * BLOCK, first, length);
		for (uint64_t at = first / BLOCK; at <= (first + length - 1) / BLOCK; at++) {
			count += !is_read[at];
			is_read[at] = true;
		}
		ck_assert_uint_eq(progress.blocks_read, count);
		ck_assert_uint_eq(progress_share(&progress), count * 1000000 / BLOCKS);
	}
}
END_TEST

/* The bits of the largest volume are no more than of one of 1 TiB. */
START_TEST(a_huge_volume_has_larger_blocks)
{
	uint64_t bytes = (uint64_t)1 << 40;

	read_of(bytes, bytes - 1, 1);
	ck_assert_uint_eq(progress.block_count, (uint64_t)1 << 28);
	end();
	start();
	read_of(bytes + 512, bytes, 512);
	ck_assert_uint_eq(progress.block_count, ((uint64_t)1 << 27) + 1);
	end();
	start();
	bytes = (uint64_t)INT64_MAX - 511;
	read_of(bytes, bytes - 1, 1);
	read_of(bytes, 0, 1u << 20);
	ck_assert_uint_le(progress.block_count, (uint64_t)1 << 28);
	ck_assert_uint_eq(progress.blocks_read, 2);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("progress");
	TCase *tcase = tcase_create("progress");

	(void)argc;
	tcase_add_checked_fixture(tcase, start, end);
	tcase_add_test(tcase, what_was_read_twice_counts_once);
	tcase_add_test(tcase, a_block_counts_with_its_first_byte_and_the_last_one_is_shorter);
	tcase_add_test(tcase, random_reads_count_what_an_array_counts);
	tcase_add_test(tcase, a_huge_volume_has_larger_blocks);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
