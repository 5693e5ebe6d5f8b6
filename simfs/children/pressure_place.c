/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/children/pressure_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cgroup.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/children/pressure.h"

/* Followed by the process ID of the rig. */
#define PREFIX "snaprig-"

/* How long a mount waits for processes left in the cgroups of dead rigs: 1 s in total. */
#define SWEEP_TRIES    100
#define SWEEP_PAUSE_US 10000

int pressure_place(char *path, size_t length, uint64_t *ret_available_bytes, char *message)
{
	char parent[PATH_MAX];
	struct cgroup_memory above;
	uint64_t total_bytes, available_bytes;

	if (cgroup_find_parent(parent, sizeof parent) < 0 ||
		snprintf(path, length, "%s/" PREFIX "%d", parent, (int)getpid()) >= (int)length) {
		snprintf(message, PRESSURE_MESSAGE_BYTES,
			"memory pressure needs a memory controller (see 'snaprig doctor')");
		return -EPERM;
	}
	if (memory_of_system(&total_bytes, &available_bytes) < 0) {
		snprintf(message, PRESSURE_MESSAGE_BYTES, "cannot read '/proc/meminfo'");
		return -ENODATA;
	}
	/* In a container there may be less than in the machine. */
	if (cgroup_read(parent, &above) == 0) {
		uint64_t left_bytes = above.limit_bytes > above.used_bytes
					      ? above.limit_bytes - above.used_bytes
					      : 0;

		if (left_bytes < available_bytes)
			available_bytes = left_bytes;
	}
	*ret_available_bytes = available_bytes;
	return 0;
}

int pressure_check(uint64_t size_bytes, uint64_t share_per_million, uint64_t available_bytes,
	char message[PRESSURE_MESSAGE_BYTES])
{
	char size[32], other[32];

	size_format(size_bytes, size, sizeof size);
	if (size_bytes < PRESSURE_SIZE_MIN_BYTES)
		snprintf(message, PRESSURE_MESSAGE_BYTES,
			"size '%s' is below %s, where the process itself blurs the share", size,
			size_format(PRESSURE_SIZE_MIN_BYTES, other, sizeof other));
	else if (size_bytes > PRESSURE_SIZE_MAX_BYTES)
		snprintf(message, PRESSURE_MESSAGE_BYTES,
			"size '%s' is over %s, the most that is taken from a machine", size,
			size_format(PRESSURE_SIZE_MAX_BYTES, other, sizeof other));
	else if (size_bytes > available_bytes / 2)
		snprintf(message, PRESSURE_MESSAGE_BYTES,
			"size '%s' is over half of the memory that is available, which is %s", size,
			size_format(available_bytes, other, sizeof other));
	else if (share_per_million < PRESSURE_SHARE_MIN_PER_MILLION ||
		 share_per_million > PRESSURE_SHARE_MAX_PER_MILLION)
		snprintf(message, PRESSURE_MESSAGE_BYTES,
			"memory can be pressed from 10%% to 95%% only: beyond it the kernel would "
			"kill the process that presses");
	else
		return 0;
	return -ERANGE;
}

/* Whether PID runs.  A zombie does not, but its parent may reap it late. */
static bool runs(long pid)
{
	char path[64], text[256], state = 'Z';

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");
	/* The process name before this may contain anything, but ends at the last parenthesis. */
	const char *name_end = file && fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;

	if (name_end)
		(void)sscanf(name_end, ") %c", &state);
	return state != 'Z' && state != 'X';
}

/*
 * Removes the cgroup NAME.  If its rig has just died, the process in it is about to die: waits for
 * that while TRIES last.
 */
static bool remove_left(int parent_fd, const char *name, unsigned *tries)
{
	while (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0) {
		if (errno != EBUSY || *tries == 0)
			return false;
		(*tries)--;
		usleep(SWEEP_PAUSE_US);
	}
	return true;
}

void pressure_sweep(void)
{
	char parent[PATH_MAX];
	AUTO(auto_closedir)
	DIR *folder = cgroup_find_parent(parent, sizeof parent) == 0 ? opendir(parent) : NULL;
	struct dirent *entry;
	unsigned tries = SWEEP_TRIES;

	while (folder && (entry = readdir(folder))) {
		char *end;
		long pid;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		pid = strtol(entry->d_name + strlen(PREFIX), &end, 10);
		/* The cgroup of a running rig may be about to be used.  That of a dead rig is
		 * empty, or soon will be. */
		if (*end == '\0' && pid > 0 && !runs(pid) &&
			remove_left(dirfd(folder), entry->d_name, &tries))
			log_info("removed the cgroup that a dead rig left in '%s'", parent);
	}
}
