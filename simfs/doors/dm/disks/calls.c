/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/list.h"
#include "simfs/doors/dm/disks/calls_internal.h"

static void receive(struct calls *calls);

void disk_call_settle(struct call *call)
{
	if (call->is_busy || !call->is_answered || call->is_waiting || call->has_io)
		return;
	if (call->payload)
		munmap(call->payload, call->wire.payload);
	for (int i = 0; i < WIRE_FDS_MAX; i++)
		if (call->fds[i] >= 0)
			close(call->fds[i]);
	free(call);
}

void disk_call_answer(struct call *call, int error, uint64_t value)
{
	struct wire_answer answer = { .error = error, .value = value };

	MUST(!call->is_answered);
	call->is_answered = true;
	/* The caller may be gone; then the answer is lost. */
	(void)!send(call->fds[0], &answer, sizeof answer, MSG_NOSIGNAL | MSG_DONTWAIT);
	/* Ends the receive that waits for the caller to give up. */
	if (call->is_waiting)
		shutdown(call->fds[0], SHUT_RDWR);
}

static void gave_up(struct pump_op *op, int result, uint32_t flags)
{
	struct call *call = CONTAINER_OF(op, struct call, op);

	(void)result;
	(void)flags;
	call->is_waiting = false;
	call->is_busy = true;
	if (!call->is_answered && call->hold) {
		flow_hold_cancel(call->calls->flow, TAKE_PTR(call->hold));
		disk_call_answer(call, -EINTR, 0);
	} else if (!call->is_answered) {
		flow_abandon(call->calls->flow, &call->io, -EINTR);
	}
	call->is_busy = false;
	disk_call_settle(call);
}

static void wait_for_giving_up(struct call *call)
{
	struct io_uring_sqe *sqe = pump_sqe(call->calls->pump);

	call->op.done = gave_up;
	call->is_waiting = true;
	io_uring_prep_recv(sqe, call->fds[0], &call->gives_up, 1, 0);
	pump_start(sqe, &call->op);
}

/* The descriptors that came with the message, in order. */
static void take_fds(struct msghdr *message, int fds[WIRE_FDS_MAX])
{
	for (int i = 0; i < WIRE_FDS_MAX; i++)
		fds[i] = -1;
	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
		if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		memcpy(fds, CMSG_DATA(at),
			(count < WIRE_FDS_MAX ? count : WIRE_FDS_MAX) * sizeof(int));
	}
}

static int map_payload(struct call *call)
{
	struct stat facts;

	if (call->wire.payload == 0)
		return 0;
	if (call->fds[1] < 0 || fstat(call->fds[1], &facts) < 0 ||
		(uint64_t)facts.st_size < call->wire.payload)
		return -EINVAL;
	call->payload = mmap(
		NULL, call->wire.payload, PROT_READ | PROT_WRITE, MAP_SHARED, call->fds[1], 0);
	if (call->payload == MAP_FAILED) {
		call->payload = NULL;
		return -ENOMEM;
	}
	return 0;
}

static void handle(struct calls *calls)
{
	struct call *call = calloc(1, sizeof *call);
	int fds[WIRE_FDS_MAX];
	uint64_t value = 0;

	take_fds(&calls->message, fds);
	if (!call) {
		/* The socket closes, so the caller sees that no answer will come. */
		for (int i = 0; i < WIRE_FDS_MAX; i++)
			if (fds[i] >= 0)
				close(fds[i]);
		return;
	}
	call->calls = calls;
	call->wire = calls->wire;
	memcpy(call->fds, fds, sizeof fds);

	call->is_busy = true;

	int error = map_payload(call);

	if (error == 0)
		error = disk_call_perform(call, &value);
	if (error != -EINPROGRESS)
		disk_call_answer(call, error, value);
	else if (!call->is_answered)
		wait_for_giving_up(call);
	call->is_busy = false;
	disk_call_settle(call);
}

static void received(struct pump_op *op, int result, uint32_t flags)
{
	struct calls *calls = CONTAINER_OF(op, struct calls, op);

	(void)flags;
	if (result == sizeof calls->wire) {
		handle(calls);
		receive(calls);
	} else if (result == -EINTR || result == -EAGAIN) {
		receive(calls);
	} else {
		calls->ended(calls->context);
	}
}

static void receive(struct calls *calls)
{
	struct io_uring_sqe *sqe = pump_sqe(calls->pump);

	calls->op.done = received;
	calls->iov = (struct iovec){ .iov_base = &calls->wire, .iov_len = sizeof calls->wire };
	calls->message = (struct msghdr){
		.msg_iov = &calls->iov,
		.msg_iovlen = 1,
		.msg_control = &calls->control,
		.msg_controllen = sizeof calls->control,
	};
	io_uring_prep_recvmsg(sqe, calls->fd, &calls->message, MSG_CMSG_CLOEXEC);
	pump_start(sqe, &calls->op);
}

int disk_calls_create(struct pump *pump, struct flow *flow, struct files *files, int fd,
	void (*ended)(void *context), void *context, struct calls **ret)
{
	struct calls *calls = calloc(1, sizeof *calls);

	if (!calls)
		return -ENOMEM;
	*calls = (struct calls){
		.pump = pump,
		.flow = flow,
		.files = files,
		.fd = fd,
		.ended = ended,
		.context = context,
	};
	receive(calls);
	*ret = calls;
	return 0;
}
