/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_usage.h - what a program and all its descendants use of the machine.
 *
 * CPU time is the kernel's account of every process that has ended.  Memory is sampled from time
 * to time, because the kernel keeps no sum for several processes.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_USAGE_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_USAGE_H

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

struct process_usage {
	uint64_t cpu_ns;       /* user and system time */
	uint64_t memory_bytes; /* the most that was resident at one time */
};

/* Returns the CPU time of all our children that have ended so far. */
uint64_t process_usage_cpu_ns(void);

/*
 * Sums up the memory of LEADER and its descendants, and raises that of USAGE to it if that is
 * less.
 */
void process_usage_look(pid_t leader, struct process_usage *usage);

/*
 * Returns the most that a child of ours has resident of our memory before it becomes another
 * program.
 */
uint64_t process_usage_own_bytes(void);

/* LEADER has ended with RUSAGE: raises the memory of USAGE to the peak of its largest process,
 * unless that may have been a copy of us, which has OWN_BYTES. */
void process_usage_ended(
	const struct rusage *rusage, uint64_t own_bytes, struct process_usage *usage);

#endif
