/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ring.c - what the ring waits for.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/list.h"
#include "simfs/blockio/busy_poll.h"
#include "simfs/blockio/ring.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/ring_bench.h"

/* ---- what it waits for ---- */

static void start_answer(struct ring *ring, struct ring_bench_counted *counted)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);

	counted->op.done = ring_bench_count_done;
	counted->op.traffic = RING_ANSWER;
	io_uring_prep_nop(sqe);
	ring_start(ring, sqe, &counted->op);
}

static void start_timer(struct ring *ring, struct ring_bench_counted *counted)
{
	static struct __kernel_timespec soon = { .tv_nsec = 1000000 };
	struct io_uring_sqe *sqe = ring_sqe(ring);

	counted->op.done = ring_bench_count_done;
	io_uring_prep_timeout(sqe, &soon, 0, 0);
	ring_start(ring, sqe, &counted->op);
}

START_TEST(an_answer_alone_wakes_nobody_while_a_request_can_come)
{
	struct ring *ring = ring_bench_make();
	struct ring_bench_counted request = { .op.traffic = RING_REQUEST }, answer = { 0 },
				  timer = { 0 };
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ring_bench_start_read(ring, &request, ends[0]);
	start_answer(ring, &answer);
	start_timer(ring, &timer);
	ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_uint_eq(answer.done_count, 1);
	ck_assert_uint_eq(timer.done_count, 1);
	ck_assert_uint_eq(ring_counts(ring).enters, 1);
	ck_assert_uint_eq(ring_counts(ring).completions, 2);
	ring_bench_end_read(ring, &request, ends[1]);
	ring_destroy(ring);
}
END_TEST

START_TEST(an_answer_is_heard_of_where_no_request_can_come)
{
	struct ring *ring = ring_bench_make();
	struct ring_bench_counted other = { 0 }, answer = { 0 };
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ring_bench_start_read(ring, &other, ends[0]);
	start_answer(ring, &answer);
	ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_uint_eq(answer.done_count, 1);
	ck_assert_uint_eq(other.done_count, 0);
	/* The next one, too, when requests have come to an end. */
	ring_bench_end_read(ring, &other, ends[1]);
	start_answer(ring, &answer);
	ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_uint_eq(answer.done_count, 2);
	ring_destroy(ring);
}
END_TEST

struct answering_op {
	struct ring_op op;
	struct ring *ring;
	struct ring_bench_counted answers[2 * RING_SMALLEST];
};

static void answer_all(struct ring_op *op, int result, uint32_t flags)
{
	struct answering_op *answering = CONTAINER_OF(op, struct answering_op, op);

	(void)result;
	(void)flags;
	for (size_t i = 0; i < 2 * RING_SMALLEST; i++)
		start_answer(answering->ring, &answering->answers[i]);
}

START_TEST(answers_that_did_not_fit_into_the_queue_are_not_waited_for_twice)
{
	struct ring_bench_counted request = { .op.traffic = RING_REQUEST };
	struct answering_op answering = { .op.done = answer_all };
	struct io_uring_sqe *sqe;
	int ends[2];

	ck_assert_int_eq(ring_create_sized(RING_SMALLEST, &answering.ring), 0);
	ck_assert_int_eq(pipe(ends), 0);
	ring_bench_start_read(answering.ring, &request, ends[0]);
	sqe = ring_sqe(answering.ring);
	io_uring_prep_nop(sqe);
	ring_start(answering.ring, sqe, &answering.op);
	ck_assert_int_eq(ring_run_once(answering.ring), 0);
	ck_assert_uint_eq(answering.answers[0].done_count, 1);
	/* What did not fit was done at once, and is not missed now. */
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	while (request.done_count == 0)
		ck_assert_int_eq(ring_run_once(answering.ring), 0);
	ring_destroy(answering.ring);
}
END_TEST

/* Answers until the ring looks out, which the clock, standing still, finds short. */
static void teach(struct ring *ring)
{
	struct ring_bench_counted answer = { 0 };

	for (unsigned i = 0; i <= BUSY_POLL_SCORE_ENOUGH; i++) {
		start_answer(ring, &answer);
		ck_assert_int_eq(ring_run_once(ring), 0);
	}
}

START_TEST(looking_out_ends_on_a_clock_that_stands_still)
{
	struct ring *ring = ring_bench_make();
	struct ring_bench_counted request = { .op.traffic = RING_REQUEST };
	int ends[2];

	clock_step_to(NS_PER_S);
	ring_busy_poll(ring, BUSY_POLL_MAX_NS);
	teach(ring);
	ck_assert_uint_eq(ring_counts(ring).polls, 0);
	ck_assert_int_eq(pipe(ends), 0);
	ring_bench_start_read(ring, &request, ends[0]);
	ck_assert_int_eq(ring_run_for(ring, 1), 0);
	ck_assert_uint_eq(ring_counts(ring).polls, 1);
	ck_assert_uint_eq(ring_counts(ring).poll_hits, 0);
	ck_assert_uint_eq(request.done_count, 0);
	ring_bench_end_read(ring, &request, ends[1]);
	ring_destroy(ring);
}
END_TEST

START_TEST(what_is_looked_out_for_is_found_without_sleep)
{
	struct ring *ring = ring_bench_make();
	struct ring_bench_counted request = { .op.traffic = RING_REQUEST };
	int ends[2];

	clock_step_to(NS_PER_S);
	ring_busy_poll(ring, BUSY_POLL_MAX_NS);
	teach(ring);
	ck_assert_int_eq(pipe(ends), 0);
	ring_bench_start_read(ring, &request, ends[0]);
	ck_assert_int_eq(ring_run_for(ring, 0), 0);
	ck_assert_uint_eq(ring_counts(ring).polls, 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_uint_eq(request.done_count, 1);
	ck_assert_uint_le(ring_counts(ring).polls, 1);
	ck_assert_uint_eq(ring_counts(ring).poll_hits, ring_counts(ring).polls);
	ring_destroy(ring);
}
END_TEST

/* ---- what it says of the time ---- */

struct timed_op {
	struct ring_op op;
	struct ring *ring;
	uint64_t then_ns; /* the clock is stepped to */
	bool is_done;
	struct ring_times times;
};

static void note_times(struct ring_op *op, int result, uint32_t flags)
{
	struct timed_op *timed = CONTAINER_OF(op, struct timed_op, op);

	(void)result;
	(void)flags;
	timed->times = *ring_times(timed->ring);
	timed->is_done = true;
	clock_step_to(timed->then_ns);
}

static void start_timed(struct ring *ring, struct timed_op *timed, enum ring_traffic traffic)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);

	timed->ring = ring;
	timed->op.done = note_times;
	timed->op.traffic = traffic;
	io_uring_prep_nop(sqe);
	ring_start(ring, sqe, &timed->op);
}

START_TEST(a_request_is_found_when_what_is_handled_before_it_is)
{
	struct ring *ring = ring_bench_make();
	struct timed_op first = { .then_ns = 9 * NS_PER_S }, second = { .then_ns = 9 * NS_PER_S };

	start_timed(ring, &first, RING_OTHER);
	start_timed(ring, &second, RING_REQUEST);
	clock_step_to(2 * NS_PER_S);
	while (!second.is_done)
		ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_uint_eq(first.times.found_ns, 2 * NS_PER_S);
	ck_assert_uint_eq(second.times.found_ns, 2 * NS_PER_S);
	ring_destroy(ring);
}
END_TEST

START_TEST(an_answer_is_given_when_it_is_submitted)
{
	struct ring *ring = ring_bench_make();
	struct timed_op work = { .then_ns = 9 * NS_PER_S }, answer = { .then_ns = 9 * NS_PER_S };

	clock_step_to(NS_PER_S);
	start_timed(ring, &work, RING_WORK);
	start_timed(ring, &answer, RING_ANSWER);
	clock_step_to(2 * NS_PER_S);
	while (!answer.is_done)
		ck_assert_int_eq(ring_run_once(ring), 0);
	/* Not when somebody hears of it, which may be long after. */
	ck_assert_uint_eq(answer.times.answered_ns, 2 * NS_PER_S);
	/* And by no wait that gives none. */
	clock_step_to(3 * NS_PER_S);
	start_timed(ring, &work, RING_WORK);
	ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_uint_eq(work.times.answered_ns, 2 * NS_PER_S);
	ring_destroy(ring);
}
END_TEST

START_TEST(an_answer_that_a_full_queue_pushed_out_is_given_after_it_was_started)
{
	struct ring *ring;
	struct timed_op answers[2 * RING_SMALLEST] = { 0 };

	ck_assert_int_eq(ring_create_sized(RING_SMALLEST, &ring), 0);
	clock_step_to(NS_PER_S);
	for (unsigned i = 0; i < 2 * RING_SMALLEST; i++) {
		clock_step_to((i + 1) * NS_PER_S);
		answers[i].then_ns = (i + 1) * NS_PER_S;
		start_timed(ring, &answers[i], RING_ANSWER);
	}
	ck_assert_uint_ge(ring_times(ring)->answered_ns, RING_SMALLEST * NS_PER_S);
	ck_assert_int_eq(ring_run_once(ring), 0);
	for (unsigned i = 0; i < 2 * RING_SMALLEST; i++)
		ck_assert_uint_ge(answers[i].times.answered_ns, (i + 1) * NS_PER_S);
	ring_destroy(ring);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("ring");
	TCase *wait = tcase_create("wait");
	TCase *times = tcase_create("times");

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	tcase_add_test(wait, an_answer_alone_wakes_nobody_while_a_request_can_come);
	tcase_add_test(wait, an_answer_is_heard_of_where_no_request_can_come);
	tcase_add_test(wait, answers_that_did_not_fit_into_the_queue_are_not_waited_for_twice);
	tcase_add_test(wait, looking_out_ends_on_a_clock_that_stands_still);
	tcase_add_test(wait, what_is_looked_out_for_is_found_without_sleep);
	suite_add_tcase(suite, wait);
	tcase_add_test(times, a_request_is_found_when_what_is_handled_before_it_is);
	tcase_add_test(times, an_answer_is_given_when_it_is_submitted);
	tcase_add_test(times, an_answer_that_a_full_queue_pushed_out_is_given_after_it_was_started);
	suite_add_tcase(suite, times);
	return engine_suite_run(suite, argv[0]);
}
