/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/lock_holder.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "simfs/base/cleanup.h"

#define LINE_BYTES 256

/* Whether a signal set as /proc shows it, hexadecimal, contains SIGKILL. */
static bool has_kill(const char *digits)
{
	uint64_t set = 0;

	return sscanf(digits, "%" SCNx64, &set) == 1 && (set >> (SIGKILL - 1) & 1) != 0;
}

/*
 * A zombie, or a process with SIGKILL pending.  Between the two, its memory is the only thing it
 * lacks: /proc no longer shows "VmSize".
 */
static bool is_dying(int process)
{
	char path[64], line[LINE_BYTES];
	bool has_memory = false;

	snprintf(path, sizeof path, "/proc/%d/status", process);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (!file)
		return true;
	while (fgets(line, sizeof line, file)) {
		if (strncmp(line, "VmSize:", 7) == 0)
			has_memory = true;
		if ((strncmp(line, "SigPnd:", 7) == 0 || strncmp(line, "ShdPnd:", 7) == 0) &&
			has_kill(line + 7))
			return true;
	}
	return !has_memory;
}

enum lock_holder lock_holder_of(const struct stat *file)
{
	AUTO(auto_fclose) FILE *locks = fopen("/proc/locks", "re");
	enum lock_holder holder = LOCK_HOLDER_UNSEEN;
	char line[LINE_BYTES];

	while (locks && holder != LOCK_HOLDER_LIVES && fgets(line, sizeof line, locks)) {
		unsigned int device_major, device_minor;
		uint64_t inode;
		int process;

		/* "3: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF" (proc(5)) */
		if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%" SCNu64, &process, &device_major,
			    &device_minor, &inode) != 4)
			continue;
		if (inode != file->st_ino || makedev(device_major, device_minor) != file->st_dev)
			continue;
		holder = is_dying(process) ? LOCK_HOLDER_DYING : LOCK_HOLDER_LIVES;
	}
	return holder;
}
