/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/process_group.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/heap.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

#define LOOK_AGAIN_US (20 * 1000)

struct member {
	int pid;
	char name[64];
};

/* Reads /proc/PID/NAME into TEXT (cut to fit); false when the process is gone. */
static bool proc_read(int pid, const char *name, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (!file)
		return false;
	text[fread(text, 1, size - 1, file)] = '\0';
	return true;
}

/* Is PID a living member of GROUP?  A zombie only waits for its parent to look at it. */
static bool member_read(int pid, pid_t group, struct member *ret)
{
	char stat[1024];
	char state;
	int its_group;

	if (!proc_read(pid, "stat", stat, sizeof stat))
		return false;

	/* The name is in brackets and may contain brackets itself. */
	char *begin = strchr(stat, '('), *end = strrchr(stat, ')');

	if (!begin || !end || sscanf(end + 1, " %c %*d %d", &state, &its_group) != 2)
		return false;
	if (its_group != group || state == 'Z' || state == 'X')
		return false;
	*end = '\0';
	ret->pid = pid;
	snprintf(ret->name, sizeof ret->name, "%s", begin + 1);
	return true;
}

static char *member_describe(const struct member *member, bool with_wait)
{
	char wait[128];

	if (!with_wait || !proc_read(member->pid, "wchan", wait, sizeof wait) ||
		strcmp(wait, "0") == 0 || !*wait)
		return heap_format("%s (pid %d)", member->name, member->pid);
	return heap_format("%s (pid %d) in %s", member->name, member->pid, wait);
}

static char *group_describe(pid_t group, bool with_waits)
{
	AUTO(auto_closedir) DIR *folder = opendir("/proc");
	struct dirent *entry;
	char *text = NULL;

	while (folder && (entry = readdir(folder))) {
		struct member member;
		int pid = (int)strtol(entry->d_name, NULL, 10);

		/* "0" is what strtol() makes of the names that are no pids. */
		if (pid <= 0 || !member_read(pid, group, &member))
			continue;

		AUTO(auto_free) char *before = text;
		AUTO(auto_free) char *one = member_describe(&member, with_waits);

		text = heap_format("%s%s%s", before ? before : "", before ? ", " : "", one);
	}
	return text;
}

char *process_group_left(pid_t group, uint64_t grace_ns)
{
	uint64_t deadline_ns = clock_now_ns() + grace_ns;
	char *left = group_describe(group, false);

	while (left && clock_now_ns() < deadline_ns) {
		free(left);
		usleep(LOOK_AGAIN_US);
		left = group_describe(group, false);
	}
	return left;
}

char *process_group_waits(pid_t group)
{
	return group_describe(group, true);
}
