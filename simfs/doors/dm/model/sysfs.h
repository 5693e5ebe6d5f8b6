/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysfs.h - the devices in /sys: a list of paths below /sys.
 *
 * Three subtrees are complete in it: block/, dev/block/ and class/block/.  Links are relative, as
 * in the real one; a device's queue is that of its loop device.
 */
#ifndef SNAPRIG_DOORS_DM_MODEL_SYSFS_H
#define SNAPRIG_DOORS_DM_MODEL_SYSFS_H

#include <stddef.h>

#include "simfs/doors/dm/model/device.h"

enum dm_sysfs_kind { DM_SYSFS_FOLDER, DM_SYSFS_FILE, DM_SYSFS_LINK };

struct dm_sysfs_entry {
	enum dm_sysfs_kind kind;
	char *path; /* "block/dm-3/size" */
	char *text; /* a file's content, with its newline, or a link's target; NULL for a folder */
};

/* Entries in an order in which they can be made: a folder precedes its content. */
struct dm_sysfs {
	struct dm_sysfs_entry *entries;
	size_t count;
};

/* Needs the lock.  Returns 0 or -ENOMEM; the caller frees the view. */
int dm_sysfs_view(const struct dm_model *model, struct dm_sysfs *ret);
void dm_sysfs_deinit(struct dm_sysfs *view);

#endif
