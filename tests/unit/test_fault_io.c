/* SPDX-License-Identifier: Apache-2.0 */
/* What each action makes of a read, a write and a flush, of the live view and of snapshots. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/blockio/fault_site.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define AT     5001u
#define LENGTH 9000u

/* What comes back of bench_live (LIVE) or of bench_content (OLD). */
enum bytes { LIVE, OLD, ZEROS, ONE_BIT_OFF, FROM_ELSEWHERE };

static void start(void)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile_find("lvm"),
				 .step_ns = NS_PER_MS },
		true);
	bench_write(0, 65536, 2);
}

static unsigned bits_that_differ(const uint8_t *a, const uint8_t *b, size_t length)
{
	unsigned count = 0;

	for (size_t i = 0; i < length; i++)
		count += (unsigned)__builtin_popcount(a[i] ^ b[i]);
	return count;
}

static void check_bytes(
	const char *rule, enum bytes bytes, const uint8_t *found, const uint8_t *whole, size_t done)
{
	static const uint8_t zeros[LENGTH];

	if (bytes == ZEROS)
		ck_assert_msg(memcmp(found, zeros, done) == 0, "%s", rule);
	else if (bytes == ONE_BIT_OFF)
		ck_assert_msg(bits_that_differ(found, whole + AT, done) == 1, "%s", rule);
	else if (bytes == FROM_ELSEWHERE)
		ck_assert_msg(memcmp(found, whole + AT + 8192, done) == 0, "%s", rule);
	else
		ck_assert_msg(memcmp(found, (bytes == LIVE ? bench_live : whole) + AT, done) == 0,
			"%s", rule);
}

static const struct {
	const char *rule;
	int result;
	size_t done;
	enum bytes bytes;
} reads[] = {
	{ "live.read error=EIO", -EIO, 0, LIVE },
	{ "live.read error=ENOSPC", -ENOSPC, 0, LIVE },
	{ "live.read short=512", 0, 512, LIVE },
	{ "live.read short=0", 0, 0, LIVE },
	{ "live.read short=9000", 0, LENGTH, LIVE },
	{ "live.read zero", 0, LENGTH, ZEROS },
	{ "live.read flip=1", 0, LENGTH, ONE_BIT_OFF },
	{ "live.read misdirect=8KiB", 0, LENGTH, FROM_ELSEWHERE },
	{ "live.read delay=1ms", 0, LENGTH, LIVE },
	{ "live.read crash", 0, LENGTH, LIVE },
	{ "snapshot.read error=EIO", -EIO, 0, OLD },
	{ "snapshot.read short=513", 0, 513, OLD },
	{ "snapshot.read short=0", 0, 0, OLD },
	{ "snapshot.read zero", 0, LENGTH, ZEROS },
	{ "snapshot.read stale", 0, LENGTH, LIVE },
	{ "snapshot.read flip=1", 0, LENGTH, ONE_BIT_OFF },
	{ "snapshot.read misdirect=8KiB", 0, LENGTH, FROM_ELSEWHERE },
	{ "snapshot.read delay=1ms", 0, LENGTH, OLD },
	{ "snapshot.read crash", 0, LENGTH, OLD },
	{ "snapshot.read fail-snapshot", -EIO, 0, OLD },
	{ "origin.read error=EIO", -EIO, 0, LIVE },
	{ "origin.read zero", 0, LENGTH, ZEROS },
	{ "origin.read misdirect=8KiB", 0, LENGTH, FROM_ELSEWHERE },
	{ "origin.read delay=1ms", 0, LENGTH, LIVE },
};

START_TEST(a_read_that_is_struck)
{
	const char *rule = reads[_i].rule;
	bool is_of_snapshot = strncmp(rule, "snapshot", 8) == 0;
	struct snapshot *snapshot = is_of_snapshot ? engine_find(&bench_engine, "s") : NULL;
	uint8_t bytes[LENGTH], again[LENGTH];
	size_t done = 0;
	int result;

	fault_bench_add(rule);
	result = fault_bench_read(snapshot, AT, LENGTH, bytes, &done);
	ck_assert_msg(result == reads[_i].result, "%s: %d", rule, result);
	if (result == 0) {
		ck_assert_msg(done == reads[_i].done, "%s: %zu", rule, done);
		check_bytes(rule, reads[_i].bytes, bytes,
			is_of_snapshot ? bench_content : bench_live, done);
	}
	if (strstr(rule, "crash"))
		ck_assert_uint_eq(fault_bench_crashes, 1);

	/* Nothing of it stays, but for a snapshot that has failed. */
	volume_fault_clear(bench_engine.volume);
	result = fault_bench_read(snapshot, AT, LENGTH, again, &done);
	if (strstr(rule, "fail-snapshot")) {
		ck_assert_int_eq(result, -EIO);
		return;
	}
	ck_assert_int_eq(result, 0);
	check_bytes(rule, is_of_snapshot ? OLD : LIVE, again,
		is_of_snapshot ? bench_content : bench_live, LENGTH);
}
END_TEST

/* How many of the bytes that were to be written are there, and where. */
static const struct {
	const char *rule;
	int result;
	size_t done, written;
	unsigned bits_off;
	size_t further_on;
} writes[] = {
	{ "live.write error=EIO", -EIO, 0, 0, 0, 0 },
	{ "live.write short=512", 0, 512, 512, 0, 0 },
	{ "live.write tear=512", 0, LENGTH, 512, 0, 0 },
	{ "live.write drop", 0, LENGTH, 0, 0, 0 },
	{ "live.write flip=3", 0, LENGTH, LENGTH, 3, 0 },
	{ "live.write misdirect=64KiB", 0, LENGTH, LENGTH, 0, 65536 },
	{ "live.write delay=1ms", 0, LENGTH, LENGTH, 0, 0 },
	{ "live.write crash", 0, LENGTH, LENGTH, 0, 0 },
	{ "snapshot.write error=EIO", -EIO, 0, 0, 0, 0 },
	{ "snapshot.write short=512", 0, 512, 512, 0, 0 },
	{ "snapshot.write tear=512", 0, LENGTH, 512, 0, 0 },
	{ "snapshot.write drop", 0, LENGTH, 0, 0, 0 },
	{ "snapshot.write flip=3", 0, LENGTH, LENGTH, 3, 0 },
	{ "snapshot.write misdirect=64KiB", 0, LENGTH, LENGTH, 0, 65536 },
	{ "snapshot.write delay=1ms", 0, LENGTH, LENGTH, 0, 0 },
	{ "snapshot.write crash", 0, LENGTH, LENGTH, 0, 0 },
	{ "origin.write error=EIO", -EIO, 0, 0, 0, 0 },
	{ "origin.write drop", 0, LENGTH, 0, 0, 0 },
	{ "origin.write delay=1ms", 0, LENGTH, LENGTH, 0, 0 },
};

START_TEST(a_write_that_is_struck)
{
	const char *rule = writes[_i].rule;
	bool is_of_snapshot = strncmp(rule, "snapshot", 8) == 0;
	struct snapshot *snapshot = is_of_snapshot ? engine_find(&bench_engine, "s") : NULL;
	uint8_t wanted[BENCH_VOLUME_BYTES], stamped[LENGTH];
	uint8_t *found;
	size_t done = 0;
	int result;

	engine_stamp_fill(stamped, LENGTH, 9);
	memcpy(wanted, is_of_snapshot ? bench_content : bench_live, sizeof wanted);
	memcpy(wanted + AT + writes[_i].further_on, stamped, writes[_i].written);
	fault_bench_add(rule);
	result = fault_bench_write(snapshot, AT, LENGTH, 9, &done);
	ck_assert_msg(result == writes[_i].result, "%s: %d", rule, result);
	if (result == 0)
		ck_assert_msg(done == writes[_i].done, "%s: %zu", rule, done);
	volume_fault_clear(bench_engine.volume);
	found = engine_content(&bench_engine, snapshot);
	ck_assert_msg(
		bits_that_differ(found, wanted, sizeof wanted) == writes[_i].bits_off, "%s", rule);
	free(found);
	/* The other one is as it was, whatever was lost on the way. */
	if (is_of_snapshot)
		bench_expect_live();
	else
		bench_expect_whole("s");
}
END_TEST

START_TEST(misdirected_reads_and_writes_come_round_at_the_end_of_the_volume)
{
	uint8_t bytes[4096];
	size_t done;

	fault_bench_add("live.read misdirect=8KiB");
	ck_assert_int_eq(fault_bench_read(NULL, BENCH_VOLUME_BYTES - 4096, 4096, bytes, &done), 0);
	ck_assert_mem_eq(bytes, bench_live + 4096, 4096);
	volume_fault_clear(bench_engine.volume);
	fault_bench_add("live.read misdirect=1KiB");
	ck_assert_int_eq(fault_bench_read(NULL, BENCH_VOLUME_BYTES - 4096, 4096, bytes, &done), 0);
	ck_assert_mem_eq(bytes, bench_live + BENCH_VOLUME_BYTES - 4096, 4096);
}
END_TEST

START_TEST(a_flush_fails_or_is_dropped)
{
	uint64_t flushed = memory_disk_completed(bench_engine.disk, BLOCKIO_FLUSH);

	fault_bench_add("live.flush error=EIO times=1");
	ck_assert_int_eq(engine_flush(&bench_engine), -EIO);
	fault_bench_add("live.flush drop times=1");
	ck_assert_int_eq(engine_flush(&bench_engine), 0);
	ck_assert_uint_eq(memory_disk_completed(bench_engine.disk, BLOCKIO_FLUSH), flushed);
	ck_assert_int_eq(engine_flush(&bench_engine), 0);
	ck_assert_uint_eq(memory_disk_completed(bench_engine.disk, BLOCKIO_FLUSH), flushed + 1);
}
END_TEST

START_TEST(a_delay_ends_on_the_rigs_clock_and_holds_up_nobody_else)
{
	struct engine_request *slow = engine_read_new(NULL, 0, 4096);
	uint8_t byte;

	uint64_t due_ns = clock_now_ns() + 3600 * NS_PER_S;

	fault_bench_add("live.read delay=1h times=1");
	engine_submit(&bench_engine, slow);
	engine_settle(&bench_engine);
	ck_assert(!slow->has_ended);
	ck_assert_uint_eq(volume_due_ns(bench_engine.volume), due_ns);
	ck_assert_int_eq(engine_read(&bench_engine, NULL, 0, &byte, 1), 0);
	ck_assert(!volume_idle(bench_engine.volume));
	clock_step_to(due_ns);
	ck_assert_int_eq(engine_wait(&bench_engine, slow), 0);
	ck_assert_mem_eq(slow->request.data, bench_live, 4096);
	engine_request_free(slow);
}
END_TEST

static struct fault_wait *went_on[4];
static unsigned went_on_count;

static void goes_on(struct fault_wait *wait)
{
	went_on[went_on_count++] = wait;
}

START_TEST(delays_end_in_the_order_of_their_times_also_when_the_rig_is_late)
{
	static const unsigned seconds[] = { 7, 3, 5, 3 }, order[] = { 1, 3, 2, 0 };
	struct fault_wait waits[4] = { 0 };
	struct fault_site site = { 0 };

	went_on_count = 0;
	fault_site_init(&site);
	fault_site_open(&site);
	for (unsigned i = 0; i < 4; i++) {
		struct fault_decision decision = { .action = FAULT_DELAY,
			.value = seconds[i] * NS_PER_S };

		fault_wait_for(&site, &waits[i], &decision, goes_on);
	}
	clock_step_to(clock_now_ns() + 10 * NS_PER_S);
	ck_assert(fault_site_tick(&site));
	ck_assert_uint_eq(went_on_count, 4);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_ptr_eq(went_on[i], &waits[order[i]]);
}
END_TEST

/* What ends a hang: each is called with two reads hanging. */
static void by_release(void)
{
	ck_assert_uint_eq(volume_fault_release(bench_engine.volume), 2);
	/* The rule stays. */
	ck_assert_int_eq(fault_bench_count(0, "fired"), 2);
}

static void by_removal(void)
{
	ck_assert_int_eq(volume_fault_remove(bench_engine.volume, "stuck"), 0);
}

static void by_clearing(void)
{
	ck_assert_uint_eq(volume_fault_clear(bench_engine.volume), 1);
}

static void by_the_end(void)
{
	volume_stop(bench_engine.volume);
}

static void by_replacement(void)
{
	fault_bench_add("snapshot.read zero name=stuck after=100");
}

static void (*const ends[])(
	void) = { by_replacement, by_release, by_removal, by_clearing, by_the_end };

START_TEST(what_hangs_goes_on_when_it_is_let_go)
{
	struct snapshot *snapshot = engine_find(&bench_engine, "s");
	struct engine_request *reads_[2];

	fault_bench_add("snapshot.read hang name=stuck");
	for (size_t i = 0; i < 2; i++) {
		reads_[i] = engine_read_new(snapshot, i * 4096, 4096);
		engine_submit(&bench_engine, reads_[i]);
	}
	engine_settle(&bench_engine);
	ck_assert(!reads_[0]->has_ended && !reads_[1]->has_ended);
	ck_assert(!volume_idle(bench_engine.volume));
	ends[_i]();
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(engine_wait(&bench_engine, reads_[i]), 0);
		ck_assert_mem_eq(reads_[i]->request.data, bench_content + i * 4096, 4096);
		engine_request_free(reads_[i]);
	}
	engine_settle(&bench_engine);
	ck_assert(volume_idle(bench_engine.volume));
}
END_TEST

START_TEST(a_volume_that_ends_does_not_wait_for_a_rule_that_hangs)
{
	fault_bench_add("origin.write hang");
	fault_bench_add("store.append hang");
	fault_bench_add("live.flush hang");
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	bench_expect_live();
}
END_TEST

START_TEST(what_hangs_is_dropped_with_a_killed_rig)
{
	struct engine_request *write = engine_write_new(0, 4096, 3);

	fault_bench_add("origin.write hang");
	engine_submit(&bench_engine, write);
	engine_settle(&bench_engine);
	ck_assert(!write->has_ended);
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	bench_expect_live();
	bench_expect_whole("s");
	engine_request_free(write);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fault io");
	TCase *tcase = tcase_create("fault io");

	(void)argc;
	tcase_add_checked_fixture(tcase, start, bench_close);
	tcase_add_loop_test(tcase, a_read_that_is_struck, 0, sizeof reads / sizeof reads[0]);
	tcase_add_loop_test(tcase, a_write_that_is_struck, 0, sizeof writes / sizeof writes[0]);
	tcase_add_test(tcase, misdirected_reads_and_writes_come_round_at_the_end_of_the_volume);
	tcase_add_test(tcase, a_flush_fails_or_is_dropped);
	tcase_add_test(tcase, a_delay_ends_on_the_rigs_clock_and_holds_up_nobody_else);
	tcase_add_test(tcase, delays_end_in_the_order_of_their_times_also_when_the_rig_is_late);
	tcase_add_loop_test(
		tcase, what_hangs_goes_on_when_it_is_let_go, 0, sizeof ends / sizeof ends[0]);
	tcase_add_test(tcase, a_volume_that_ends_does_not_wait_for_a_rule_that_hangs);
	tcase_add_test(tcase, what_hangs_is_dropped_with_a_killed_rig);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
