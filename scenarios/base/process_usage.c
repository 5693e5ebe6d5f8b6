/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/process_usage.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

/* Whoever forks for ever is not followed for ever. */
#define PROCESSES_MAX 256

/* Those that are still to be looked at. */
struct pids {
	pid_t items[PROCESSES_MAX];
	size_t count;
};

static uint64_t resident_bytes(pid_t pid)
{
	char path[64];
	unsigned long pages = 0;

	snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (!file || fscanf(file, "%*u %lu", &pages) != 1)
		return 0;
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The children of the thread THREAD of PID. */
static void children_add(pid_t pid, const char *thread, struct pids *pids)
{
	char path[320];
	int child;

	snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, thread);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	while (file && pids->count < PROCESSES_MAX && fscanf(file, "%d", &child) == 1)
		pids->items[pids->count++] = child;
}

static void threads_walk(pid_t pid, struct pids *pids)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);

	AUTO(auto_closedir) DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] != '.')
			children_add(pid, entry->d_name, pids);
	}
}

void process_usage_look(pid_t leader, struct process_usage *usage)
{
	struct pids pids = { .items = { leader }, .count = 1 };
	uint64_t sum_bytes = 0;

	for (size_t i = 0; i < pids.count; i++) {
		sum_bytes += resident_bytes(pids.items[i]);
		threads_walk(pids.items[i], &pids);
	}
	if (sum_bytes > usage->memory_bytes)
		usage->memory_bytes = sum_bytes;
}

static uint64_t timeval_ns(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_usec * 1000;
}

uint64_t process_usage_cpu_ns(void)
{
	struct rusage rusage = { 0 };

	getrusage(RUSAGE_CHILDREN, &rusage);
	return timeval_ns(&rusage.ru_utime) + timeval_ns(&rusage.ru_stime);
}

void process_usage_ended(const struct rusage *rusage, struct process_usage *usage)
{
	uint64_t bytes = (uint64_t)rusage->ru_maxrss * 1024;

	if (bytes > usage->memory_bytes)
		usage->memory_bytes = bytes;
}
