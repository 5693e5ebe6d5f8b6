/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ring.c - what becomes of all that is under way when the ring goes.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
	Suite *suite = suite_create("ring");
	TCase *end = tcase_create("end");

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	tcase_add_test(end, a_ring_that_is_gone_holds_no_file);
	tcase_add_test(end, what_was_not_submitted_is_not_done);
	suite_add_tcase(suite, end);
	return engine_suite_run(suite, argv[0]);
}
