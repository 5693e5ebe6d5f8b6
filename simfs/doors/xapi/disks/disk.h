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
	bool is_made;	   /* by a client */
	const char *mount; /* … a mount point that is joined */
	char *const *faults;
	size_t fault_count;
};

bool disk_has_snapshots(struct disk *disk);
/* Starts the rig of a disk and enters it: 0, or -errno, said. */
int disk_start(struct disks *disks, const struct disk_order *order, struct disk **ret);
/* The leaf of DISK goes, and its record; what named it names VDI HEIR (NULL: none), at once. */
void leaf_forget(struct disk *disk, const char *heir);
/*
 * DISK, which has no VDI any more, is in no record, and they are saved; then it is taken out of the
 * list, its rig ends, and an image of ours goes, when nobody has it any more.  0; or -errno: it is
 * there, and nothing that it has is lost.
 */
int disk_drop(struct disk *disk);
/* DISK, which nobody was told of, is in no record, and goes with its image. */
void disk_undo(struct disk *disk);
/* Takes it out of the list and ends its rig: the server ends. */
void disk_end(struct disk *disk);

/* ---- disk_image.c ---- */

char *image_path(const struct disks *disks, const char *name);
/* A file of zeros at PATH, whole or not there: 0 or -errno. */
int image_create(const char *path, uint64_t size_bytes);
/* An image of ours goes, or what there is of it, with what its rig has kept beside it. */
void image_remove(const char *image);
/* Whether IMAGE stays is not said from now on, 0 or -errno; it stays. */
int image_doubt(const char *image);
void image_keep(const char *image);
/* What was in doubt when a server was killed stays, or goes, as the notes say. */
void images_decide(struct disks *disks);

/* ---- keeper.c ---- */

/* Its keeper (keeper.c); who ends it waits for its last look. */
void keeper_start(struct disk *disk);
void keeper_end(struct disk *disk);

#endif
