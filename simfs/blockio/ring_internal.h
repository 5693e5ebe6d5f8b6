/* SPDX-License-Identifier: Apache-2.0 */
/* ring_internal.h - what the files of the ring share; for nobody else. */
#ifndef SNAPRIG_BLOCKIO_RING_INTERNAL_H
#define SNAPRIG_BLOCKIO_RING_INTERNAL_H

#include "simfs/base/clock.h"
#include "simfs/base/list.h"
#include "simfs/blockio/busy_poll.h"
#include "simfs/blockio/ring.h"

struct ring {
	struct io_uring uring;
	uint64_t under_way;
	uint64_t work_under_way;     /* of those: RING_WORK */
	uint64_t requests_awaited;   /* the same: RING_REQUEST */
	uint64_t answers;	     /* the same: RING_ANSWER */
	struct ring_op *first_later; /* of ring_later(), in order; NULL: none */
	struct ring_op *last_later;
	unsigned later_count;
	uint64_t enters, completions;
	struct busy_poll poll;
	bool is_plain;		 /* the kernel is older than Linux 6.1 */
	struct list started;	 /* ring_op.link: what is under way, if it is plain; none shared */
	bool has_slept;		 /* in the wait that is over */
	struct ring_times times; /* FOUND_NS 0: it was not looked at yet */
};

/* Before answers that were started are submitted. */
static inline void ring_note_answers(struct ring *ring)
{
	if (ring->answers > 0)
		ring->times.answered_ns = clock_real_ns();
}

/* ring_wait.c: what was started is submitted; 0 or more, or -errno.  Without a wait, unless
 * there is nothing to do at all; waiting until WANTED completions are here, or WAIT_NS are over;
 * and waiting as ring_run_for() does. */
int ring_submit_and_look(struct ring *ring);
int ring_submit_and_sleep(struct ring *ring, uint64_t wait_ns, unsigned wanted);
int ring_wait(struct ring *ring, uint64_t wait_ns);

#endif
