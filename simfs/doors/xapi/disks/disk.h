/* SPDX-License-Identifier: Apache-2.0 */
/* disk.h - the life of one disk: its image, its rig, and the keeper that looks at it. */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_DISK_H
#define SNAPRIG_DOORS_XAPI_DISKS_DISK_H

#include "simfs/doors/xapi/disks/internal.h"

struct disk_order {
	struct repository *sr;
	const char *key;
	const char *leaf;  /* its uuid */
	const char *image; /* a path, or … */
	bool image_is_ours;
	const char *mount; /* … a mount point that is joined */
	char *const *faults;
	size_t fault_count;
};

bool disk_has_snapshots(struct disk *disk);
/* Starts the rig of a disk and enters it: 0, or -errno, said. */
int disk_start(struct disks *disks, const struct disk_order *order, struct disk **ret);
/* Takes the disk out of the list; its rig ends, and an image of ours goes, when nobody has it any
 * more. */
void disk_remove(struct disk *disk);
/* The same without removing anything: the server ends. */
void disk_end(struct disk *disk);
/* An image of ours, and what its rig has kept beside it. */
void image_remove(const char *image);
/* A file of zeros at PATH: 0 or -errno. */
int image_create(const char *path, uint64_t size_bytes);
char *image_path(const struct disks *disks, const char *name);

/* Its keeper (keeper.c); who ends it waits for its last look. */
void keeper_start(struct disk *disk);
void keeper_end(struct disk *disk);

#endif
