/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - one file on the ring: transfers, space ahead, facts. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"
#include "simfs/blockio/file_internal.h"

static void file_done(struct ring_op *op, int result, uint32_t flags);
static void lost_done(struct ring_op *op, int result, uint32_t flags);

static struct file_blockio *file_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct file_blockio, io);
}

/* Submits what is left of REQUEST: at least one byte, or a flush. */
void file_submit(struct blockio *io, struct blockio_request *request)
{
	struct file_blockio *file = file_of(io);

	if (file_room_holds(file, request))
		return;
	if (request->kind == BLOCKIO_NOTHING) {
		request->op.done = file_done;
		ring_later(file->ring, &request->op);
		return;
	}

	struct io_uring_sqe *sqe = ring_sqe(file->ring);

	if (blockio_is_lost(io, request)) {
		request->op.done = lost_done;
		io_uring_prep_nop(sqe);
		ring_start(file->ring, sqe, &request->op);
		return;
	}
	request->op.done = file_done;
	request->op.traffic = RING_WORK;
	if (file->leaving)
		request->gone_before = file->leaving->gone_count;
	switch (request->kind) {
	case BLOCKIO_READ:
		if (request->iov_count == 1)
			io_uring_prep_read(sqe, file->fd, request->iov->iov_base,
				(unsigned)request->iov->iov_len, request->offset);
		else
			io_uring_prep_readv(
				sqe, file->fd, request->iov, request->iov_count, request->offset);
		break;
	case BLOCKIO_WRITE:
		if (request->iov_count == 1)
			io_uring_prep_write(sqe, file->fd, request->iov->iov_base,
				(unsigned)request->iov->iov_len, request->offset);
		else
			io_uring_prep_writev(
				sqe, file->fd, request->iov, request->iov_count, request->offset);
		break;
	case BLOCKIO_FLUSH:
		io_uring_prep_fsync(sqe, file->fd, IORING_FSYNC_DATASYNC);
		break;
	case BLOCKIO_PUNCH:
		io_uring_prep_fallocate(sqe, file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			(off_t)request->offset, (off_t)request->iov->iov_len);
		break;
	case BLOCKIO_ALLOCATE:
		io_uring_prep_fallocate(sqe, file->fd, FALLOC_FL_KEEP_SIZE, (off_t)request->offset,
			(off_t)request->iov->iov_len);
		break;
	case BLOCKIO_NOTHING:
	case BLOCKIO_SYNC:
		/* The first needs no kernel, the second applies to folders only. */
		MUST(false);
	}
	ring_start(file->ring, sqe, &request->op);
}

/* Advances REQUEST by LENGTH transferred bytes; returns false if nothing is left. */
static bool request_advance(struct blockio_request *request, size_t length)
{
	request->offset += length;
	while (request->iov_count > 0 && length >= request->iov->iov_len) {
		length -= request->iov->iov_len;
		request->iov++;
		request->iov_count--;
	}
	if (request->iov_count == 0)
		return false;
	request->iov->iov_base = (char *)request->iov->iov_base + length;
	request->iov->iov_len -= length;
	return true;
}

static void request_zero_rest(struct blockio_request *request)
{
	for (unsigned i = 0; i < request->iov_count; i++)
		memset(request->iov[i].iov_base, 0, request->iov[i].iov_len);
}

static void lost_done(struct ring_op *op, int result, uint32_t flags)
{
	struct blockio_request *request = CONTAINER_OF(op, struct blockio_request, op);

	(void)result;
	(void)flags;
	blockio_end(request, -EUCLEAN);
}

/*
 * The rest of REQUEST lies beyond the end of the file: it reads as zeros, unless the bytes
 * should exist. A write that makes no progress without an error would make none on a retry
 * either.
 */
static void end_reached(struct blockio_request *request)
{
	if (request->kind != BLOCKIO_READ) {
		blockio_end(request, -EIO);
		return;
	}
	if (blockio_note_end(request->io, request->offset)) {
		blockio_end(request, -EUCLEAN);
		return;
	}
	request_zero_rest(request);
	blockio_end(request, 0);
}

/* A read ended in the middle of a unit: that happens only at the end of a file. */
static bool is_cut(const struct blockio_request *request)
{
	return request->kind == BLOCKIO_READ && request->offset % request->io->alignment_bytes != 0;
}

/* Waits instead of failing while space is being freed. A failed flush is never repeated: the
 * kernel reports its error only once. */
static bool waits_for_room(struct blockio_request *request, int result)
{
	struct file_leaving *leaving = file_of(request->io)->leaving;

	return (result == -ENOSPC || result == -EDQUOT) && request->kind != BLOCKIO_FLUSH &&
	       leaving && file_leaving_makes_wait(leaving, request);
}

static void file_done(struct ring_op *op, int result, uint32_t flags)
{
	struct blockio_request *request = CONTAINER_OF(op, struct blockio_request, op);

	(void)flags;
	if (result == -EAGAIN || result == -EINTR) {
		file_submit(request->io, request);
		return;
	}
	if (waits_for_room(request, result))
		return;
	if (result < 0)
		file_error_say(file_of(request->io), request, result);
	if (result < 0 || request->kind >= BLOCKIO_FLUSH) {
		blockio_end(request, result < 0 ? result : 0);
		return;
	}
	if (result > 0 && !request_advance(request, (size_t)result))
		blockio_end(request, 0);
	else if (result == 0 || is_cut(request))
		end_reached(request);
	else
		file_submit(request->io, request);
}

static void file_step(struct blockio *io)
{
	MUST(ring_run_once(file_of(io)->ring) == 0);
}

static int file_resize(struct blockio *io, uint64_t size_bytes)
{
	struct file_blockio *file = file_of(io);

	while (file->making_room)
		file_step(io);
	if (ftruncate(file->fd, (off_t)size_bytes) < 0)
		return -errno;
	io->size_bytes = size_bytes;
	file->room_end = size_bytes;
	if (io->known_bytes > size_bytes)
		io->known_bytes = size_bytes;
	return 0;
}

static int64_t in_ns(const struct timespec *time)
{
	return time->tv_sec * (int64_t)NS_PER_S + time->tv_nsec;
}

static int file_look(struct blockio *io, struct blockio_facts *ret)
{
	struct file_blockio *file = file_of(io);
	struct stat facts;

	if (file->is_device) {
		/* The node's times say when the node was created, and nothing about the content. */
		*ret = (struct blockio_facts){ .has_name = true };

		int error = file_length(file->fd, true, &ret->size_bytes);

		if (error == 0)
			blockio_note_end(io, ret->size_bytes);
		return error;
	}
	if (fstat(file->fd, &facts) < 0)
		return -errno;
	*ret = (struct blockio_facts){
		.size_bytes = (uint64_t)facts.st_size,
		.modified_ns = in_ns(&facts.st_mtim),
		.changed_ns = in_ns(&facts.st_ctim),
		.inode = facts.st_ino,
		.allocated_bytes = (uint64_t)facts.st_blocks * 512,
		.has_name = facts.st_nlink > 0,
	};
	blockio_note_end(io, ret->size_bytes);
	return 0;
}

/* Longer than any kernel's tick, within which two changes of a file may get the same time. */
#define TICK_MAX_NS (20 * NS_PER_MS)

static int file_settle(struct blockio *io, struct blockio_facts *ret)
{
	int error = fsync(file_of(io)->fd) < 0 ? -errno : file_look(io, ret);
	int64_t now_ns = clock_wall_ns();

	if (error == 0 && ret->changed_ns <= now_ns &&
		ret->changed_ns > now_ns - (int64_t)TICK_MAX_NS)
		usleep(TICK_MAX_NS / 1000);
	return error;
}

static int file_transfer_now(
	struct blockio *io, enum blockio_kind kind, uint64_t offset, void *buffer, size_t length)
{
	int fd = file_of(io)->fd;

	return kind == BLOCKIO_READ ? file_read_all(fd, buffer, length, offset)
				    : file_write_all(fd, buffer, length, offset);
}

static void file_destroy(struct blockio *io)
{
	struct file_blockio *file = file_of(io);

	while (file->making_room)
		file_step(io);
	close(file->fd);
	free(file);
}

static void leaver_gone(struct file_leaver *leaver)
{
	free(CONTAINER_OF(leaver, struct file_blockio, leaver));
}

static void file_abandon(struct blockio *io)
{
	struct file_blockio *file = file_of(io);

	if (!file->leaving) {
		file_destroy(io);
		return;
	}
	file->is_leaving = true;
	file->leaver = (struct file_leaver){
		.gone = leaver_gone, .fd = file->fd, .is_ready = !file->making_room
	};
	file_leaving_add(file->leaving, &file->leaver);
}

const struct blockio_ops file_ops = {
	.name = "file",
	.submit = file_submit,
	.resize = file_resize,
	.reserve = file_room_reserve,
	.look = file_look,
	.settle = file_settle,
	.next_data = file_next_data,
	.transfer_now = file_transfer_now,
	.step = file_step,
	.destroy = file_destroy,
	.abandon = file_abandon,
};
