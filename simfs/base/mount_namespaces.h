/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_namespaces.h - the set of mount namespaces met during a walk through /proc.
 */
#ifndef SNAPRIG_BASE_MOUNT_NAMESPACES_H
#define SNAPRIG_BASE_MOUNT_NAMESPACES_H

#include <stdbool.h>
#include <stdint.h>

/* The most namespaces examined; each container on a machine has one. */
#define MOUNT_NAMESPACES_MAX 512

struct mount_namespaces {
	uint64_t inodes[MOUNT_NAMESPACES_MAX];
	unsigned count;
};

/*
 * Adds the mount namespace of /proc/PID and returns its inode.  Returns false if it was met before,
 * or if this user may not see it.
 */
bool mount_namespaces_add(struct mount_namespaces *met, const char *pid, uint64_t *ret_inode);

#endif
