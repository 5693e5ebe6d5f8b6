/* SPDX-License-Identifier: Apache-2.0 */
/* process_facts.h - what /proc and a pidfd tell of a process of somebody else's. */
#ifndef SNAPRIG_DM_PROCESS_FACTS_H
#define SNAPRIG_DM_PROCESS_FACTS_H

#include <jansson.h>

#include <sys/types.h>

/* The process of THREAD, or 0 when it has gone; *RET_PARENT is its parent. */
pid_t process_of_thread(pid_t thread, pid_t *ret_parent);

/* As ps shows it: 'R', 'S', 'D', 'Z' ...; 0 when it has gone. */
char process_state(pid_t pid);

/* Its words, as an array that the caller owns; text that is no UTF-8 is shown by '?'. */
json_t *process_argv(pid_t pid);

/*
 * How the process of PIDFD, PID, which has ended, did so: a status of wait(), or -1 when it
 * cannot be told (somebody has reaped it, and the kernel is older than Linux 6.15).
 */
int process_wait_status(int pidfd, pid_t pid);

#endif
