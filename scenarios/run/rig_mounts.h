/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rig_mounts.h - what is mounted, as the kernel tells it.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_RIG_MOUNTS_H
#define SNAPRIG_SCENARIOS_RUN_RIG_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct mount_list {
	char **paths;
	size_t count;
};

/* The mount points at and below the folder PATH. */
void mounts_below(const char *path, struct mount_list *ret);
void mount_list_deinit(struct mount_list *list);

/* Is anything mounted at PATH itself? */
bool mounted_at(const char *path);

/* The loop devices whose file lies below the folder PATH, as "/dev/loop0 (file)". */
void loops_below(const char *path, struct mount_list *ret);

/* Is there a file behind the loop device at the path DEVICE? */
bool loop_is_attached(const char *device);

/* Detaches the loop device at the path DEVICE, now or when nobody uses it any more. */
void rig_loop_detach(const char *device);

/* Takes away every loop device below the folder PATH, in use or not. */
void loops_detach(const char *path);

/* And every mount, too. */
void mounts_detach(const char *path);

#endif
