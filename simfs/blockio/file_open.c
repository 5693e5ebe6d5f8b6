/* SPDX-License-Identifier: Apache-2.0 */
/* file_open.c - opens files for blockio: which get O_DIRECT, and what may be an image. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/blockio/file_folder.h"
#include "simfs/blockio/file_internal.h"

/* Only the kernel's headers (6.1) define this, not those of the C library. */
#ifndef STATX_DIOALIGN
#define STATX_DIOALIGN 0x2000u
#endif

/*
 * The alignment that O_DIRECT transfers of FD need; 0: not supported. statx reports it
 * (kernel 6.1); where it does not, a page is right for every file system we know.
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
 * Turns O_DIRECT on for FD where it works, and returns the alignment. Without it the page
 * cache takes any alignment, but callers still keep to a sector.
 */
static uint32_t choose_alignment(int fd, uint64_t size_bytes)
{
	uint32_t alignment = direct_alignment(fd);
	int flags = fcntl(fd, F_GETFL);

	/* With O_DIRECT, the last, partial unit of a file could not be written. */
	if (alignment == 0 || size_bytes % alignment != 0 || flags < 0 ||
		fcntl(fd, F_SETFL, flags | O_DIRECT) < 0)
		return 512;
	return alignment;
}

int file_length(int fd, bool is_device, uint64_t *ret_bytes)
{
	struct stat facts;

	if (is_device)
		return ioctl(fd, BLKGETSIZE64, ret_bytes) < 0 ? -errno : 0;
	if (fstat(fd, &facts) < 0)
		return -errno;
	*ret_bytes = (uint64_t)facts.st_size;
	return 0;
}

static int wrap(struct ring *ring, int fd, bool is_text, bool is_device, struct blockio **ret)
{
	uint64_t size_bytes = 0;
	int error = file_length(fd, is_device, &size_bytes);
	struct file_blockio *file;

	if (error < 0)
		return error;
	file = malloc(sizeof *file);
	if (!file)
		return -ENOMEM;
	*file = (struct file_blockio){
		.io = {
			.ops = &file_ops,
			.alignment_bytes = is_text ? 1 : choose_alignment(fd, size_bytes),
			.size_bytes = size_bytes,
		},
		.ring = ring,
		.fd = fd,
		.is_device = is_device,
		.room_end = size_bytes,
	};
	list_init(&file->waiting);
	*ret = &file->io;
	return 0;
}

int file_blockio_wrap(struct ring *ring, int fd, struct blockio **ret)
{
	return wrap(ring, fd, false, false, ret);
}

int file_blockio_wrap_text(struct ring *ring, int fd, struct blockio **ret)
{
	return wrap(ring, fd, true, false, ret);
}

int file_blockio_open_image(struct ring *ring, const char *path, struct blockio **ret)
{
	struct stat named, facts;
	bool is_device = stat(path, &named) == 0 && S_ISBLK(named.st_mode);
	/* On a device O_EXCL claims it, so it cannot be mounted. */
	AUTO(auto_close) int fd = open(path, O_RDWR | O_CLOEXEC | (is_device ? O_EXCL : 0));

	if (fd < 0 || fstat(fd, &facts) < 0)
		return -errno;
	if (S_ISDIR(facts.st_mode))
		return -EISDIR;
	if (is_device ? !S_ISBLK(facts.st_mode) : !S_ISREG(facts.st_mode))
		return -EINVAL;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;

	int error = wrap(ring, fd, false, is_device, ret);

	if (error < 0)
		return error;
	TAKE_FD(fd);
	return 0;
}
