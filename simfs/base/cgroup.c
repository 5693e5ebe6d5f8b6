/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"

/* Version 1 expresses "no limit" as the largest multiple of the page size, whatever that is. */
#define NO_LIMIT_BYTES ((uint64_t)INT64_MAX & ~(uint64_t)0xfffff)

static const struct cgroup_files files[] = {
	[CGROUP_V1] = { "memory.usage_in_bytes", "memory.limit_in_bytes", "memory.swappiness",
		"total_inactive_file" },
	[CGROUP_V2] = { "memory.current", "memory.max", "memory.swap.max", "inactive_file" },
};

const struct cgroup_files *cgroup_files(enum cgroup_version version)
{
	return &files[version];
}

static FILE *open_file(const char *path, const char *name)
{
	char whole[PATH_MAX];

	if (snprintf(whole, sizeof whole, "%s/%s", path, name) >= (int)sizeof whole) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(whole, "re");
}

int cgroup_detect(const char *path, enum cgroup_version *ret)
{
	for (size_t version = 0; version < sizeof files / sizeof files[0]; version++) {
		AUTO(auto_fclose) FILE *file = open_file(path, files[version].usage);

		if (file) {
			*ret = (enum cgroup_version)version;
			return 0;
		}
	}
	return -ENOENT;
}

/* Reads a number, or "max" for no limit. */
static int read_number(const char *path, const char *name, uint64_t *ret)
{
	AUTO(auto_fclose) FILE *file = open_file(path, name);
	char line[64], end;

	if (!file)
		return -errno;
	if (!fgets(line, sizeof line, file))
		return -EUCLEAN;
	if (strcmp(line, "max\n") == 0)
		*ret = UINT64_MAX;
	else if (line[0] == '-' || sscanf(line, "%" SCNu64 "%c", ret, &end) != 2 || end != '\n')
		return -EUCLEAN;
	return 0;
}

/* The value of the line KEY in memory.stat; 0 if there is none. */
static uint64_t read_stat(const char *path, const char *key)
{
	AUTO(auto_fclose) FILE *file = open_file(path, "memory.stat");
	size_t length = strlen(key);
	char line[128];

	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return strtoull(line + length, NULL, 10);
	return 0;
}

int cgroup_read(const char *path, struct cgroup_memory *ret)
{
	struct cgroup_memory memory = { 0 };
	enum cgroup_version version;
	int error = cgroup_detect(path, &version);

	if (error == 0)
		error = read_number(path, files[version].limit, &memory.limit_bytes);
	if (error < 0)
		return error;
	if (memory.limit_bytes == 0 || memory.limit_bytes >= NO_LIMIT_BYTES)
		return -ENODATA;
	error = read_number(path, files[version].usage, &memory.used_bytes);
	if (error < 0)
		return error;

	uint64_t cache_bytes = read_stat(path, files[version].page_cache);

	memory.used_bytes -= cache_bytes < memory.used_bytes ? cache_bytes : memory.used_bytes;
	*ret = memory;
	return 0;
}

uint32_t cgroup_used_per_million(const struct cgroup_memory *memory)
{
	if (memory->used_bytes >= memory->limit_bytes)
		return 1000000;
	return (uint32_t)((unsigned __int128)memory->used_bytes * 1000000 / memory->limit_bytes);
}

/* ---- where a cgroup can be created ---- */

/* This process's cgroup in the hierarchy of VERSION, relative to its root: "/a/b". */
static bool find_own(enum cgroup_version version, char *ret, size_t length)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];

	while (file && fgets(line, sizeof line, file)) {
		char *controllers = strchr(line, ':');
		char *own = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!own)
			continue;
		*own++ = '\0';
		own[strcspn(own, "\n")] = '\0';
		if (version == CGROUP_V2 ? strcmp(controllers + 1, "") == 0
					 : strcmp(controllers + 1, "memory") == 0)
			return snprintf(ret, length, "%s", own) < (int)length;
	}
	return false;
}

static bool gives_memory_to_children(const char *path)
{
	AUTO(auto_fclose) FILE *file = open_file(path, "cgroup.subtree_control");
	char line[256];

	return file && fgets(line, sizeof line, file) && strstr(line, "memory");
}

/* In version 2, only a cgroup that delegates the controller, which has no processes itself. */
static bool can_be_parent(enum cgroup_version version, const char *path)
{
	enum cgroup_version found;

	if (version == CGROUP_V2)
		return gives_memory_to_children(path);
	return cgroup_detect(path, &found) == 0 && found == CGROUP_V1;
}

/* The nearest from this process's own up to ROOT, where the hierarchy is mounted. */
static bool find_below(const char *root, enum cgroup_version version, char *path, size_t length)
{
	char own[PATH_MAX];

	/* A container may not see its own name; its cgroup is then the root. */
	if (!find_own(version, own, sizeof own) || strcmp(own, "/") == 0)
		own[0] = '\0';
	for (;;) {
		char *last = strrchr(own, '/');

		if (snprintf(path, length, "%s%s", root, own) < (int)length &&
			can_be_parent(version, path))
			return true;
		if (!last)
			return false;
		*last = '\0';
	}
}

int cgroup_find_parent(char *path, size_t length)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	bool found = false;

	while (mounts && !found && (mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "cgroup") == 0 && hasmntopt(mount, "memory"))
			found = find_below(mount->mnt_dir, CGROUP_V1, path, length);
		else if (strcmp(mount->mnt_type, "cgroup2") == 0)
			found = find_below(mount->mnt_dir, CGROUP_V2, path, length);
	}
	if (mounts)
		endmntent(mounts);
	return found ? 0 : -EOPNOTSUPP;
}
