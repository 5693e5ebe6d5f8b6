/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_table.h - what /proc/PID/mountinfo says: who has what mounted where.
 *
 * Nothing here asks a file system: the rig of a mount may hang, be gone, or be the
 * very one that looks.
 */
#ifndef SNAPRIG_BASE_MOUNT_TABLE_H
#define SNAPRIG_BASE_MOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define MOUNT_TABLE_SELF "/proc/self/mountinfo"

/* "0:52", of what is mounted: the same wherever it is mounted, and in whatever namespace. */
#define MOUNT_DEVICE_BYTES 24

struct mount_entry {
	char device[MOUNT_DEVICE_BYTES];
	char point[4096];
	char type[128]; /* "fuse.snaprig" */
	char source[4096];
};

/* Reads LINE, of which it makes copies, without its end or with it.  False: it is none. */
bool mount_entry_parse(const char *line, struct mount_entry *ret);

/* What was mounted last on PATH (from the root on), as TABLE has it: 0, -ENOENT or -errno. */
int mount_table_find(const char *table, const char *path, struct mount_entry *ret);

/* Where DEVICE is mounted first, as TABLE has it: 0, -ENOENT or -errno. */
int mount_table_find_device(const char *table, const char *device, struct mount_entry *ret);

/*
 * Who else keeps DEVICE: the first process, by number, of each other mount namespace that
 * has it mounted, "sleep (pid 12), bash (pid 13)", as far as this user may see; "" for
 * nobody.  Returns BUFFER.
 */
const char *mount_table_holders(const char *device, char *buffer, size_t length);

#endif
