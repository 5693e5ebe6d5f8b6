/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transport.c - reads requests from /dev/fuse and writes replies to it, through the ring.
 *
 * The replies to reads and writes go through the ring, many in one system call.  All others are
 * small and rare, and are written directly.  Notices to the kernel may block on pages locked by
 * reads that wait for this thread, so the ring's worker threads write them.
 */
#include <errno.h>
#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/mount/session_internal.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot_cancel.h"

/* Kernel 6.6; not in the headers of 6.1.  Bit 36 of the flags. */
#define INIT_FLAGS2_DIRECT_IO_ALLOW_MMAP (1u << 4)

/* What precedes the data of a write. */
#define REQUEST_HEADER_BYTES (sizeof(struct fuse_in_header) + sizeof(struct fuse_write_in))

/* Signals and interrupted requests never cause as many failures without a success in between. */
#define READS_FAILED_MAX 100000u

static void read_done(struct ring_op *op, int result, uint32_t flags);

static struct slot *slot_new(struct session *session)
{
	struct slot *slot;
	void *memory;

	if (session->slot_count == session->options.limits->slots)
		return NULL;
	slot = calloc(1, sizeof *slot);
	if (!slot)
		return NULL;
	memory = mmap(NULL, SLOT_LEAD_BYTES + VOLUME_BUFFER_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		free(slot);
		return NULL;
	}
	slot->session = session;
	slot->memory = memory;
	session->slot_count++;
	return slot;
}

static void slot_free(struct slot *slot)
{
	munmap(slot->memory, SLOT_LEAD_BYTES + VOLUME_BUFFER_BYTES);
	free(slot);
}

void slots_free(struct session *session)
{
	struct list *link;

	while ((link = list_pop(&session->free_slots)) || (link = list_pop(&session->reading)))
		slot_free(CONTAINER_OF(link, struct slot, link));
}

/* Puts reads into the ring until there are enough of them or no slot is left. */
void transport_fill(struct session *session)
{
	while (!session->stopping && session->reads_armed < session->options.limits->reads_ahead) {
		struct list *link = list_pop(&session->free_slots);
		struct slot *slot = link ? CONTAINER_OF(link, struct slot, link)
					 : slot_new(session);

		if (!slot)
			return;

		struct io_uring_sqe *sqe = ring_sqe(session->ring);

		slot->read_op.done = read_done;
		slot->read_op.traffic = RING_REQUEST;
		io_uring_prep_read(sqe, session->fd,
			slot->memory + SLOT_LEAD_BYTES - REQUEST_HEADER_BYTES,
			REQUEST_HEADER_BYTES + VOLUME_REQUEST_MAX_BYTES, 0);
		ring_start(session->ring, sqe, &slot->read_op);
		list_append(&session->reading, &slot->link);
		session->reads_armed++;
	}
}

static void cancel_done(struct ring_op *op, int result, uint32_t flags)
{
	(void)op;
	(void)result;
	(void)flags;
}

void transport_cancel(struct session *session)
{
	static struct ring_op cancel_op = { .done = cancel_done, .is_shared = true };

	list_for_each (at, &session->reading) {
		struct slot *slot = CONTAINER_OF(at, struct slot, link);
		struct io_uring_sqe *sqe = ring_sqe(session->ring);

		io_uring_prep_cancel(sqe, &slot->read_op, 0);
		ring_start(session->ring, sqe, &cancel_op);
	}
}

static void slot_release(struct slot *slot)
{
	/* Last in, first out: its pages are still cached. */
	list_prepend(&slot->session->free_slots, &slot->link);
}

/* Notes what the kernel offers beyond what this libfuse knows. */
static void note_init(struct session *session, const char *bytes, size_t length)
{
	const struct fuse_in_header *header = (const void *)bytes;
	const struct fuse_init_in *init = (const void *)(header + 1);

	if (header->opcode == FUSE_INIT && length >= sizeof *header + sizeof *init &&
		(init->flags & FUSE_INIT_EXT))
		session->kernel_flags2 = init->flags2;
}

const struct fuse_in_header *slot_header(const struct slot *slot)
{
	return (const void *)(slot->memory + SLOT_LEAD_BYTES - REQUEST_HEADER_BYTES);
}

static void handle_request(struct slot *slot, size_t length)
{
	struct session *session = slot->session;
	char *bytes = slot->memory + SLOT_LEAD_BYTES - REQUEST_HEADER_BYTES;
	struct fuse_buf buffer = { .mem = bytes, .size = length };

	if (slot_header(slot)->opcode == FUSE_INTERRUPT) {
		session_interrupt(session, slot_header(slot));
		slot_release(slot);
		return;
	}
	if (!session->initialised)
		note_init(session, bytes, length);
	session->current = slot;
	fuse_session_process_buf(session->fuse, &buffer);
	if (session->current)
		slot_release(slot);
	session->current = NULL;
}

/*
 * Nothing that a request triggers may run the ring: it would decode another request inside this
 * one.
 */
static void handle_alone(struct slot *slot, size_t length)
{
	struct session *session = slot->session;

	MUST(!session->is_decoding);
	session->is_decoding = true;
	handle_request(slot, length);
	session->is_decoding = false;
}

static void read_done(struct ring_op *op, int result, uint32_t flags)
{
	struct slot *slot = CONTAINER_OF(op, struct slot, read_op);
	struct session *session = slot->session;

	(void)flags;
	list_remove(&slot->link);
	session->reads_armed--;
	if (result >= (int)sizeof(struct fuse_in_header)) {
		session->reads_failed = 0;
		handle_alone(slot, (size_t)result);
	} else {
		slot_release(slot);
		/* -ENODEV means unmounted.  -ENOENT (a request that was cancelled), -EINTR and
		 * -EAGAIN pass; other errors would be retried for ever. */
		if (result == -ENODEV) {
			session_tell_ended(session);
		} else if (++session->reads_failed == READS_FAILED_MAX) {
			log_error_code(result, "cannot read what the kernel asks for");
			session_tell_ended(session);
		}
	}
	transport_fill(session);
}

/* The engine keeps the slot if the request cannot be cancelled. */
static void slot_killed(struct asker *asker)
{
	struct slot *slot = CONTAINER_OF(asker, struct slot, asker);

	if (volume_request_cancel(&slot->request))
		return;
	asker_end(asker);
	latency_end(slot, clock_real_ns());
	fuse_reply_err(TAKE_PTR(slot->fuse_request), EINTR);
}

struct slot *slot_take(struct session *session, fuse_req_t request)
{
	struct slot *slot = session->current;

	MUST(slot);
	slot->asker.killed = slot_killed;
	session_asks(session, &slot->asker);
	session->current = NULL;
	session->slots_busy++;
	slot->fuse_request = request;
	return slot;
}

static void reply_done(struct ring_op *op, int result, uint32_t flags)
{
	struct slot *slot = CONTAINER_OF(op, struct slot, reply_op);

	/* An error means that the caller is gone. */
	(void)result;
	(void)flags;
	latency_end(slot, ring_times(slot->session->ring)->answered_ns);
	slot->session->slots_busy--;
	slot_release(slot);
	transport_fill(slot->session);
}

/* Returns false if nobody waits for the reply any more; the slot is then free. */
static bool begin_reply(struct slot *slot)
{
	if (slot->fuse_request) {
		asker_end(&slot->asker);
		slot->session->replying = slot;
		return true;
	}
	slot->session->slots_busy--;
	slot_release(slot);
	transport_fill(slot->session);
	return false;
}

void slot_reply_data(struct slot *slot, const char *data, size_t length)
{
	if (begin_reply(slot))
		fuse_reply_buf(slot->fuse_request, data, length);
}

void slot_reply_write(struct slot *slot, size_t length)
{
	if (begin_reply(slot))
		fuse_reply_write(slot->fuse_request, length);
}

void slot_reply_error(struct slot *slot, int error)
{
	if (begin_reply(slot))
		fuse_reply_err(slot->fuse_request, -error);
}

/*
 * Writes the reply of SLOT, in IOV, through the ring.  The header is on libfuse's stack and is
 * copied; the data of a read is in the slot and stays there.
 */
static ssize_t reply_through_ring(struct slot *slot, const struct iovec *iov, int count)
{
	struct session *session = slot->session;
	struct io_uring_sqe *sqe = ring_sqe(session->ring);
	size_t small = 0, total = 0;
	unsigned parts = 1;

	for (int i = 0; i < count; i++) {
		total += iov[i].iov_len;
		if (small + iov[i].iov_len <= sizeof slot->reply_small && parts == 1) {
			memcpy(slot->reply_small + small, iov[i].iov_base, iov[i].iov_len);
			small += iov[i].iov_len;
		} else {
			MUST(parts == 1);
			slot->reply[parts++] = iov[i];
		}
	}
	slot->reply[0] = (struct iovec){ .iov_base = slot->reply_small, .iov_len = small };
	slot->reply_op.done = reply_done;
	slot->reply_op.traffic = RING_ANSWER;
	io_uring_prep_writev(sqe, session->fd, slot->reply, parts, 0);
	ring_start(session->ring, sqe, &slot->reply_op);
	return (ssize_t)total;
}

struct notice {
	struct ring_op op;
	struct session *session;
	struct iovec iov;
	char bytes[];
};

static void notice_done(struct ring_op *op, int result, uint32_t flags)
{
	struct notice *notice = CONTAINER_OF(op, struct notice, op);

	/* -ENOENT means that the kernel has cached nothing of that inode, which is fine. */
	(void)result;
	(void)flags;
	notice->session->notices_under_way--;
	free(notice);
}

static ssize_t notice_through_worker(struct session *session, const struct iovec *iov, int count)
{
	size_t total = 0;

	for (int i = 0; i < count; i++)
		total += iov[i].iov_len;

	struct notice *notice = malloc(sizeof *notice + total);

	if (!notice) {
		errno = ENOMEM;
		return -1;
	}
	*notice = (struct notice){ .op.done = notice_done, .session = session };
	total = 0;
	for (int i = 0; i < count; i++) {
		memcpy(notice->bytes + total, iov[i].iov_base, iov[i].iov_len);
		total += iov[i].iov_len;
	}
	notice->iov = (struct iovec){ .iov_base = notice->bytes, .iov_len = total };

	struct io_uring_sqe *sqe = ring_sqe(session->ring);

	io_uring_prep_writev(sqe, session->fd, &notice->iov, 1, 0);
	sqe->flags |= IOSQE_ASYNC;
	ring_start(session->ring, sqe, &notice->op);
	session->notices_under_way++;
	return (ssize_t)total;
}

/* Requests what this libfuse cannot request (docs/architecture.md 4: mmap meets SIGBUS). */
static void amend_init(struct session *session, const struct iovec *iov, int count)
{
	struct fuse_init_out *init = count == 2 ? iov[1].iov_base : NULL;

	session->initialised = true;
	if (!init || iov[1].iov_len < sizeof *init)
		return;
	if (session->kernel_flags2 & INIT_FLAGS2_DIRECT_IO_ALLOW_MMAP) {
		init->flags |= FUSE_INIT_EXT;
		init->flags2 |= INIT_FLAGS2_DIRECT_IO_ALLOW_MMAP;
	}
}

static ssize_t transport_writev(int fd, struct iovec *iov, int count, void *userdata)
{
	struct session *session = userdata;
	const struct fuse_out_header *header = iov[0].iov_base;
	struct slot *slot = session->replying;

	session->replying = NULL;
	if (slot)
		return reply_through_ring(slot, iov, count);
	if (header->unique == 0)
		return notice_through_worker(session, iov, count);
	if (session->initialised)
		return writev(fd, iov, count);

	amend_init(session, iov, count);

	ssize_t written = writev(fd, iov, count);

	if (header->error == 0 && written >= 0) {
		session->options.ready(session->options.context);
	} else {
		session->has_failed = true;
		session_tell_ended(session);
	}
	return written;
}

/* Required by libfuse, but unused: the ring reads requests. */
static ssize_t transport_read(int fd, void *buffer, size_t length, void *userdata)
{
	(void)userdata;
	return read(fd, buffer, length);
}

const struct fuse_custom_io transport_io = {
	.writev = transport_writev,
	.read = transport_read,
};
