/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/kept.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/own_file.h"

/* Far more than any of these files. */
#define KEPT_BYTES_MAX (256 * 1024)
#define NAME_BYTES     128

int kept_folder(int folder_fd, const char *name, int *ret_fd)
{
	struct stat facts;

	if (mkdirat(folder_fd, name, 0700) < 0 && errno != EEXIST)
		return -errno;

	AUTO(auto_close)
	int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &facts) < 0)
		return -errno;
	if (own_folder_flaw(&facts))
		return -EPERM;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void kept_folder_remove(int folder_fd, const char *name)
{
	int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	AUTO(auto_closedir) DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(folder)))
		unlinkat(fd, entry->d_name, 0);
	unlinkat(folder_fd, name, AT_REMOVEDIR);
}

int kept_read(int folder_fd, const char *name, json_t **ret)
{
	AUTO(auto_close) int fd = -1;
	AUTO(auto_free) char *text = malloc(KEPT_BYTES_MAX);
	size_t length = 0;
	ssize_t got;
	int error = own_file_open(folder_fd, name, O_RDONLY, &fd);

	if (error < 0)
		return error;
	if (!text)
		return -ENOMEM;
	while (length < KEPT_BYTES_MAX &&
		(got = read(fd, text + length, KEPT_BYTES_MAX - length)) != 0) {
		if (got < 0 && errno != EINTR)
			return -errno;
		length += got > 0 ? (size_t)got : 0;
	}

	json_t *object = json_loadb(text, length, 0, NULL);

	if (!json_is_object(object)) {
		json_decref(object);
		return -EILSEQ;
	}
	*ret = object;
	return 0;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t done = write(fd, text, length);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			text += done;
			length -= (size_t)done;
		}
	}
	return 0;
}

int kept_write(int folder_fd, const char *name, json_t *object)
{
	char next[NAME_BYTES];
	AUTO(auto_close) int fd = -1;
	AUTO(auto_free) char *text = json_dumps(object, JSON_INDENT(2) | JSON_SORT_KEYS);

	if (!text)
		return -ENOMEM;
	if ((size_t)snprintf(next, sizeof next, "%s.next", name) >= sizeof next)
		return -ENAMETOOLONG;
	unlinkat(folder_fd, next, 0);

	int error = own_file_open(folder_fd, next, O_WRONLY | O_CREAT | O_EXCL, &fd);

	if (error == 0)
		error = write_all(fd, text, strlen(text));
	if (error == 0 && renameat(folder_fd, next, folder_fd, name) < 0)
		error = -errno;
	if (error < 0)
		unlinkat(folder_fd, next, 0);
	return error;
}
