/* SPDX-License-Identifier: Apache-2.0 */
/* process_children.h - the children of a process, without scanning all processes. */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_CHILDREN_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process_list {
	pid_t *items; /* the caller frees it */
	size_t count;
};

/*
 * Adds the children of PID (of each of its threads, including dead children) to LIST, until it
 * has MAX.  False if PID is gone, or if this kernel does not list children
 * (CONFIG_PROC_CHILDREN).
 */
bool process_children_add(pid_t pid, size_t max, struct process_list *list);

#endif
