/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.h - where a request to a disk leads: cuts it into steps at the pieces of the map.
 *
 * Pure.  A walk uses the map only in disk_walk_next(): the map may be replaced as soon as the walk
 * is over.
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
	DISK_OP_FLUSH,	 /* of the whole disk: offset and length are unused */
	DISK_OP_DISCARD, /* reads as zeros afterwards, and should use no space */
	DISK_OP_ZERO,	 /* reads as zeros afterwards */
};

/* Whether the request has data in a buffer. */
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
	uint64_t from; /* position in the request; 0 for one without data */
	uint32_t ms;   /* to wait before it starts */
};

struct disk_walk {
	const struct disk_map *map;
	enum disk_op op;
	uint64_t begin, at, end; /* bytes */
	size_t next;		 /* stripe or target */
};

/* Walks LENGTH bytes at OFFSET, which are within the disk. */
void disk_walk_start(struct disk_walk *walk, const struct disk_map *map, enum disk_op op,
	uint64_t offset, uint64_t length);

/* False: the walk is over. */
bool disk_walk_next(struct disk_walk *walk, struct disk_step *ret);

#endif
