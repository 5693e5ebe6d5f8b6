/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"

/* The permissions that open() gives a file. */
static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int write_special(const char *path, const char *bytes, size_t length)
{
	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			length -= (size_t)written;
		}
	}
	return 0;
}

static int fill(int fd, const void *bytes, size_t length)
{
	int error = file_write_all(fd, bytes, length, 0);

	if (error < 0)
		return error;
	return fchmod(fd, usual_mode()) < 0 || fsync(fd) < 0 ? -errno : 0;
}

int whole_file_write(const char *path, const void *bytes, size_t length)
{
	AUTO(auto_free) char *beside = NULL;
	struct stat status;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return write_special(path, bytes, length);
	if (asprintf(&beside, "%s.XXXXXX", path) < 0) {
		beside = NULL;
		return -ENOMEM;
	}

	AUTO(auto_close) int fd = mkostemp(beside, O_CLOEXEC);

	if (fd < 0)
		return -errno;

	int error = fill(fd, bytes, length);

	if (error == 0 && rename(beside, path) < 0)
		error = -errno;
	if (error < 0)
		unlink(beside);
	return error;
}
