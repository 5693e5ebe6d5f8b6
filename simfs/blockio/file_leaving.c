/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/file_leaving.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"

/* A step that takes longer than this is followed by smaller ones. */
#define STEP_NS_MAX (2 * NS_PER_MS)

/* The disk is left alone for so many times what a step took. */
#define REST_FACTOR 8u

static void begin_next(struct file_leaving *leaving);

void file_leaving_init(struct file_leaving *leaving, struct ring *ring)
{
	*leaving = (struct file_leaving){
		.ring = ring,
		.step_bytes = FILE_LEAVING_STEP_MIN,
		.step_bytes_max = FILE_LEAVING_STEP_MAX,
	};
	list_init(&leaving->waiting);
}

void file_leaving_deinit(struct file_leaving *leaving)
{
	struct list *link;

	if (leaving->leaver) {
		/* While it is being closed its descriptor may be another file's already. */
		if (leaving->state != FILE_LEAVING_CLOSING)
			close(leaving->leaver->fd);
		leaving->leaver->gone(leaving->leaver);
	}
	while ((link = list_pop(&leaving->waiting))) {
		struct file_leaver *leaver = CONTAINER_OF(link, struct file_leaver, link);

		close(leaver->fd);
		leaver->gone(leaver);
	}
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

/* What the step under way took, in real time. */
static uint64_t step_ns(const struct file_leaving *leaving)
{
	return clock_wait_ns(clock_now_ns() - leaving->begun_ns);
}

static void start_step(struct file_leaving *leaving);

static void rested(struct ring_op *op, int result, uint32_t flags)
{
	struct file_leaving *leaving = CONTAINER_OF(op, struct file_leaving, op);

	(void)result;
	(void)flags;
	if (leaving->leaver)
		start_step(leaving);
	else
		begin_next(leaving);
}

static void start_rest(struct file_leaving *leaving, uint64_t took_ns)
{
	struct io_uring_sqe *sqe = ring_sqe(leaving->ring);
	uint64_t rest_ns = REST_FACTOR * took_ns;

	leaving->state = FILE_LEAVING_RESTING;
	leaving->rest = (struct __kernel_timespec){
		.tv_sec = (long long)(rest_ns / NS_PER_S),
		.tv_nsec = (long long)(rest_ns % NS_PER_S),
	};
	leaving->op.done = rested;
	io_uring_prep_timeout(sqe, &leaving->rest, 0, 0);
	ring_start(leaving->ring, sqe, &leaving->op);
}

static void emptied(struct ring_op *op, int result, uint32_t flags)
{
	struct file_leaving *leaving = CONTAINER_OF(op, struct file_leaving, op);
	uint64_t took_ns = step_ns(leaving);

	(void)flags;
	/* Not every file system gives back the inside of a file; the close gives back all. */
	if (result < 0)
		leaving->left_bytes = 0;
	if (took_ns > STEP_NS_MAX && leaving->step_bytes > FILE_LEAVING_STEP_MIN)
		leaving->step_bytes /= 2;
	else if (took_ns < STEP_NS_MAX / 2 && leaving->step_bytes < leaving->step_bytes_max)
		leaving->step_bytes *= 2;
	start_rest(leaving, took_ns);
}

static void closed(struct ring_op *op, int result, uint32_t flags)
{
	struct file_leaving *leaving = CONTAINER_OF(op, struct file_leaving, op);
	struct file_leaver *leaver = leaving->leaver;

	(void)result;
	(void)flags;
	leaving->leaver = NULL;
	start_rest(leaving, step_ns(leaving));
	leaver->gone(leaver);
}

/* Gives back one step of what is left, or closes the file when one step is enough. */
static void start_step(struct file_leaving *leaving)
{
	int fd = leaving->leaver->fd;
	struct io_uring_sqe *sqe = ring_sqe(leaving->ring);

	leaving->begun_ns = clock_now_ns();
	if (leaving->left_bytes > leaving->step_bytes) {
		leaving->state = FILE_LEAVING_EMPTYING;
		leaving->left_bytes -= leaving->step_bytes;
		leaving->op.done = emptied;
		io_uring_prep_fallocate(sqe, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			(off_t)leaving->left_bytes, (off_t)leaving->step_bytes);
	} else {
		leaving->state = FILE_LEAVING_CLOSING;
		leaving->op.done = closed;
		io_uring_prep_close(sqe, fd);
	}
	/* Else it is done within the system call that submits it. */
	io_uring_sqe_set_flags(sqe, IOSQE_ASYNC);
	ring_start(leaving->ring, sqe, &leaving->op);
}

static void begin_next(struct file_leaving *leaving)
{
	struct file_leaver *leaver = find_ready(leaving);
	struct stat facts;

	MUST(!leaving->leaver);
	leaving->state = FILE_LEAVING_IDLE;
	if (!leaver)
		return;
	list_remove(&leaver->link);
	leaving->leaver = leaver;
	leaving->left_bytes = fstat(leaver->fd, &facts) == 0 ? (uint64_t)facts.st_size : 0;
	start_step(leaving);
}

void file_leaving_add(struct file_leaving *leaving, struct file_leaver *leaver)
{
	list_append(&leaving->waiting, &leaver->link);
	if (leaving->state == FILE_LEAVING_IDLE)
		begin_next(leaving);
}

void file_leaving_ready(struct file_leaving *leaving, struct file_leaver *leaver)
{
	leaver->is_ready = true;
	if (leaving->state == FILE_LEAVING_IDLE)
		begin_next(leaving);
}
