/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/users.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"

/* The most that a message names. */
#define USERS_MAX 8

struct users {
	const char *mount_point;
	size_t mount_point_length;
	char *text;
	size_t room;
	unsigned count;
};

__attribute__((format(printf, 2, 3))) static void add_user(
	struct users *users, const char *format, ...)
{
	char user[300];
	va_list arguments;

	if (users->count++ >= USERS_MAX)
		return;

	va_start(arguments, format);
	vsnprintf(user, sizeof user, format, arguments);
	va_end(arguments);

	size_t used = strlen(users->text);

	snprintf(users->text + used, users->room - used, "%s%s", used ? ", " : "", user);
}

static bool is_below(const struct users *users, const char *path)
{
	char next = '\0';

	if (strncmp(path, users->mount_point, users->mount_point_length) != 0)
		return false;
	next = path[users->mount_point_length];
	return next == '\0' || next == '/' || isspace((unsigned char)next);
}

static bool link_is_below(const struct users *users, int folder_fd, const char *name)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(folder_fd, name, target, sizeof target - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	return is_below(users, target);
}

/* Whether any link in folder NAME of FOLDER_FD leads below the mount. */
static bool any_link_is_below(const struct users *users, int folder_fd, const char *name)
{
	int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(auto_closedir) DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(folder)))
		if (link_is_below(users, dirfd(folder), entry->d_name))
			return true;
	return false;
}

/*
 * Reads the first line of file NAME in FOLDER_FD, without its newline.  Returns false if there is
 * none.
 */
static bool read_line(int folder_fd, const char *name, char *buffer, size_t length)
{
	AUTO(auto_close) int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, buffer, length - 1);

	if (got <= 0)
		return false;
	buffer[got] = '\0';
	buffer[strcspn(buffer, "\n")] = '\0';
	return true;
}

static void look_at_process(struct users *users, int proc_fd, const char *pid)
{
	AUTO(auto_close) int fd = openat(proc_fd, pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[64];

	if (fd < 0 || strtol(pid, NULL, 10) == getpid())
		return;
	if (!link_is_below(users, fd, "cwd") && !link_is_below(users, fd, "root") &&
		!link_is_below(users, fd, "exe") && !any_link_is_below(users, fd, "fd") &&
		!any_link_is_below(users, fd, "map_files"))
		return;
	if (!read_line(fd, "comm", name, sizeof name))
		snprintf(name, sizeof name, "a process");
	add_user(users, "%s (pid %s)", name, pid);
}

static void look_at_loop_device(struct users *users, int block_fd, const char *device)
{
	char path[300];
	char backing_file[PATH_MAX];

	snprintf(path, sizeof path, "%s/loop/backing_file", device);
	if (read_line(block_fd, path, backing_file, sizeof backing_file) &&
		is_below(users, backing_file))
		add_user(users, "loop device '%s'", device);
}

/* Calls LOOK for each name in FOLDER that begins with a character of BEGINNINGS. */
static void look_at_each(struct users *users, const char *folder_name, const char *beginnings,
	void (*look)(struct users *users, int folder_fd, const char *name))
{
	AUTO(auto_closedir) DIR *folder = opendir(folder_name);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (strchr(beginnings, entry->d_name[0]))
			look(users, dirfd(folder), entry->d_name);
}

const char *cli_users_find(const char *mount_point, char *buffer, size_t length)
{
	struct users users = {
		.mount_point = mount_point,
		.mount_point_length = strlen(mount_point),
		.text = buffer,
		.room = length,
	};

	buffer[0] = '\0';
	look_at_each(&users, "/proc", "123456789", look_at_process);
	look_at_each(&users, "/sys/block", "l", look_at_loop_device);
	return buffer;
}
