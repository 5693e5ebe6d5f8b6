/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_ioctl.c - preloaded into the LVM tools on a real kernel: what they ask device-mapper
 * and what it answers, as lines of the file DM_TRACE.
 *
 *	? NR BYTES	a request
 *	! ERRNO BYTES	its answer
 *
 * Bytes are hexadecimal, (N) is N zeros, and more zeros follow as far as the size in the
 * header goes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BYTES_MAX 65536

static size_t zeros_at(const unsigned char *bytes, size_t length)
{
	size_t zeros = 0;

	while (zeros < length && !bytes[zeros])
		zeros++;
	return zeros;
}

static size_t put_bytes(char *line, size_t size, const unsigned char *bytes, size_t length)
{
	size_t used = 0;

	for (size_t at = 0; at < length;) {
		size_t zeros = zeros_at(bytes + at, length - at);

		if (at + zeros == length)
			break;
		if (zeros > 2)
			used += (size_t)snprintf(line + used, size - used, "(%zu)", zeros);
		else
			used += (size_t)snprintf(line + used, size - used, "%02x", bytes[at]);
		at += zeros > 2 ? zeros : 1;
	}
	return used;
}

static void trace(const char *file, char kind, int number, const struct dm_ioctl *param)
{
	static char line[2 * BYTES_MAX + 64];
	size_t length = param->data_size < BYTES_MAX ? param->data_size : BYTES_MAX;
	size_t used = (size_t)snprintf(line, sizeof line, "%c %d ", kind, number);

	used += put_bytes(line + used, sizeof line - used, (const unsigned char *)param, length);
	line[used++] = '\n';

	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, line, used) != (ssize_t)used)
		abort();
	close(fd);
}

int ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, void *);
	const char *file = getenv("DM_TRACE");
	va_list arguments;

	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);

	if (!real)
		real = (int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl");
	if (!file || !*file || _IOC_TYPE(request) != DM_IOCTL)
		return real(fd, request, argument);

	trace(file, '?', (int)_IOC_NR(request), argument);
	int result = real(fd, request, argument);
	int error = errno;
	trace(file, '!', result < 0 ? error : 0, argument);
	errno = error;
	return result;
}
