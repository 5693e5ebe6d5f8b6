/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"

int pending_file_create(const char *path, struct pending_file *ret)
{
	struct pending_file file = { .fd = -1 };

	if (access(path, F_OK) == 0)
		return -EEXIST;
	if (asprintf(&file.pending_path, "%s.%d" PENDING_SUFFIX, path, (int)getpid()) < 0)
		return -ENOMEM;
	file.path = strdup(path);
	if (file.path)
		file.fd = open(file.pending_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file.fd < 0) {
		int error = file.path ? -errno : -ENOMEM;

		free(file.path);
		free(file.pending_path);
		return error;
	}
	*ret = file;
	return 0;
}

int pending_file_publish(struct pending_file *file)
{
	if (fsync(file->fd) < 0)
		return -errno;
	if (renameat2(AT_FDCWD, file->pending_path, AT_FDCWD, file->path, RENAME_NOREPLACE) < 0) {
		/* Not every file system supports RENAME_NOREPLACE. */
		if (errno != EINVAL || access(file->path, F_OK) == 0)
			return errno == EINVAL ? -EEXIST : -errno;
		if (rename(file->pending_path, file->path) < 0)
			return -errno;
	}
	file->is_published = true;
	return 0;
}

void pending_file_withdraw(struct pending_file *file)
{
	if (file->is_published)
		unlink(file->path);
}

void pending_file_deinit(struct pending_file *file)
{
	if (!file->path)
		return;
	if (!file->is_published)
		unlink(file->pending_path);
	close(file->fd);
	free(file->path);
	free(file->pending_path);
	*file = (struct pending_file){ .fd = -1 };
}

int folder_flush(const char *path)
{
	AUTO(auto_free) char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;

	AUTO(auto_close) int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int write_all(int fd, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	while (length > 0) {
		ssize_t written = write(fd, at, length);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			at += written;
			length -= (size_t)written;
		}
	}
	return 0;
}

static volatile sig_atomic_t stop_asked;

static void note_stop(int number)
{
	(void)number;
	stop_asked = 1;
}

void stop_watch(void)
{
	struct sigaction action = { .sa_handler = note_stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool asked_to_stop(void)
{
	return stop_asked;
}
