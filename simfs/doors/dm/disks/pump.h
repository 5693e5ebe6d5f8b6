/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump.h - the one io_uring of the process that serves disks, and its event loop.
 *
 * One thread creates, fills and runs it.  Operations that may block inside the kernel (on a file
 * that a rig serves) do so on the ring's own workers.  There may be thousands, so that requests
 * that wait for each other never run out of them.
 */
#ifndef SNAPRIG_DM_DISKS_PUMP_H
#define SNAPRIG_DM_DISKS_PUMP_H

#include <stdbool.h>
#include <stdint.h>

#include <liburing.h>

struct pump;

/* One operation in flight.  Do not move or restart it before `done' is called. */
struct pump_op {
	/*
	 * RESULT and FLAGS are cqe->res and cqe->flags; with IORING_CQE_F_MORE, more calls follow.
	 */
	void (*done)(struct pump_op *op, int result, uint32_t flags);
};

/* Returns 0; -ENOSYS or -EPERM if io_uring is not available; or -errno. */
int pump_create(struct pump **ret);
/* Operations in flight end without a call of `done'.  NULL is fine. */
void pump_destroy(struct pump *pump);

/* An entry for one operation: prepare it, then start it.  Never NULL. */
struct io_uring_sqe *pump_sqe(struct pump *pump);
/* The next pump_run() submits it; with a NULL OP its completion is ignored. */
void pump_start(struct io_uring_sqe *sqe, struct pump_op *op);

/* Submits, waits for a completion, and calls `done' for all that arrived.  Returns 0 or -errno. */
int pump_run(struct pump *pump);

#endif
