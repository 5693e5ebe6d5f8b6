/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_group.h - who is in a process group, and what it waits for.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_GROUP_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_GROUP_H

#include <stdint.h>
#include <sys/types.h>

/*
 * The living members of GROUP as "gzip (pid 17), dd (pid 18)", the caller's;
 * or NULL when there are none after up to GRACE_NS.
 */
char *process_group_left(pid_t group, uint64_t grace_ns);

/* As "dd (pid 18) in request_wait_answer, …": the kernel function each member sleeps in. */
char *process_group_waits(pid_t group);

#endif
