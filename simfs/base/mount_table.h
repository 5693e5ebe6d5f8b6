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
#include <stdint.h>
#include <sys/types.h>

#define MOUNT_TABLE_SELF "/proc/self/mountinfo"

/* "0:52", of what is mounted: the same wherever it is mounted, and in whatever namespace. */
#define MOUNT_DEVICE_BYTES 24

struct mount_entry {
	unsigned number; /* of this mount, as long as it is there */
	char device[MOUNT_DEVICE_BYTES];
	char point[4096];
	char type[128]; /* "fuse.snaprig" */
	char source[4096];
	uid_t user; /* of a mount of FUSE: whose it is */
};

/* Reads LINE, of which it makes copies, without its end or with it.  False: it is none. */
bool mount_entry_parse(const char *line, struct mount_entry *ret);

/* What was mounted last on PATH (from the root on), as TABLE has it: 0, -ENOENT or -errno. */
int mount_table_find(const char *table, const char *path, struct mount_entry *ret);

/* Where DEVICE is mounted first, as TABLE has it: 0, -ENOENT or -errno. */
int mount_table_find_device(const char *table, const char *device, struct mount_entry *ret);

/* Other mount namespaces that have something mounted: so many are told apart. */
#define MOUNT_HOLDERS_MAX 8

struct mount_holders {
	unsigned count;
	struct mount_holder {
		uint64_t namespace_inode;
		unsigned mount_number; /* there */
		char pid[16];	       /* of the first process there, by number */
	} list[MOUNT_HOLDERS_MAX];
};

/* Finds who else has DEVICE mounted, as far as this user may see. */
void mount_holders_find(const char *device, struct mount_holders *ret);

/* Leaves of HOLDERS, who had DEVICE mounted, those who have that very mount still. */
void mount_holders_look_again(const char *device, struct mount_holders *holders);

/* "sleep (pid 12), bash (pid 13)"; "" for nobody.  Returns BUFFER. */
const char *mount_holders_text(const struct mount_holders *holders, char *buffer, size_t length);

#endif
