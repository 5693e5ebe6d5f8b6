/* SPDX-License-Identifier: Apache-2.0 */
/* Which blocks changed since a snapshot: against plain arrays of flags, nothing missed or extra. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/volume/changed.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((1u << 20) + 512)
#define BLOCK_MIN    4096u
#define BLOCKS_MAX   (VOLUME_BYTES / BLOCK_MIN + 1)
#define SNAPSHOTS    3

static const char *const names[SNAPSHOTS] = { "a", "b", "c" };
static const uint32_t block_bytes[SNAPSHOTS] = { 4096, 65536, 16384 };
static struct engine engine;
static bool changed[SNAPSHOTS][BLOCKS_MAX];

static void open_engine(void)
{
	memset(changed, 0, sizeof changed);
	engine_init(
		&engine, engine_seed(), &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

static void take(unsigned i)
{
	struct engine_snapshot_options options = { .block_bytes = block_bytes[i] };

	ck_assert_int_eq(engine_snapshot(&engine, names[i], &options, NULL), 0);
}

/* Compares extents and count with the flags of snapshot I, asked from FROM on. */
static void expect_changed(unsigned i, uint64_t from)
{
	struct snapshot *snapshot = engine_find(&engine, names[i]);
	uint64_t offset, length, at = from, count = 0, all = 0;
	bool found[BLOCKS_MAX] = { false };

	ck_assert_int_eq(snapshot_changed_error(snapshot), 0);
	while (snapshot_changed_next(snapshot, at, &offset, &length)) {
		ck_assert_uint_ge(offset, at);
		ck_assert_uint_gt(length, 0);
		ck_assert_uint_le(offset + length, VOLUME_BYTES);
		for (uint64_t byte = offset; byte < offset + length; byte += 512)
			found[byte / block_bytes[i]] = true;
		at = offset + length;
	}
	for (uint64_t block = 0; block * block_bytes[i] < VOLUME_BYTES; block++) {
		all += changed[i][block];
		count += found[block];
		if ((block + 1) * block_bytes[i] > from)
			ck_assert_msg(found[block] == changed[i][block], "block %u of %s",
				(unsigned)block, names[i]);
		else
			ck_assert(!found[block]);
	}
	ck_assert_uint_eq(snapshot_changed_blocks(snapshot), all);
	ck_assert_uint_le(count, all);
}

static void note_write(unsigned taken, uint64_t offset, uint64_t length)
{
	for (unsigned i = 0; i < taken; i++) {
		for (uint64_t block = offset / block_bytes[i];
			block <= (offset + length - 1) / block_bytes[i]; block++)
			changed[i][block] = true;
	}
}

START_TEST(every_block_that_was_written_and_no_other_has_changed)
{
	unsigned taken = 0;

	for (uint64_t round = 0; round < engine_count(200); round++) {
		uint64_t seed = mix64(engine_seed() + round);
		uint64_t offset = mix_below(seed, 1, VOLUME_BYTES);
		uint64_t length_max = mix_below(seed, 2, 8) ? 3000 : 60000;
		uint64_t length = 1 + mix_below(seed, 3, length_max);

		if (round % 3 == 1 && taken < SNAPSHOTS)
			take(taken++);
		if (offset + length > VOLUME_BYTES)
			length = VOLUME_BYTES - offset;
		ck_assert_int_eq(engine_write(&engine, offset, length, seed), 0);
		note_write(taken, offset, length);
		if (round % 20 == 19)
			ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		if (round % 50 == 49) {
			ck_assert_int_eq(engine_close(&engine), 0);
			ck_assert_int_eq(engine_open(&engine), 0);
		}
		for (unsigned i = 0; i < taken; i++)
			expect_changed(i, round % 2 ? 0 : mix_below(seed, 4, VOLUME_BYTES));
	}
	ck_assert(taken == SNAPSHOTS || !engine_count_is_full());
}
END_TEST

START_TEST(a_fresh_snapshot_has_no_changed_block)
{
	uint64_t offset, length;

	take(0);
	ck_assert(!snapshot_changed_next(engine_find(&engine, "a"), 0, &offset, &length));
	expect_changed(0, 0);
}
END_TEST

START_TEST(the_record_of_a_failed_snapshot_is_refused)
{
	struct engine_snapshot_options options = { .limit = "4KiB" };

	ck_assert_int_eq(engine_snapshot(&engine, "a", &options, NULL), 0);
	ck_assert_int_eq(engine_write(&engine, 0, 8192, 1), 0);
	ck_assert_int_eq(snapshot_changed_error(engine_find(&engine, "a")), -ENOSPC);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume changed");
	TCase *blocks = tcase_create("blocks");

	(void)argc;
	tcase_add_checked_fixture(blocks, open_engine, close_engine);
	tcase_set_timeout(blocks, 60);
	tcase_add_test(blocks, every_block_that_was_written_and_no_other_has_changed);
	tcase_add_test(blocks, a_fresh_snapshot_has_no_changed_block);
	tcase_add_test(blocks, the_record_of_a_failed_snapshot_is_refused);
	suite_add_tcase(suite, blocks);
	return engine_suite_run(suite, argv[0]);
}
