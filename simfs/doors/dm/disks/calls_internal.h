/* SPDX-License-Identifier: Apache-2.0 */
/* calls_internal.h - a call, for the two files that implement calls.h. */
#ifndef SNAPRIG_DM_DISKS_CALLS_INTERNAL_H
#define SNAPRIG_DM_DISKS_CALLS_INTERNAL_H

#include <sys/socket.h>

#include "simfs/doors/dm/disks/calls.h"
#include "simfs/doors/dm/disks/wire.h"

struct calls {
	struct pump *pump;
	struct flow *flow;
	struct files *files;
	int fd;
	void (*ended)(void *context);
	void *context;

	/* The call that is being received. */
	struct pump_op op;
	struct wire_call wire;
	struct iovec iov;
	struct msghdr message;
	union {
		char bytes[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
};

struct call {
	struct calls *calls;
	struct wire_call wire;
	int fds[WIRE_FDS_MAX]; /* -1: absent, or handed over */
	void *payload;	       /* mapped, or NULL */

	struct pump_op op; /* completes when the caller gives up */
	char gives_up;
	bool is_busy;	 /* a function further up works on it and settles it later */
	bool is_waiting; /* op is in flight */
	bool is_answered;
	bool has_io; /* io is in flight */
	struct flow_io io;
	struct flow_hold *hold; /* NULL, or a hold that waits */
};

/*
 * Performs the call.  Returns 0 or -errno as the answer, with *RET; -EINPROGRESS: it comes later.
 */
int disk_call_perform(struct call *call, uint64_t *ret);

void disk_call_answer(struct call *call, int error, uint64_t value);
/* Frees the call as soon as nothing needs it any more. */
void disk_call_settle(struct call *call);

#endif
