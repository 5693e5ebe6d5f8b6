/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.c - the calls of disks.h: send a message, wait for the answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/doors/dm/disks/client_internal.h"
#include "simfs/doors/dm/disks/flow.h"
#include "simfs/doors/dm/disks/wire.h"

/* The most that one call moves: both sides need memory for it. */
#define TRANSFER_MAX (64u << 20)

static int send_call(int fd, const struct wire_call *wire, const int *fds, size_t count)
{
	union {
		char bytes[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)wire, .iov_len = sizeof *wire };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	while (sendmsg(fd, &message, MSG_NOSIGNAL) < 0) {
		if (errno == EINTR)
			continue;
		return errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN ? -ENOTCONN
										  : -errno;
	}
	return 0;
}

/*
 * An interrupted caller says so and still waits for the answer: the call may have been done
 * already, and then that is the answer.  If nobody has read what he said when the other end is
 * closed, a receive fails once, with ECONNRESET, and the next one gets the answer.
 */
static int receive_answer(int fd, uint64_t *ret)
{
	struct wire_answer answer;
	ssize_t got;

	while ((got = recv(fd, &answer, sizeof answer, 0)) < 0 &&
		(errno == EINTR || errno == ECONNRESET))
		if (errno == EINTR)
			(void)!send(fd, &(char){ WIRE_GIVES_UP }, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (got != sizeof answer)
		return -ENOTCONN;
	if (answer.error == 0 && ret)
		*ret = answer.value;
	return (int)answer.error;
}

/* Sends COUNT descriptors FDS along. */
static int call_with(struct disks *disks, const struct wire_call *wire, const int *fds,
	size_t count, uint64_t *ret)
{
	int all[WIRE_FDS_MAX], ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;

	AUTO(auto_close) int mine = ends[0];
	AUTO(auto_close) int theirs = ends[1];

	all[0] = theirs;
	if (count > 0)
		memcpy(all + 1, fds, count * sizeof *fds);

	int error = send_call(disks->fd, wire, all, count + 1);

	if (error < 0)
		return error;
	/* So that no copy of it stays open if the process is gone. */
	close(TAKE_FD(theirs));
	return receive_answer(mine, ret);
}

static int call(
	struct disks *disks, enum wire_kind kind, uint64_t id, uint64_t offset, uint64_t length)
{
	struct wire_call wire = { .kind = kind, .id = id, .offset = offset, .length = length };

	return call_with(disks, &wire, NULL, 0, NULL);
}

/* A memory file of LENGTH bytes, filled from BYTES unless that is NULL. */
static int memory_file(const void *bytes, size_t length, int *ret)
{
	AUTO(auto_close) int fd = memfd_create("snaprig-disks", MFD_CLOEXEC);
	int error;

	if (fd < 0 || ftruncate(fd, (off_t)length) < 0)
		return -errno;
	error = bytes ? file_write_all(fd, bytes, length, 0) : 0;
	if (error < 0)
		return error;
	*ret = TAKE_FD(fd);
	return 0;
}

static int call_pieces(struct disks *disks, enum wire_kind kind, uint64_t id,
	const struct disk_piece *pieces, size_t count)
{
	AUTO(auto_free) void *bytes = NULL;
	AUTO(auto_close) int fd = -1;
	struct wire_call wire = { .kind = kind, .id = id };
	int error = wire_pack(pieces, count, &bytes, &wire.payload);

	if (error == 0)
		error = memory_file(bytes, wire.payload, &fd);
	return error < 0 ? error : call_with(disks, &wire, &fd, 1, NULL);
}

int disks_create(struct disks *disks, uint64_t id)
{
	return call(disks, WIRE_CREATE, id, 0, 0);
}

int disks_remove(struct disks *disks, uint64_t id)
{
	return call(disks, WIRE_REMOVE, id, 0, 0);
}

int disks_map(struct disks *disks, uint64_t id, const struct disk_piece *pieces, size_t count)
{
	return call_pieces(disks, WIRE_MAP, id, pieces, count);
}

int disks_patch(struct disks *disks, uint64_t id, const struct disk_piece *piece)
{
	return call_pieces(disks, WIRE_PATCH, id, piece, 1);
}

int disks_size(struct disks *disks, uint64_t id, uint64_t *ret)
{
	struct wire_call wire = { .kind = WIRE_SIZE, .id = id };

	return call_with(disks, &wire, NULL, 0, ret);
}

int disks_hold(struct disks *disks, uint64_t id)
{
	return call(disks, WIRE_HOLD, id, 0, FLOW_WHOLE);
}

int disks_release(struct disks *disks, uint64_t id)
{
	return call(disks, WIRE_RELEASE, id, 0, FLOW_WHOLE);
}

static int call_range(
	struct disks *disks, enum wire_kind kind, uint64_t id, uint64_t start, uint64_t length)
{
	if (start > DISK_SECTORS_MAX || length > DISK_SECTORS_MAX)
		return -EINVAL;
	return call(disks, kind, id, start * DISK_SECTOR_BYTES, length * DISK_SECTOR_BYTES);
}

int disks_hold_range(struct disks *disks, uint64_t id, uint64_t start, uint64_t length)
{
	return call_range(disks, WIRE_HOLD, id, start, length);
}

int disks_release_range(struct disks *disks, uint64_t id, uint64_t start, uint64_t length)
{
	return call_range(disks, WIRE_RELEASE, id, start, length);
}

/* A second descriptor of PATH with direct I/O, or -1; *RET_ALIGN is what its transfers need. */
static int open_direct(const char *path, int flags, const struct stat *facts, uint32_t *ret_align)
{
	AUTO(auto_close) int fd = open(path, flags | O_DIRECT);
	struct statx more;
	struct stat again;

	*ret_align = DISK_SECTOR_BYTES;
	/* The path may lead to another file by now. */
	if (fd < 0 || fstat(fd, &again) < 0 || again.st_dev != facts->st_dev ||
		again.st_ino != facts->st_ino)
		return -1;
#ifdef STATX_DIOALIGN
	if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &more) == 0 &&
		(more.stx_mask & STATX_DIOALIGN) && more.stx_dio_offset_align > 0) {
		*ret_align = more.stx_dio_offset_align > more.stx_dio_mem_align
				     ? more.stx_dio_offset_align
				     : more.stx_dio_mem_align;
		return TAKE_FD(fd);
	}
#endif
	if ((uint64_t)facts->st_blksize > *ret_align && S_ISBLK(facts->st_mode))
		*ret_align = (uint32_t)facts->st_blksize;
	(void)more;
	return TAKE_FD(fd);
}

int disks_file_open(struct disks *disks, const char *path, bool read_only, uint64_t *ret_file)
{
	int flags = O_CLOEXEC | O_NOCTTY | (read_only ? O_RDONLY : O_RDWR);
	AUTO(auto_close) int buffered = open(path, flags);
	struct wire_call wire = { .kind = WIRE_FILE_OPEN, .read_only = read_only };
	struct statfs system;
	struct stat facts;

	if (buffered < 0 || fstat(buffered, &facts) < 0 || fstatfs(buffered, &system) < 0)
		return -errno;
	if (!S_ISREG(facts.st_mode) && !S_ISBLK(facts.st_mode))
		return S_ISDIR(facts.st_mode) ? -EISDIR : -EINVAL;

	wire.is_served = system.f_type == FUSE_SUPER_MAGIC;

	AUTO(auto_close) int direct = open_direct(path, flags, &facts, &wire.align);
	int fds[2] = { buffered, direct };

	return call_with(disks, &wire, fds, direct >= 0 ? 2 : 1, ret_file);
}

int disks_file_close(struct disks *disks, uint64_t file)
{
	return call(disks, WIRE_FILE_CLOSE, file, 0, 0);
}

int disks_fail_all(struct disks *disks)
{
	return call(disks, WIRE_FAIL_ALL, 0, 0, 0);
}

static int read_once(struct disks *disks, uint64_t id, uint64_t offset, void *buffer, size_t length)
{
	struct wire_call wire = {
		.kind = WIRE_READ,
		.id = id,
		.offset = offset,
		.length = length,
		.payload = length,
	};
	AUTO(auto_close) int fd = -1;
	int error = memory_file(NULL, length, &fd);

	if (error == 0)
		error = call_with(disks, &wire, &fd, 1, NULL);
	if (error < 0)
		return error;
	return file_read_all(fd, buffer, length, 0);
}

static int write_once(
	struct disks *disks, uint64_t id, uint64_t offset, const void *buffer, size_t length)
{
	struct wire_call wire = {
		.kind = WIRE_WRITE,
		.id = id,
		.offset = offset,
		.length = length,
		.payload = length,
	};
	AUTO(auto_close) int fd = -1;
	int error = memory_file(buffer, length, &fd);

	return error < 0 ? error : call_with(disks, &wire, &fd, 1, NULL);
}

int disks_read(struct disks *disks, uint64_t id, uint64_t offset, void *buffer, size_t length)
{
	int error = 0;

	for (size_t at = 0, step; at < length && error == 0; at += step) {
		step = length - at < TRANSFER_MAX ? length - at : TRANSFER_MAX;
		error = read_once(disks, id, offset + at, (char *)buffer + at, step);
	}
	return error;
}

int disks_write(
	struct disks *disks, uint64_t id, uint64_t offset, const void *buffer, size_t length)
{
	int error = 0;

	for (size_t at = 0, step; at < length && error == 0; at += step) {
		step = length - at < TRANSFER_MAX ? length - at : TRANSFER_MAX;
		error = write_once(disks, id, offset + at, (const char *)buffer + at, step);
	}
	return error;
}

int disks_flush(struct disks *disks, uint64_t id)
{
	return call(disks, WIRE_FLUSH, id, 0, 0);
}
