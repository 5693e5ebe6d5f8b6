/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/front_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/uio.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/log.h"

/* Precedes the data of a write. */
#define HEADER_BYTES (sizeof(struct fuse_in_header) + sizeof(struct fuse_write_in))
#define SLOT_BYTES   (FRONT_LEAD_BYTES + FRONT_REQUEST_MAX)

/* The next request can be read from the kernel while one is decoded. */
#define READS_AHEAD 2u

/* Many requests may be parked; this many free slots keep their memory. */
#define FREE_SLOTS_MAX 128u

static void read_start(struct front_slot *slot);
static void reads_fill(struct front *front);

static struct front_slot *slot_get(struct front *front)
{
	struct list *link = list_pop(&front->free_slots);
	struct front_slot *slot;

	if (link) {
		front->free_count--;
		return CONTAINER_OF(link, struct front_slot, link);
	}
	slot = calloc(1, sizeof *slot);
	if (!slot)
		return NULL;
	slot->memory = mmap(NULL, SLOT_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (slot->memory == MAP_FAILED) {
		free(slot);
		return NULL;
	}
	slot->front = front;
	return slot;
}

void front_slot_free(struct front_slot *slot)
{
	struct front *front = slot->front;

	if (front->free_count == FREE_SLOTS_MAX) {
		munmap(slot->memory, SLOT_BYTES);
		free(slot);
		return;
	}
	/* The slot used last is reused first: its pages are in the cache. */
	list_prepend(&front->free_slots, &slot->link);
	front->free_count++;
	reads_fill(front);
}

struct front_slot *front_slot_take(struct front *front, fuse_req_t request)
{
	struct front_slot *slot = front->current;

	MUST(slot);
	front->current = NULL;
	slot->request = request;
	return slot;
}

static void decode(struct front_slot *slot, size_t length)
{
	struct front *front = slot->front;
	struct fuse_buf buffer = {
		.mem = slot->memory + FRONT_LEAD_BYTES - HEADER_BYTES,
		.size = length,
	};

	front->current = slot;
	fuse_session_process_buf(front->fuse, &buffer);
	slot = front->current;
	front->current = NULL;
	/* No request took it: it is free again. */
	if (slot)
		front_slot_free(slot);
	reads_fill(front);
}

static void read_done(struct pump_op *op, int result, uint32_t flags)
{
	struct front_slot *slot = CONTAINER_OF(op, struct front_slot, read_op);

	(void)flags;
	slot->front->reads--;
	if (result >= (int)sizeof(struct fuse_in_header)) {
		decode(slot, (size_t)result);
		return;
	}
	/*
	 * The mount is gone, and nothing in it is open any more.  Any other error is a request that
	 * was withdrawn, or a signal.
	 */
	if (result == -ENODEV || result == -ECONNABORTED)
		slot->front->has_ended = true;
	front_slot_free(slot);
}

static void read_start(struct front_slot *slot)
{
	struct io_uring_sqe *sqe = pump_sqe(slot->front->pump);

	slot->read_op.done = read_done;
	io_uring_prep_read(sqe, slot->front->fd, slot->memory + FRONT_LEAD_BYTES - HEADER_BYTES,
		HEADER_BYTES + FRONT_REQUEST_MAX, 0);
	pump_start(sqe, &slot->read_op);
	slot->front->reads++;
}

/* If memory runs out, fewer are started; front_slot_free() tries again. */
static void reads_fill(struct front *front)
{
	while (!front->has_ended && !front->current && front->reads < READS_AHEAD) {
		struct front_slot *slot = slot_get(front);

		if (!slot)
			return;
		read_start(slot);
	}
}

static ssize_t front_writev(int fd, struct iovec *iov, int count, void *userdata)
{
	struct front *front = userdata;
	ssize_t written = writev(fd, iov, count);

	/* The first answer is the one to INIT. */
	if (!front->is_ready && written >= 0) {
		front->is_ready = true;
		front->ready(front->context);
	}
	return written;
}

static ssize_t front_read(int fd, void *buffer, size_t length, void *userdata)
{
	(void)userdata;
	return read(fd, buffer, length);
}

static const struct fuse_custom_io front_io = {
	.writev = front_writev,
	.read = front_read,
};

static int front_mount(struct front *front)
{
	char name[] = "snaprig", option[] = "-o";
	char options[] = "default_permissions,subtype=snaprig-disks,fsname=disks";
	char *words[] = { name, option, options, NULL };
	struct fuse_args arguments = FUSE_ARGS_INIT(3, words);
	int flags;

	front->fuse = fuse_session_new(&arguments, &front_ops, sizeof front_ops, front);
	if (!front->fuse)
		return -EINVAL;
	if (fuse_session_mount(front->fuse, front->path) != 0)
		return -EIO;
	front->is_mounted = true;
	front->fd = fuse_session_fd(front->fuse);
	/* The ring itself waits; a read that it issues must not block. */
	flags = fcntl(front->fd, F_GETFL);
	if (flags < 0 || fcntl(front->fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
		fcntl(front->fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	return fuse_session_custom_io(front->fuse, &front_io, front->fd) == 0 ? 0 : -EIO;
}

int front_create(struct pump *pump, struct flow *flow, const char *path,
	void (*ready)(void *context), void *context, struct front **ret)
{
	struct front *front = calloc(1, sizeof *front);

	if (!front)
		return -ENOMEM;
	*front = (struct front){
		.pump = pump,
		.flow = flow,
		.path = strdup(path),
		.fd = -1,
		.ready = ready,
		.context = context,
	};
	list_init(&front->free_slots);

	int error = front->path ? front_mount(front) : -ENOMEM;

	if (error == 0)
		reads_fill(front);
	if (error == 0 && front->reads == 0)
		error = -ENOMEM;
	if (error < 0) {
		front_unmount(front);
		return error;
	}
	*ret = front;
	return 0;
}

void front_unmount(struct front *front)
{
	if (!front || !front->is_mounted)
		return;
	front->is_mounted = false;
	/* Forced, so that new requests fail even if this process cannot end. */
	umount2(front->path, MNT_FORCE | MNT_DETACH);
}
