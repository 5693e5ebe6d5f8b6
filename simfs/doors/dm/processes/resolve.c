/* SPDX-License-Identifier: Apache-2.0 */
/* resolve.c - see resolve.h. */
#include "simfs/doors/dm/processes/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "simfs/base/cleanup.h"

static int open_folder_of(pid_t pid, const char *which)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, which);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int resolve_block_device(pid_t pid, const char *path, unsigned *ret_major, unsigned *ret_minor)
{
	AUTO(auto_close) int folder = open_folder_of(pid, *path == '/' ? "root" : "cwd");
	/* An absolute link means the caller's root. */
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = *path == '/' ? RESOLVE_IN_ROOT : 0,
	};
	AUTO(auto_close) int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
	struct stat found;
	if (fd < 0 || fstat(fd, &found) || !S_ISBLK(found.st_mode))
		return -ENODEV;
	*ret_major = major(found.st_rdev);
	*ret_minor = minor(found.st_rdev);
	return 0;
}
