/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read ahead of who reads a snapshot in sequence: how much, that it is used, and that
 * nobody can tell but by the time.  What changes a snapshot meanwhile is in
 * test_volume_ahead_changes.c.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "faults/journal.h"
#include "simfs/volume/core.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK  4096u
#define WINDOW (64u << 10)

static struct volume_limits limits;
static uint64_t read_bytes; /* of files, for anybody */

static void note(void *context, const char *name, const struct blockio_request *request)
{
	(void)context;
	(void)name;
	for (unsigned i = 0; i < request->iov_count && request->kind == BLOCKIO_READ; i++)
		read_bytes += request->iov[i].iov_len;
}

static void open_with(uint32_t ahead_bytes)
{
	limits = volume_limits_default;
	limits.ahead_bytes = ahead_bytes;
	fault_bench_open(
		&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES, .limits = &limits },
		true);
	engine_folder_watch(bench_engine.folder, note, NULL);
	engine_folder_watch(bench_engine.image_folder, note, NULL);
	read_bytes = 0;
}

static struct snapshot *view(void)
{
	return engine_find(&bench_engine, "s");
}

/* Starts a read; whether it has ended within that. */
static bool start(struct engine_request **ret, uint64_t offset, size_t length)
{
	*ret = engine_read_new(view(), offset, length);
	engine_submit(&bench_engine, *ret);
	return (*ret)->has_ended;
}

static void expect_read(struct engine_request *read)
{
	ck_assert_int_eq(engine_wait(&bench_engine, read), 0);
	ck_assert_mem_eq(read->request.data, bench_content + read->request.offset,
		read->request.done_length);
	engine_request_free(read);
}

/* Whether a read of what it should be was answered at once; all is quiet behind it. */
static bool read_one(uint64_t offset, size_t length)
{
	struct engine_request *read;
	bool is_at_once = start(&read, offset, length);

	expect_read(read);
	engine_settle(&bench_engine);
	return is_at_once;
}

/* ---- how much ---- */

START_TEST(who_reads_in_sequence_waits_for_the_first_reads_only)
{
	uint64_t length = 1000 * (uint64_t)(1 + _i * 7), waited = 0;

	open_with(WINDOW);
	bench_write(5 * BLOCK, 3 * BLOCK, 1);
	for (uint64_t at = 0; at + length <= BENCH_VOLUME_BYTES; at += length)
		waited += !read_one(at, length);
	ck_assert_uint_eq(waited, 3);
}
END_TEST

START_TEST(each_byte_is_read_once_and_no_more_than_the_window_ahead)
{
	open_with(WINDOW);
	for (uint64_t at = 0; at < BENCH_VOLUME_BYTES; at += BLOCK) {
		read_one(at, BLOCK);
		ck_assert_uint_le(read_bytes, at + BLOCK + WINDOW);
	}
	ck_assert_uint_eq(read_bytes, BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(bench_engine.volume->ahead.read_bytes, BENCH_VOLUME_BYTES - 3 * BLOCK);
	ck_assert_uint_eq(bench_engine.volume->ahead.served_bytes, BENCH_VOLUME_BYTES - 3 * BLOCK);
}
END_TEST

START_TEST(who_reads_at_random_gets_nothing_read_ahead)
{
	open_with(WINDOW);
	for (uint64_t i = 0; i < 200; i++)
		read_one(i * 37 % 256 * BLOCK, BLOCK);
	ck_assert_uint_eq(read_bytes, 200 * BLOCK);
}
END_TEST

START_TEST(without_a_window_nothing_is_read_ahead)
{
	open_with(0);
	for (uint64_t i = 0; i < 100; i++)
		ck_assert(!read_one(i * BLOCK, BLOCK));
	ck_assert_uint_eq(read_bytes, 100 * BLOCK);
}
END_TEST

START_TEST(who_has_as_much_under_way_himself_gets_nothing_read_ahead)
{
	struct engine_request *reads[8];

	open_with(WINDOW);
	for (unsigned i = 0; i < 8; i++)
		start(&reads[i], i * WINDOW / 4, WINDOW / 4);
	for (unsigned i = 0; i < 8; i++)
		expect_read(reads[i]);
	engine_settle(&bench_engine);
	ck_assert_uint_le(read_bytes, 8 * WINDOW / 4);
}
END_TEST

START_TEST(as_many_readers_as_there_are_streams_are_told_apart)
{
	uint64_t part = BENCH_VOLUME_BYTES / AHEAD_STREAMS, waited = 0;

	open_with(WINDOW);
	for (uint64_t at = 0; at < part; at += BLOCK) {
		for (unsigned reader = 0; reader < AHEAD_STREAMS; reader++)
			waited += !read_one(reader * part + at, BLOCK);
	}
	ck_assert_uint_eq(waited, 3 * AHEAD_STREAMS);
}
END_TEST

START_TEST(one_who_reads_at_random_beside_it_does_not_end_a_sequence)
{
	uint64_t waited = 0;

	open_with(WINDOW);
	for (uint64_t i = 0; i < 100; i++) {
		waited += !read_one(i * BLOCK, BLOCK);
		for (unsigned other = 0; other < 3; other++)
			read_one((128 + (3 * i + other) * 37 % 128) * BLOCK, BLOCK);
	}
	ck_assert_uint_eq(waited, 3);
}
END_TEST

START_TEST(memory_is_for_so_many_pieces_and_goes_when_the_last_file_is_closed)
{
	unsigned most = 0, pieces_most = AHEAD_STREAMS * (2 + WINDOW / VOLUME_REQUEST_MAX_BYTES);

	open_with(WINDOW);
	view()->files_open = 1;
	/* Each leaves the half of what it has been given ahead. */
	for (uint64_t i = 0; i < 2000; i++) {
		read_one(i * 5 % 37 * 6 * BLOCK + i % 8 * BLOCK, BLOCK);
		if (bench_engine.volume->ahead.piece_count > most)
			most = bench_engine.volume->ahead.piece_count;
	}
	for (uint64_t at = 0; at < 16 * BLOCK; at += BLOCK)
		read_one(at, BLOCK);
	ck_assert_uint_gt(bench_engine.volume->ahead.piece_count, 0);
	ck_assert_uint_le(most, pieces_most);
	snapshot_closed(view());
	ck_assert_uint_eq(bench_engine.volume->ahead.piece_count, 0);
}
END_TEST

/* ---- what nobody sees ---- */

START_TEST(progress_and_counts_are_of_what_was_asked_for)
{
	open_with(WINDOW);
	for (uint64_t at = 0; at < 8 * BLOCK; at += BLOCK)
		read_one(at, BLOCK);
	ck_assert_uint_gt(read_bytes, 8 * BLOCK);
	ck_assert_uint_eq(view()->progress.blocks_read, 8);
	ck_assert_uint_eq(view()->progress.highest_first, 7 * BLOCK);
	ck_assert_uint_eq(view()->reads.begun, 8);
	ck_assert_uint_eq(view()->reads.in_sequence, 8);
	ck_assert_uint_eq(view()->reads.in_flight, 0);
	ck_assert_uint_eq(view()->reads.bytes, 8 * BLOCK);
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
	open_with(ahead_bytes);
	bench_write(9 * BLOCK, 3 * BLOCK, 1);
	fault_bench_add(rule);
	memset(ret, 0, sizeof *ret);
	for (unsigned i = 0; i < STRUCK; i++) {
		ret->results[i] = fault_bench_read(
			view(), i * BLOCK, BLOCK, ret->bytes[i], &ret->lengths[i]);
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

	open_with(WINDOW);
	for (uint64_t at = 0; at < 4 * BLOCK; at += BLOCK)
		read_one(at, BLOCK);
	fault_bench_add("origin.read error=EIO times=1");
	start(&read, 4 * BLOCK, BLOCK);
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
	open_with(WINDOW);
	limits.request_parts = 1;
	for (uint64_t at = 0; at < 64 * BLOCK; at += 2 * BLOCK)
		bench_write(at, BLOCK, 1 + at);
	read_one(0, BLOCK);
	read_one(BLOCK, BLOCK);
	start(&read, 2 * BLOCK, BLOCK);
	expect_read(read);
	fault_bench_add("origin.read hang");
	engine_settle(&bench_engine);
	ck_assert_int_eq(fault_bench_count(0, "seen"), 0);
	ck_assert(!start(&read, 3 * BLOCK, BLOCK));
	engine_settle(&bench_engine);
	ck_assert(!read->has_ended);
	ck_assert_int_eq(fault_bench_count(0, "fired"), 1);
	volume_fault_clear(bench_engine.volume);
	expect_read(read);
}
END_TEST

/* Blocks from the fourth on lie in the store, whose reads fail. */
static void open_with_a_store_that_cannot_be_read(void)
{
	open_with(WINDOW);
	bench_write(3 * BLOCK, 16 * BLOCK, 1);
	memory_disk_fail_only(bench_engine.disk, ".store");
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1000, -EIO);
}

START_TEST(what_cannot_be_read_ahead_fails_who_asks_for_it_and_nobody_before)
{
	struct engine_request *read;

	open_with_a_store_that_cannot_be_read();
	for (uint64_t at = 0; at < 3 * BLOCK; at += BLOCK)
		read_one(at, BLOCK);
	ck_assert_uint_gt(memory_disk_failed(bench_engine.disk), 0);
	ck_assert(!engine_has_failed(view(), NULL));
	ck_assert_uint_eq(bench_engine.volume->counters.snapshot_read_errors, 0);
	start(&read, 3 * BLOCK, BLOCK);
	ck_assert_int_eq(engine_wait(&bench_engine, read), -EIO);
	engine_request_free(read);
	ck_assert_uint_eq(bench_engine.volume->counters.snapshot_read_errors, 1);
}
END_TEST

START_TEST(who_waits_for_what_cannot_be_read_ahead_reads_it)
{
	struct engine_request *read, *waiting;

	open_with_a_store_that_cannot_be_read();
	read_one(0, BLOCK);
	read_one(BLOCK, BLOCK);
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	start(&read, 2 * BLOCK, BLOCK);
	ck_assert(!start(&waiting, 3 * BLOCK, BLOCK));
	ck_assert(!list_empty(&bench_engine.volume->ahead.waiting));
	expect_read(read);
	expect_read(waiting);
	ck_assert_uint_eq(memory_disk_failed(bench_engine.disk), 1);
}
END_TEST

START_TEST(what_is_damaged_ahead_fails_who_asks_for_it_and_nobody_before)
{
	uint64_t size_bytes;
	uint8_t *bytes;

	open_with(WINDOW);
	bench_write(4 * BLOCK, BLOCK, 1);
	bytes = memory_disk_bytes(bench_engine.disk, "s.store", &size_bytes);
	bytes[store_offset(view()->store, 4)] ^= 1;
	for (uint64_t at = 0; at < 4 * BLOCK; at += BLOCK)
		read_one(at, BLOCK);
	ck_assert_uint_gt(bench_engine.volume->ahead.read_bytes, 0);
	ck_assert(!engine_has_failed(view(), NULL));
	ck_assert_uint_eq(bench_engine.volume->damage_lines, 0);

	struct engine_request *read;

	start(&read, 4 * BLOCK, BLOCK);
	ck_assert_int_eq(engine_wait(&bench_engine, read), -EIO);
	engine_request_free(read);
	bench_expect_failed("s", -EUCLEAN);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("volume-ahead");
	TCase *much = tcase_create("how-much"), *seen = tcase_create("seen");

	tcase_add_checked_fixture(much, NULL, bench_close);
	tcase_add_loop_test(much, who_reads_in_sequence_waits_for_the_first_reads_only, 0, 5);
	tcase_add_test(much, each_byte_is_read_once_and_no_more_than_the_window_ahead);
	tcase_add_test(much, who_reads_at_random_gets_nothing_read_ahead);
	tcase_add_test(much, without_a_window_nothing_is_read_ahead);
	tcase_add_test(much, who_has_as_much_under_way_himself_gets_nothing_read_ahead);
	tcase_add_test(much, as_many_readers_as_there_are_streams_are_told_apart);
	tcase_add_test(much, one_who_reads_at_random_beside_it_does_not_end_a_sequence);
	tcase_add_test(much, memory_is_for_so_many_pieces_and_goes_when_the_last_file_is_closed);
	suite_add_tcase(suite, much);

	tcase_add_checked_fixture(seen, NULL, bench_close);
	tcase_add_test(seen, progress_and_counts_are_of_what_was_asked_for);
	tcase_add_loop_test(seen,
		a_rule_strikes_the_very_read_that_it_strikes_when_nothing_is_read_ahead, 0, RULES);
	tcase_add_test(seen, a_rule_that_is_added_strikes_what_was_read_ahead_already);
	tcase_add_test(seen, a_rule_that_comes_while_it_is_read_ahead_strikes_who_asks_for_it);
	tcase_add_test(seen, what_cannot_be_read_ahead_fails_who_asks_for_it_and_nobody_before);
	tcase_add_test(seen, who_waits_for_what_cannot_be_read_ahead_reads_it);
	tcase_add_test(seen, what_is_damaged_ahead_fails_who_asks_for_it_and_nobody_before);
	suite_add_tcase(suite, seen);
	return suite;
}

int main(int argc, char **argv)
{
	(void)argc;
	return engine_suite_run(suite(), argv[0]);
}
