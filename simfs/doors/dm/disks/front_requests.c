/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_requests.c - the kernel's requests to a front: a folder of files without end.
 */
#include <errno.h>
#include <linux/falloc.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/sizes.h"
#include "simfs/doors/dm/disks/front_internal.h"

/* Missing in older kernel headers and in libfuse 3.14. */
#ifndef FOPEN_PARALLEL_DIRECT_WRITES
#define FOPEN_PARALLEL_DIRECT_WRITES (1u << 6)
#endif

/* All requests of all loop devices together: the limit never makes one wait. */
#define BACKGROUND_MAX 65535u

/* The root's inode is 1. */
#define FIRST_INODE 2u

static void front_init(void *userdata, struct fuse_conn_info *connection)
{
	(void)userdata;
	connection->want &= ~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE |
					FUSE_CAP_SPLICE_MOVE | FUSE_CAP_WRITEBACK_CACHE |
					FUSE_CAP_ATOMIC_O_TRUNC);
	connection->want |= connection->capable & (FUSE_CAP_ASYNC_DIO | FUSE_CAP_ASYNC_READ);
	connection->max_write = FRONT_REQUEST_MAX;
	connection->max_background = BACKGROUND_MAX;
	connection->congestion_threshold = BACKGROUND_MAX;
	connection->max_readahead = 0;
}

/* False if the file does not exist (any more). */
static bool describe(struct front *front, fuse_ino_t inode, struct stat *ret)
{
	*ret = (struct stat){ .st_ino = inode, .st_uid = geteuid(), .st_gid = getegid() };
	if (inode == FUSE_ROOT_ID) {
		ret->st_mode = S_IFDIR | 0500;
		ret->st_nlink = 2;
		return true;
	}

	const struct disk_map *map = flow_disk_get_map(front->flow, inode - FIRST_INODE);

	ret->st_mode = S_IFREG | 0600;
	ret->st_nlink = 1;
	ret->st_size = map ? (off_t)(map->sectors * DISK_SECTOR_BYTES) : 0;
	ret->st_blocks = map ? (blkcnt_t)map->sectors : 0;
	ret->st_blksize = 4096;
	return map != NULL;
}

static void front_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct front *front = fuse_req_userdata(request);
	struct fuse_entry_param entry = { 0 };
	char *end;

	errno = 0;

	unsigned long long id = strtoull(name, &end, 10);
	char again[32];

	snprintf(again, sizeof again, "%llu", id);
	entry.ino = id + FIRST_INODE;
	if (parent != FUSE_ROOT_ID || errno != 0 || strcmp(again, name) != 0 || id > INT64_MAX ||
		!describe(front, entry.ino, &entry.attr))
		fuse_reply_err(request, ENOENT);
	else
		fuse_reply_entry(request, &entry);
}

static void front_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct stat facts;

	(void)info;
	if (describe(fuse_req_userdata(request), inode, &facts))
		fuse_reply_attr(request, &facts, 0);
	else
		fuse_reply_err(request, ENOENT);
}

/* Times are not stored; the size is the map's. */
static void front_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *wanted, int what,
	struct fuse_file_info *info)
{
	struct stat facts;

	if (!describe(fuse_req_userdata(request), inode, &facts))
		fuse_reply_err(request, ENOENT);
	else if ((what & FUSE_SET_ATTR_SIZE) && wanted->st_size != facts.st_size)
		fuse_reply_err(request, EPERM);
	else
		front_getattr(request, inode, info);
}

static void front_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct fuse_open_out out = {
		.open_flags = FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES,
	};
	struct stat facts;

	(void)info;
	if (describe(fuse_req_userdata(request), inode, &facts))
		fuse_reply_buf(request, (const char *)&out, sizeof out);
	else
		fuse_reply_err(request, ENOENT);
}

static void front_readdir(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *info)
{
	struct front *front = fuse_req_userdata(request);
	AUTO(auto_free) char *buffer = malloc(size);
	uint64_t id = (uint64_t)offset;
	size_t used = 0;

	(void)info;
	if (inode != FUSE_ROOT_ID || !buffer) {
		fuse_reply_err(request, buffer ? ENOTDIR : ENOMEM);
		return;
	}
	for (; flow_disk_next(front->flow, id, &id); id++) {
		struct stat facts = { .st_ino = id + FIRST_INODE, .st_mode = S_IFREG };
		char name[32];

		snprintf(name, sizeof name, "%llu", (unsigned long long)id);

		size_t needed = fuse_add_direntry(
			request, buffer + used, size - used, name, &facts, (off_t)(id + 1));

		if (needed > size - used)
			break;
		used += needed;
	}
	fuse_reply_buf(request, buffer, used);
}

/* A loop device takes its discard granularity from here. */
static void front_statfs(fuse_req_t request, fuse_ino_t inode)
{
	struct statvfs facts = {
		.f_bsize = DISK_SECTOR_BYTES,
		.f_frsize = DISK_SECTOR_BYTES,
		.f_namemax = 32,
	};

	(void)inode;
	fuse_reply_statfs(request, &facts);
}

static void answered(struct flow_io *io)
{
	struct front_slot *slot = CONTAINER_OF(io, struct front_slot, io);

	if (io->op == DISK_OP_READ && (io->good > 0 || io->error == 0))
		fuse_reply_buf(slot->request, io->data, io->good);
	else if (io->op == DISK_OP_WRITE && io->error == 0)
		fuse_reply_write(slot->request, io->length);
	else
		fuse_reply_err(slot->request, -io->error);
	slot->request = NULL;
}

static void released(struct flow_io *io)
{
	front_slot_free(CONTAINER_OF(io, struct front_slot, io));
}

/* The caller is being killed. */
static void interrupted(fuse_req_t request, void *data)
{
	struct front_slot *slot = data;

	if (slot->request == request)
		flow_abandon(slot->front->flow, &slot->io, -EINTR);
}

static void submit(
	fuse_req_t request, fuse_ino_t inode, enum disk_op op, off_t offset, uint64_t length)
{
	struct front *front = fuse_req_userdata(request);

	/*
	 * If it was interrupted before, libfuse calls back at once, under a lock that the answer
	 * destroys.
	 */
	if (fuse_req_interrupted(request)) {
		fuse_reply_err(request, EINTR);
		return;
	}

	struct front_slot *slot = front_slot_take(front, request);

	slot->io = (struct flow_io){
		.op = op,
		.disk = inode - FIRST_INODE,
		.offset = (uint64_t)offset,
		.length = length,
		.data = slot->memory + FRONT_LEAD_BYTES,
		.answer = answered,
		.release = released,
	};
	fuse_req_interrupt_func(request, interrupted, slot);
	flow_submit(front->flow, &slot->io);
}

static void front_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *info)
{
	struct stat facts;

	(void)info;
	if (size > FRONT_REQUEST_MAX) {
		fuse_reply_err(request, EINVAL);
		return;
	}
	/* Reads end at the end of the file; a disk that is gone answers EIO. */
	if (describe(fuse_req_userdata(request), inode, &facts)) {
		uint64_t left = offset < facts.st_size ? (uint64_t)(facts.st_size - offset) : 0;

		if (size > left)
			size = left;
	}
	submit(request, inode, DISK_OP_READ, offset, size);
}

static void front_write(fuse_req_t request, fuse_ino_t inode, const char *data, size_t size,
	off_t offset, struct fuse_file_info *info)
{
	struct front *front = fuse_req_userdata(request);

	(void)info;
	/* The read already put the data in place. */
	MUST(data == front->current->memory + FRONT_LEAD_BYTES && size <= FRONT_REQUEST_MAX);
	submit(request, inode, DISK_OP_WRITE, offset, size);
}

static void front_fsync(
	fuse_req_t request, fuse_ino_t inode, int data_only, struct fuse_file_info *info)
{
	(void)data_only;
	(void)info;
	submit(request, inode, DISK_OP_FLUSH, 0, 0);
}

static void front_fallocate(fuse_req_t request, fuse_ino_t inode, int mode, off_t offset,
	off_t length, struct fuse_file_info *info)
{
	(void)info;
	if (mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
		submit(request, inode, DISK_OP_DISCARD, offset, (uint64_t)length);
	else if ((mode & ~FALLOC_FL_KEEP_SIZE) == FALLOC_FL_ZERO_RANGE)
		submit(request, inode, DISK_OP_ZERO, offset, (uint64_t)length);
	else
		fuse_reply_err(request, EOPNOTSUPP);
}

const struct fuse_lowlevel_ops front_ops = {
	.init = front_init,
	.lookup = front_lookup,
	.getattr = front_getattr,
	.setattr = front_setattr,
	.open = front_open,
	.readdir = front_readdir,
	.statfs = front_statfs,
	.read = front_read,
	.write = front_write,
	.fsync = front_fsync,
	.fallocate = front_fallocate,
};
