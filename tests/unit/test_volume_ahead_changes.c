/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was read ahead of a reader when the snapshot changes, fails or goes meanwhile: he gets what
 * he would get of the files.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/lvm/lvm.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK  4096u
#define WINDOW (64u << 10)

static struct volume_limits limits;

static void open_as(const struct profile *profile)
{
	limits = volume_limits_default;
	limits.ahead_bytes = WINDOW;
	limits.ahead_beside_ns = 0;
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile,
				 .no_coalesce = true,
				 .limits = &limits },
		true);
}

static struct snapshot *view(void)
{
	return engine_find(&bench_engine, "s");
}

static int read_block(unsigned block, uint8_t *ret)
{
	struct engine_request *read = engine_read_new(view(), block * BLOCK, BLOCK);
	int result;

	engine_submit(&bench_engine, read);
	result = engine_wait(&bench_engine, read);
	if (result == 0)
		memcpy(ret, read->request.data, BLOCK);
	engine_request_free(read);
	return result;
}

/* Reads blocks up to before END of "s" one after the other; what comes next is there then, or is
 * still under way. */
static void read_up_to(unsigned end, bool is_there)
{
	uint8_t bytes[BLOCK];

	for (unsigned block = 0; block < end; block++) {
		ck_assert_int_eq(read_block(block, bytes), 0);
		ck_assert_mem_eq(bytes, bench_content + block * BLOCK, BLOCK);
	}
	if (is_there)
		engine_settle(&bench_engine);
	ck_assert_uint_gt(bench_engine.volume->ahead.piece_count, 0);
}

static void expect_block(unsigned block, const uint8_t *expected)
{
	uint8_t bytes[BLOCK];

	ck_assert_int_eq(read_block(block, bytes), 0);
	ck_assert_mem_eq(bytes, expected, BLOCK);
}

/* ---- writes ---- */

static const struct profile *const writable[] = { &profile_lvm, &profile_xen };

#define WAYS 4 /* two profiles, and whether it is there already */

/* Of the chain it is a clone that is written to. */
static void open_writable(unsigned way)
{
	open_as(writable[way / 2]);
	if (way / 2 == 1) {
		ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
		ck_assert_int_eq(engine_snapshot(&bench_engine, "base", NULL, NULL), 0);
		ck_assert_int_eq(engine_snapshot(&bench_engine, "s",
					 &(struct engine_snapshot_options){
						 .kind = SNAPSHOT_CLONED, .of = "base" },
					 NULL),
			0);
	}
}

START_TEST(what_is_written_to_a_snapshot_is_read_of_it)
{
	uint8_t written[BLOCK];

	open_writable((unsigned)_i);
	read_up_to(4, _i % 2 == 0);
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 5 * BLOCK, BLOCK, 77), 0);
	engine_stamp_fill(written, BLOCK, 77);
	expect_block(4, bench_content + 4 * BLOCK);
	expect_block(5, written);
	expect_block(6, bench_content + 6 * BLOCK);
}
END_TEST

START_TEST(a_write_elsewhere_leaves_what_was_read_ahead)
{
	struct engine_request *read;

	open_writable((unsigned)_i);
	read_up_to(4, true);
	ck_assert_int_eq(engine_write_to(&bench_engine, "s", 200 * BLOCK, BLOCK, 77), 0);
	engine_settle(&bench_engine);
	read = engine_read_new(view(), 4 * BLOCK, BLOCK);
	engine_submit(&bench_engine, read);
	ck_assert(read->has_ended);
	engine_request_free(read);
}
END_TEST

START_TEST(a_live_write_changes_nothing_of_it)
{
	open_as(_i == 0 ? &profile_plain : &profile_xen);
	read_up_to(4, false);
	for (unsigned block = 0; block < 32; block++)
		bench_write(block * BLOCK, BLOCK, 1000 + block);
	for (unsigned block = 4; block < 32; block++)
		expect_block(block, bench_content + block * BLOCK);
}
END_TEST

START_TEST(what_a_rule_has_made_of_the_files_meanwhile_is_read)
{
	uint8_t changed[BLOCK];

	open_as(&profile_plain);
	read_up_to(4, true);
	/* Into the block behind it, which is not preserved. */
	fault_bench_add("origin.write misdirect=4KiB");
	ck_assert_int_eq(engine_write(&bench_engine, 4 * BLOCK, BLOCK, 99), 0);
	ck_assert_uint_eq(volume_fault_clear(bench_engine.volume), 1);
	engine_stamp_fill(changed, BLOCK, 99);
	expect_block(4, bench_content + 4 * BLOCK);
	expect_block(5, changed);
}
END_TEST

/* ---- it fails, is detached, goes ---- */

START_TEST(of_a_snapshot_that_has_failed_nothing_is_read)
{
	uint8_t bytes[BLOCK];

	open_as(&profile_plain);
	read_up_to(4, _i == 0);
	snapshot_fail(view(), -EFBIG, "test");
	ck_assert_int_eq(read_block(4, bytes), -EIO);
	engine_settle(&bench_engine);
	ck_assert_int_eq(read_block(5, bytes), -EIO);
}
END_TEST

START_TEST(who_waits_when_a_snapshot_fails_gets_an_error)
{
	struct engine_request *read;

	open_as(&profile_plain);
	read_up_to(3, false);
	read = engine_read_new(view(), 3 * BLOCK, BLOCK);
	engine_submit(&bench_engine, read);
	if (!read->has_ended) {
		snapshot_fail(view(), -EFBIG, "test");
		ck_assert_int_eq(engine_wait(&bench_engine, read), -EIO);
	}
	engine_request_free(read);
}
END_TEST

START_TEST(of_a_snapshot_that_was_detached_meanwhile_the_live_view_is_read)
{
	open_as(&profile_lvm);
	read_up_to(4, true);
	ck_assert_int_eq(
		engine_change(&bench_engine, "s", &(struct lvm_change){ .kind = LVM_DETACH }), 0);
	bench_write(4 * BLOCK, BLOCK, 99);
	ck_assert_int_eq(
		engine_change(&bench_engine, "s", &(struct lvm_change){ .kind = LVM_ATTACH }), 0);
	expect_block(4, bench_live + 4 * BLOCK);
}
END_TEST

START_TEST(a_snapshot_is_deleted_while_it_is_read_ahead)
{
	open_as(_i == 0 ? &profile_plain : &profile_xen);
	read_up_to(3, false);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	expect_block(3, bench_live + 3 * BLOCK);
	expect_block(4, bench_live + 4 * BLOCK);
}
END_TEST

START_TEST(a_volume_is_closed_or_killed_while_it_is_read_ahead)
{
	open_as(&profile_plain);
	read_up_to(3, false);
	if (_i == 0) {
		engine_settle(&bench_engine);
		ck_assert(volume_idle(bench_engine.volume));
		ck_assert_int_eq(engine_close(&bench_engine), 0);
		ck_assert_int_eq(engine_open(&bench_engine), 0);
	} else {
		ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	}
	expect_block(3, bench_content + 3 * BLOCK);
}
END_TEST

/* ---- anything, in any order ---- */

/* One reader in sequence and writes to both views, some of them side by side. */
START_TEST(a_reader_in_sequence_among_writes_reads_what_was_written)
{
	uint64_t seed = engine_seed() + (uint64_t)_i;
	static uint8_t content[BENCH_VOLUME_BYTES];
	unsigned at = 0;

	open_as(&profile_lvm);
	memcpy(content, bench_content, sizeof content);
	for (uint64_t i = 0; i < engine_count(2000); i++) {
		unsigned near = (at + (unsigned)mix_below(seed, 4 * i, 20)) % 256;

		switch (mix_below(seed, 4 * i + 1, 8)) {
		case 0:
			ck_assert_int_eq(engine_write_to(&bench_engine, "s", near * BLOCK + 512,
						 BLOCK / 2, i),
				0);
			engine_stamp_fill(content + near * BLOCK + 512, BLOCK / 2, i);
			break;
		case 1:
			bench_write(near * BLOCK, BLOCK, i);
			break;
		case 2:
			engine_settle(&bench_engine);
			break;
		default:
			expect_block(at, content + at * BLOCK);
			at = mix_below(seed, 4 * i + 2, 40) == 0 ? near : (at + 1) % 256;
		}
	}
	ck_assert_uint_gt(bench_engine.volume->ahead.served_bytes, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume-ahead-changes");
	TCase *tcase = tcase_create("changes");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, NULL, bench_close);
	tcase_add_loop_test(tcase, what_is_written_to_a_snapshot_is_read_of_it, 0, WAYS);
	tcase_add_loop_test(tcase, a_write_elsewhere_leaves_what_was_read_ahead, 0, WAYS);
	tcase_add_loop_test(tcase, a_live_write_changes_nothing_of_it, 0, 2);
	tcase_add_test(tcase, what_a_rule_has_made_of_the_files_meanwhile_is_read);
	tcase_add_loop_test(tcase, of_a_snapshot_that_has_failed_nothing_is_read, 0, 2);
	tcase_add_test(tcase, who_waits_when_a_snapshot_fails_gets_an_error);
	tcase_add_test(tcase, of_a_snapshot_that_was_detached_meanwhile_the_live_view_is_read);
	tcase_add_loop_test(tcase, a_snapshot_is_deleted_while_it_is_read_ahead, 0, 2);
	tcase_add_loop_test(tcase, a_volume_is_closed_or_killed_while_it_is_read_ahead, 0, 2);
	tcase_add_loop_test(tcase, a_reader_in_sequence_among_writes_reads_what_was_written, 0, 4);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
