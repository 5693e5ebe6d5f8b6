/* SPDX-License-Identifier: Apache-2.0 */
/* front_internal.h - shared by the files of a front. */
#ifndef SNAPRIG_DM_DISKS_FRONT_INTERNAL_H
#define SNAPRIG_DM_DISKS_FRONT_INTERNAL_H

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/disks/front.h"

/* The most that the kernel reads or writes at once. */
#define FRONT_REQUEST_MAX (1u << 20)
/* A slot's data begins one page in; a write's header lies right before it. */
#define FRONT_LEAD_BYTES 4096u

/* Room for one request, and the request in it. */
struct front_slot {
	struct list link;
	struct front *front;
	char *memory; /* FRONT_LEAD_BYTES + FRONT_REQUEST_MAX, mapped */
	struct pump_op read_op;
	struct flow_io io;
	fuse_req_t request;
};

struct front {
	struct pump *pump;
	struct flow *flow;
	struct fuse_session *fuse;
	char *path;
	int fd;
	bool is_mounted;
	bool is_ready;
	bool has_ended; /* the session is over: no requests will come */
	unsigned reads; /* in flight: as many requests can arrive */
	void (*ready)(void *context);
	void *context;
	struct list free_slots;
	unsigned free_count;
	struct front_slot *current; /* whose request is being decoded */
};

/* front_requests.c */
extern const struct fuse_lowlevel_ops front_ops;

/* Takes over the slot of the request being decoded, until front_slot_free(). */
struct front_slot *front_slot_take(struct front *front, fuse_req_t request);
void front_slot_free(struct front_slot *slot);

#endif
