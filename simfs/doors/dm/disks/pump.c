/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/pump.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

#define PUMP_ENTRIES 512u
/* Each waits for some file; idle workers end. */
#define PUMP_WORKERS_MAX 8192u

struct completion {
	struct pump_op *op; /* NULL: nobody wants to know */
	int result;
	uint32_t flags;
};

struct pump {
	struct io_uring uring;

	/* Taken from the queue before their turn: those from early_at on. */
	struct completion *early;
	size_t early_at, early_count;
};

/* Kernels before 6.1 get the plain ring. */
static int uring_init(struct io_uring *uring)
{
	struct io_uring_params best = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
			 IORING_SETUP_CQSIZE,
		.cq_entries = 8 * PUMP_ENTRIES,
	};
	int error = io_uring_queue_init_params(PUMP_ENTRIES, uring, &best);

	if (error != -EINVAL)
		return error;

	struct io_uring_params plain = {
		.flags = IORING_SETUP_CQSIZE,
		.cq_entries = 8 * PUMP_ENTRIES,
	};

	return io_uring_queue_init_params(PUMP_ENTRIES, uring, &plain);
}

int pump_create(struct pump **ret)
{
	unsigned workers[2] = { PUMP_WORKERS_MAX, PUMP_WORKERS_MAX };
	AUTO(auto_free) struct pump *pump = calloc(1, sizeof *pump);

	if (!pump)
		return -ENOMEM;

	int error = uring_init(&pump->uring);

	if (error < 0)
		return error;
	error = io_uring_register_iowq_max_workers(&pump->uring, workers);
	if (error < 0) {
		io_uring_queue_exit(&pump->uring);
		return error;
	}
	*ret = TAKE_PTR(pump);
	return 0;
}

void pump_destroy(struct pump *pump)
{
	if (!pump)
		return;
	io_uring_queue_exit(&pump->uring);
	free(pump->early);
	free(pump);
}

static bool queue_pop(struct pump *pump, struct completion *ret)
{
	struct io_uring_cqe *cqe;

	if (io_uring_peek_cqe(&pump->uring, &cqe) != 0)
		return false;
	*ret = (struct completion){ io_uring_cqe_get_data(cqe), cqe->res, cqe->flags };
	io_uring_cqe_seen(&pump->uring, cqe);
	return true;
}

/*
 * Before Linux 5.19 the kernel submits nothing while completions overflow their queue. The
 * caller may be in the middle of one, so the others are only moved out of the queue.
 */
static void make_room(struct pump *pump)
{
	struct completion completion;
	bool has_any = false;

	for (; queue_pop(pump, &completion); has_any = true) {
		pump->early = heap_grow(pump->early, pump->early_count, sizeof *pump->early);
		pump->early[pump->early_count++] = completion;
	}
	MUST(has_any);
}

static bool completion_take(struct pump *pump, struct completion *ret)
{
	if (pump->early_at == pump->early_count)
		return queue_pop(pump, ret);
	*ret = pump->early[pump->early_at++];
	if (pump->early_at == pump->early_count)
		pump->early_at = pump->early_count = 0;
	return true;
}

struct io_uring_sqe *pump_sqe(struct pump *pump)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&pump->uring);

	while (!sqe) {
		int submitted = io_uring_submit(&pump->uring);

		MUST(submitted >= 0 || submitted == -EINTR || submitted == -EAGAIN ||
			submitted == -EBUSY);
		if (submitted == -EBUSY)
			make_room(pump);
		sqe = io_uring_get_sqe(&pump->uring);
	}
	return sqe;
}

void pump_start(struct io_uring_sqe *sqe, struct pump_op *op)
{
	io_uring_sqe_set_data(sqe, op);
}

int pump_run(struct pump *pump)
{
	bool has_early = pump->early_at < pump->early_count;
	int error = io_uring_submit_and_wait(&pump->uring, has_early ? 0 : 1);
	struct completion completion;

	if (error < 0 && error != -EINTR && error != -EAGAIN && error != -EBUSY)
		return error;
	while (completion_take(pump, &completion))
		if (completion.op)
			completion.op->done(completion.op, completion.result, completion.flags);
	return 0;
}
