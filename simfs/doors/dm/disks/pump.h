/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump.h - the one io_uring of the process that serves disks, and its event loop.
 *
 * One thread creates it, fills it and runs it.  What may wait inside the kernel (a file
 * that a rig serves) does so on the ring's own workers, of which there may be thousands:
 * requests that wait for each other never run out of them.
 */
#ifndef SNAPRIG_DM_DISKS_PUMP_H
#define SNAPRIG_DM_DISKS_PUMP_H

#include <stdbool.h>
#include <stdint.h>

#include <liburing.h>

struct pump;

/* One thing under way.  Not moved, nor started again, until `done' was called. */
struct pump_op {
	/* RESULT and FLAGS are cqe->res and cqe->flags; more comes with IORING_CQE_F_MORE. */
	void (*done)(struct pump_op *op, int result, uint32_t flags);
};

/* Returns 0, -ENOSYS or -EPERM where io_uring cannot be had, or -errno. */
int pump_create(struct pump **ret);
/* What is under way ends, without a word to its `done'.  NULL is fine. */
void pump_destroy(struct pump *pump);

/* An entry for one operation, to be prepared, then started.  Never NULL. */
struct io_uring_sqe *pump_sqe(struct pump *pump);
/* It is submitted by the next pump_run(); a NULL OP wants to know nothing of its end. */
void pump_start(struct io_uring_sqe *sqe, struct pump_op *op);

/* Submits, waits for a completion, and calls `done' of all there are.  Returns 0 or -errno. */
int pump_run(struct pump *pump);

#endif
