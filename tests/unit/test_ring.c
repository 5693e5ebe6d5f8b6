/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ring.c - what is put off, and what becomes of all that is under way when the ring goes.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/blockio/ring.h"
#include "tests/lib/engine_suite.h"

static void never_done(struct ring_op *op, int result, uint32_t flags)
{
	(void)op;
	ck_abort_msg("done: %d, %u", result, flags);
}

static struct ring *make_ring(void)
{
	struct ring *ring;
	int error = ring_create(&ring);

	/* What forbids it is told by other tests, too. */
	if (error == -EPERM || error == -ENOSYS)
		exit(77);
	ck_assert_int_eq(error, 0);
	return ring;
}

START_TEST(a_ring_that_is_gone_holds_no_file)
{
	for (unsigned round = 0; round < 20; round++) {
		struct ring *ring = make_ring();
		struct ring_op op = { .done = never_done };
		struct io_uring_sqe *sqe;
		int ends[2];
		char byte;

		ck_assert_int_eq(pipe(ends), 0);
		sqe = ring_sqe(ring);
		io_uring_prep_read(sqe, ends[0], &byte, 1, 0);
		ring_start(ring, sqe, &op);
		ck_assert_int_eq(ring_run_for(ring, 1), 0);
		ck_assert_uint_eq(ring_under_way(ring), 1);
		close(ends[0]);
		ring_destroy(ring);
		/* Nobody is left who could read it. */
		ck_assert_int_lt(write(ends[1], "x", 1), 0);
		ck_assert_int_eq(errno, EPIPE);
		close(ends[1]);
	}
}
END_TEST

START_TEST(what_was_not_submitted_is_not_done)
{
	struct ring *ring = make_ring();
	struct ring_op read_op = { .done = never_done }, write_op = { .done = never_done };
	struct io_uring_sqe *sqe;
	int silent[2], ends[2];
	char byte;

	ck_assert_int_eq(pipe(silent), 0);
	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	sqe = ring_sqe(ring);
	io_uring_prep_read(sqe, silent[0], &byte, 1, 0);
	ring_start(ring, sqe, &read_op);
	ck_assert_int_eq(ring_run_for(ring, 1), 0);
	sqe = ring_sqe(ring);
	io_uring_prep_write(sqe, ends[1], "x", 1, 0);
	ring_start(ring, sqe, &write_op);
	ring_destroy(ring);
	ck_assert_int_lt(read(ends[0], &byte, 1), 0);
	ck_assert_int_eq(errno, EAGAIN);
	for (unsigned i = 0; i < 2; i++) {
		close(silent[i]);
		close(ends[i]);
	}
}
END_TEST

static char order[8];

struct named_op {
	struct ring_op op;
	struct ring *ring;
	struct named_op *puts_off; /* NULL: none */
	char name;
};

static void note(struct ring_op *op, int result, uint32_t flags)
{
	struct named_op *named = (struct named_op *)op;

	ck_assert(result == 0 && flags == 0);
	strncat(order, &named->name, 1);
	if (named->puts_off)
		ring_later(named->ring, &named->puts_off->op);
}

static void start_nop(struct ring *ring, struct named_op *named)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);

	io_uring_prep_nop(sqe);
	ring_start(ring, sqe, &named->op);
}

START_TEST(what_was_put_off_comes_behind_the_completions_that_are_there)
{
	struct ring *ring = make_ring();
	struct named_op late = { .op.done = note, .name = 'L' };
	struct named_op a = { .op.done = note, .ring = ring, .puts_off = &late, .name = 'a' };
	struct named_op b = { .op.done = note, .name = 'b' };

	order[0] = '\0';
	start_nop(ring, &a);
	start_nop(ring, &b);
	while (ring_under_way(ring) > 0)
		ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_str_eq(order, "abL");
	ring_destroy(ring);
}
END_TEST

START_TEST(nobody_waits_while_something_is_put_off_and_what_that_puts_off_is_next)
{
	struct ring *ring = make_ring();
	struct named_op last = { .op.done = note, .name = 'z' };
	struct named_op late = { .op.done = note, .ring = ring, .puts_off = &last, .name = 'L' };
	uint64_t rounds = 0;

	order[0] = '\0';
	ring_later(ring, &late.op);
	ck_assert_uint_eq(ring_under_way(ring), 1);
	/* Nothing is under way in the kernel: who waited would wait for ever. */
	while (ring_under_way(ring) > 0) {
		ck_assert_uint_lt(rounds++, 3);
		ck_assert_int_eq(ring_run_once(ring), 0);
	}
	ck_assert_str_eq(order, "Lz");
	ring_destroy(ring);
}
END_TEST

static struct ring *running;

static void run_until_empty(struct ring_op *op, int result, uint32_t flags)
{
	note(op, result, flags);
	while (ring_under_way(running) > 0)
		ck_assert_int_eq(ring_run_once(running), 0);
}

START_TEST(one_of_those_put_off_may_run_the_ring_for_the_others)
{
	struct ring *ring = running = make_ring();
	struct named_op first = { .op.done = run_until_empty, .name = '1' };
	struct named_op second = { .op.done = note, .name = '2' };

	order[0] = '\0';
	ring_later(ring, &first.op);
	ring_later(ring, &second.op);
	ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_str_eq(order, "12");
	ring_destroy(ring);
}
END_TEST

START_TEST(what_is_still_put_off_is_not_done_when_the_ring_goes)
{
	struct ring *ring = make_ring();
	struct ring_op late = { .done = never_done };

	ring_later(ring, &late);
	ring_destroy(ring);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("ring");
	TCase *end = tcase_create("end");

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	tcase_add_test(end, a_ring_that_is_gone_holds_no_file);
	tcase_add_test(end, what_was_put_off_comes_behind_the_completions_that_are_there);
	tcase_add_test(end, nobody_waits_while_something_is_put_off_and_what_that_puts_off_is_next);
	tcase_add_test(end, what_is_still_put_off_is_not_done_when_the_ring_goes);
	tcase_add_test(end, one_of_those_put_off_may_run_the_ring_for_the_others);
	tcase_add_test(end, what_was_not_submitted_is_not_done);
	suite_add_tcase(suite, end);
	return engine_suite_run(suite, argv[0]);
}
