/* SPDX-License-Identifier: Apache-2.0 */
/* disk.h - the life of one disk: its image, its rig, and its keeper. */
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
	const char *mount; /* … a mount point to join */
	char *const *faults;
	size_t fault_count;
};

bool disk_has_snapshots(struct disk *disk);
/* Starts the rig of a disk and adds it to the list.  Returns 0, or -errno after a message. */
int disk_start(struct disks *disks, const struct disk_order *order, struct disk **ret);
/*
 * Removes the leaf of DISK, and its record; references to it become references to VDI HEIR (NULL:
 * none) at the same time.
 */
void leaf_forget(struct disk *disk, const char *heir);
/*
 * Removes DISK, which has no VDI left: first from the records, which are saved, then from the list;
 * its rig ends, and an image of ours is removed, when the last reference is dropped.  Returns 0; or
 * -errno: the disk still exists, and nothing on it is lost.
 */
int disk_drop(struct disk *disk);
/* Removes DISK, of which no client knows, with its records and its image. */
void disk_undo(struct disk *disk);
/* Takes DISK off the list and ends its rig, as the server ends. */
void disk_end(struct disk *disk);

/* ---- disk_image.c ---- */

char *image_path(const struct disks *disks, const char *name);
/* Creates a file of zeros at PATH, atomically.  Returns 0 or -errno. */
int image_create(const char *path, uint64_t size_bytes);
/* Removes an image of ours, or what exists of it, with its rig's state. */
void image_remove(const char *image);
/* From now on it is undecided whether IMAGE stays, 0 or -errno; it stays. */
int image_doubt(const char *image);
void image_keep(const char *image);
/* Keeps or removes the images that were undecided when a server was killed, as the notes say. */
void images_decide(struct disks *disks);

/* ---- keeper.c ---- */

/* The disk's keeper (keeper.c); keeper_end() waits until it has finished. */
void keeper_start(struct disk *disk);
void keeper_end(struct disk *disk);

#endif
