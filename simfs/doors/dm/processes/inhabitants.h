/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inhabitants.h - the processes that live in a world, and its mounts.
 *
 * A process lives in a world if its mount namespace contains the world's own /dev.  That includes
 * processes in a namespace made inside, and excludes all processes outside.  It also excludes those
 * that share the caller's namespace, where that /dev is mounted, too.  Nothing here touches a file
 * system, whose server may be waiting for the caller: it only reads /proc.
 */
#ifndef SNAPRIG_DM_INHABITANTS_H
#define SNAPRIG_DM_INHABITANTS_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "simfs/base/mount_table.h"

/* Returns false to end the walk. */
typedef bool inhabitant_visit(pid_t pid, void *context);

/*
 * Calls VISIT for each process of the world whose /dev is DEV_DEVICE (its st_dev).  Returns 0 or
 * -errno.
 */
int inhabitants_walk(uint64_t dev_device, inhabitant_visit *visit, void *context);

/* Returns false to end the walk. */
typedef bool inhabitant_mount_visit(pid_t pid, const struct mount_entry *entry, void *context);

/* Calls VISIT for each mount in the namespace of PID.  Returns 0 or -errno. */
int inhabitant_walk_mounts(pid_t pid, inhabitant_mount_visit *visit, void *context);

/*
 * Calls VISIT for each mount in each of the world's namespaces; PID is a process there, and the
 * mount point is relative to its root.  Returns 0 or -errno.
 */
int inhabitants_walk_mounts(uint64_t dev_device, inhabitant_mount_visit *visit, void *context);

#endif
