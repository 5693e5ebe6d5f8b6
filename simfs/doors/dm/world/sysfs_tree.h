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

/* FOLDER_FD is empty, and is the caller's. */
int sysfs_tree_create(int folder_fd, struct sysfs_tree **ret);

/* The folder and what is in it stay.  NULL is fine. */
void sysfs_tree_destroy(struct sysfs_tree *tree);

/*
 * Makes the folder what VIEW, which is copied, says; a path below /sys is one below the folder.
 * A link's or a file's new text shows at once or not at all.  Returns 0, or the
 * first -errno; the rest was done, and what failed is tried again the next time.
 */
int sysfs_tree_update(struct sysfs_tree *tree, const struct dm_sysfs *view);

#endif
