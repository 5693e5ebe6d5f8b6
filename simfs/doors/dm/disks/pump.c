/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/pump.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"

#define PUMP_ENTRIES 512u
/* Each waits for some file; idle workers end. */
#define PUMP_WORKERS_MAX 8192u
/* Completions taken at once. */
#define PUMP_BATCH 64u

struct pump {
	struct io_uring uring;
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
	free(pump);
}

struct io_uring_sqe *pump_sqe(struct pump *pump)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&pump->uring);

	while (!sqe) {
		int submitted = io_uring_submit(&pump->uring);

		/* -EBUSY: completions must be taken first, which needs no entry here. */
		MUST(submitted >= 0 || submitted == -EINTR || submitted == -EAGAIN ||
			submitted == -EBUSY);
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
	struct io_uring_cqe *batch[PUMP_BATCH];
	int error = io_uring_submit_and_wait(&pump->uring, 1);
	unsigned count;

	if (error < 0 && error != -EINTR && error != -EAGAIN && error != -EBUSY)
		return error;
	while ((count = io_uring_peek_batch_cqe(&pump->uring, batch, PUMP_BATCH)) > 0) {
		for (unsigned i = 0; i < count; i++) {
			struct pump_op *op = io_uring_cqe_get_data(batch[i]);
			int result = batch[i]->res;
			uint32_t flags = batch[i]->flags;

			if (op)
				op->done(op, result, flags);
		}
		io_uring_cq_advance(&pump->uring, count);
	}
	return 0;
}
