/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opens.h - how often processes of the world have a device open.
 *
 * The kernel counts that for a loop device but does not report it.  So it is found out from
 * outside: whether the device is claimed (a mounted file system does that), and which processes
 * have its node open.
 */
#ifndef SNAPRIG_DM_OPENS_H
#define SNAPRIG_DM_OPENS_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

struct opens_device {
	unsigned major;
	unsigned minor;
	int fd;		   /* of the device itself; -1: do not check claims */
	unsigned openings; /* set by opens_look() */
};

/*
 * How often DEVICE is open: once for a file system mounted from it (wherever and however often),
 * and once for each opening by a process of the world whose /dev is DEV_DEVICE (its st_dev), except
 * LEAVING (0: none).  The caller's own do not count.  Returns 0 or -errno.
 */
int opens_count(
	uint64_t dev_device, const struct opens_device *device, pid_t leaving, unsigned *ret);

/*
 * The two parts of that: `openings' of COUNT devices at once, as a scan of all processes takes
 * long; and the number of mounts, 0 or 1, or -errno.
 */
int opens_look(uint64_t dev_device, struct opens_device *devices, size_t count, pid_t leaving);
int opens_mounts(uint64_t dev_device, const struct opens_device *device);

/* Whether the device of FD is claimed: by a file system, or by an opening with O_EXCL. */
bool opens_is_claimed(int fd);

/*
 * Opens something in the file system that is mounted from MAJOR:MINOR, named NAME in /dev/mapper,
 * in the world.  Returns a descriptor which does not prevent unmounting, where the kernel supports
 * that; -ENOENT if it is not mounted there; or another -errno.
 */
int opens_file_system(uint64_t dev_device, unsigned major, unsigned minor, const char *name);

#endif
