/* SPDX-License-Identifier: Apache-2.0 */
/* ring_internal.h - shared by the files of the ring only. */
#ifndef SNAPRIG_BLOCKIO_RING_INTERNAL_H
#define SNAPRIG_BLOCKIO_RING_INTERNAL_H

#include "simfs/base/clock.h"
#include "simfs/base/list.h"
#include "simfs/blockio/busy_poll.h"
#include "simfs/blockio/ring.h"

struct ring_completion {
	struct ring_op *op; /* NULL: of a cancel */
	int result;
	uint32_t flags;
};

struct ring {
	struct io_uring uring;
	uint64_t under_way;
	uint64_t work_under_way;     /* of those: RING_WORK */
	uint64_t requests_awaited;   /* likewise: RING_REQUEST */
	uint64_t answers;	     /* likewise: RING_ANSWER */
	struct ring_op *first_later; /* queued by ring_later(), in order; may be NULL */
	struct ring_op *last_later;
	unsigned later_count;
	struct ring_completion *early; /* ring_completions.c: those from early_at on */
	size_t early_at, early_count;
	uint64_t enters, completions;
	struct busy_poll poll;
	bool is_plain;		 /* the kernel is older than Linux 6.1 */
	struct list started;	 /* ring_op.link: in flight, if is_plain; without shared ones */
	bool has_slept;		 /* in the last wait */
	struct ring_times times; /* found_ns 0: clock not read yet */
};

/* Call before started answers are submitted. */
static inline void ring_note_answers(struct ring *ring)
{
	if (ring->answers > 0)
		ring->times.answered_ns = clock_real_ns();
}

/* ring_completions.c. Takes the oldest completion; false if none is ready. */
bool ring_completion_take(struct ring *ring, struct ring_completion *ret);

/* Whether a completion waits outside the queue, where the kernel does not count it. */
bool ring_has_early(const struct ring *ring);

/* Whether a request is among those that are ready. */
bool ring_has_request(struct ring *ring);

/* Empties the queue, which overflows, so that the kernel submits again. Calls no `done`. */
void ring_completions_make_room(struct ring *ring);

/* ring_wait.c: each submits what was started and returns 0 or more, or -errno. The first does
 * not wait, and makes no system call if there is nothing to do. The second waits for WANTED
 * completions or WAIT_NS. The third waits as ring_run_for() does. */
int ring_submit_and_look(struct ring *ring);
int ring_submit_and_sleep(struct ring *ring, uint64_t wait_ns, unsigned wanted);
int ring_wait(struct ring *ring, uint64_t wait_ns);

#endif
