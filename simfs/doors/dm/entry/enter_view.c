/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/effects/udev.h"
#include "simfs/doors/dm/entry/enter_internal.h"

/* ---- /dev ---- */

struct node {
	const char *name;
	mode_t mode;
	unsigned major, minor;
};

static const struct node nodes[] = {
	{ "null", 0666, 1, 3 },
	{ "zero", 0666, 1, 5 },
	{ "full", 0666, 1, 7 },
	{ "random", 0666, 1, 8 },
	{ "urandom", 0666, 1, 9 },
	{ "tty", 0666, 5, 0 },
	{ "fuse", 0666, 10, 229 },
};

struct link {
	const char *name, *target;
};

static const struct link links[] = {
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
	{ "ptmx", "pts/ptmx" },
};

static int make_nodes(int folder)
{
	for (size_t at = 0; at < sizeof nodes / sizeof nodes[0]; at++) {
		const struct node *node = &nodes[at];

		if (mknodat(folder, node->name, S_IFCHR | node->mode,
			    makedev(node->major, node->minor)) < 0 ||
			fchmodat(folder, node->name, node->mode, 0) < 0)
			return -errno;
	}
	for (size_t at = 0; at < sizeof links / sizeof links[0]; at++)
		if (symlinkat(links[at].target, folder, links[at].name) < 0)
			return -errno;
	return 0;
}

int enter_make_dev(const char *path)
{
	static const char *const folders[] = { "mapper", "shm", "pts" };
	AUTO(auto_close) int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int result = folder < 0 ? -errno : make_nodes(folder);

	for (size_t at = 0; result == 0 && at < sizeof folders / sizeof folders[0]; at++)
		if (mkdirat(folder, folders[at], 0755) < 0)
			result = -errno;
	if (result == 0 && fchmodat(folder, "shm", 01777, 0) < 0)
		result = -errno;
	if (result < 0)
		log_error_code(result, "cannot make nodes in '%s'", path);
	return result;
}

/* ---- /run ---- */

/* A world has its own: whether udev runs, which locks are held, LVM's daemons. */
static bool is_private(const char *name)
{
	static const char *const names[] = { "udev", "lvm", "lock", "snaprig-world" };

	for (size_t at = 0; at < sizeof names / sizeof names[0]; at++)
		if (strcmp(name, names[at]) == 0)
			return true;
	return strncmp(name, "dmeventd", strlen("dmeventd")) == 0;
}

/* Shows NAME of folder OLD in the new /run.  Omits what cannot be shown. */
static void show(int old, const char *name)
{
	char source[NAME_MAX + 64], target[NAME_MAX + 64], link[PATH_MAX];
	struct stat facts;
	ssize_t length;

	snprintf(source, sizeof source, "/proc/self/fd/%d/%s", old, name);
	snprintf(target, sizeof target, "/run/%s", name);
	if (fstatat(old, name, &facts, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISLNK(facts.st_mode)) {
		length = readlinkat(old, name, link, sizeof link - 1);
		if (length < 0)
			return;
		link[length] = '\0';
		(void)!symlink(link, target);
		return;
	}
	if (S_ISDIR(facts.st_mode) ? mkdir(target, 0755) < 0 : mknod(target, S_IFREG | 0600, 0) < 0)
		return;
	(void)mount(source, target, NULL, MS_BIND | MS_REC, NULL);
}

int enter_cover_run(bool udev)
{
	AUTO(auto_close) int old = open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(auto_closedir) DIR *folder = NULL;
	struct dirent *entry;
	int result, copy;

	if (old < 0) {
		result = -errno;
		log_error_code(result, "cannot open '/run'");
		return result;
	}
	result = enter_tmpfs("/run", MS_NOSUID | MS_NODEV, "mode=0755");
	if (result < 0)
		return result;
	copy = dup(old);
	folder = copy < 0 ? NULL : fdopendir(copy);
	while (folder && (entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			!is_private(entry->d_name))
			show(old, entry->d_name);
	result = enter_folder("/run/lock", 0755);
	if (result == 0)
		result = enter_folder("/run/lock/lvm", 0700);
	if (result == 0)
		result = enter_folder("/run/lvm", 0700);
	if (result == 0 && udev)
		result = enter_folder("/run/udev", 0755);
	return result == 0 && udev ? enter_text(UDEV_CONTROL, "") : result;
}

/* ---- /proc/devices ---- */

/* Whether LINE, " 7 loop", is of major 7, or names the machine's device-mapper. */
static bool is_replaced(const char *line)
{
	unsigned number;
	char name[64];

	return sscanf(line, "%u %63s", &number, name) == 2 &&
	       (number == 7 || strcmp(name, "device-mapper") == 0);
}

char *enter_devices_text(void)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/devices", "re");
	bool of_blocks = false;
	char line[256];
	char *text = NULL;
	size_t length;
	FILE *stream = file ? open_memstream(&text, &length) : NULL;

	if (!stream)
		return NULL;
	while (fgets(line, sizeof line, file)) {
		if (!of_blocks || !is_replaced(line))
			fputs(line, stream);
		if (strncmp(line, "Block devices:", strlen("Block devices:")) == 0) {
			of_blocks = true;
			fputs("  7 device-mapper\n", stream);
		}
	}
	fclose(stream);
	return text;
}

/* ---- /etc/lvm ---- */

/* No udev runs besides us, and nothing may be written where the machine would read it. */
static const char lvm_conf[] = "# The world's own: see snaprig(1), lvm.\n"
			       "devices {\n"
			       "\tdir = \"/dev\"\n"
			       "\tscan = [ \"/dev\" ]\n"
			       "\tuse_devicesfile = 0\n"
			       "\tobtain_device_list_from_udev = 0\n"
			       "\texternal_device_info_source = \"none\"\n"
			       "}\n"
			       "global {\n"
			       "\tuse_lvmpolld = 0\n"
			       "\tevent_activation = 0\n"
			       "}\n"
			       "activation {\n"
			       "\tudev_sync = %d\n"
			       "\tudev_rules = 0\n"
			       "\tmonitoring = %d\n"
			       "}\n";

int enter_make_lvm(const char *path, bool monitor, bool udev)
{
	static const char *const folders[] = { "archive", "backup", "cache" };
	char name[PATH_MAX], text[sizeof lvm_conf + 16];
	int result = 0;

	for (size_t at = 0; result == 0 && at < sizeof folders / sizeof folders[0]; at++) {
		snprintf(name, sizeof name, "%s/%s", path, folders[at]);
		result = enter_folder(name, 0700);
	}
	/* Profiles are the package's data. */
	snprintf(name, sizeof name, "%s/profile", path);
	if (result == 0 && access("/etc/lvm/profile", F_OK) == 0) {
		result = enter_folder(name, 0755);
		if (result == 0)
			result = enter_bind("/etc/lvm/profile", name);
	}
	snprintf(name, sizeof name, "%s/lvm.conf", path);
	snprintf(text, sizeof text, lvm_conf, udev, monitor);
	return result < 0 ? result : enter_text(name, text);
}
