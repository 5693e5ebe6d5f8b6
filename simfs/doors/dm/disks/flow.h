/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow.h - requests on their way down through disks, and the disks that hold them.
 *
 * A request enters its disk as a part, which is cut into further parts at the pieces of the
 * map; each goes to the disk or file that it leads to.  A part is under way in its disk
 * until all those below it are done.  One that arrives at a disk that holds its range is
 * parked there, and enters when that is released, by the map that is there then.
 *
 * Pure: files and delays are somebody else's (struct flow_ops), who may answer at once or
 * later.  One thread.  No callback may call back into the flow, but those of flow_ops
 * may end the very part that they are given.
 */
#ifndef SNAPRIG_DM_DISKS_FLOW_H
#define SNAPRIG_DM_DISKS_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/disks/map.h"
#include "simfs/doors/dm/disks/walk.h"

/* More disks on top of each other than that are EIO: they would be a ring. */
#define FLOW_DEPTH_MAX 64u

struct flow;
struct flow_hold;

/* A request.  Its owner keeps it, and the data, until `release' was called. */
struct flow_io {
	enum disk_op op;
	uint64_t disk;
	uint64_t offset, length; /* bytes */
	char *data;

	/*
	 * The answer is here, once: error is 0 or -errno, and of a read the first GOOD bytes
	 * are right in any case.  It may come before nothing works on the data any more.
	 */
	void (*answer)(struct flow_io *io);
	/* Nothing does; always after `answer'. */
	void (*release)(struct flow_io *io);
	int error;
	uint64_t good;

	/* Of the flow. */
	struct list link;
	bool is_answered;
};

/* A share of a request, on its way to a disk or file. */
struct flow_part {
	struct list link;
	struct flow_io *io;
	struct flow_part *parent; /* NULL for the whole request */
	struct flow_disk *disk;	  /* where it is under way or parked */
	bool is_file;
	uint64_t id;		 /* of the disk or file it goes to */
	uint64_t offset, length; /* bytes there; of a flush nothing */
	uint64_t from;		 /* where in the data of the request */
	unsigned depth;
	unsigned pending; /* parts below that are not done, and one while it is cut */
	void *backend;	  /* whatever flow_ops keep with it */
};

struct flow_ops {
	/* PART is for a file: flow_part_done() ends it. */
	void (*file)(void *context, struct flow_part *part);
	/* After MS milliseconds, flow_part_go() has it go on. */
	void (*delay)(void *context, struct flow_part *part, uint32_t ms);
	void *context;
};

int flow_create(const struct flow_ops *ops, struct flow **ret);
/* No request is there; NULL is fine. */
void flow_destroy(struct flow *flow);

/* IO begins; it may be answered before this returns. */
void flow_submit(struct flow *flow, struct flow_io *io);

/*
 * Answers IO with ERROR unless it was answered; what of it is parked never goes on, what is
 * under way in files ends there.  The release may come before this returns.
 */
void flow_abandon(struct flow *flow, struct flow_io *io, int error);

/* Answers all requests and all waiting holds with -EIO, now and from now on. */
void flow_fail_all(struct flow *flow);

/* By flow_ops: the first GOOD bytes of the part are right (of a read); 0 or -errno. */
void flow_part_done(struct flow *flow, struct flow_part *part, int error, uint64_t good);
void flow_part_go(struct flow *flow, struct flow_part *part);

/* As disks.h has them. */
int flow_disk_create(struct flow *flow, uint64_t id);
int flow_disk_remove(struct flow *flow, uint64_t id);
/* The map becomes MAP, which is taken over when this succeeds; *OLD, if OLD, is the one before. */
int flow_disk_map(struct flow *flow, uint64_t id, struct disk_map *map, struct disk_map *old);
/* NULL: there is no such disk. */
const struct disk_map *flow_disk_get_map(const struct flow *flow, uint64_t id);
/* The smallest id from FROM on; false: there is none. */
bool flow_disk_next(const struct flow *flow, uint64_t from, uint64_t *ret);

/*
 * Holds LENGTH bytes at OFFSET; FLOW_WHOLE holds flushes, too.  Returns 0 when nothing is
 * under way there; -EINPROGRESS with *RET when DONE(CONTEXT, error) will be called once that
 * is so, or with an error when it never will be (then nothing is held); or -errno.
 */
#define FLOW_WHOLE UINT64_MAX
int flow_hold(struct flow *flow, uint64_t id, uint64_t offset, uint64_t length,
	void (*done)(void *context, int error), void *context, struct flow_hold **ret);
/* One that waits is taken back, without a word to `done'. */
void flow_hold_cancel(struct flow *flow, struct flow_hold *hold);
/* -EINVAL when there is no such hold, or it still waits. */
int flow_release(struct flow *flow, uint64_t id, uint64_t offset, uint64_t length);

#endif
