/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nobody can tell, but by the time, what was read ahead of him: what is counted, what faults
 * strike, and what cannot be read.
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/ahead_bench.h"

START_TEST(progress_and_counts_are_of_what_was_asked_for)
{
	ahead_open(WINDOW);
	for (uint64_t at = 0; at < 8 * BLOCK; at += BLOCK)
		ahead_read_one(at, BLOCK);
	ck_assert_uint_gt(ahead_file_bytes, 8 * BLOCK);
	ck_assert_uint_eq(ahead_view()->progress.blocks_read, 8);
	ck_assert_uint_eq(ahead_view()->progress.highest_first, 7 * BLOCK);
	ck_assert_uint_eq(ahead_view()->reads.begun, 8);
	ck_assert_uint_eq(ahead_view()->reads.in_sequence, 8);
	ck_assert_uint_eq(ahead_view()->reads.in_flight, 0);
	ck_assert_uint_eq(ahead_view()->reads.bytes, 8 * BLOCK);
	ck_assert_uint_eq(bench_engine.volume->counters.snapshot_reads, 8);
	ck_assert_uint_eq(bench_engine.volume->counters.snapshot_read_bytes, 8 * BLOCK);
}
END_TEST

/* Points at which a read of a snapshot is judged, and rules that strike at an exact moment. */
static const char *const rules[] = {
	"snapshot.read error=EIO after=5 times=1",
	"snapshot.read error=ENODATA offset=40KiB..44KiB",
	"snapshot.read error=EIO when=read.progress>=4%",
	"snapshot.read short=512 after=7 every=3",
	"snapshot.read flip=1 every=2",
	"snapshot.read zero chance=30%",
	"snapshot.read stale after=4",
	"snapshot.read misdirect=8KiB after=3",
	"snapshot.read fail-snapshot after=6",
	"origin.read error=EIO after=5 times=1",
	"origin.read error=EIO offset=60KiB..64KiB",
	"origin.read flip=1 every=2",
	"origin.read zero chance=30%",
	"origin.read error=EIO when=read.progress>=4%",
};

#define RULES  (sizeof rules / sizeof rules[0])
#define STRUCK 32

struct seen {
	int results[STRUCK];
	size_t lengths[STRUCK];
	uint8_t bytes[STRUCK][BLOCK];
	long long hits, fired;
};

static void read_struck(uint32_t ahead_bytes, const char *rule, struct seen *ret)
{
	ahead_open(ahead_bytes);
	bench_write(9 * BLOCK, 3 * BLOCK, 1);
	fault_bench_add(rule);
	memset(ret, 0, sizeof *ret);
	for (unsigned i = 0; i < STRUCK; i++) {
		ret->results[i] = fault_bench_read(
			ahead_view(), i * BLOCK, BLOCK, ret->bytes[i], &ret->lengths[i]);
		engine_settle(&bench_engine);
	}
	ret->hits = fault_bench_count(0, "seen");
	ret->fired = fault_bench_count(0, "fired");
}

START_TEST(a_rule_strikes_the_very_read_that_it_strikes_when_nothing_is_read_ahead)
{
	static struct seen without, with;

	read_struck(0, rules[_i], &without);
	bench_close();
	read_struck(WINDOW, rules[_i], &with);
	ck_assert_int_gt(without.fired, 0);
	ck_assert_msg(memcmp(&with, &without, sizeof with) == 0,
		"%s: fired %lld of %lld, not %lld of %lld", rules[_i], with.fired, with.hits,
		without.fired, without.hits);
}
END_TEST

START_TEST(a_rule_that_is_added_strikes_what_was_read_ahead_already)
{
	struct engine_request *read;

	ahead_open(WINDOW);
	for (uint64_t at = 0; at < 4 * BLOCK; at += BLOCK)
		ahead_read_one(at, BLOCK);
	fault_bench_add("origin.read error=EIO times=1");
	ahead_start_read(&read, 4 * BLOCK, BLOCK);
	ck_assert_int_eq(engine_wait(&bench_engine, read), -EIO);
	engine_request_free(read);
	ck_assert_int_eq(fault_bench_count(0, "seen"), 1);
	ck_assert_int_eq(fault_bench_count(0, "fired"), 1);
}
END_TEST

START_TEST(a_rule_that_comes_while_it_is_read_ahead_strikes_who_asks_for_it)
{
	struct engine_request *read;

	/* Each piece takes many rounds, and is in one of them when the rule comes. */
	ahead_open(WINDOW);
	ahead_limits.request_parts = 1;
	for (uint64_t at = 0; at < 64 * BLOCK; at += 2 * BLOCK)
		bench_write(at, BLOCK, 1 + at);
	ahead_read_one(0, BLOCK);
	ahead_read_one(BLOCK, BLOCK);
	ahead_start_read(&read, 2 * BLOCK, BLOCK);
	ahead_expect(read);
	fault_bench_add("origin.read hang");
	engine_settle(&bench_engine);
	ck_assert_int_eq(fault_bench_count(0, "seen"), 0);
	ck_assert(!ahead_start_read(&read, 3 * BLOCK, BLOCK));
	engine_settle(&bench_engine);
	ck_assert(!read->has_ended);
	ck_assert_int_eq(fault_bench_count(0, "fired"), 1);
	volume_fault_clear(bench_engine.volume);
	ahead_expect(read);
}
END_TEST

/* Blocks from the fourth on lie in the store, whose reads fail. */
static void open_with_a_store_that_cannot_be_read(void)
{
	ahead_open(WINDOW);
	bench_write(3 * BLOCK, 16 * BLOCK, 1);
	memory_disk_fail_only(bench_engine.disk, ".store");
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1000, -EIO);
}

START_TEST(what_cannot_be_read_ahead_fails_who_asks_for_it_and_nobody_before)
{
	struct engine_request *read;

	open_with_a_store_that_cannot_be_read();
	for (uint64_t at = 0; at < 3 * BLOCK; at += BLOCK)
		ahead_read_one(at, BLOCK);
	ck_assert_uint_gt(memory_disk_failed(bench_engine.disk), 0);
	ck_assert(!engine_has_failed(ahead_view(), NULL));
	ck_assert_uint_eq(bench_engine.volume->counters.snapshot_read_errors, 0);
	ahead_start_read(&read, 3 * BLOCK, BLOCK);
	ck_assert_int_eq(engine_wait(&bench_engine, read), -EIO);
	engine_request_free(read);
	ck_assert_uint_eq(bench_engine.volume->counters.snapshot_read_errors, 1);
}
END_TEST

START_TEST(who_waits_for_what_cannot_be_read_ahead_reads_it)
{
	struct engine_request *read, *waiting;

	open_with_a_store_that_cannot_be_read();
	ahead_read_one(0, BLOCK);
	ahead_read_one(BLOCK, BLOCK);
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	ahead_start_read(&read, 2 * BLOCK, BLOCK);
	ck_assert(!ahead_start_read(&waiting, 3 * BLOCK, BLOCK));
	ck_assert(!list_empty(&bench_engine.volume->ahead.waiting));
	ahead_expect(read);
	ahead_expect(waiting);
	ck_assert_uint_eq(memory_disk_failed(bench_engine.disk), 1);
}
END_TEST

/* Of a piece and the next one, which ends in nothing: what is left of the sequence has no gap. */
START_TEST(who_waits_for_a_piece_that_is_there_and_one_that_cannot_be_read_reads_both)
{
	struct engine_request *read, *waiting;
	uint64_t second = 11 * BLOCK;

	ahead_open(WINDOW);
	bench_write(second, 8 * BLOCK, 1);
	memory_disk_fail_only(bench_engine.disk, ".store");
	ahead_read_one(0, BLOCK);
	ahead_read_one(BLOCK, BLOCK);
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	ahead_start_read(&read, 2 * BLOCK, BLOCK);
	ck_assert(!ahead_start_read(&waiting, second - BLOCK, 2 * BLOCK));
	ck_assert(!list_empty(&bench_engine.volume->ahead.waiting));
	ahead_expect(read);
	ahead_expect(waiting);
	ck_assert_uint_eq(memory_disk_failed(bench_engine.disk), 1);
	for (uint64_t at = 3 * BLOCK; at < 40 * BLOCK; at += BLOCK)
		ahead_read_one(at, BLOCK);
}
END_TEST

START_TEST(what_is_damaged_ahead_fails_who_asks_for_it_and_nobody_before)
{
	uint64_t size_bytes;
	uint8_t *bytes;

	ahead_open(WINDOW);
	bench_write(4 * BLOCK, BLOCK, 1);
	bytes = memory_disk_bytes(bench_engine.disk, "s.store", &size_bytes);
	bytes[store_offset(ahead_view()->store, 4)] ^= 1;
	for (uint64_t at = 0; at < 4 * BLOCK; at += BLOCK)
		ahead_read_one(at, BLOCK);
	ck_assert_uint_gt(bench_engine.volume->ahead.read_bytes, 0);
	ck_assert(!engine_has_failed(ahead_view(), NULL));
	ck_assert_uint_eq(bench_engine.volume->damage_lines, 0);

	struct engine_request *read;

	ahead_start_read(&read, 4 * BLOCK, BLOCK);
	ck_assert_int_eq(engine_wait(&bench_engine, read), -EIO);
	engine_request_free(read);
	bench_expect_failed("s", -EUCLEAN);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume-ahead-unseen");
	TCase *tcase = tcase_create("seen");

	(void)argc;
	tcase_add_checked_fixture(tcase, NULL, bench_close);
	tcase_add_test(tcase, progress_and_counts_are_of_what_was_asked_for);
	tcase_add_loop_test(tcase,
		a_rule_strikes_the_very_read_that_it_strikes_when_nothing_is_read_ahead, 0, RULES);
	tcase_add_test(tcase, a_rule_that_is_added_strikes_what_was_read_ahead_already);
	tcase_add_test(tcase, a_rule_that_comes_while_it_is_read_ahead_strikes_who_asks_for_it);
	tcase_add_test(tcase, what_cannot_be_read_ahead_fails_who_asks_for_it_and_nobody_before);
	tcase_add_test(tcase, who_waits_for_what_cannot_be_read_ahead_reads_it);
	tcase_add_test(
		tcase, who_waits_for_a_piece_that_is_there_and_one_that_cannot_be_read_reads_both);
	tcase_add_test(tcase, what_is_damaged_ahead_fails_who_asks_for_it_and_nobody_before);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
