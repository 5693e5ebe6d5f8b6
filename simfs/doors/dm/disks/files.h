/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - the files that disks lie on, and the transfers to and from them.
 */
#ifndef SNAPRIG_DM_DISKS_FILES_H
#define SNAPRIG_DM_DISKS_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/doors/dm/disks/flow.h"
#include "simfs/doors/dm/disks/pump.h"

struct files;

int files_create(struct pump *pump, struct files **ret);
void files_set_flow(struct files *files, struct flow *flow);

struct files_facts {
	int buffered_fd;
	int direct_fd;	/* -1: no direct I/O there */
	uint32_t align; /* of what direct_fd transfers, in bytes */
	bool read_only;
	bool is_served; /* by another process (FUSE), which may wait for this one */
};

/*
 * A new file.  Both descriptors are taken over.  Returns 0 and its number, or -ENOMEM, and
 * then they are the caller's still.
 */
int files_add(struct files *files, const struct files_facts *facts, uint64_t *ret);

/* Nobody knows it any more; it is closed when no map and nothing under way needs it: -ENXIO. */
int files_drop(struct files *files, uint64_t id);

/* The files that MAP lies on are kept for it, all or none (-ENXIO); and let go again. */
int files_keep(struct files *files, const struct disk_map *map);
void files_let_go(struct files *files, const struct disk_map *map);

/* flow_ops.file and flow_ops.delay; CONTEXT is the files. */
void files_transfer(void *context, struct flow_part *part);
void files_delay(void *context, struct flow_part *part, uint32_t ms);

#endif
