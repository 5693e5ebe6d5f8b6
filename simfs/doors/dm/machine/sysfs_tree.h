/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysfs_tree.h - what a world sees of /sys/block, /sys/dev/block and /sys/class/block.
 *
 * The model says what is there; here it is written into a folder, which is a tmpfs that is
 * bound over those places.  Only what has changed is touched.  One thread at a time.
 */
#ifndef SNAPRIG_DM_SYSFS_TREE_H
#define SNAPRIG_DM_SYSFS_TREE_H

struct dm_sysfs;
struct sysfs_tree;

/*
 * FOLDER_FD, the caller's, is empty; block/, dev/block/ and class/block/ are made in it and
 * stay, so that they can be bound.
 */
int sysfs_tree_create(int folder_fd, struct sysfs_tree **ret);

/* The folder and what is in it stay.  NULL is fine. */
void sysfs_tree_destroy(struct sysfs_tree *tree);

/*
 * Makes the folder what VIEW says, which is taken over and empty afterwards; a path below
 * /sys is one below the folder.  A link's or a file's new text shows at once or not at all.
 * Returns 0, or the first -errno: what could be done was done, and what could not be made is
 * tried again the next time.
 */
int sysfs_tree_update(struct sysfs_tree *tree, struct dm_sysfs *view);

#endif
