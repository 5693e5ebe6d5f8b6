/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loops.h - the loop devices that a world's dm devices are.
 *
 * The number of a loop device is the minor of the dm device.  Each lets go of its file by
 * itself when nobody has it open any more, so that a killed supervisor leaves none behind.
 * Nodes are made in a private folder and vanish at once: none lies in /dev of the host or
 * of the world.  Everything here blocks; any thread may call it.
 */
#ifndef SNAPRIG_DM_LOOPS_H
#define SNAPRIG_DM_LOOPS_H

#include <stdint.h>

/* The major of loop devices, and so of every dm device of a world. */
#define LOOP_DEVICE_MAJOR 7

struct loop_device {
	unsigned minor;
	int fd;		 /* of the device, read only; as long as it is open the device stays */
	int file_fd;	 /* of what it lies on */
	long read_ahead; /* of the device, as it was: whoever gets it next finds it again */
};

#define LOOP_ANY UINT32_MAX

/*
 * Lays loop device MINOR, or a free one (LOOP_ANY), over FILE_FD (which stays the caller's), as
 * big as that is now.  NODES_FD is a folder in which block devices may be made and opened.
 * Returns 0, or -errno: -EBUSY when MINOR is used, -EPERM where loop devices are forbidden,
 * -ENOENT where the kernel has none.
 */
int loop_attach(int nodes_fd, int file_fd, unsigned minor, struct loop_device *ret);

/* Takes the size of the file as it is now; the file is asked, not the kernel's memory of it. */
int loop_resize(const struct loop_device *loop);

/*
 * Lets go of the file: at once, or when the last other one who has it open closes it.
 * *LOOP is empty afterwards; an empty one is fine.
 */
void loop_release(struct loop_device *loop);

#define LOOP_DEVICE_NONE ((struct loop_device){ .fd = -1, .file_fd = -1 })

/*
 * Makes partition 1 of LOOP, which begins at its sector 0 and is as long as it is.  Returns 0
 * with its numbers, by SYS_BLOCK_FD, the kernel's /sys/block; or -errno.  It goes with
 * the loop device.
 */
int loop_add_partition(
	const struct loop_device *loop, int sys_block_fd, unsigned *ret_major, unsigned *ret_minor);

/* Takes that partition away.  -EBUSY: someone has it open. */
int loop_remove_partition(const struct loop_device *loop);

/* Opens the block device MAJOR:MINOR with FLAGS through a node in NODES_FD: a fd or -errno. */
int loop_open_device(int nodes_fd, unsigned major, unsigned minor, int flags);

#endif
