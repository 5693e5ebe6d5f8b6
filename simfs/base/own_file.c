/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"

static bool is_foreign(const struct stat *facts)
{
	return facts->st_uid != geteuid() && facts->st_uid != 0;
}

static bool others_may_write(const struct stat *facts)
{
	return (facts->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

const char *own_file_flaw(const struct stat *facts)
{
	if (S_ISLNK(facts->st_mode))
		return "is a symbolic link";
	if (!S_ISREG(facts->st_mode) && !S_ISSOCK(facts->st_mode))
		return "is not a regular file";
	if (is_foreign(facts))
		return "belongs to another user";
	if (others_may_write(facts))
		return "can be written to by others (chmod go-w)";
	/* The other name of a hard link may be any file on this file system. */
	if (facts->st_nlink > 1)
		return "has a second name (a hard link)";
	return NULL;
}

const char *own_folder_flaw(const struct stat *facts)
{
	if (!S_ISDIR(facts->st_mode))
		return S_ISLNK(facts->st_mode) ? "is a symbolic link" : "is no folder";
	if (is_foreign(facts))
		return "belongs to another user";
	if (others_may_write(facts) && !(facts->st_mode & S_ISVTX))
		return "can be written to by others (chmod go-w)";
	return NULL;
}

int own_file_open(int folder_fd, const char *name, int flags, int *ret)
{
	AUTO(auto_close)
	int fd = openat(
		folder_fd, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat facts;

	if (fd < 0 || fstat(fd, &facts) < 0)
		return -errno;
	if (!S_ISREG(facts.st_mode))
		return -EINVAL;
	if (own_file_flaw(&facts))
		return -EPERM;

	/* It was set only for FIFOs; with it, a ring fails requests that would have to wait. */
	int now = fcntl(fd, F_GETFL);

	if (now < 0 || fcntl(fd, F_SETFL, now & ~O_NONBLOCK) < 0)
		return -errno;
	*ret = TAKE_FD(fd);
	return 0;
}
