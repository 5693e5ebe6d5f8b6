/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opens.h - how often a device is open, as far as processes of the world go.
 *
 * The kernel counts how often a loop device is open and does not tell.  So it is told from
 * outside: who claims it (a mounted file system does), and which processes hold its node.
 */
#ifndef SNAPRIG_DM_OPENS_H
#define SNAPRIG_DM_OPENS_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

struct opens_device {
	unsigned major;
	unsigned minor;
	int fd; /* open, of the device itself; or -1: whether it is claimed is not looked at */
	unsigned openings; /* set by opens_look() */
};

/*
 * How often DEVICE is open: once for a file system that is mounted from it (wherever and
 * however often that is), and once for each opening that a process of the world whose /dev
 * is DEV_DEVICE (its st_dev) holds, but not LEAVING (0: none).  Openings of the caller's own
 * do not count.  Returns 0 or -errno.
 */
int opens_count(
	uint64_t dev_device, const struct opens_device *device, pid_t leaving, unsigned *ret);

/*
 * The two parts of that: `openings' of COUNT devices at once, as to look at all processes takes
 * long; and how many mounts there are beside, 0 or 1, or -errno.
 */
int opens_look(uint64_t dev_device, struct opens_device *devices, size_t count, pid_t leaving);
int opens_mounts(uint64_t dev_device, const struct opens_device *device);

/* Whether someone claims the device of FD: a file system, or who opened it with O_EXCL. */
bool opens_is_claimed(int fd);

/*
 * Opens something of the file system that is mounted from MAJOR:MINOR, named NAME in
 * /dev/mapper, in the world.  Returns a fd which does not keep it from being unmounted where
 * the kernel can do that; or -ENOENT when it is mounted nowhere there; or another -errno.
 */
int opens_file_system(uint64_t dev_device, unsigned major, unsigned minor, const char *name);

#endif
