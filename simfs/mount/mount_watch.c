/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/mount/mount_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/list.h"

/* More than the longest line. */
#define BUFFER_BYTES (64u << 10)

struct mount_watch {
	struct ring *ring;
	void (*gone)(void *context);
	void *context;
	char device[MOUNT_DEVICE_BYTES];
	int fd;
	bool stopped;

	struct ring_op op; /* waits, or reads */
	bool under_way;
	struct ring_op cancel_op;
	bool cancelling;

	/* While READING: */
	char *buffer;
	size_t length;	 /* of the beginning of a line */
	uint64_t offset; /* of the next read */
	bool found;
};

static void table_changed(struct ring_op *op, int result, uint32_t flags);
static void table_read(struct ring_op *op, int result, uint32_t flags);

static void start(struct mount_watch *watch, struct io_uring_sqe *sqe,
	void (*done)(struct ring_op *op, int result, uint32_t flags))
{
	MUST(!watch->under_way);
	watch->under_way = true;
	watch->op.done = done;
	ring_start(watch->ring, sqe, &watch->op);
}

static void wait_for_change(struct mount_watch *watch)
{
	struct io_uring_sqe *sqe = ring_sqe(watch->ring);

	/* POLLIN is always set; a change is POLLPRI and POLLERR. */
	io_uring_prep_poll_add(sqe, watch->fd, POLLPRI);
	start(watch, sqe, table_changed);
}

static void read_more(struct mount_watch *watch)
{
	struct io_uring_sqe *sqe = ring_sqe(watch->ring);

	io_uring_prep_read(sqe, watch->fd, watch->buffer + watch->length,
		(unsigned)(BUFFER_BYTES - watch->length - 1), watch->offset);
	/* The read takes the kernel's lock of all mounts. */
	sqe->flags |= IOSQE_ASYNC;
	start(watch, sqe, table_read);
}

static void read_table(struct mount_watch *watch)
{
	watch->length = 0;
	watch->offset = 0;
	watch->found = false;
	read_more(watch);
}

static void table_changed(struct ring_op *op, int result, uint32_t flags)
{
	struct mount_watch *watch = CONTAINER_OF(op, struct mount_watch, op);

	(void)flags;
	watch->under_way = false;
	if (!watch->stopped && result >= 0)
		read_table(watch);
}

/* Checks the whole lines in the buffer, and keeps the beginning of the next. */
static void look_at_lines(struct mount_watch *watch)
{
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	char *line = watch->buffer, *end;

	watch->buffer[watch->length] = '\0';
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		/* Without memory to check a line, assume that it is the mount. */
		if (!entry || (mount_entry_parse(line, entry) &&
				      strcmp(entry->device, watch->device) == 0))
			watch->found = true;
	}
	watch->length = strlen(line);
	memmove(watch->buffer, line, watch->length);
}

static bool has_changed(const struct mount_watch *watch)
{
	struct pollfd table = { .fd = watch->fd, .events = POLLPRI };

	return poll(&table, 1, 0) > 0 && (table.revents & POLLPRI);
}

static void table_read(struct ring_op *op, int result, uint32_t flags)
{
	struct mount_watch *watch = CONTAINER_OF(op, struct mount_watch, op);

	(void)flags;
	watch->under_way = false;
	if (watch->stopped)
		return;
	if (result > 0) {
		watch->length += (size_t)result;
		watch->offset += (uint64_t)result;
		look_at_lines(watch);
		/* A line without end is not a table that we know. */
		watch->found |= watch->length + 1 == BUFFER_BYTES;
	}
	if (result > 0 && !watch->found)
		read_more(watch);
	else if (result < 0 || watch->found)
		wait_for_change(watch);
	/* An entry may be missed if others vanish while the table is read. */
	else if (has_changed(watch))
		read_table(watch);
	else
		watch->gone(watch->context);
}

int mount_watch_create(struct ring *ring, const char *mount_point, void (*gone)(void *context),
	void *context, struct mount_watch **ret)
{
	AUTO(auto_close) int fd = open(MOUNT_TABLE_SELF, O_RDONLY | O_CLOEXEC);
	AUTO(auto_free) struct mount_watch *watch = calloc(1, sizeof *watch);
	AUTO(auto_free) char *buffer = malloc(BUFFER_BYTES);
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	int error;

	if (fd < 0)
		return -errno;
	if (!watch || !buffer || !entry)
		return -ENOMEM;
	error = mount_table_find(MOUNT_TABLE_SELF, mount_point, entry);
	if (error < 0)
		return error;
	watch->ring = ring;
	watch->gone = gone;
	watch->context = context;
	memcpy(watch->device, entry->device, sizeof watch->device);
	watch->fd = TAKE_FD(fd);
	watch->buffer = TAKE_PTR(buffer);
	wait_for_change(watch);
	*ret = TAKE_PTR(watch);
	return 0;
}

static void cancelled(struct ring_op *op, int result, uint32_t flags)
{
	(void)result;
	(void)flags;
	CONTAINER_OF(op, struct mount_watch, cancel_op)->cancelling = false;
}

void mount_watch_stop(struct mount_watch *watch)
{
	if (!watch || watch->stopped)
		return;
	watch->stopped = true;
	if (watch->under_way) {
		struct io_uring_sqe *sqe = ring_sqe(watch->ring);

		io_uring_prep_cancel(sqe, &watch->op, 0);
		watch->cancel_op.done = cancelled;
		watch->cancelling = true;
		ring_start(watch->ring, sqe, &watch->cancel_op);
	}
}

bool mount_watch_idle(const struct mount_watch *watch)
{
	return !watch || (!watch->under_way && !watch->cancelling);
}

int mount_watch_find(const struct mount_watch *watch, struct mount_entry *ret)
{
	return watch ? mount_table_find_device(MOUNT_TABLE_SELF, watch->device, ret) : -ENODEV;
}

bool mount_watch_is_on_top(const struct mount_watch *watch, const char *path)
{
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);

	return !watch || !entry ||
	       (mount_table_find(MOUNT_TABLE_SELF, path, entry) == 0 &&
		       strcmp(entry->device, watch->device) == 0);
}

void mount_watch_destroy(struct mount_watch *watch)
{
	if (!watch)
		return;
	close(watch->fd);
	free(watch->buffer);
	free(watch);
}
