/* SPDX-License-Identifier: Apache-2.0 */
/* opens.c - see opens.h. */
#include "simfs/doors/dm/machine/opens.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/kcmp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/processes/inhabitants.h"

/* One descriptor of one process, and the device that it refers to. */
struct opening {
	pid_t pid;
	unsigned long fd;
	size_t device;
};

struct openings {
	struct opens_device *devices;
	size_t device_count;
	pid_t leaving;
	struct opening *list; /* distinct: without copies by fork or dup() */
	unsigned count;
	int error;
};

/*
 * The device that PATH leads to; device_count for none.  PATH may lead to a file whose server waits
 * for us, so it must not be asked.
 */
static size_t leads_to(const char *path, const struct openings *openings)
{
	struct statx found;
	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_TYPE, &found) ||
		!S_ISBLK(found.stx_mode))
		return openings->device_count;

	size_t at = 0;
	while (at < openings->device_count &&
		(found.stx_rdev_major != openings->devices[at].major ||
			found.stx_rdev_minor != openings->devices[at].minor))
		at++;
	return at;
}

/* Fork and dup() share an opening. */
static bool is_same(const struct opening *one, const struct opening *other)
{
	return syscall(SYS_kcmp, one->pid, other->pid, KCMP_FILE, one->fd, other->fd) == 0;
}

static void add(struct openings *openings, const struct opening *opening)
{
	for (unsigned i = 0; i < openings->count; i++)
		if (openings->list[i].device == opening->device &&
			is_same(&openings->list[i], opening))
			return;

	void *longer = realloc(openings->list, (openings->count + 1) * sizeof(*openings->list));
	if (!longer) {
		openings->error = -ENOMEM;
		return;
	}
	openings->list = longer;
	openings->list[openings->count++] = *opening;
	openings->devices[opening->device].openings++;
}

static bool look_at_process(pid_t pid, void *context)
{
	struct openings *openings = context;
	if (pid == openings->leaving)
		return true;

	char path[320];
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	AUTO(auto_closedir) DIR *folder = opendir(path);
	if (!folder)
		return true;

	struct dirent *entry;
	while ((entry = readdir(folder))) {
		char target[8];
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target));
		/* "socket:[5]" and the like are no devices; neither are "." and "..". */
		if (length <= 0 || *target != '/')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", (int)pid, entry->d_name);
		size_t device = leads_to(path, openings);
		if (device < openings->device_count)
			add(openings,
				&(struct opening){ pid, strtoul(entry->d_name, NULL, 10), device });
	}
	return openings->error == 0;
}

bool opens_is_claimed(int fd)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	AUTO(auto_close) int claim = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
	return claim < 0 && errno == EBUSY;
}

struct search {
	char device[MOUNT_DEVICE_BYTES];
	char source[320]; /* if the file system has a device number of its own; or "" */
	bool opens, found;
	int fd;
};

/* Opens something of the mount at PATH; if possible, in a way that does not keep it mounted. */
static int open_mount(const char *path)
{
	int apart = (int)syscall(
		SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (apart >= 0) {
		int fd = openat(apart, ".", O_RDONLY | O_CLOEXEC);
		/* A bind mount of a file. */
		if (fd < 0 && errno == ENOTDIR) {
			char self[64];
			snprintf(self, sizeof(self), "/proc/self/fd/%d", apart);
			fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		}
		int error = fd < 0 ? -errno : 0;
		close(apart);
		return error ? error : fd;
	}
	/* The mount is of another namespace. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static bool look_at_mount(pid_t pid, const struct mount_entry *entry, void *context)
{
	struct search *search = context;
	if (strcmp(entry->device, search->device) != 0 &&
		!(*search->source && strcmp(entry->source, search->source) == 0))
		return true;
	search->found = true;
	if (!search->opens)
		return false;

	char path[sizeof(entry->point) + 64];
	snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, entry->point);
	search->fd = open_mount(path);
	return search->fd < 0;
}

int opens_file_system(uint64_t dev_device, unsigned major, unsigned minor, const char *name)
{
	struct search search = { .opens = true, .fd = -ENOENT };
	snprintf(search.device, sizeof(search.device), "%u:%u", major, minor);
	if (*name)
		snprintf(search.source, sizeof(search.source), "/dev/mapper/%s", name);
	int error = inhabitants_walk_mounts(dev_device, look_at_mount, &search);
	return error ? error : search.fd;
}

static int is_mounted(uint64_t dev_device, const struct opens_device *device, bool *ret)
{
	struct search search = { .fd = -1 };
	snprintf(search.device, sizeof(search.device), "%u:%u", device->major, device->minor);
	int error = inhabitants_walk_mounts(dev_device, look_at_mount, &search);
	*ret = search.found;
	return error;
}

int opens_look(uint64_t dev_device, struct opens_device *devices, size_t count, pid_t leaving)
{
	struct openings openings = {
		.devices = devices,
		.device_count = count,
		.leaving = leaving,
	};
	for (size_t i = 0; i < count; i++)
		devices[i].openings = 0;
	int error = inhabitants_walk(dev_device, look_at_process, &openings);

	free(openings.list);
	return error ? error : openings.error;
}

int opens_mounts(uint64_t dev_device, const struct opens_device *device)
{
	/* An opening with O_EXCL claims it, too, and is among the openings. */
	bool mounted = device->fd >= 0 && opens_is_claimed(device->fd);
	int error = mounted && device->openings ? is_mounted(dev_device, device, &mounted) : 0;
	return error ? error : mounted;
}

int opens_count(
	uint64_t dev_device, const struct opens_device *device, pid_t leaving, unsigned *ret)
{
	struct opens_device looked = *device;
	int error = opens_look(dev_device, &looked, 1, leaving);
	int mounts = error ? error : opens_mounts(dev_device, &looked);
	if (mounts < 0)
		return mounts;
	*ret = looked.openings + (unsigned)mounts;
	return 0;
}
