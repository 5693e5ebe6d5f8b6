/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contents.h - what each disk of a world lies on, to know what is below it.  Pure, no lock.
 */
#ifndef SNAPRIG_DM_CONTENTS_H
#define SNAPRIG_DM_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/disks/piece.h"

/* A part of a disk: it lies on another one, or it is the bottom. */
struct content_part {
	uint64_t start, length; /* sectors */
	bool is_bottom;
	struct disk_place below; /* unless it is the bottom */
	bool is_origin;		 /* a snapshot-origin: writes to it are watched */
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

/* DISK consists of these parts (copied) from now on.  0 or -ENOMEM: then it is as it was. */
int contents_set(
	struct contents *contents, uint64_t disk, const struct content_part *parts, size_t count);
void contents_forget(struct contents *contents, uint64_t disk);

/* NULL: nobody said what it consists of. */
const struct content *contents_find(const struct contents *contents, uint64_t disk);
uint64_t contents_sectors(const struct contents *contents, uint64_t disk);

/*
 * Where LENGTH sectors at START of DISK lie, as one range of one disk that is a bottom (or is
 * unknown).  False when it is not one range, or is none.
 */
bool contents_place(const struct contents *contents, uint64_t disk, uint64_t start, uint64_t length,
	struct disk_place *ret);

#endif
