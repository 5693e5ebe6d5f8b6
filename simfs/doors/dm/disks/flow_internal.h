/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow_internal.h - the disks of a flow, for the files that implement it.
 */
#ifndef SNAPRIG_DM_DISKS_FLOW_INTERNAL_H
#define SNAPRIG_DM_DISKS_FLOW_INTERNAL_H

#include "simfs/doors/dm/disks/flow.h"

#define FLOW_BUCKETS 256u

struct flow_disk {
	struct list link; /* in its bucket; in no list once the disk is removed */
	uint64_t id;
	struct disk_map map;
	struct list under_way;
	struct list parked;
	struct list holds;
	bool is_removed;
};

struct flow_hold {
	struct list link;
	struct flow_disk *disk;
	uint64_t offset, length;
	uint64_t waits_for; /* parts in flight that overlap it */
	void (*done)(void *context, int error);
	void *context;
};

struct flow {
	struct flow_ops ops;
	struct list buckets[FLOW_BUCKETS];
	struct list ios; /* not yet answered */
	bool has_failed;
};

struct flow_disk *flow_find(const struct flow *flow, uint64_t id);

/* PART arrives at its disk: it is parked, or enters. */
void flow_enter(struct flow *flow, struct flow_part *part);

/* Lets parts that were taken off a parked list arrive again, in order. */
void flow_unpark(struct flow *flow, struct list *parts);

/* Whether a hold of DISK overlaps PART. */
bool holds_block(const struct flow_disk *disk, const struct flow_part *part);

/* PART is no longer in flight in DISK: calls `done' of holds that waited for nothing else. */
void holds_part_ended(struct flow_disk *disk, const struct flow_part *part);

/* Fails the holds that wait with ERROR and frees them; with ALL, frees the others, too. */
void holds_end(struct flow_disk *disk, int error, bool all);

#endif
