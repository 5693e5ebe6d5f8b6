/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/blockio/file_folder.h"

/* Room asked for at a time: few calls, little waste at the end of a file. */
#define RESERVE_STEP_BYTES (64ull << 20)

/* linux/stat.h of kernel 6.1 headers knows these; the C library's does not. */
#ifndef STATX_DIOALIGN
#define STATX_DIOALIGN 0x2000u
#endif

struct file_blockio {
	struct blockio io;
	struct ring *ring;
	int fd;

	/* Room that was asked for ahead of need; see file_reserve(). */
	uint64_t reserved_bytes;
	bool reserving;
	struct ring_op reserve_op;
};

static void file_done(struct ring_op *op, int result, uint32_t flags);

static struct file_blockio *file_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct file_blockio, io);
}

/* Submits what is left of REQUEST, which is at least one byte, or a flush. */
static void file_submit(struct blockio *io, struct blockio_request *request)
{
	struct file_blockio *file = file_of(io);
	struct io_uring_sqe *sqe = ring_sqe(file->ring);

	request->op.done = file_done;
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
	}
	ring_start(file->ring, sqe, &request->op);
}

/* Moves REQUEST past LENGTH transferred bytes; false when nothing is left. */
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

static void file_done(struct ring_op *op, int result, uint32_t flags)
{
	struct blockio_request *request = CONTAINER_OF(op, struct blockio_request, op);

	(void)flags;
	if (result == -EAGAIN || result == -EINTR) {
		file_submit(request->io, request);
		return;
	}
	if (result < 0 || request->kind == BLOCKIO_FLUSH) {
		request->done(request, result < 0 ? result : 0);
		return;
	}
	if (result == 0) {
		/* End of file: a read gives zeros; a write that makes no
		 * progress and no error will make none the next time either. */
		if (request->kind == BLOCKIO_READ)
			request_zero_rest(request);
		request->done(request, request->kind == BLOCKIO_READ ? 0 : -EIO);
		return;
	}
	if (request_advance(request, (size_t)result)) {
		file_submit(request->io, request);
		return;
	}
	request->done(request, 0);
}

static int file_resize(struct blockio *io, uint64_t size_bytes)
{
	struct file_blockio *file = file_of(io);

	if (ftruncate(file->fd, (off_t)size_bytes) < 0)
		return -errno;
	io->size_bytes = size_bytes;
	file->reserved_bytes = size_bytes;
	return 0;
}

static void file_reserved(struct ring_op *op, int result, uint32_t flags)
{
	struct file_blockio *file = CONTAINER_OF(op, struct file_blockio, reserve_op);

	(void)result;
	(void)flags;
	file->reserving = false;
}

/*
 * An appending O_DIRECT write makes ext4 allocate and move the end of file
 * under an exclusive lock, off the ring's fast path.  Into room that is there
 * already it is an ordinary write.  Asking again while one request is under
 * way is pointless, and so is asking twice for a disk that is full.
 */
static void file_reserve(struct blockio *io, uint64_t end_bytes)
{
	struct file_blockio *file = file_of(io);

	if (file->reserving || end_bytes + RESERVE_STEP_BYTES / 2 <= file->reserved_bytes)
		return;

	uint64_t from = file->reserved_bytes;
	uint64_t to = (end_bytes / RESERVE_STEP_BYTES + 2) * RESERVE_STEP_BYTES;
	struct io_uring_sqe *sqe = ring_sqe(file->ring);

	file->reserved_bytes = to;
	file->reserving = true;
	file->reserve_op.done = file_reserved;
	io_uring_prep_fallocate(sqe, file->fd, 0, (off_t)from, (off_t)(to - from));
	ring_start(file->ring, sqe, &file->reserve_op);
}

static void file_step(struct blockio *io)
{
	MUST(ring_run_once(file_of(io)->ring) == 0);
}

static void file_destroy(struct blockio *io)
{
	struct file_blockio *file = file_of(io);

	while (file->reserving)
		file_step(io);
	close(file->fd);
	free(file);
}

static const struct blockio_ops file_ops = {
	.name = "file",
	.submit = file_submit,
	.resize = file_resize,
	.reserve = file_reserve,
	.step = file_step,
	.destroy = file_destroy,
};

/*
 * What O_DIRECT transfers of FD must be aligned to.  statx tells (kernel 6.1);
 * where it does not, a page is right for every file system we know.
 */
static uint32_t direct_alignment(int fd)
{
	struct statx facts = { 0 };

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &facts) < 0 ||
		!(facts.stx_mask & STATX_DIOALIGN))
		return BLOCKIO_ALIGNMENT_MAX;

	uint32_t alignment = facts.stx_dio_offset_align;

	if (facts.stx_dio_mem_align > alignment)
		alignment = facts.stx_dio_mem_align;
	if (alignment == 0 || alignment > BLOCKIO_ALIGNMENT_MAX)
		return 0;
	return alignment < 512 ? 512 : alignment;
}

/*
 * Turns O_DIRECT on for FD where that works.  Without it the page cache takes
 * any alignment, but the callers' minimum of a sector stays.
 */
static uint32_t choose_alignment(int fd, uint64_t size_bytes)
{
	uint32_t alignment = direct_alignment(fd);
	int flags = fcntl(fd, F_GETFL);

	/* The last, partial unit of a file could not be written. */
	if (alignment == 0 || size_bytes % alignment != 0 || flags < 0 ||
		fcntl(fd, F_SETFL, flags | O_DIRECT) < 0)
		return 512;
	return alignment;
}

int file_blockio_wrap(struct ring *ring, int fd, struct blockio **ret)
{
	struct stat facts;

	if (fstat(fd, &facts) < 0)
		return -errno;

	struct file_blockio *file = malloc(sizeof *file);

	if (!file)
		return -ENOMEM;
	*file = (struct file_blockio){
		.io = {
			.ops = &file_ops,
			.alignment_bytes = choose_alignment(fd, (uint64_t)facts.st_size),
			.size_bytes = (uint64_t)facts.st_size,
		},
		.ring = ring,
		.fd = fd,
		.reserved_bytes = (uint64_t)facts.st_size,
	};
	*ret = &file->io;
	return 0;
}

int file_blockio_open_image(struct ring *ring, const char *path, struct blockio **ret)
{
	AUTO(auto_close) int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat facts;

	if (fd < 0 || fstat(fd, &facts) < 0)
		return -errno;
	if (S_ISDIR(facts.st_mode))
		return -EISDIR;
	if (!S_ISREG(facts.st_mode))
		return -EINVAL;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;

	int error = file_blockio_wrap(ring, fd, ret);

	if (error < 0)
		return error;
	TAKE_FD(fd);
	return 0;
}
