/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rig_mounts.h - what is mounted, according to the kernel.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RIG_MOUNTS_H
#define SNAPRIG_SCENARIOS_RUN_RIG_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct mount_list {
	char **paths;
	size_t count;
};

/* Lists the mount points at and below the folder PATH. */
void mounts_below(const char *path, struct mount_list *ret);
void mount_list_deinit(struct mount_list *list);

/* Returns whether anything is mounted at PATH itself. */
bool mounted_at(const char *path);

/* Lists the loop devices whose file is below the folder PATH, as "/dev/loop0 (file)". */
void loops_below(const char *path, struct mount_list *ret);

/* Returns whether the loop device at the path DEVICE has a file. */
bool loop_is_attached(const char *device);

/* Detaches the loop device at the path DEVICE, now or when it is no longer in use. */
void rig_loop_detach(const char *device);

/* Detaches every loop device below the folder PATH, in use or not. */
void loops_detach(const char *path);

/* Unmounts everything at and below the folder PATH, then does the same as loops_detach(). */
void mounts_detach(const char *path);

#endif
