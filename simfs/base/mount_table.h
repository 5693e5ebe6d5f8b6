/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_table.h - reads /proc/PID/mountinfo: what is mounted where, and in which namespace.
 *
 * Nothing here queries a file system: the rig that serves a mount may hang, be gone, or be the
 * caller itself.
 */
#ifndef SNAPRIG_BASE_MOUNT_TABLE_H
#define SNAPRIG_BASE_MOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MOUNT_TABLE_SELF "/proc/self/mountinfo"

/*
 * Room for "0:52", the device number of a mounted file system, which is the same at each mount
 * point and in each namespace.
 */
#define MOUNT_DEVICE_BYTES 24

struct mount_entry {
	unsigned number; /* the mount's ID, unique while it exists */
	char device[MOUNT_DEVICE_BYTES];
	char point[4096];
	char type[128]; /* "fuse.snaprig" */
	char source[4096];
	uid_t user; /* of a FUSE mount: its owner */
};

/*
 * Parses LINE, with or without its newline, and copies what it needs.  Returns false if it is
 * malformed.
 */
bool mount_entry_parse(const char *line, struct mount_entry *ret);

/* The last mount on PATH (absolute) in TABLE.  Returns 0, -ENOENT or -errno. */
int mount_table_find(const char *table, const char *path, struct mount_entry *ret);

/* The first mount of DEVICE in TABLE.  Returns 0, -ENOENT or -errno. */
int mount_table_find_device(const char *table, const char *device, struct mount_entry *ret);

/* At most this many other mount namespaces with the device mounted are listed. */
#define MOUNT_HOLDERS_MAX 8

struct mount_holders {
	unsigned count;
	struct mount_holder {
		uint64_t namespace_inode;
		unsigned mount_number; /* the mount's ID there */
		char pid[16];	       /* the first process found there */
	} list[MOUNT_HOLDERS_MAX];
};

/* Finds the other mount namespaces that have DEVICE mounted, as far as this user may see them. */
void mount_holders_find(const char *device, struct mount_holders *ret);

/* Removes from HOLDERS everyone who no longer has that same mount of DEVICE. */
void mount_holders_look_again(const char *device, struct mount_holders *holders);

/* "sleep (pid 12), bash (pid 13)", or "" if there are none.  Returns BUFFER. */
const char *mount_holders_text(const struct mount_holders *holders, char *buffer, size_t length);

#endif
