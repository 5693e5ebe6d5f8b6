/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/file_leaving.h"

#include <unistd.h>

static void close_next(struct file_leaving *leaving);

void file_leaving_init(struct file_leaving *leaving, struct ring *ring)
{
	*leaving = (struct file_leaving){ .ring = ring };
	list_init(&leaving->waiting);
}

void file_leaving_deinit(struct file_leaving *leaving)
{
	struct list *link;

	/* Its descriptor may be closed already, and be another file's. */
	if (leaving->closing)
		leaving->closing->gone(leaving->closing);
	while ((link = list_pop(&leaving->waiting))) {
		struct file_leaver *leaver = CONTAINER_OF(link, struct file_leaver, link);

		close(leaver->fd);
		leaver->gone(leaver);
	}
}

static void closed(struct ring_op *op, int result, uint32_t flags)
{
	struct file_leaving *leaving = CONTAINER_OF(op, struct file_leaving, op);
	struct file_leaver *leaver = leaving->closing;

	(void)result;
	(void)flags;
	leaving->closing = NULL;
	leaver->gone(leaver);
	close_next(leaving);
}

static struct file_leaver *find_ready(const struct file_leaving *leaving)
{
	list_for_each (at, &leaving->waiting) {
		struct file_leaver *leaver = CONTAINER_OF(at, struct file_leaver, link);

		if (leaver->is_ready)
			return leaver;
	}
	return NULL;
}

static void close_next(struct file_leaving *leaving)
{
	struct file_leaver *leaver = leaving->closing ? NULL : find_ready(leaving);
	struct io_uring_sqe *sqe;

	if (!leaver)
		return;
	list_remove(&leaver->link);
	leaving->closing = leaver;
	leaving->op.done = closed;
	sqe = ring_sqe(leaving->ring);
	io_uring_prep_close(sqe, leaver->fd);
	/* Else it is closed within the system call that submits it. */
	io_uring_sqe_set_flags(sqe, IOSQE_ASYNC);
	ring_start(leaving->ring, sqe, &leaving->op);
}

void file_leaving_add(struct file_leaving *leaving, struct file_leaver *leaver)
{
	list_append(&leaving->waiting, &leaver->link);
	close_next(leaving);
}

void file_leaving_ready(struct file_leaving *leaving, struct file_leaver *leaver)
{
	leaver->is_ready = true;
	close_next(leaving);
}
