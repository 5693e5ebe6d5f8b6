/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysfs_tree.h - the world's /sys/block, /sys/dev/block and /sys/class/block.
 *
 * Writes the view of the model into a folder: a tmpfs that is bound over those places.  Touches
 * only what has changed.  One thread at a time.
 */
#ifndef SNAPRIG_DM_SYSFS_TREE_H
#define SNAPRIG_DM_SYSFS_TREE_H

struct dm_sysfs;
struct sysfs_tree;

/*
 * FOLDER_FD, the caller's, is empty; creates block/, dev/block/ and class/block/ in it, which stay,
 * so that they can be bound.
 */
int sysfs_tree_create(int folder_fd, struct sysfs_tree **ret);

/* Leaves the folder and its content.  NULL is fine. */
void sysfs_tree_destroy(struct sysfs_tree *tree);

/*
 * Makes the folder show VIEW, which is taken over and left empty; paths are relative to /sys and to
 * the folder.  The new text of a link or file appears atomically.  Returns 0, or the first -errno:
 * everything else has been done, and what failed is retried the next time.
 */
int sysfs_tree_update(struct sysfs_tree *tree, struct dm_sysfs *view);

#endif
