/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loops.h - the loop devices that are a world's dm devices.
 *
 * A loop device has the minor of its dm device.  It detaches its file when it is no longer open, so
 * that a killed supervisor leaves none behind.  Nodes are made in a private folder and removed at
 * once: none is left in /dev of the host or of the world.  Everything here blocks; any thread may
 * call it.
 */
#ifndef SNAPRIG_DM_LOOPS_H
#define SNAPRIG_DM_LOOPS_H

#include <stdint.h>

/* The major of loop devices, and so of all dm devices of a world. */
#define LOOP_DEVICE_MAJOR 7u

struct loop_device {
	unsigned minor;
	int fd;		 /* the device, read-only; open as long as it is needed */
	int file_fd;	 /* the file below */
	long read_ahead; /* of the device before; restored for its next user */
};

#define LOOP_ANY UINT32_MAX

/*
 * Attaches loop device MINOR, or a free one (LOOP_ANY), to FILE_FD (the caller's), with its present
 * size.  NODES_FD is a folder in which block devices may be made and opened.  Returns 0, or -errno:
 * -EBUSY if MINOR is used, -EPERM if loop devices are forbidden, -ENOENT if the kernel has none.
 */
int loop_attach(int nodes_fd, int file_fd, unsigned minor, struct loop_device *ret);

/* Adopts the file's present size, asking the file, not the kernel's cached attributes. */
int loop_resize(const struct loop_device *loop);

/*
 * Detaches the file: at once, or when the last other user closes the device.  *LOOP is empty
 * afterwards; it may be empty before.
 */
void loop_release(struct loop_device *loop);

#define LOOP_DEVICE_NONE ((struct loop_device){ .fd = -1, .file_fd = -1 })

/*
 * Creates partition 1 of LOOP, which covers the whole device.  Returns 0 with its numbers, read
 * through SYS_BLOCK_FD, the kernel's /sys/block; or -errno.  It ends with the loop device.
 */
int loop_add_partition(
	const struct loop_device *loop, int sys_block_fd, unsigned *ret_major, unsigned *ret_minor);

/* Removes that partition.  -EBUSY if it is open. */
int loop_remove_partition(const struct loop_device *loop);

/*
 * Opens the block device MAJOR:MINOR with FLAGS through a node in NODES_FD.  Returns a descriptor
 * or -errno.
 */
int loop_open_device(int nodes_fd, unsigned major, unsigned minor, int flags);

#endif
