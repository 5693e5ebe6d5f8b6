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
	int direct_fd;	/* -1: no direct I/O */
	uint32_t align; /* alignment of direct_fd's transfers, in bytes */
	bool read_only;
	bool is_served; /* by another process (FUSE), which may wait for this one */
};

/*
 * Adds a file and takes over both descriptors.  Returns 0 and its number, or -ENOMEM; then the
 * caller keeps them.
 */
int files_add(struct files *files, const struct files_facts *facts, uint64_t *ret);

/* Forgets the number; the file is closed once no map and no transfer needs it.  Or -ENXIO. */
int files_drop(struct files *files, uint64_t id);

/* References the files that MAP lies on, all or none (-ENXIO); and releases them. */
int files_keep(struct files *files, const struct disk_map *map);
void files_let_go(struct files *files, const struct disk_map *map);

/* flow_ops.file and flow_ops.delay; CONTEXT is the files. */
void files_transfer(void *context, struct flow_part *part);
void files_delay(void *context, struct flow_part *part, uint32_t ms);

#endif
