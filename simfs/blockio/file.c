/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/blockio/file_folder.h"

/*
 * Room is made in steps, and this far ahead of the end: enough for the segments
 * that are written while one step is on its way.
 */
#define ROOM_STEP_BYTES	 (2u << 20)
#define ROOM_AHEAD_BYTES (2u * ROOM_STEP_BYTES)

/* linux/stat.h of kernel 6.1 headers knows these; the C library's does not. */
#ifndef STATX_DIOALIGN
#define STATX_DIOALIGN 0x2000u
#endif

struct file_blockio {
	struct blockio io;
	struct ring *ring;
	int fd;

	/* Room that is made ahead of need; see file_reserve(). */
	uint64_t room_end; /* up to here the file is written */
	bool room_failed;
	bool making_room;
	uint64_t room_from, room_to; /* while making_room: what is being filled */
	void *zeros;		     /* ROOM_STEP_BYTES, mapped; NULL until needed */
	struct list waiting;	     /* writes into what is being filled */
	struct ring_op room_op;
};

static void file_done(struct ring_op *op, int result, uint32_t flags);

static struct file_blockio *file_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct file_blockio, io);
}

/* Whether REQUEST writes where zeros are being written: they must not come later. */
static bool meets_zeros(const struct file_blockio *file, const struct blockio_request *request)
{
	uint64_t end = request->offset;

	if (!file->making_room || request->kind != BLOCKIO_WRITE)
		return false;
	for (unsigned i = 0; i < request->iov_count; i++)
		end += request->iov[i].iov_len;
	return request->offset < file->room_to && file->room_from < end;
}

/* Submits what is left of REQUEST, which is at least one byte, or a flush. */
static void file_submit(struct blockio *io, struct blockio_request *request)
{
	struct file_blockio *file = file_of(io);

	if (meets_zeros(file, request)) {
		list_append(&file->waiting, &request->link);
		return;
	}

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
	case BLOCKIO_PUNCH:
		io_uring_prep_fallocate(sqe, file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			(off_t)request->offset, (off_t)request->iov->iov_len);
		break;
	case BLOCKIO_ALLOCATE:
		io_uring_prep_fallocate(sqe, file->fd, FALLOC_FL_KEEP_SIZE, (off_t)request->offset,
			(off_t)request->iov->iov_len);
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
	if (result < 0 || request->kind >= BLOCKIO_FLUSH) {
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
	return 0;
}

static void room_made(struct ring_op *op, int result, uint32_t flags)
{
	struct file_blockio *file = CONTAINER_OF(op, struct file_blockio, room_op);
	struct list waiting;
	struct list *link;

	(void)flags;
	/* A disk that is full tells the writes themselves; asking again is no use. */
	if (result <= 0)
		file->room_failed = true;
	else
		file->room_end = file->room_from + (uint32_t)result;
	file->making_room = false;
	list_init(&waiting);
	list_splice(&waiting, &file->waiting);
	while ((link = list_pop(&waiting)))
		file_submit(&file->io, CONTAINER_OF(link, struct blockio_request, link));
}

/*
 * An O_DIRECT write into a hole, behind the end or into room that was only
 * allocated makes ext4 change its metadata before it is done: 2 to 3 times the
 * time of a write over zeros (bench: first-touch-4k, 10 k against 18 k a second).
 * So zeros are written ahead, in large pieces.
 */
static void file_reserve(struct blockio *io, uint64_t end_bytes)
{
	struct file_blockio *file = file_of(io);
	uint64_t end = (end_bytes + BLOCKIO_ALIGNMENT_MAX - 1) & ~(BLOCKIO_ALIGNMENT_MAX - 1ull);
	struct io_uring_sqe *sqe;

	if (file->making_room || file->room_failed || end + ROOM_AHEAD_BYTES <= file->room_end)
		return;
	if (!file->zeros) {
		file->zeros = mmap(
			NULL, ROOM_STEP_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (file->zeros == MAP_FAILED) {
			file->zeros = NULL;
			file->room_failed = true;
			return;
		}
	}
	file->room_from = end > file->room_end ? end : file->room_end;
	file->room_to = file->room_from + ROOM_STEP_BYTES;
	file->making_room = true;
	file->room_op.done = room_made;
	sqe = ring_sqe(file->ring);
	io_uring_prep_write(sqe, file->fd, file->zeros, ROOM_STEP_BYTES, file->room_from);
	ring_start(file->ring, sqe, &file->room_op);
}

static bool file_next_data(
	struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end)
{
	struct file_blockio *file = file_of(io);
	off_t first = lseek(file->fd, (off_t)from, SEEK_DATA);
	off_t end;

	if (first < 0 && errno == ENXIO)
		return false;
	/* A file system that cannot tell says that all is data. */
	end = first < 0 ? -1 : lseek(file->fd, first, SEEK_HOLE);
	*ret_first = first < 0 ? from : (uint64_t)first;
	*ret_end = end < 0 ? io->size_bytes : (uint64_t)end;
	return true;
}

static int file_transfer_now(
	struct blockio *io, enum blockio_kind kind, uint64_t offset, void *buffer, size_t length)
{
	int fd = file_of(io)->fd;
	char *at = buffer, *end = at + length;

	while (at < end) {
		size_t left = (size_t)(end - at);
		ssize_t count = kind == BLOCKIO_READ ? pread(fd, at, left, (off_t)offset)
						     : pwrite(fd, at, left, (off_t)offset);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count < 0 ? -errno : -EIO;
		at += count;
		offset += (uint64_t)count;
	}
	return 0;
}

static void file_destroy(struct blockio *io)
{
	struct file_blockio *file = file_of(io);

	while (file->making_room)
		file_step(io);
	if (file->zeros)
		munmap(file->zeros, ROOM_STEP_BYTES);
	close(file->fd);
	free(file);
}

static const struct blockio_ops file_ops = {
	.name = "file",
	.submit = file_submit,
	.resize = file_resize,
	.reserve = file_reserve,
	.next_data = file_next_data,
	.transfer_now = file_transfer_now,
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

static int wrap(struct ring *ring, int fd, bool is_text, struct blockio **ret)
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
			.alignment_bytes = is_text
				? 1
				: choose_alignment(fd, (uint64_t)facts.st_size),
			.size_bytes = (uint64_t)facts.st_size,
		},
		.ring = ring,
		.fd = fd,
		.room_end = (uint64_t)facts.st_size,
	};
	list_init(&file->waiting);
	*ret = &file->io;
	return 0;
}

int file_blockio_wrap(struct ring *ring, int fd, struct blockio **ret)
{
	return wrap(ring, fd, false, ret);
}

int file_blockio_wrap_text(struct ring *ring, int fd, struct blockio **ret)
{
	return wrap(ring, fd, true, ret);
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
