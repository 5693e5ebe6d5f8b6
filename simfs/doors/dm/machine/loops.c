/* SPDX-License-Identifier: Apache-2.0 */
/* loops.c - see loops.h. */
#include "simfs/doors/dm/machine/loops.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/blkpg.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "simfs/base/cleanup.h"

#define MISC_MAJOR	   10
#define LOOP_CONTROL_MINOR 237
#define NAME_BYTES	   64
/* Another process may get the free device first. */
#define ATTEMPTS 64

static int open_node(int nodes_fd, mode_t type, dev_t device, int flags)
{
	static atomic_uint serial;
	char name[NAME_BYTES];
	snprintf(name, sizeof(name), ".%d.%u", (int)getpid(), atomic_fetch_add(&serial, 1));
	if (mknodat(nodes_fd, name, type | S_IRUSR | S_IWUSR, device))
		return -errno;

	int fd = openat(nodes_fd, name, flags | O_CLOEXEC | O_NOFOLLOW);
	int error = fd < 0 ? -errno : 0;
	unlinkat(nodes_fd, name, 0);
	return error ? error : fd;
}

int loop_open_device(int nodes_fd, unsigned major, unsigned minor, int flags)
{
	return open_node(nodes_fd, S_IFBLK, makedev(major, minor), flags);
}

/* What device-mapper gives a new device, whatever its loop device had. */
#define READ_AHEAD_SECTORS 256L

static int configure(int loop_fd, int file_fd)
{
	struct loop_config config = {
		.fd = (unsigned)file_fd,
		.block_size = 512,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO,
	};
	return ioctl(loop_fd, LOOP_CONFIGURE, &config) ? -errno : 0;
}

/* Returns 0, -EBUSY if it was taken in between, or another -errno. */
static int attach_minor(int nodes_fd, int file_fd, unsigned minor, struct loop_device *ret)
{
	AUTO(auto_close) int fd = loop_open_device(nodes_fd, LOOP_DEVICE_MAJOR, minor, O_RDWR);
	if (fd < 0)
		return fd == -ENXIO ? -EBUSY : fd;

	AUTO(auto_close) int kept = fcntl(file_fd, F_DUPFD_CLOEXEC, 0);
	if (kept < 0)
		return -errno;
	int error = configure(fd, kept);
	if (error)
		return error;

	/* Some kernels do not mount a device that is open for writing. */
	AUTO(auto_close) int held = loop_open_device(nodes_fd, LOOP_DEVICE_MAJOR, minor, O_RDONLY);
	if (held < 0)
		return held;
	int no = 0;
	ioctl(held, BLKROSET, &no); /* what the last one set outlives him */
	long read_ahead = 0;
	ioctl(held, BLKRAGET, &read_ahead);
	ioctl(held, BLKRASET, READ_AHEAD_SECTORS);
	*ret = (struct loop_device){ .minor = minor,
		.fd = TAKE_FD(held),
		.file_fd = TAKE_FD(kept),
		.read_ahead = read_ahead };
	return 0;
}

int loop_attach(int nodes_fd, int file_fd, unsigned minor, struct loop_device *ret)
{
	AUTO(auto_close)
	int control = open_node(nodes_fd, S_IFCHR, makedev(MISC_MAJOR, LOOP_CONTROL_MINOR), O_RDWR);
	if (control < 0)
		return control == -ENODEV || control == -ENXIO ? -ENOENT : control;

	if (minor != LOOP_ANY) {
		/* It may exist already. */
		if (ioctl(control, LOOP_CTL_ADD, (long)minor) < 0 && errno != EEXIST)
			return -errno;
		return attach_minor(nodes_fd, file_fd, minor, ret);
	}
	int error = -EBUSY;
	for (int i = 0; i < ATTEMPTS && error == -EBUSY; i++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE);
		if (number < 0)
			return -errno;
		error = attach_minor(nodes_fd, file_fd, (unsigned)number, ret);
	}
	return error;
}

int loop_resize(const struct loop_device *loop)
{
	/* The kernel's cached size of a FUSE file may be stale. */
	struct statx now;
	if (statx(loop->file_fd, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, STATX_SIZE, &now))
		return -errno;
	return ioctl(loop->fd, LOOP_SET_CAPACITY, 0) ? -errno : 0;
}

void loop_release(struct loop_device *loop)
{
	if (loop->fd >= 0) {
		ioctl(loop->fd, BLKRASET, loop->read_ahead);
		/*
		 * It clears itself at the last close; this is for a device that other programs have
		 * open.
		 */
		ioctl(loop->fd, LOOP_CLR_FD, 0);
		close(loop->fd);
	}
	if (loop->file_fd >= 0)
		close(loop->file_fd);
	*loop = LOOP_DEVICE_NONE;
}

static int partition_ioctl(const struct loop_device *loop, int operation, long long bytes)
{
	struct blkpg_partition partition = { .start = 0, .length = bytes, .pno = 1 };
	struct blkpg_ioctl_arg arg = {
		.op = operation, .datalen = sizeof(partition), .data = &partition
	};
	return ioctl(loop->fd, BLKPG, &arg) ? -errno : 0;
}

static int partition_numbers(
	unsigned loop_minor, int sys_block_fd, unsigned *ret_major, unsigned *ret_minor)
{
	char path[NAME_BYTES];
	snprintf(path, sizeof(path), "loop%u/loop%up1/dev", loop_minor, loop_minor);
	AUTO(auto_close) int fd = openat(sys_block_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	char text[NAME_BYTES];
	ssize_t length = read(fd, text, sizeof(text) - 1);
	if (length < 0)
		return -errno;
	text[length] = '\0';

	char *end;
	unsigned long major_number = strtoul(text, &end, 10);
	if (*end != ':')
		return -EPROTO;
	*ret_major = (unsigned)major_number;
	*ret_minor = (unsigned)strtoul(end + 1, NULL, 10);
	return 0;
}

/*
 * From now on partitions go when the device detaches its file, for whatever reason; those left by a
 * killed supervisor go at once.
 */
static int let_partitions_go(const struct loop_device *loop)
{
	struct loop_info64 info;
	if (ioctl(loop->fd, LOOP_GET_STATUS64, &info))
		return -errno;
	info.lo_flags |= LO_FLAGS_PARTSCAN;
	return ioctl(loop->fd, LOOP_SET_STATUS64, &info) ? -errno : 0;
}

int loop_add_partition(
	const struct loop_device *loop, int sys_block_fd, unsigned *ret_major, unsigned *ret_minor)
{
	unsigned long long bytes;
	if (ioctl(loop->fd, BLKGETSIZE64, &bytes))
		return -errno;
	int error = let_partitions_go(loop);
	if (!error)
		error = partition_ioctl(loop, BLKPG_ADD_PARTITION, (long long)bytes);
	if (error)
		return error;

	error = partition_numbers(loop->minor, sys_block_fd, ret_major, ret_minor);
	if (error)
		loop_remove_partition(loop);
	return error;
}

int loop_remove_partition(const struct loop_device *loop)
{
	return partition_ioctl(loop, BLKPG_DEL_PARTITION, 0);
}
