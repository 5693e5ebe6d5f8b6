/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/own_file.h"

static struct {
	int folder_fd;
	const char *name, *old_name;
	int fd; /* -1: none; stderr after the take-over */
	bool took_over;
	uint64_t bytes;

	char last[2048]; /* cut if it is longer */
	uint64_t repeated;
} log_file = { .fd = -1 };

static int open_file(int flags)
{
	AUTO(auto_close) int fd = -1;
	struct stat facts;
	int error = own_file_open(
		log_file.folder_fd, log_file.name, O_WRONLY | O_CREAT | O_APPEND | flags, &fd);

	if (error < 0)
		return error;
	if (fstat(fd, &facts) < 0)
		return -errno;
	log_file.bytes = (uint64_t)facts.st_size;
	if (!log_file.took_over)
		log_file.fd = TAKE_FD(fd);
	else if (dup2(fd, STDERR_FILENO) < 0)
		return -errno;
	return 0;
}

int log_file_open(int folder_fd, const char *name, const char *old_name)
{
	log_file.folder_fd = folder_fd;
	log_file.name = name;
	log_file.old_name = old_name;
	return open_file(0);
}

int log_file_take_over(void)
{
	if (log_file.fd < 0)
		return -EBADF;
	if (dup2(log_file.fd, STDERR_FILENO) < 0)
		return -errno;
	close(log_file.fd);
	log_file.fd = STDERR_FILENO;
	log_file.took_over = true;
	return 0;
}

static bool make_room(size_t length)
{
	if (log_file.bytes == 0 || log_file.bytes + length <= LOG_FILE_MAX_BYTES)
		return true;
	return renameat(log_file.folder_fd, log_file.name, log_file.folder_fd, log_file.old_name) ==
		       0 &&
	       open_file(O_EXCL) == 0;
}

static void put(const char *line, size_t length)
{
	if (make_room(length) && write(log_file.fd, line, length) == (ssize_t)length)
		log_file.bytes += length;
}

static void put_repeated(void)
{
	char line[64];
	int length = snprintf(line, sizeof line, "snaprig: the same, %llu more\n",
		(unsigned long long)log_file.repeated);

	if (log_file.repeated > 0)
		put(line, (size_t)length);
	log_file.repeated = 0;
}

int log_file_write(const char *line, size_t length)
{
	if (!log_file.took_over)
		return -EBADF;
	if (strcmp(line, log_file.last) == 0) {
		log_file.repeated++;
		return 0;
	}
	put_repeated();
	put(line, length);
	snprintf(log_file.last, sizeof log_file.last, "%s", line);
	return 0;
}

void log_file_close(void)
{
	if (log_file.fd < 0)
		return;
	put_repeated();
	if (!log_file.took_over)
		close(log_file.fd);
	log_file.fd = -1;
	log_file.took_over = false;
	log_file.last[0] = '\0';
}
