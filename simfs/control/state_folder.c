/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/state_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/own_file.h"

static int cannot(const char *what, const char *path)
{
	int error = -errno;

	log_error_code(error, "cannot %s state folder '%s'", what, path);
	return error;
}

static int distrust(const char *path, const char *name, const char *flaw)
{
	log_error("cannot trust state folder '%s': %s%s%s%s", path, name ? "'" : "it",
		name ? name : "", name ? "' " : " ", flaw);
	return -EPERM;
}

/* Returns 0, or -EPERM if a file in FOLDER_FD has a flaw. */
static int look_at_files(int folder_fd, const char *path)
{
	int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(auto_closedir) DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		int error = cannot("read", path);

		if (fd >= 0)
			close(fd);
		return error;
	}
	while ((errno = 0, entry = readdir(folder))) {
		struct stat facts;
		const char *flaw = NULL;

		/* A file that has vanished in between did no harm. */
		if (fstatat(fd, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
			!S_ISDIR(facts.st_mode))
			flaw = own_file_flaw(&facts);
		if (flaw)
			return distrust(path, entry->d_name, flaw);
	}
	return errno == 0 ? 0 : cannot("read", path);
}

/* The same for anything but a folder, which open() reports only as ENOTDIR. */
static int no_folder(const char *path)
{
	struct stat facts;

	const char *flaw;

	if (lstat(path, &facts) < 0)
		return cannot("open", path);
	flaw = own_folder_flaw(&facts);
	return distrust(path, NULL, flaw ? flaw : "was replaced just now");
}

int state_folder_open(const char *path, bool make, int *ret_fd)
{
	const char *flaw;
	struct stat facts;
	int error;

	if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
		return cannot("make", path);

	AUTO(auto_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && !make)
		return -ENOENT;
	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? no_folder(path) : cannot("open", path);
	if (fstat(fd, &facts) < 0)
		return cannot("open", path);
	flaw = own_folder_flaw(&facts);
	if (flaw)
		return distrust(path, NULL, flaw);
	error = look_at_files(fd, path);
	if (error == 0)
		*ret_fd = TAKE_FD(fd);
	return error;
}
