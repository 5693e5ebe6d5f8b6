/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.h - where a request to a disk leads: it is cut into steps at the pieces of the map.
 *
 * Pure.  A walk sees the map only in disk_walk_next(): the map may be another one as soon
 * as the walk is over.
 */
#ifndef SNAPRIG_DM_DISKS_WALK_H
#define SNAPRIG_DM_DISKS_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/dm/disks/map.h"

enum disk_op {
	DISK_OP_READ,
	DISK_OP_WRITE,
	DISK_OP_FLUSH,	 /* of the whole disk: offset and length say nothing */
	DISK_OP_DISCARD, /* reads as zeros afterwards, and should take no room */
	DISK_OP_ZERO,	 /* reads as zeros afterwards */
};

/* The request has data, each byte of which has its place in a buffer. */
static inline bool disk_op_has_data(enum disk_op op)
{
	return op == DISK_OP_READ || op == DISK_OP_WRITE;
}

enum disk_step_kind {
	DISK_STEP_ZERO,
	DISK_STEP_ERROR,
	DISK_STEP_REFUSED, /* -EOPNOTSUPP */
	DISK_STEP_DISK,
	DISK_STEP_FILE,
};

/* Numbers are bytes. */
struct disk_step {
	enum disk_step_kind kind;
	uint64_t id; /* of the disk or file */
	uint64_t offset, length;
	uint64_t from; /* how far in the request; 0 for one without data */
	uint32_t ms;   /* to be waited before */
};

struct disk_walk {
	const struct disk_map *map;
	enum disk_op op;
	uint64_t begin, at, end; /* bytes */
	size_t next;		 /* stripe or target */
};

/* Of LENGTH bytes at OFFSET, which are within the size of the disk. */
void disk_walk_start(struct disk_walk *walk, const struct disk_map *map, enum disk_op op,
	uint64_t offset, uint64_t length);

/* The next step; false: that was all. */
bool disk_walk_next(struct disk_walk *walk, struct disk_step *ret);

#endif
