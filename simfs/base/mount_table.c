/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/mount_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"

/* Namespaces that are told apart, and named. */
#define NAMESPACES_MAX 8

/* Undoes the octal escapes of mountinfo ("\040" is a space). */
static void unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at; to++) {
		if (at[0] == '\\' && at[1] && at[2] && at[3]) {
			*to = (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0'));
			at += 4;
		} else {
			*to = *at++;
		}
	}
	*to = '\0';
}

bool mount_entry_parse(const char *line, struct mount_entry *ret)
{
	const char *rest = strstr(line, " - ");
	int used = 0;

	ret->source[0] = '\0';
	if (!rest ||
		sscanf(line, "%*s %*s %23s %*s %4095s %*s%n", ret->device, ret->point, &used) !=
			2 ||
		used == 0 || line + used > rest ||
		sscanf(rest, " - %127s %4095s", ret->type, ret->source) < 1)
		return false;
	unescape(ret->point);
	unescape(ret->source);
	return true;
}

static bool is_at(const struct mount_entry *entry, const char *path)
{
	return strcmp(entry->point, path) == 0;
}

static bool is_of(const struct mount_entry *entry, const char *device)
{
	return strcmp(entry->device, device) == 0;
}

static int find(const char *table, bool (*matches)(const struct mount_entry *, const char *),
	const char *wanted, bool last, struct mount_entry *ret)
{
	AUTO(auto_fclose) FILE *file = fopen(table, "re");
	AUTO(auto_free) char *line = NULL;
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	size_t room = 0;
	int result = -ENOENT;

	if (!file || !entry)
		return file ? -ENOMEM : -errno;
	while (getline(&line, &room, file) >= 0) {
		if (!mount_entry_parse(line, entry) || !matches(entry, wanted))
			continue;
		*ret = *entry;
		result = 0;
		if (!last)
			break;
	}
	return ferror(file) ? -EIO : result;
}

int mount_table_find(const char *table, const char *path, struct mount_entry *ret)
{
	return find(table, is_at, path, true, ret);
}

int mount_table_find_device(const char *table, const char *device, struct mount_entry *ret)
{
	return find(table, is_of, device, false, ret);
}

/* ---- other namespaces ---- */

struct namespaces {
	char names[NAMESPACES_MAX][64];
	unsigned count;
};

/* Whether the mount namespace of /proc/PID was not met before; what cannot be seen was. */
static bool is_new(struct namespaces *namespaces, const char *pid)
{
	char path[64], name[64];
	ssize_t length;

	snprintf(path, sizeof path, "/proc/%.20s/ns/mnt", pid);
	length = readlink(path, name, sizeof name - 1);
	if (length < 0 || namespaces->count == NAMESPACES_MAX)
		return false;
	name[length] = '\0';
	for (unsigned i = 0; i < namespaces->count; i++)
		if (strcmp(namespaces->names[i], name) == 0)
			return false;
	memcpy(namespaces->names[namespaces->count++], name, sizeof name);
	return true;
}

static void add_holder(const char *pid, char *buffer, size_t length)
{
	char path[64], name[64] = "a process";
	size_t used = strlen(buffer);

	snprintf(path, sizeof path, "/proc/%.20s/comm", pid);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (file && fgets(name, sizeof name, file))
		name[strcspn(name, "\n")] = '\0';
	snprintf(buffer + used, length - used, "%s%s (pid %.20s)", used ? ", " : "", name, pid);
}

const char *mount_table_holders(const char *device, char *buffer, size_t length)
{
	AUTO(auto_closedir) DIR *folder = opendir("/proc");
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	struct namespaces namespaces = { .count = 0 };
	struct dirent *process;

	buffer[0] = '\0';
	(void)is_new(&namespaces, "self");
	while (folder && entry && (process = readdir(folder))) {
		char table[64];

		if (process->d_name[0] < '1' || process->d_name[0] > '9' ||
			!is_new(&namespaces, process->d_name))
			continue;
		snprintf(table, sizeof table, "/proc/%.20s/mountinfo", process->d_name);
		if (mount_table_find_device(table, device, entry) == 0)
			add_holder(process->d_name, buffer, length);
	}
	return buffer;
}
