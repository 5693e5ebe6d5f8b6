/* SPDX-License-Identifier: Apache-2.0 */
/* nodes.c - see nodes.h. */
#include "simfs/doors/dm/machine/nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define FOLDER "mapper/"

/* Room for the folder, and for the longest name. */
struct node_path {
	char text[sizeof(FOLDER) + DM_NAME_LEN];
};

static int node_path(const char *name, struct node_path *ret)
{
	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		strcmp(name, "control") == 0 || strlen(name) >= DM_NAME_LEN)
		return -EINVAL;
	snprintf(ret->text, sizeof(ret->text), FOLDER "%s", name);
	return 0;
}

static bool is_node(int dev_fd, const char *path, dev_t device)
{
	struct stat found;
	return fstatat(dev_fd, path, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISBLK(found.st_mode) &&
	       found.st_rdev == device;
}

int node_make(int dev_fd, const char *name, unsigned major, unsigned minor)
{
	struct node_path path;
	int error = node_path(name, &path);
	if (error)
		return error;

	dev_t device = makedev(major, minor);
	if (is_node(dev_fd, path.text, device))
		return 0;
	/*
	 * A node of that name that a removed device has left leads nowhere, or to another device.
	 */
	unlinkat(dev_fd, path.text, 0);
	return mknodat(dev_fd, path.text, S_IFBLK | S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP, device)
		       ? -errno
		       : 0;
}

int node_remove(int dev_fd, const char *name)
{
	struct node_path path;
	int error = node_path(name, &path);
	if (error)
		return error;
	return unlinkat(dev_fd, path.text, 0) && errno != ENOENT ? -errno : 0;
}
