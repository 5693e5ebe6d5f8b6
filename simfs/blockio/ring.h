/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h - the one io_uring of a mounted volume, and its event loop.
 *
 * Everything that a volume waits for is a ring_op: FUSE requests, backing
 * files, control connections, signals, timers.  One thread creates the ring,
 * fills it and runs it; nothing here may be called from another.
 */
#ifndef SNAPRIG_BLOCKIO_RING_H
#define SNAPRIG_BLOCKIO_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <liburing.h>

#include "simfs/base/list.h"

struct ring;

/* What a thing under way has to do with requests: what the ring goes by when it waits. */
enum ring_traffic {
	RING_OTHER,   /* nothing: a timer, a socket, a signal, work behind the scenes */
	RING_REQUEST, /* it is where one arrives */
	RING_WORK,    /* I/O that one waits for */
	RING_ANSWER,  /* its answer, which is taken as soon as it is submitted */
};

/*
 * One thing under way, all zeros before it is first used.  Embedded in what it
 * belongs to, and not moved, nor started again, until `done` was called.  RESULT is
 * cqe->res, FLAGS is cqe->flags: a multishot operation has more to come while
 * IORING_CQE_F_MORE is set.
 */
struct ring_op {
	void (*done)(struct ring_op *op, int result, uint32_t flags);

	enum ring_traffic traffic;

	/* `done` asks nothing of it: it stands for any number of things under way. */
	bool is_shared;

	/* Of the ring. */
	bool is_under_way;
	struct ring_op *later; /* the next one of ring_later() */
	struct list link;      /* of what is under way, on an old kernel */
};

/* Returns 0, -ENOSYS where the kernel has no io_uring, -EPERM where it is forbidden. */
int ring_create(struct ring **ret);

/* The same, with room for ENTRIES in the queue: a full one costs one more system call, no more. */
#define RING_SMALLEST 4u
int ring_create_sized(unsigned entries, struct ring **ret);

/* Ends what is under way, without a word to its `done`, and waits until the kernel has let go of
 * buffers and files: 5 s at most, as a disk may be dead. */
void ring_destroy(struct ring *ring);

/*
 * A submission entry for OP, ready for io_uring_prep_*(); OP's pointer is
 * set as its user data by ring_start().  Never NULL: a full queue
 * is submitted first.
 *
 *	struct io_uring_sqe *sqe = ring_sqe(ring);
 *	io_uring_prep_read(sqe, fd, buffer, length, offset);
 *	ring_start(ring, sqe, &thing->op);
 */
struct io_uring_sqe *ring_sqe(struct ring *ring);

/* Ties SQE to OP, which is not under way.  It reaches the kernel at the next ring_run_once(). */
void ring_start(struct ring *ring, struct io_uring_sqe *sqe, struct ring_op *op);

/*
 * OP, which is not under way nor shared, is done with 0 at the next run of the ring, which
 * waits for nothing: behind the completions that are there when all that was started
 * before has been submitted.  No system call is made for it alone.
 */
void ring_later(struct ring *ring, struct ring_op *op);

/*
 * Submits what was started, waits for at least one completion and calls the
 * `done` of every completion that is there.  It does not wait when something was
 * put off by ring_later(), which is done then, behind the completions.  Returns 0 or -errno.
 */
int ring_run_once(struct ring *ring);

/* The same, but waits for no longer than WAIT_NS; UINT64_MAX: for ever. */
int ring_run_for(struct ring *ring, uint64_t wait_ns);

/*
 * From now on the ring may look out for completions for so long before it sleeps, as
 * busy_poll.h says; at first it does not: LIMIT_NS 0, at most BUSY_POLL_MAX_NS.
 */
void ring_busy_poll(struct ring *ring, uint64_t limit_ns);

/*
 * For who measures how long requests take: clock_real_ns(), which is looked at once for all
 * requests that are found together, and once for all answers that are submitted together.
 */
struct ring_times {
	uint64_t found_ns;    /* the requests that are being handled */
	uint64_t answered_ns; /* no earlier than any answer that is done was started */
};
const struct ring_times *ring_times(const struct ring *ring);

/* Since the ring was created. */
struct ring_counts {
	uint64_t enters;				   /* system calls: io_uring_enter() */
	uint64_t completions;				   /* that were handled */
	uint64_t poll_limit_ns, polls, poll_hits, poll_ns; /* as in struct busy_poll */
};
struct ring_counts ring_counts(const struct ring *ring);

/* Operations started whose last completion has not been seen. */
uint64_t ring_under_way(const struct ring *ring);

#endif
