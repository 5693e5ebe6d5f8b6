/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/rig_mounts.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* mountinfo has "\040" for a space, and so on for other bytes. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		unsigned value;

		if (*from == '\\' && sscanf(from + 1, "%3o", &value) == 1) {
			*to = (char)value;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static bool is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]);
}

static void list_add(struct mount_list *list, char *path)
{
	list->paths = heap_grow(list->paths, list->count, sizeof *list->paths);
	list->paths[list->count++] = path;
}

void mounts_below(const char *path, struct mount_list *ret)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/self/mountinfo", "re");
	AUTO(auto_free) char *line = NULL;
	size_t size = 0;

	*ret = (struct mount_list){ 0 };
	while (file && getline(&line, &size, file) > 0) {
		AUTO(auto_free) char *mount_point = NULL;

		if (sscanf(line, "%*s %*s %*s %*s %ms", &mount_point) != 1)
			continue;
		unescape(mount_point);
		if (is_below(mount_point, path))
			list_add(ret, TAKE_PTR(mount_point));
	}
}

void mount_list_deinit(struct mount_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct mount_list){ 0 };
}

bool mounted_at(const char *path)
{
	AUTO(mount_list_deinit) struct mount_list list;

	mounts_below(path, &list);
	for (size_t i = 0; i < list.count; i++) {
		if (strcmp(list.paths[i], path) == 0)
			return true;
	}
	return false;
}

void loops_below(const char *path, struct mount_list *ret)
{
	AUTO(auto_closedir) DIR *folder = opendir("/sys/block");
	struct dirent *entry;

	*ret = (struct mount_list){ 0 };
	while (folder && (entry = readdir(folder))) {
		if (strncmp(entry->d_name, "loop", 4) != 0)
			continue;

		AUTO(auto_free)
		char *name = heap_format("/sys/block/%s/loop/backing_file", entry->d_name);
		AUTO(auto_free) char *file = file_last_line(name);

		if (file && is_below(file, path))
			list_add(ret, heap_format("/dev/%s (%s)", entry->d_name, file));
	}
}

bool loop_is_attached(const char *device)
{
	const char *slash = strrchr(device, '/');
	AUTO(auto_free)
	char *name = heap_format("/sys/block/%s/loop/backing_file", slash ? slash + 1 : device);

	return access(name, F_OK) == 0;
}

void rig_loop_detach(const char *device)
{
	AUTO(auto_close) int fd = open(device, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)ioctl(fd, LOOP_CLR_FD, 0);
}

void loops_detach(const char *path)
{
	struct mount_list list;

	loops_below(path, &list);
	for (size_t i = 0; i < list.count; i++) {
		AUTO(auto_free)
		char *device = heap_format("%.*s", (int)strcspn(list.paths[i], " "), list.paths[i]);

		rig_loop_detach(device);
	}
	mount_list_deinit(&list);
}

void mounts_detach(const char *path)
{
	struct mount_list list;

	mounts_below(path, &list);
	for (size_t i = list.count; i-- > 0;)
		(void)umount2(list.paths[i], MNT_DETACH);
	mount_list_deinit(&list);
	loops_detach(path);
}
