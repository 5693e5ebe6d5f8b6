/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_namespaces.h - which mount namespaces were met on the way through /proc.
 */
#ifndef SNAPRIG_BASE_MOUNT_NAMESPACES_H
#define SNAPRIG_BASE_MOUNT_NAMESPACES_H

#include <stdbool.h>
#include <stdint.h>

/* Namespaces that are looked at; a machine of containers has one for each of them. */
#define MOUNT_NAMESPACES_MAX 512

struct mount_namespaces {
	uint64_t inodes[MOUNT_NAMESPACES_MAX];
	unsigned count;
};

/*
 * Whether the mount namespace of /proc/PID was not met before, and which it is.  One that
 * this user may not see counts as met.
 */
bool mount_namespaces_add(struct mount_namespaces *met, const char *pid, uint64_t *ret_inode);

#endif
