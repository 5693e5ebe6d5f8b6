/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_answers.c - when a store tells its waiters how it ended, and what
 * they may do to it then.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCK_BYTES    4096u
#define BLOCKS	       4096u
#define SEGMENT_BLOCKS 336u /* at most; a batch of more is two segments */
#define WAITERS	       8u

static struct store_bench bench;
static struct store_waiter waiters[WAITERS + 1];
static int results[WAITERS + 1];
static unsigned answers;
static char *data;

static void setup(void)
{
	void *bytes;

	store_bench_init(&bench, engine_seed(), (uint64_t)BLOCKS * BLOCK_BYTES, BLOCK_BYTES);
	ck_assert_int_eq(
		posix_memalign(&bytes, BLOCKIO_ALIGNMENT_MAX, SEGMENT_BLOCKS * BLOCK_BYTES), 0);
	data = bytes;
}

static void noted(struct store_waiter *waiter, int error)
{
	results[waiter - waiters] = error;
	answers++;
}

/* Segment by segment, as one request each: the first is being written, the others wait. */
static void append_all(void (*done)(struct store_waiter *waiter, int error))
{
	for (unsigned i = 0; i < WAITERS; i++) {
		store_waiter_arm(&waiters[i], done);
		store_append(bench.store, (uint64_t)i * SEGMENT_BLOCKS, SEGMENT_BLOCKS, data,
			&waiters[i]);
	}
}

static void resumed(struct store_waiter *waiter, int error)
{
	noted(waiter, error);
	if (store_error(bench.store) < 0)
		store_resume(bench.store);
}

START_TEST(a_resumed_store_answers_all_that_it_did_not_write_with_the_error)
{
	append_all(resumed);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, WAITERS);
	for (unsigned i = 0; i < WAITERS; i++)
		ck_assert_int_eq(results[i], -EIO);
	ck_assert_int_eq(store_error(bench.store), 0);
	ck_assert_uint_eq(store_blocks(bench.store), 0);
}
END_TEST

static void appended_again(struct store_waiter *waiter, int error)
{
	ck_assert_int_eq(error, -EIO);
	ck_assert_int_eq(store_error(bench.store), -EIO);
	answers++;
	if (answers > WAITERS)
		return;
	/* It is free again, and the store has ended: that answer comes behind all others. */
	store_waiter_arm(waiter, appended_again);
	store_append(bench.store, 0, 1, data, waiter);
	ck_assert_ptr_nonnull(waiter->done);
}

START_TEST(what_an_answer_appends_is_answered_behind_the_others)
{
	append_all(appended_again);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, 2 * WAITERS);
	ck_assert(store_idle(bench.store));
}
END_TEST

START_TEST(a_stop_answers_nobody_before_it_returns)
{
	append_all(noted);
	store_stop(bench.store, -EFBIG);
	ck_assert_uint_eq(answers, 0);
	ck_assert(!store_idle(bench.store));
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, WAITERS);
	ck_assert_int_eq(results[0], 0); /* it was being written */
	for (unsigned i = 1; i < WAITERS; i++)
		ck_assert_int_eq(results[i], -EFBIG);
	ck_assert(store_idle(bench.store));
}
END_TEST

START_TEST(an_append_to_a_store_that_has_ended_answers_later)
{
	store_stop(bench.store, -EFBIG);
	store_waiter_arm(&waiters[0], noted);
	store_append(bench.store, 0, 1, data, &waiters[0]);
	ck_assert_uint_eq(answers, 0);
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, 1);
	ck_assert_int_eq(results[0], -EFBIG);
}
END_TEST

static struct store_waiter quiet;
static unsigned quiets;

static void is_quiet(struct store_waiter *waiter, int error)
{
	ck_assert_ptr_eq(waiter, &quiet);
	ck_assert_int_eq(error, 0);
	ck_assert(store_idle(bench.store));
	quiets++;
}

static void destroys(struct store_waiter *waiter, int error)
{
	noted(waiter, error);
	ck_assert(store_idle(bench.store));
	store_destroy(bench.store);
	bench.store = NULL;
}

START_TEST(a_store_is_quiet_when_all_else_was_answered_and_may_go_then)
{
	append_all(noted);
	store_waiter_arm(&waiters[WAITERS], destroys);
	store_quiesce(bench.store, &waiters[WAITERS]);
	ck_assert_uint_eq(answers, 0);
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, WAITERS + 1);
	ck_assert_ptr_null(bench.store);
}
END_TEST

START_TEST(a_store_that_fails_meanwhile_is_quiet_when_all_were_told_and_may_go_then)
{
	append_all(noted);
	memory_disk_fail(bench.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	store_waiter_arm(&waiters[WAITERS], destroys);
	store_quiesce(bench.store, &waiters[WAITERS]);
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, WAITERS + 1);
	for (unsigned i = 0; i < WAITERS; i++)
		ck_assert_int_eq(results[i], -EIO);
	ck_assert_int_eq(results[WAITERS], 0);
	ck_assert_ptr_null(bench.store);
}
END_TEST

START_TEST(of_two_that_wait_for_quiet_the_second_may_let_the_store_go)
{
	append_all(noted);
	store_waiter_arm(&waiters[WAITERS], destroys);
	store_waiter_arm(&quiet, is_quiet);
	store_quiesce(bench.store, &quiet);
	store_quiesce(bench.store, &waiters[WAITERS]);
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, WAITERS + 1);
	ck_assert_uint_eq(quiets, 1);
	ck_assert_ptr_null(bench.store);
}
END_TEST

START_TEST(to_wait_for_quiet_writes_nothing)
{
	uint64_t writes = memory_disk_completed(bench.disk, BLOCKIO_WRITE);
	uint64_t flushes = memory_disk_completed(bench.disk, BLOCKIO_FLUSH);

	store_waiter_arm(&quiet, is_quiet);
	store_quiesce(bench.store, &quiet);
	ck_assert_uint_eq(quiets, 0);
	store_bench_settle(&bench);
	ck_assert_uint_eq(quiets, 1);
	ck_assert_uint_eq(memory_disk_completed(bench.disk, BLOCKIO_WRITE), writes);
	ck_assert_uint_eq(memory_disk_completed(bench.disk, BLOCKIO_FLUSH), flushes);
}
END_TEST

START_TEST(a_store_that_another_one_waits_for_does_not_go)
{
	store_waiter_arm(&waiters[0], destroys);
	store_waiter_arm(&quiet, is_quiet);
	store_quiesce(bench.store, &waiters[0]);
	store_quiesce(bench.store, &quiet);
	store_bench_settle(&bench);
}
END_TEST

static void marks(struct store_waiter *waiter, int error)
{
	noted(waiter, error);
	ck_assert(store_idle(bench.store));
	if (answers > 1)
		return;
	store_waiter_arm(&waiters[2], noted);
	store_mark(bench.store, 0, 0, &waiters[2]);
}

START_TEST(of_two_that_wait_for_quiet_the_second_waits_for_what_the_first_starts)
{
	store_waiter_arm(&waiters[0], marks);
	store_waiter_arm(&waiters[1], marks);
	store_quiesce(bench.store, &waiters[0]);
	store_quiesce(bench.store, &waiters[1]);
	store_bench_settle(&bench);
	ck_assert_uint_eq(answers, 3);
}
END_TEST

START_TEST(a_waiter_that_is_armed_is_not_armed_again)
{
	store_waiter_arm(&waiters[0], noted);
	store_mark(bench.store, 0, 0, &waiters[0]);
	store_waiter_arm(&waiters[0], noted);
}
END_TEST

START_TEST(a_waiter_that_is_not_armed_counts_nothing)
{
	store_mark(bench.store, 0, 0, &waiters[0]);
}
END_TEST

START_TEST(a_waiter_marks_one_store_at_a_time)
{
	store_waiter_arm(&waiters[0], noted);
	store_mark(bench.store, 0, 0, &waiters[0]);
	store_mark(bench.store, 0, 0, &waiters[0]);
}
END_TEST

static void teardown(void)
{
	store_bench_deinit(&bench);
	free(data);
}

START_TEST(who_has_waited_for_rest_may_wait_again)
{
	for (unsigned i = 0; i < 2; i++) {
		store_mark(bench.store, 0, 0, NULL);
		store_waiter_arm(&waiters[WAITERS], noted);
		store_quiesce(bench.store, &waiters[WAITERS]);
		while (waiters[WAITERS].done)
			ck_assert(memory_disk_step(bench.disk));
		ck_assert(store_idle(bench.store));
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("answers of a store");
	TCase *answered = tcase_create("answers");
	TCase *misuse = tcase_create("misuse");

	(void)argc;
	tcase_add_checked_fixture(answered, setup, teardown);
	tcase_add_test(answered, who_has_waited_for_rest_may_wait_again);
	tcase_add_test(answered, a_resumed_store_answers_all_that_it_did_not_write_with_the_error);
	tcase_add_test(answered, what_an_answer_appends_is_answered_behind_the_others);
	tcase_add_test(answered, a_stop_answers_nobody_before_it_returns);
	tcase_add_test(answered, an_append_to_a_store_that_has_ended_answers_later);
	tcase_add_test(answered, a_store_is_quiet_when_all_else_was_answered_and_may_go_then);
	tcase_add_test(
		answered, of_two_that_wait_for_quiet_the_second_waits_for_what_the_first_starts);
	tcase_add_test(
		answered, a_store_that_fails_meanwhile_is_quiet_when_all_were_told_and_may_go_then);
	tcase_add_test(answered, of_two_that_wait_for_quiet_the_second_may_let_the_store_go);
	tcase_add_test(answered, to_wait_for_quiet_writes_nothing);
	suite_add_tcase(suite, answered);
	tcase_add_checked_fixture(misuse, setup, NULL);
	tcase_add_test_raise_signal(misuse, a_waiter_that_is_armed_is_not_armed_again, SIGABRT);
	tcase_add_test_raise_signal(misuse, a_waiter_that_is_not_armed_counts_nothing, SIGABRT);
	tcase_add_test_raise_signal(misuse, a_waiter_marks_one_store_at_a_time, SIGABRT);
	tcase_add_test_raise_signal(
		misuse, a_store_that_another_one_waits_for_does_not_go, SIGABRT);
	suite_add_tcase(suite, misuse);
	return engine_suite_run(suite, argv[0]);
}
