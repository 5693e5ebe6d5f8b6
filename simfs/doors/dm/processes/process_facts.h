/* SPDX-License-Identifier: Apache-2.0 */
/* process_facts.h - what /proc and a pidfd report about another process. */
#ifndef SNAPRIG_DM_PROCESS_FACTS_H
#define SNAPRIG_DM_PROCESS_FACTS_H

#include <jansson.h>

#include <sys/types.h>

/* The process of THREAD, or 0 if it is gone; *RET_PARENT is its parent. */
pid_t process_of_thread(pid_t thread, pid_t *ret_parent);

/* As in ps: 'R', 'S', 'D', 'Z' ...; 0 if it is gone. */
char process_state(pid_t pid);

/*
 * Its command line, as an array that the caller owns; '?' replaces bytes of text that is not UTF-8.
 */
json_t *process_argv(pid_t pid);

/*
 * How process PID of PIDFD, which has ended, did so: a status as of wait(), or -1 if it is unknown
 * (it has been reaped, and the kernel is older than Linux 6.15).
 */
int process_wait_status(int pidfd, pid_t pid);

#endif
