/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ring_bench.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/list.h"

struct ring *ring_bench_make(void)
{
	struct ring *ring;
	int error = ring_create(&ring);

	if (error == -EPERM || error == -ENOSYS)
		exit(77);
	ck_assert_int_eq(error, 0);
	return ring;
}

void ring_bench_never_done(struct ring_op *op, int result, uint32_t flags)
{
	(void)op;
	ck_abort_msg("done: %d, %u", result, flags);
}

void ring_bench_count_done(struct ring_op *op, int result, uint32_t flags)
{
	struct ring_bench_counted *counted = CONTAINER_OF(op, struct ring_bench_counted, op);

	(void)result;
	(void)flags;
	counted->done_count++;
}

void ring_bench_start_read(struct ring *ring, struct ring_bench_counted *counted, int fd)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);

	counted->op.done = ring_bench_count_done;
	io_uring_prep_read(sqe, fd, &counted->byte, 1, 0);
	ring_start(ring, sqe, &counted->op);
}

void ring_bench_end_read(struct ring *ring, struct ring_bench_counted *counted, int fd)
{
	unsigned done_count = counted->done_count;

	ck_assert_int_eq(write(fd, "x", 1), 1);
	while (counted->done_count == done_count)
		ck_assert_int_eq(ring_run_once(ring), 0);
}
