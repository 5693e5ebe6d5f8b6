/* SPDX-License-Identifier: Apache-2.0 */
/* process_children.h - the children of a process, without a look at all processes. */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_CHILDREN_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process_list {
	pid_t *items; /* the caller's to free */
	size_t count;
};

/*
 * Adds the children of PID, of each of its threads and the dead among them, to LIST, as long as
 * that has less than MAX.  False: it is gone, or this kernel does not tell (CONFIG_PROC_CHILDREN).
 */
bool process_children_add(pid_t pid, size_t max, struct process_list *list);

#endif
