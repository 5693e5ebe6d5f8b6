/* SPDX-License-Identifier: Apache-2.0 */
/* session_askers.c - the callers that wait for this session, and their signals (asker.h). */
#include <errno.h>
#include <linux/fuse.h>
#include <unistd.h>

#include "simfs/mount/session_internal.h"

pid_t session_thread(const struct session *session)
{
	return (pid_t)slot_header(session->current)->pid;
}

void session_asks(struct session *session, struct asker *asker)
{
	asker->unique = slot_header(session->current)->unique;
	asker->thread = session_thread(session);
	asker_begin(&session->askers, asker);
}

/* How often waiting callers are polled, if there is a reason (asker.h, removals.c). */
static struct __kernel_timespec look_every = { .tv_nsec = 100 * 1000 * 1000 };

static void look(struct ring_op *op, int result, uint32_t flags)
{
	struct session *session = CONTAINER_OF(op, struct session, look_op);

	(void)result;
	(void)flags;
	session->is_looking = false;

	bool again = askers_look(&session->askers);

	again |= removals_look(session);
	if (again)
		session_look(session);
}

void session_look(struct session *session)
{
	struct io_uring_sqe *sqe;

	if (session->is_looking)
		return;
	session->is_looking = true;
	session->look_op.done = look;
	sqe = ring_sqe(session->ring);
	io_uring_prep_timeout(sqe, &look_every, 0, 0);
	ring_start(session->ring, sqe, &session->look_op);
}

/*
 * If no caller is found, its request was answered while the interrupt was on its way.  The kernel,
 * told to retry (-EAGAIN), then drops the interrupt.
 */
void session_interrupt(struct session *session, const struct fuse_in_header *header)
{
	const struct fuse_interrupt_in *interrupt = (const void *)(header + 1);
	struct fuse_out_header out = {
		.len = sizeof out,
		.error = -EAGAIN,
		.unique = header->unique,
	};

	if (!askers_interrupt(&session->askers, interrupt->unique))
		(void)!write(session->fd, &out, sizeof out);
	else
		session_look(session);
}
