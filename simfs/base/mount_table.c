/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/mount_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/mount_namespaces.h"

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
	const char *rest = strstr(line, " - "), *user;
	char options[256] = "";
	int used = 0;

	ret->source[0] = '\0';
	ret->user = 0;
	if (!rest ||
		sscanf(line, "%u %*s %23s %*s %4095s %*s%n", &ret->number, ret->device, ret->point,
			&used) != 3 ||
		used == 0 || line + used > rest ||
		sscanf(rest, " - %127s %4095s %255s", ret->type, ret->source, options) < 1)
		return false;
	user = strstr(options, "user_id=");
	if (user)
		ret->user = (uid_t)strtoul(user + strlen("user_id="), NULL, 10);
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

void mount_holders_find(const char *device, struct mount_holders *ret)
{
	AUTO(auto_closedir) DIR *folder = opendir("/proc");
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	AUTO(auto_free) struct mount_namespaces *namespaces = calloc(1, sizeof *namespaces);
	struct dirent *process;
	uint64_t inode;

	ret->count = 0;
	if (!folder || !entry || !namespaces)
		return;
	(void)mount_namespaces_add(namespaces, "self", &inode);
	while (ret->count < MOUNT_HOLDERS_MAX && (process = readdir(folder))) {
		const char *pid = process->d_name;
		char table[64];

		if (pid[0] < '1' || pid[0] > '9' || !mount_namespaces_add(namespaces, pid, &inode))
			continue;
		snprintf(table, sizeof table, "/proc/%.15s/mountinfo", pid);
		if (mount_table_find_device(table, device, entry) < 0)
			continue;

		struct mount_holder *holder = &ret->list[ret->count++];

		holder->namespace_inode = inode;
		holder->mount_number = entry->number;
		snprintf(holder->pid, sizeof holder->pid, "%.15s", pid);
	}
}

static bool holds(const struct mount_holders *holders, const struct mount_holder *wanted)
{
	for (unsigned i = 0; i < holders->count; i++)
		if (holders->list[i].namespace_inode == wanted->namespace_inode &&
			holders->list[i].mount_number == wanted->mount_number)
			return true;
	return false;
}

void mount_holders_look_again(const char *device, struct mount_holders *holders)
{
	struct mount_holders now;
	unsigned kept = 0;

	if (holders->count == 0)
		return;
	mount_holders_find(device, &now);
	for (unsigned i = 0; i < holders->count; i++)
		if (holds(&now, &holders->list[i]))
			holders->list[kept++] = holders->list[i];
	holders->count = kept;
}

static void add_holder(const struct mount_holder *holder, char *buffer, size_t length)
{
	char path[64], name[64] = "a process";
	size_t used = strlen(buffer);

	snprintf(path, sizeof path, "/proc/%s/comm", holder->pid);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (file && fgets(name, sizeof name, file))
		name[strcspn(name, "\n")] = '\0';
	snprintf(
		buffer + used, length - used, "%s%s (pid %s)", used ? ", " : "", name, holder->pid);
}

const char *mount_holders_text(const struct mount_holders *holders, char *buffer, size_t length)
{
	buffer[0] = '\0';
	for (unsigned i = 0; i < holders->count; i++)
		add_holder(&holders->list[i], buffer, length);
	return buffer;
}
