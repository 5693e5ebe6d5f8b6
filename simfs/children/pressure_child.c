/* SPDX-License-Identifier: Apache-2.0 */
/* pressure_child.c - the process that takes the memory. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cgroup.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/children/pressure.h"

static int write_file(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return -ENAMETOOLONG;

	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

/* Creates the cgroup PATH and enters it: memory touched from then on is charged to it. */
static int enter_cgroup(const char *path, const char *limit)
{
	enum cgroup_version version;
	int error;

	if (mkdir(path, 0700) < 0)
		return -errno;
	error = cgroup_detect(path, &version);
	if (error == 0)
		error = write_file(path, cgroup_files(version)->limit, limit);
	if (error < 0)
		return error;
	/* Swapped-out pages would not count.  Without swap, this file does not exist. */
	(void)write_file(path, cgroup_files(version)->swap, "0");
	return write_file(path, "cgroup.procs", "0");
}

static int answer(int64_t result)
{
	return write(STDOUT_FILENO, &result, sizeof result) == sizeof result ? 0 : -EPIPE;
}

/* The kernel charges ahead for each CPU (pressure.c). */
static void stay_on_one_processor(void)
{
	int processor = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	if (processor < 0 || processor >= CPU_SETSIZE)
		return;
	CPU_SET(processor, &set);
	(void)sched_setaffinity(0, sizeof set, &set);
}

/* Takes as much of SIZE bytes as requested, until stdin ends. */
static int serve(char *memory, uint64_t size_bytes)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t taken_bytes = 0, wanted_bytes;

	while (read(STDIN_FILENO, &wanted_bytes, sizeof wanted_bytes) == sizeof wanted_bytes) {
		if (wanted_bytes > size_bytes)
			wanted_bytes = size_bytes;
		for (; taken_bytes < wanted_bytes; taken_bytes += page_bytes)
			((volatile char *)memory)[taken_bytes] = 1;
		if (answer(0) < 0)
			return EXIT_RIG;
	}
	return EXIT_MET;
}

int pressure_child(int argc, char **argv)
{
	uint64_t size_bytes = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	int error;

	if (size_bytes < PRESSURE_SIZE_MIN_BYTES || size_bytes > PRESSURE_SIZE_MAX_BYTES)
		return EXIT_USAGE;
	/* The end of stdin means the same, but is noticed only between two steps.  The poll detects
	 * that the rig died before this call. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&(struct pollfd){ .fd = STDIN_FILENO }, 1, 0) > 0)
		return EXIT_RIG;
	stay_on_one_processor();
	/* Huge pages would make the steps coarse. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	/* If memory runs out nearby, the kernel should kill this process. */
	(void)write_file("/proc/self", "oom_score_adj", "1000");

	char *memory = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	error = memory == MAP_FAILED ? -errno : enter_cgroup(argv[1], argv[2]);
	if (answer(error) < 0 || error < 0)
		return EXIT_RIG;
	return serve(memory, size_bytes);
}
