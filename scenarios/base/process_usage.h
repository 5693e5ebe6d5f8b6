/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_usage.h - what a program and all below it take of the machine.
 *
 * Processor time is the kernel's account of every process that has ended.  Memory is
 * looked at from time to time, as the kernel keeps no sum of several processes.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_USAGE_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_USAGE_H

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

struct process_usage {
	uint64_t cpu_ns;       /* of the user and of the kernel */
	uint64_t memory_bytes; /* the most that was resident at a time */
};

/* What our children that have ended have taken up to now, all together. */
uint64_t process_usage_cpu_ns(void);

/* Looks at LEADER and all below it, and raises the memory of USAGE to what they hold now. */
void process_usage_look(pid_t leader, struct process_usage *usage);

/* What a child of ours has resident of us before it becomes another program, at most. */
uint64_t process_usage_own_bytes(void);

/* LEADER has ended with RUSAGE: no less was resident than the largest of them had alone; unless
 * that may have been a copy of us, of OWN_BYTES. */
void process_usage_ended(
	const struct rusage *rusage, uint64_t own_bytes, struct process_usage *usage);

#endif
