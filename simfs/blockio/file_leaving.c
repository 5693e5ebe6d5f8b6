/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/file_leaving.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/fd_reserve.h"
#include "simfs/blockio/file_internal.h"

/* After a step that takes longer than this, steps get smaller. */
#define STEP_NS_MAX (2 * NS_PER_MS)

static void start_step(struct file_leaving *leaving);
static void begin_next(struct file_leaving *leaving);

/* If statvfs fails, space is not considered short. */
static uint64_t disk_bytes(int fd)
{
	struct statvfs facts;

	return fstatvfs(fd, &facts) == 0 ? (uint64_t)facts.f_bavail * facts.f_frsize : UINT64_MAX;
}

void file_leaving_init(struct file_leaving *leaving, struct ring *ring)
{
	*leaving = (struct file_leaving){
		.ring = ring,
		.disk_bytes = disk_bytes,
		.haste_bytes = FILE_LEAVING_HASTE_BYTES,
		.step_bytes = FILE_LEAVING_STEP_MIN,
		.step_bytes_max = FILE_LEAVING_STEP_MAX,
	};
	list_init(&leaving->waiting);
	list_init(&leaving->without_room);
}

/* LEAVER's file is closed; a descriptor lent in its place is reserved again. */
static void end_leaver(struct file_leaver *leaver)
{
	if (leaver->fd_is_lent)
		fd_reserve_return();
	leaver->gone(leaver);
}

void file_leaving_deinit(struct file_leaving *leaving)
{
	struct list *link;

	if (leaving->leaver) {
		/* While it is being closed, its number may belong to another file already. */
		if (leaving->state != FILE_LEAVING_CLOSING)
			close(leaving->leaver->fd);
		end_leaver(leaving->leaver);
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

/* The real time that the current step took. */
static uint64_t step_ns(const struct file_leaving *leaving)
{
	return clock_wait_ns(clock_now_ns() - leaving->begun_ns);
}

/* How many times the length of the last step to rest; 0: no time for a rest. */
static uint64_t rest_factor(const struct file_leaving *leaving)
{
	uint64_t waiting_bytes = leaving->room_bytes;
	uint64_t haste;

	if (leaving->leaver)
		waiting_bytes -= leaving->leaver->room_bytes;
	haste = waiting_bytes / leaving->haste_bytes;
	if (!list_empty(&leaving->without_room) || haste >= FILE_LEAVING_REST_FACTOR)
		return 0;
	return FILE_LEAVING_REST_FACTOR - haste;
}

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
	uint64_t rest_ns = rest_factor(leaving) * took_ns;
	struct io_uring_sqe *sqe = ring_sqe(leaving->ring);

	if (rest_ns > FILE_LEAVING_REST_NS_MAX)
		rest_ns = FILE_LEAVING_REST_NS_MAX;
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
	/* Some file systems cannot punch holes; closing the file then frees everything. */
	if (result < 0)
		leaving->left_bytes = 0;
	if (took_ns > STEP_NS_MAX && leaving->step_bytes > FILE_LEAVING_STEP_MIN)
		leaving->step_bytes /= 2;
	else if (took_ns < STEP_NS_MAX / 2 && leaving->step_bytes < leaving->step_bytes_max)
		leaving->step_bytes *= 2;
	start_rest(leaving, took_ns);
}

/* Retries; requests that still find no space wait again while anything is being freed. */
static void ask_again(struct file_leaving *leaving)
{
	struct list waiting;
	struct list *link;

	list_init(&waiting);
	list_splice(&waiting, &leaving->without_room);
	while ((link = list_pop(&waiting))) {
		struct blockio_request *request = CONTAINER_OF(link, struct blockio_request, link);

		file_submit(request->io, request);
	}
}

static void closed(struct ring_op *op, int result, uint32_t flags)
{
	struct file_leaving *leaving = CONTAINER_OF(op, struct file_leaving, op);
	struct file_leaver *leaver = leaving->leaver;

	(void)result;
	(void)flags;
	leaving->leaver = NULL;
	leaving->room_bytes -= leaver->room_bytes;
	leaving->gone_count++;
	start_rest(leaving, step_ns(leaving));
	end_leaver(leaver);
	ask_again(leaving);
}

/* Frees one step of what is left, or closes the file if one step is enough. */
static void start_step(struct file_leaving *leaving)
{
	int fd = leaving->leaver->fd;
	bool is_whole = leaving->left_bytes <= leaving->step_bytes || rest_factor(leaving) == 0 ||
			leaving->disk_bytes(fd) <= leaving->room_bytes;
	struct io_uring_sqe *sqe = ring_sqe(leaving->ring);

	leaving->begun_ns = clock_now_ns();
	if (!is_whole) {
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
	/* Without this it would run inside the system call that submits it. */
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
	struct stat facts;

	leaver->room_bytes = fstat(leaver->fd, &facts) == 0 ? (uint64_t)facts.st_blocks * 512 : 0;
	leaving->room_bytes += leaver->room_bytes;
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

bool file_leaving_makes_wait(struct file_leaving *leaving, struct blockio_request *request)
{
	if (request->gone_before != leaving->gone_count)
		file_submit(request->io, request);
	else if (leaving->leaver || !list_empty(&leaving->waiting))
		list_append(&leaving->without_room, &request->link);
	else
		return false;
	return true;
}

bool file_leaving_gives_descriptor(struct file_leaving *leaving)
{
	struct file_leaver *leaver = find_ready(leaving);

	if (leaver) {
		list_remove(&leaver->link);
		close(leaver->fd);
		leaving->room_bytes -= leaver->room_bytes;
		leaving->gone_count++;
		end_leaver(leaver);
		ask_again(leaving);
		return true;
	}
	leaver = leaving->leaver;
	if (!leaver || leaver->fd_is_lent || !fd_reserve_lend())
		return false;
	leaver->fd_is_lent = true;
	return true;
}
