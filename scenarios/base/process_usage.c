/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/process_usage.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/process_children.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

/* A program that forks endlessly is followed only so far. */
#define PROCESSES_MAX 256

/* Of libraries, between fork() and exec(). */
#define TOUCHED_BYTES ((uint64_t)2 << 20)

/* A flag in /proc/PID/stat: PF_FORKNOEXEC in the kernel's include/linux/sched.h. */
#define FORKED_NOT_EXECUTED 0x40u

/* Returns the resident memory of PID, and how much of it belongs to files; 0 if it is gone. */
static uint64_t resident_bytes(pid_t pid, uint64_t *ret_of_files)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned long pages, of_files;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
	*ret_of_files = 0;

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (!file || fscanf(file, "%*u %lu %lu", &pages, &of_files) != 2)
		return 0;
	*ret_of_files = of_files * page_bytes;
	return pages * page_bytes;
}

/*
 * Until its exec(), which may come late on a busy machine, a child has the memory that we have.
 */
static bool has_executed(pid_t pid)
{
	char path[64], text[512];
	unsigned long flags;
	const char *rest;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);

	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	/* The name may contain brackets. */
	return file && fgets(text, sizeof text, file) && (rest = strrchr(text, ')')) &&
	       sscanf(rest, ") %*c %*d %*d %*d %*d %*d %lu", &flags) == 1 &&
	       !(flags & FORKED_NOT_EXECUTED);
}

void process_usage_look(pid_t leader, struct process_usage *usage)
{
	struct process_list list = { 0 };
	uint64_t of_files, sum_bytes = has_executed(leader) ? resident_bytes(leader, &of_files) : 0;

	process_children_add(leader, PROCESSES_MAX, &list);
	for (size_t i = 0; i < list.count; i++) {
		sum_bytes += resident_bytes(list.items[i], &of_files);
		process_children_add(list.items[i], PROCESSES_MAX, &list);
	}
	free(list.items);
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

uint64_t process_usage_own_bytes(void)
{
	uint64_t of_files, bytes = resident_bytes(getpid(), &of_files);

	/* A child gets pages of files only when it touches them. */
	return bytes - of_files + TOUCHED_BYTES;
}

void process_usage_ended(
	const struct rusage *rusage, uint64_t own_bytes, struct process_usage *usage)
{
	uint64_t bytes = (uint64_t)rusage->ru_maxrss * 1024;

	/* Then the samples are better, if the program lived long enough for one. */
	if (bytes <= own_bytes && usage->memory_bytes > 0)
		return;
	if (bytes > usage->memory_bytes)
		usage->memory_bytes = bytes;
}
