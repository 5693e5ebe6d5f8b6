/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files_internal.h - an open file, for the two files that implement files.h.
 */
#ifndef SNAPRIG_DM_DISKS_FILES_INTERNAL_H
#define SNAPRIG_DM_DISKS_FILES_INTERNAL_H

#include "simfs/doors/dm/disks/files.h"

struct disk_file {
	struct list link;
	uint64_t id;
	struct files_facts facts;
	bool is_dropped;
	bool cannot_punch, cannot_zero; /* fallocate() of that mode is unsupported */
	unsigned users;			/* the number, maps, transfers */
};

struct files {
	struct pump *pump;
	struct flow *flow;
	struct list list;
	uint64_t last_id;
};

/* NULL if unknown. */
struct disk_file *file_find(const struct files *files, uint64_t id);
void file_put(struct files *files, struct disk_file *file);

#endif
