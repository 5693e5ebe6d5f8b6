/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contents.h - what each disk of a world lies on, and so what is below it.  Pure, no lock.
 */
#ifndef SNAPRIG_DM_CONTENTS_H
#define SNAPRIG_DM_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/disks/piece.h"

/* A part of a disk: it lies on another disk, or it is the bottom. */
struct content_part {
	uint64_t start, length; /* sectors */
	bool is_bottom;
	struct disk_place below; /* unless it is the bottom */
	bool is_origin;		 /* a snapshot-origin: writes to it are preserved */
};

struct content {
	struct list link;
	uint64_t disk;
	uint64_t sectors;
	struct content_part *parts; /* without gaps, from sector 0 */
	size_t count;
};

struct contents {
	struct list disks;
};

void contents_init(struct contents *contents);
void contents_deinit(struct contents *contents);

/* Sets the parts of DISK, which are copied.  Returns 0 or -ENOMEM: then it is unchanged. */
int contents_set(
	struct contents *contents, uint64_t disk, const struct content_part *parts, size_t count);
void contents_forget(struct contents *contents, uint64_t disk);

/* NULL if its parts are unknown. */
const struct content *contents_find(const struct contents *contents, uint64_t disk);
uint64_t contents_sectors(const struct contents *contents, uint64_t disk);

/*
 * Finds where LENGTH sectors at START of DISK lie, as one range of one disk that is a bottom (or
 * unknown).  Returns false if they are not one range, or nothing.
 */
bool contents_place(const struct contents *contents, uint64_t disk, uint64_t start, uint64_t length,
	struct disk_place *ret);

#endif
