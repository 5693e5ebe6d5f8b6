/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/mount/mount_point.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/mount_table.h"

int mount_point_look(const char *path, enum mount_point_state *ret)
{
	struct stat facts;
	struct statfs asked;
	struct mount_entry entry;
	/* The kernel may have cached a dead mount's attributes, but statfs must ask. */
	int looked = stat(path, &facts) < 0 || statfs(path, &asked) < 0 ? -errno : 0;
	int error = mount_table_find(MOUNT_TABLE_SELF, path, &entry);
	const char *type = error == 0 ? entry.type : "";

	if (error < 0 && error != -ENOENT)
		return error;
	/* -ECONNABORTED comes while the kernel is still tearing down its rig. */
	if (looked == -ENOTCONN || looked == -ECONNABORTED) {
		if (strcmp(type, "fuse.snaprig") != 0)
			return looked;
		*ret = MOUNT_POINT_STALE;
		return 0;
	}
	if (looked < 0)
		return looked;
	if (!S_ISDIR(facts.st_mode))
		return -ENOTDIR;
	*ret = *type ? MOUNT_POINT_TAKEN : MOUNT_POINT_FREE;
	return 0;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* Walks from FOLDER_FD, which it closes, up to the root. */
static int find_above(int folder_fd, const struct stat *wanted, bool *ret)
{
	AUTO(auto_close) int fd = folder_fd;
	struct stat facts, above;

	if (fstat(fd, &facts) < 0)
		return -errno;
	while (!is_same(&facts, wanted)) {
		int above_fd = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (above_fd < 0)
			return -errno;
		close(fd);
		fd = above_fd;
		if (fstat(fd, &above) < 0)
			return -errno;
		/* The root is its own parent. */
		if (is_same(&facts, &above)) {
			*ret = false;
			return 0;
		}
		facts = above;
	}
	*ret = true;
	return 0;
}

int mount_point_hides(const char *point, const char *path, bool *ret)
{
	AUTO(auto_free) char *copy = strdup(path);
	struct stat wanted;
	int fd;

	if (!copy)
		return -ENOMEM;
	if (stat(point, &wanted) < 0)
		return -errno;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fd = open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : find_above(fd, &wanted, ret);
}
