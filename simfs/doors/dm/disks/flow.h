/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow.h - requests on their way down through disks, and the disks that hold them.
 *
 * A request enters its disk as a part, which is cut into further parts at the pieces of the map;
 * each goes to the disk or file below.  A part is in flight in its disk until all parts below it
 * are done.  A part that arrives in a held range is parked there, and enters when the range is
 * released, by the map of that moment.
 *
 * Pure: files and delays are left to struct flow_ops, which may complete at once or later.  One
 * thread.  No callback may call back into the flow, except that those of flow_ops may complete the
 * very part that they are given.
 */
#ifndef SNAPRIG_DM_DISKS_FLOW_H
#define SNAPRIG_DM_DISKS_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/disks/map.h"
#include "simfs/doors/dm/disks/walk.h"

/* Disks stacked deeper are EIO: they must form a ring. */
#define FLOW_DEPTH_MAX 64u

struct flow;
struct flow_hold;

/* A request.  The owner keeps it, and its data, until `release' is called. */
struct flow_io {
	enum disk_op op;
	uint64_t disk;
	uint64_t offset, length; /* bytes */
	char *data;

	/*
	 * Called once, with the answer: error is 0 or -errno, and of a read the first GOOD bytes
	 * are valid in any case.  Parts of the request may still use the data.
	 */
	void (*answer)(struct flow_io *io);
	/* Nothing uses the data any more; always after `answer'. */
	void (*release)(struct flow_io *io);
	int error;
	uint64_t good;

	/* Private to the flow. */
	struct list link;
	bool is_answered;
};

/* A share of a request, on its way to a disk or file. */
struct flow_part {
	struct list link;
	struct flow_io *io;
	struct flow_part *parent; /* NULL for the whole request */
	struct flow_disk *disk;	  /* where it is in flight or parked */
	bool is_file;
	uint64_t id;		 /* of the disk or file that it goes to */
	uint64_t offset, length; /* bytes there; unused by a flush */
	uint64_t from;		 /* where it begins in the request's data */
	unsigned depth;
	unsigned pending; /* parts below that are not done, plus one while it is being cut */
	void *backend;	  /* for the flow_ops */
};

struct flow_ops {
	/* PART is for a file: end it with flow_part_done(). */
	void (*file)(void *context, struct flow_part *part);
	/* Call flow_part_go() after MS milliseconds. */
	void (*delay)(void *context, struct flow_part *part, uint32_t ms);
	void *context;
};

int flow_create(const struct flow_ops *ops, struct flow **ret);
/* No request may be left; NULL is fine. */
void flow_destroy(struct flow *flow);

/* Starts IO, which may be answered before this returns. */
void flow_submit(struct flow *flow, struct flow_io *io);

/*
 * Answers IO with ERROR unless it is answered already; its parked parts never continue, those in
 * flight in files end there.  `release' may be called before this returns.
 */
void flow_abandon(struct flow *flow, struct flow_io *io, int error);

/* Answers all requests and all waiting holds with -EIO, present and future ones. */
void flow_fail_all(struct flow *flow);

/*
 * Called by flow_ops: ERROR is 0 or -errno; of a read the first GOOD bytes of the part are valid.
 */
void flow_part_done(struct flow *flow, struct flow_part *part, int error, uint64_t good);
void flow_part_go(struct flow *flow, struct flow_part *part);

/* As in disks.h. */
int flow_disk_create(struct flow *flow, uint64_t id);
int flow_disk_remove(struct flow *flow, uint64_t id);
/* Takes over MAP on success, as the disk's map; *OLD, unless OLD is NULL, gets the one before. */
int flow_disk_map(struct flow *flow, uint64_t id, struct disk_map *map, struct disk_map *old);
/* NULL if the disk is unknown. */
const struct disk_map *flow_disk_get_map(const struct flow *flow, uint64_t id);
/* The smallest id that is FROM or more; false if none is. */
bool flow_disk_next(const struct flow *flow, uint64_t from, uint64_t *ret);

/*
 * Holds LENGTH bytes at OFFSET; FLOW_WHOLE holds flushes, too.  Returns 0 if nothing is in flight
 * there.  Returns -EINPROGRESS with *RET if parts are: DONE(CONTEXT, 0) is called once they are
 * done, or with an error if the hold fails first (then nothing is held).  Or returns -errno.
 */
#define FLOW_WHOLE UINT64_MAX
int flow_hold(struct flow *flow, uint64_t id, uint64_t offset, uint64_t length,
	void (*done)(void *context, int error), void *context, struct flow_hold **ret);
/* Withdraws a hold that waits, without calling `done'. */
void flow_hold_cancel(struct flow *flow, struct flow_hold *hold);
/* -EINVAL if there is no such hold, or it still waits. */
int flow_release(struct flow *flow, uint64_t id, uint64_t offset, uint64_t length);

#endif
