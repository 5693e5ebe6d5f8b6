/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysfs_tree.h - what a world sees of /sys/block, /sys/dev/block and /sys/class/block.
 *
 * The model says what is there; here it is written into a folder, which is a tmpfs that is
 * bound over those places.  Only what has changed is touched.  One thread at a time.
 */
#ifndef SNAPRIG_DOORS_DM_WORLD_SYSFS_TREE_H
#define SNAPRIG_DOORS_DM_WORLD_SYSFS_TREE_H

#include <stddef.h>

struct sysfs_tree;

enum sysfs_entry_kind {
	SYSFS_FOLDER,
	SYSFS_FILE, /* text is its content */
	SYSFS_LINK, /* text is where it leads */
};

struct sysfs_entry {
	const char *path; /* "block/dm-3/dm/name": below /sys, without "/" at either end */
	enum sysfs_entry_kind kind;
	const char *text;
};

/* FOLDER_FD is empty, and is the caller's. */
int sysfs_tree_create(int folder_fd, struct sysfs_tree **ret);

/* The folder and what is in it stay.  NULL is fine. */
void sysfs_tree_destroy(struct sysfs_tree *tree);

/*
 * Makes the folder what ENTRIES say.  Folders in which others lie are made without being
 * listed; the order is of no account.  Of two with one path one is taken.  What ENTRIES point
 * at is copied.  A link's or a file's new text shows at once or not at all.  Returns 0, or the
 * first -errno; the rest was done, and what failed is tried again the next time.
 */
int sysfs_tree_update(struct sysfs_tree *tree, const struct sysfs_entry *entries, size_t count);

#endif
