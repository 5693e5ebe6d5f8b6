/* SPDX-License-Identifier: Apache-2.0 */
/* ring_end.c - cancels what is in flight when a ring is destroyed. */
#include <errno.h>
#include <stdlib.h>

#include "simfs/blockio/ring_internal.h"

/* How many waits without a completion to allow, and how long each lasts. */
#define CANCEL_WAITS_MAX 50u
#define CANCEL_WAIT_NS	 (100u * 1000000u)

/* Turns entries that were started but not submitted into no-ops. */
static void unsubmitted_drop(struct io_uring_sq *queue)
{
	for (unsigned i = queue->sqe_head; i != queue->sqe_tail; i++) {
		struct io_uring_sqe *sqe = &queue->sqes[i & queue->ring_mask];
		uint64_t user_data = sqe->user_data;

		io_uring_prep_nop(sqe);
		sqe->user_data = user_data;
	}
}

/* The completion of the cancel itself is ignored. */
static void cancel(struct ring *ring, struct ring_op *op, int flags)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);

	io_uring_prep_cancel(sqe, op, flags);
	io_uring_sqe_set_data(sqe, NULL);
}

/*
 * Cancels everything in flight, without calling `done`. Closing a ring does not wait for
 * that: afterwards the kernel could still write into freed buffers, and hold files of a disk
 * that should be unmounted. Waits for what cannot be cancelled, but not too long: a disk may
 * be dead. Cancelling all with one request needs Linux 5.19.
 */
static void all_cancel(struct ring *ring)
{
	unsubmitted_drop(&ring->uring.sq);

	if (ring->is_plain) {
		list_for_each (link, &ring->started)
			cancel(ring, CONTAINER_OF(link, struct ring_op, link), 0);
	} else {
		cancel(ring, NULL, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
	}
	for (unsigned idle = 0; ring->under_way > 0 && idle < CANCEL_WAITS_MAX; idle++) {
		struct __kernel_timespec wait = { .tv_nsec = CANCEL_WAIT_NS };
		struct ring_completion completion;
		struct io_uring_cqe *cqe;
		int error = io_uring_submit_and_wait_timeout(&ring->uring, &cqe, 1, &wait, NULL);

		if (error < 0 && error != -EINTR && error != -EAGAIN && error != -EBUSY &&
			error != -ETIME)
			return;
		while (ring_completion_take(ring, &completion)) {
			if (completion.op && !(completion.flags & IORING_CQE_F_MORE)) {
				ring->under_way--;
				idle = 0;
			}
		}
	}
}

void ring_destroy(struct ring *ring)
{
	if (!ring)
		return;
	ring->under_way -= ring->later_count;
	if (ring->under_way > 0)
		all_cancel(ring);
	io_uring_queue_exit(&ring->uring);
	free(ring->early);
	free(ring);
}
