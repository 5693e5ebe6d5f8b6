/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/file_io.h"

#include <errno.h>
#include <unistd.h>

size_t file_read_up_to(int fd, void *bytes, size_t length, uint64_t offset, int *ret_error)
{
	unsigned char *at = bytes;
	size_t done = 0;

	*ret_error = 0;
	while (done < length) {
		ssize_t got = pread(fd, at + done, length - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			*ret_error = -errno;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

int file_read_all(int fd, void *bytes, size_t length, uint64_t offset)
{
	int error;

	if (file_read_up_to(fd, bytes, length, offset, &error) == length)
		return 0;
	return error < 0 ? error : -EIO;
}

int file_write_all(int fd, const void *bytes, size_t length, uint64_t offset)
{
	const unsigned char *at = bytes;
	size_t done = 0;

	while (done < length) {
		ssize_t put = pwrite(fd, at + done, length - done, (off_t)(offset + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? -errno : -EIO;
		done += (size_t)put;
	}
	return 0;
}
