/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h - the one io_uring of a mounted volume, and its event loop.
 *
 * Everything a volume waits for is a ring_op: FUSE requests, backing files, control
 * connections, signals, timers. One thread creates the ring, fills it and runs it; no
 * function here may be called from another thread.
 */
#ifndef SNAPRIG_BLOCKIO_RING_H
#define SNAPRIG_BLOCKIO_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <liburing.h>

#include "simfs/base/list.h"

struct ring;

/* How an operation relates to requests. The ring decides by it how to wait. */
enum ring_traffic {
	RING_OTHER,   /* not at all: a timer, a socket, a signal, background work */
	RING_REQUEST, /* a request arrives with it */
	RING_WORK,    /* I/O that a request waits for */
	RING_ANSWER,  /* the answer to a request; completes as soon as it is submitted */
};

/*
 * One operation, zeroed before its first use. Embedded in the object it belongs to, and
 * neither moved nor started again until `done` is called. RESULT is cqe->res, FLAGS is
 * cqe->flags: while IORING_CQE_F_MORE is set, a multishot operation has more to come.
 */
struct ring_op {
	void (*done)(struct ring_op *op, int result, uint32_t flags);

	enum ring_traffic traffic;

	/* `done` does not use OP, which stands for any number of operations in flight. */
	bool is_shared;

	/* For the ring. */
	bool is_under_way;
	struct ring_op *later; /* the next in the queue of ring_later() */
	struct list link;      /* of operations in flight, on an old kernel */
};

/* Returns 0, -ENOSYS if the kernel has no io_uring, -EPERM if it is forbidden. */
int ring_create(struct ring **ret);

/* The same, with a queue of ENTRIES: a full queue only costs one more system call. */
#define RING_SMALLEST 4u
int ring_create_sized(unsigned entries, struct ring **ret);

/* Cancels what is in flight without calling `done`, and waits until the kernel has released
 * buffers and files, 5 s at most in case the disk is dead. */
void ring_destroy(struct ring *ring);

/*
 * A submission entry for OP, ready for io_uring_prep_*(); ring_start() sets OP as its user
 * data. Never NULL: a full queue is submitted first.
 *
 *	struct io_uring_sqe *sqe = ring_sqe(ring);
 *	io_uring_prep_read(sqe, fd, buffer, length, offset);
 *	ring_start(ring, sqe, &thing->op);
 */
struct io_uring_sqe *ring_sqe(struct ring *ring);

/* Ties SQE to OP, which is not in flight. The next ring_run_once() submits it. */
void ring_start(struct ring *ring, struct io_uring_sqe *sqe, struct ring_op *op);

/*
 * Completes OP, which is neither in flight nor shared, with 0 at the next run of the ring,
 * after everything started before has been submitted and the completions that are ready have
 * been handled. That run does not wait. No system call is made just for OP.
 */
void ring_later(struct ring *ring, struct ring_op *op);

/*
 * Submits what was started, waits for at least one completion and calls `done` for every
 * completion that is ready. If ring_later() has queued anything, it does not wait, and calls
 * those after the completions. Returns 0 or -errno.
 */
int ring_run_once(struct ring *ring);

/* The same, but waits for at most WAIT_NS; UINT64_MAX: for ever. */
int ring_run_for(struct ring *ring, uint64_t wait_ns);

/*
 * From now on the ring may poll for completions for up to LIMIT_NS before it sleeps, by the
 * rules of busy_poll.h. LIMIT_NS is at most BUSY_POLL_MAX_NS; 0, the default, turns polling
 * off.
 */
void ring_busy_poll(struct ring *ring, uint64_t limit_ns);

/*
 * For measuring how long requests take: clock_real_ns(), read once for all requests found
 * together and once for all answers submitted together.
 */
struct ring_times {
	uint64_t found_ns;    /* the requests being handled */
	uint64_t answered_ns; /* no earlier than the start of any answer that is done */
};
const struct ring_times *ring_times(const struct ring *ring);

/* Since the ring was created. */
struct ring_counts {
	uint64_t enters;				   /* system calls: io_uring_enter() */
	uint64_t completions;				   /* handled */
	uint64_t poll_limit_ns, polls, poll_hits, poll_ns; /* as in struct busy_poll */
};
struct ring_counts ring_counts(const struct ring *ring);

/* Operations started whose last completion has not arrived. */
uint64_t ring_under_way(const struct ring *ring);

#endif
