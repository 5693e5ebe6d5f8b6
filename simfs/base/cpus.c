/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/cpus.h"

#include <inttypes.h>
#include <limits.h>
#include <mntent.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"

/* More than any kernel is built for. */
#define CPUS_MAX 8192

static bool read_line(const char *path, const char *name, char *line, int length)
{
	char whole[PATH_MAX];
	AUTO(auto_fclose) FILE *file = NULL;

	if (snprintf(whole, sizeof whole, "%s/%s", path, name) < (int)sizeof whole)
		file = fopen(whole, "re");
	return file && fgets(line, length, file);
}

unsigned cpus_of_cgroup(const char *path)
{
	char line[64], period_line[64];
	uint64_t quota, period;

	/* "max 100000" and -1 mean no limit. */
	if (read_line(path, "cpu.max", line, sizeof line)) {
		if (sscanf(line, "%" SCNu64 " %" SCNu64, &quota, &period) != 2)
			return UINT_MAX;
	} else if (!read_line(path, "cpu.cfs_quota_us", line, sizeof line) || line[0] == '-' ||
		   sscanf(line, "%" SCNu64, &quota) != 1 ||
		   !read_line(path, "cpu.cfs_period_us", period_line, sizeof period_line) ||
		   sscanf(period_line, "%" SCNu64, &period) != 1) {
		return UINT_MAX;
	}
	return period == 0 || quota / period >= UINT_MAX ? UINT_MAX : (unsigned)(quota / period);
}

/*
 * The path in LINE of /proc/self/cgroup ("N:CONTROLLERS:PATH") if it is for the cpu controller or
 * for version 2, whose list is empty.
 */
static const char *own_path(char *line)
{
	char *controllers = strchr(line, ':');
	char *path = controllers ? strchr(++controllers, ':') : NULL;
	char *state, *name;

	if (!path)
		return NULL;
	*path++ = '\0';
	path[strcspn(path, "\n")] = '\0';
	if (*controllers == '\0')
		return path;
	for (name = strtok_r(controllers, ",", &state); name; name = strtok_r(NULL, ",", &state))
		if (strcmp(name, "cpu") == 0)
			return path;
	return NULL;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The lowest limit from OWN up to ROOT, where the hierarchy is mounted. */
static unsigned least_up(const char *root, const char *own)
{
	unsigned cpus = cpus_of_cgroup(root);
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s%s", root, own) >= (int)sizeof path)
		return cpus;
	while (strlen(path) > strlen(root)) {
		cpus = least(cpus, cpus_of_cgroup(path));
		*strrchr(path, '/') = '\0';
	}
	return cpus;
}

static unsigned least_below(const char *root)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/self/cgroup", "re");
	unsigned cpus = UINT_MAX;
	char line[PATH_MAX];

	while (file && fgets(line, sizeof line, file)) {
		const char *own = own_path(line);

		if (own && *own == '/')
			cpus = least(cpus, least_up(root, strcmp(own, "/") == 0 ? "" : own));
	}
	return cpus;
}

static unsigned cpus_of_cgroups(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	unsigned cpus = UINT_MAX;
	struct mntent *mount;

	while (mounts && (mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "cgroup2") == 0 ||
			(strcmp(mount->mnt_type, "cgroup") == 0 && hasmntopt(mount, "cpu")))
			cpus = least(cpus, least_below(mount->mnt_dir));
	}
	if (mounts)
		endmntent(mounts);
	return cpus;
}

static unsigned cpus_of_affinity(void)
{
	cpu_set_t *set = CPU_ALLOC(CPUS_MAX);
	size_t bytes = CPU_ALLOC_SIZE(CPUS_MAX);
	unsigned cpus = 1;

	if (set && sched_getaffinity(0, bytes, set) == 0)
		cpus = (unsigned)CPU_COUNT_S(bytes, set);
	CPU_FREE(set);
	return cpus;
}

unsigned cpus_usable(void)
{
	unsigned cpus = least(cpus_of_affinity(), cpus_of_cgroups());

	return cpus > 0 ? cpus : 1;
}
