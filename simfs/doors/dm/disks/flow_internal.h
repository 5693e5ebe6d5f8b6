/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow_internal.h - the disks of a flow, for the files that are the flow.
 */
#ifndef SNAPRIG_DM_DISKS_FLOW_INTERNAL_H
#define SNAPRIG_DM_DISKS_FLOW_INTERNAL_H

#include "simfs/doors/dm/disks/flow.h"

#define FLOW_BUCKETS 256u

struct flow_disk {
	struct list link; /* in its bucket, or of none once it was removed */
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
	uint64_t waits_for; /* parts under way that overlap it */
	void (*done)(void *context, int error);
	void *context;
};

struct flow {
	struct flow_ops ops;
	struct list buckets[FLOW_BUCKETS];
	struct list ios; /* those not answered */
	bool has_failed;
};

struct flow_disk *flow_find(const struct flow *flow, uint64_t id);

/* PART comes to its disk: it is parked, or enters. */
void flow_enter(struct flow *flow, struct flow_part *part);

/* Parts that were taken off a list of parked ones, in order: each comes again. */
void flow_unpark(struct flow *flow, struct list *parts);

/* Some hold of DISK overlaps PART. */
bool holds_block(const struct flow_disk *disk, const struct flow_part *part);

/* PART is no longer under way in DISK: who waited for that and nothing else is told. */
void holds_part_ended(struct flow_disk *disk, const struct flow_part *part);

/* Those that wait are told ERROR and gone; with ALL, so are those that hold. */
void holds_end(struct flow_disk *disk, int error, bool all);

#endif
