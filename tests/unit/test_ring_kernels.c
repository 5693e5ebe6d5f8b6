/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ring_kernels.c - what becomes of all that is under way when a ring goes, and of a wait that
 * is over, on this kernel and on older ones.
 */
#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/list.h"
#include "simfs/blockio/ring_internal.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/ring_bench.h"

/* Which kernel is imitated: an older one has no more than those after it. */
enum { LINUX_HERE, LINUX_5_15, LINUX_5_10, KERNELS };
static int kernel = LINUX_HERE;

/* In the place of the library's. */
int io_uring_queue_init_params(unsigned entries, struct io_uring *ring, struct io_uring_params *p)
{
	int (*real)(unsigned, struct io_uring *, struct io_uring_params *);
	int error;

	if (kernel >= LINUX_5_15 && p->flags & IORING_SETUP_SINGLE_ISSUER)
		return -EINVAL;
	*(void **)&real = dlsym(RTLD_NEXT, "io_uring_queue_init_params");
	error = real(entries, ring, p);
	if (kernel >= LINUX_5_10)
		ring->features &= ~IORING_FEAT_EXT_ARG;
	return error;
}

/* Before Linux 5.19 nothing is submitted while completions have no room in their queue. */
int io_uring_submit(struct io_uring *ring)
{
	int (*real)(struct io_uring *);

	if (kernel >= LINUX_5_15 && io_uring_cq_has_overflow(ring)) {
		io_uring_get_events(ring);
		if (io_uring_cq_has_overflow(ring))
			return -EBUSY;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "io_uring_submit");
	return real(ring);
}

START_TEST(a_ring_that_is_gone_holds_no_file)
{
	kernel = _i;
	for (unsigned round = 0; round < 20; round++) {
		struct ring *ring = ring_bench_make();
		struct ring_op op = { .done = ring_bench_never_done };
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
	struct ring_op read_op = { .done = ring_bench_never_done },
		       write_op = { .done = ring_bench_never_done };
	struct io_uring_sqe *sqe;
	struct ring *ring;
	int silent[2], ends[2];
	char byte;

	kernel = _i;
	ring = ring_bench_make();
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

/* The library makes do with a timer of its own there. */
START_TEST(a_wait_that_is_over_leaves_nothing_behind_on_any_kernel)
{
	struct ring_bench_counted read = { 0 };
	struct ring *ring;
	int ends[2];

	kernel = _i;
	ring = ring_bench_make();
	ck_assert_int_eq(pipe(ends), 0);
	ring_bench_start_read(ring, &read, ends[0]);
	ck_assert_int_eq(ring_run_for(ring, 1), 0);
	ck_assert_uint_eq(read.done_count, 0);
	for (unsigned round = 1; round <= 8; round++) {
		ck_assert_int_eq(write(ends[1], "x", 1), 1);
		while (read.done_count < round)
			ck_assert_int_eq(ring_run_for(ring, 3600 * NS_PER_S), 0);
		ck_assert_uint_eq(ring_counts(ring).completions, round);
		ring_bench_start_read(ring, &read, ends[0]);
	}
	ring_bench_end_read(ring, &read, ends[1]);
	ck_assert_uint_eq(ring_under_way(ring), 0);
	ring_destroy(ring);
}
END_TEST

enum { MANY = 200, MANY_ENTRIES = 4 };

struct chain_op {
	struct ring_bench_counted counted;
	struct ring *ring;
	struct chain_op *next; /* started when this one is done; NULL: none */
};

static void start_nop(struct ring *ring, struct ring_op *op)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);

	io_uring_prep_nop(sqe);
	ring_start(ring, sqe, op);
}

static void start_next(struct ring_op *op, int result, uint32_t flags)
{
	struct chain_op *done = CONTAINER_OF(op, struct chain_op, counted.op);

	ring_bench_count_done(op, result, flags);
	if (done->next)
		start_nop(done->ring, &done->next->counted.op);
}

/* Each of the first half starts one of the second, in the middle of its completion. */
static void ring_bench_fill(struct ring *ring, struct chain_op *ops)
{
	for (unsigned i = 0; i < MANY; i++)
		ops[i] = (struct chain_op){ .ring = ring,
			.counted.op.done = start_next,
			.next = i < MANY / 2 ? &ops[MANY / 2 + i] : NULL };
	for (unsigned i = 0; i < MANY / 2; i++)
		start_nop(ring, &ops[i].counted.op);
}

START_TEST(more_completions_than_there_is_room_for_are_all_told_once)
{
	struct chain_op ops[MANY];
	struct ring *ring;

	kernel = _i;
	ck_assert_int_eq(ring_create_sized(MANY_ENTRIES, &ring), 0);
	ring_bench_fill(ring, ops);
	for (unsigned round = 0; ring_under_way(ring) > 0 && round < MANY; round++)
		ck_assert_int_eq(ring_run_for(ring, 3600 * NS_PER_S), 0);
	ck_assert_uint_eq(ring_under_way(ring), 0);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_uint_eq(ops[i].counted.done_count, 1);
	ck_assert_uint_eq(ring_counts(ring).completions, MANY);
	ring_destroy(ring);
}
END_TEST

/* Nothing is left in the kernel that would wake it. */
START_TEST(what_made_room_is_told_without_a_wait)
{
	struct ring_bench_counted nop = { .op.done = ring_bench_count_done };
	struct ring *ring;

	kernel = _i;
	ring = ring_bench_make();
	start_nop(ring, &nop.op);
	ck_assert_int_eq(io_uring_submit(&ring->uring), 1);
	ring_completions_make_room(ring);
	ck_assert_uint_eq(io_uring_cq_ready(&ring->uring), 0);
	ck_assert_int_eq(ring_run_for(ring, NS_PER_S), 0);
	ck_assert(!ring->has_slept);
	ck_assert_uint_eq(nop.done_count, 1);
	ck_assert_uint_eq(ring_under_way(ring), 0);
	ring_destroy(ring);
}
END_TEST

START_TEST(a_ring_goes_with_completions_that_had_no_room)
{
	struct chain_op ops[MANY];
	struct ring *ring;

	kernel = _i;
	ck_assert_int_eq(ring_create_sized(MANY_ENTRIES, &ring), 0);
	ring_bench_fill(ring, ops);
	ck_assert_uint_eq(ring_under_way(ring), MANY / 2);
	ring_destroy(ring);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_uint_eq(ops[i].counted.done_count, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("ring_kernels");
	TCase *all = tcase_create("all");

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	tcase_add_loop_test(all, a_ring_that_is_gone_holds_no_file, 0, KERNELS);
	tcase_add_loop_test(all, what_was_not_submitted_is_not_done, 0, KERNELS);
	tcase_add_loop_test(
		all, a_wait_that_is_over_leaves_nothing_behind_on_any_kernel, 0, KERNELS);
	tcase_add_loop_test(
		all, more_completions_than_there_is_room_for_are_all_told_once, 0, KERNELS);
	tcase_add_loop_test(all, what_made_room_is_told_without_a_wait, 0, KERNELS);
	tcase_add_loop_test(all, a_ring_goes_with_completions_that_had_no_room, 0, KERNELS);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
