/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/ring.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/watchdog.h"
#include "simfs/blockio/ring_internal.h"

/*
 * More than can be in flight at once under the limits of mount/ (requests) and control/
 * (connections); a full queue only costs one more system call.
 */
#define RING_ENTRIES 512

/*
 * Completions are only read in ring_run_once(), on the thread that submits. Telling the
 * kernel so (6.1) saves an interrupt per completion; an older kernel gets a plain ring.
 */
static int ring_init(struct ring *ring, unsigned entries)
{
	struct io_uring_params best = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
			 IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_CQSIZE,
		.cq_entries = 4 * entries,
	};
	int error = io_uring_queue_init_params(entries, &ring->uring, &best);

	if (error != -EINVAL)
		return error;

	struct io_uring_params plain = {
		.flags = IORING_SETUP_CQSIZE,
		.cq_entries = 4 * entries,
	};

	ring->is_plain = true;
	return io_uring_queue_init_params(entries, &ring->uring, &plain);
}

int ring_create(struct ring **ret)
{
	return ring_create_sized(RING_ENTRIES, ret);
}

int ring_create_sized(unsigned entries, struct ring **ret)
{
	AUTO(auto_free) struct ring *ring = calloc(1, sizeof *ring);

	if (!ring)
		return -ENOMEM;

	int error = ring_init(ring, entries);

	if (error < 0)
		return error;
	list_init(&ring->started);
	*ret = TAKE_PTR(ring);
	return 0;
}

struct io_uring_sqe *ring_sqe(struct ring *ring)
{
	struct io_uring_sqe *sqe;

	while (!(sqe = io_uring_get_sqe(&ring->uring))) {
		ring_note_answers(ring);

		int submitted = io_uring_submit(&ring->uring);

		/* -EAGAIN goes away once the kernel has memory again. */
		MUST(submitted >= 0 || submitted == -EBUSY || submitted == -EAGAIN ||
			submitted == -EINTR);
		if (submitted == -EBUSY)
			ring_completions_make_room(ring);
	}
	return sqe;
}

/* Adds ONE (1 or -1) to the count of operations in flight of OP's kind. */
static void count_traffic(struct ring *ring, const struct ring_op *op, uint64_t one)
{
	if (op->traffic == RING_WORK)
		ring->work_under_way += one;
	else if (op->traffic == RING_REQUEST)
		ring->requests_awaited += one;
	else if (op->traffic == RING_ANSWER)
		ring->answers += one;
}

void ring_start(struct ring *ring, struct io_uring_sqe *sqe, struct ring_op *op)
{
	MUST(!op->is_under_way);
	op->is_under_way = !op->is_shared;
	io_uring_sqe_set_data(sqe, op);
	if (ring->is_plain && !op->is_shared)
		list_append(&ring->started, &op->link);
	ring->under_way++;
	count_traffic(ring, op, 1);
}

void ring_later(struct ring *ring, struct ring_op *op)
{
	MUST(!op->is_under_way && !op->is_shared);
	op->is_under_way = true;
	op->later = NULL;
	if (ring->first_later)
		ring->last_later->later = op;
	else
		ring->first_later = op;
	ring->last_later = op;
	ring->later_count++;
	ring->under_way++;
}

/*
 * Completes the first COUNT queued operations; those that they queue wait for the next run.
 * One of them may run the ring itself, which then completes the others.
 */
static void later_do(struct ring *ring, unsigned count)
{
	for (; count > 0 && ring->first_later; count--) {
		struct ring_op *op = ring->first_later;

		ring->first_later = op->later;
		ring->later_count--;
		ring->under_way--;
		op->is_under_way = false;
		op->done(op, 0, 0);
		watchdog_works();
	}
}

int ring_run_once(struct ring *ring)
{
	return ring_run_for(ring, UINT64_MAX);
}

/* Returns whether it was traffic. */
static bool complete(struct ring *ring, const struct ring_completion *completion)
{
	struct ring_op *op = completion->op;
	enum ring_traffic traffic = op->traffic;

	ring->completions++;
	/* It arrived while others were being handled. */
	if (traffic == RING_REQUEST && ring->times.found_ns == 0)
		ring->times.found_ns = clock_real_ns();
	if (!(completion->flags & IORING_CQE_F_MORE)) {
		ring->under_way--;
		count_traffic(ring, op, -1);
		if (ring->is_plain && !op->is_shared)
			list_remove(&op->link);
		op->is_under_way = false;
	}
	op->done(op, completion->result, completion->flags);
	return traffic != RING_OTHER;
}

int ring_run_for(struct ring *ring, uint64_t wait_ns)
{
	uint64_t found_ns;
	unsigned later_count = ring->later_count;
	bool has_some = later_count > 0 || ring_has_early(ring);
	bool has_traffic = false, is_rated;
	struct ring_completion completion;
	int error;

	is_rated = ring->poll.limit_ns > 0 && wait_ns > 0 && !has_some;
	ring_note_answers(ring);
	watchdog_rests();
	error = has_some ? ring_submit_and_look(ring) : ring_wait(ring, wait_ns);
	watchdog_works();
	if (error < 0 && error != -EINTR && error != -EAGAIN && error != -EBUSY && error != -ETIME)
		return error;
	found_ns = is_rated || ring_has_request(ring) ? clock_real_ns() : 0;
	ring->times.found_ns = found_ns;
	while (ring_completion_take(ring, &completion)) {
		has_traffic |= complete(ring, &completion);
		watchdog_works();
	}
	later_do(ring, later_count);
	if (is_rated)
		busy_poll_end(&ring->poll, found_ns, ring->has_slept, has_traffic);
	return 0;
}

uint64_t ring_under_way(const struct ring *ring)
{
	return ring->under_way;
}

void ring_busy_poll(struct ring *ring, uint64_t limit_ns)
{
	MUST(limit_ns <= BUSY_POLL_MAX_NS);
	ring->poll.limit_ns = limit_ns;
}

const struct ring_times *ring_times(const struct ring *ring)
{
	return &ring->times;
}

struct ring_counts ring_counts(const struct ring *ring)
{
	return (struct ring_counts){
		.enters = ring->enters,
		.completions = ring->completions,
		.poll_limit_ns = ring->poll.limit_ns,
		.polls = ring->poll.polls,
		.poll_hits = ring->poll.hits,
		.poll_ns = ring->poll.spent_ns,
	};
}
