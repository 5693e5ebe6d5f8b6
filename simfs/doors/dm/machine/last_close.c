/* SPDX-License-Identifier: Apache-2.0 */
/* last_close.c - see last_close.h. */
#include "simfs/doors/dm/machine/last_close.h"

#include <errno.h>

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux 6.5; missing in older headers. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

struct cache_range {
	uint64_t offset, length; /* 0: to the end */
};

struct cache_pages {
	uint64_t cached, dirty, written_back, evicted, evicted_lately;
};

bool last_close_is_due(int fd)
{
	struct cache_range all = { 0 };
	struct cache_pages found;
	return syscall(SYS_cachestat, fd, &all, &found, 0) || found.cached;
}

int last_close_now(int fd)
{
	return last_close_is_due(fd) && ioctl(fd, BLKFLSBUF, 0) ? -errno : 0;
}

int last_close(uint64_t dev_device, const struct opens_device *device, pid_t leaving)
{
	if (!last_close_is_due(device->fd))
		return 0;
	/*
	 * The claim is checked last: checking means claiming, which gets in the way of other
	 * programs.
	 */
	struct opens_device unasked = *device;
	unasked.fd = -1;
	unsigned count;
	int error = opens_count(dev_device, &unasked, leaving, &count);
	if (error || count || opens_is_claimed(device->fd))
		return error;
	return last_close_now(device->fd);
}
