/* SPDX-License-Identifier: Apache-2.0 */
/* trap_internal.h - between the loop (trap.c) and the answers (trap_answer.c). */
#ifndef SNAPRIG_DM_TRAP_INTERNAL_H
#define SNAPRIG_DM_TRAP_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/seccomp.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/intercept/trap.h"
#include "simfs/doors/dm/processes/caller.h"

struct trap_listener {
	struct list link;
	int fd;
	bool is_pipe;		    /* of who has no filter (entry/join.h) */
	struct trap_record *record; /* or NULL */
	unsigned holders; /* the list, until the last process behind it has ended, and its calls */
};

/* One system call that may take long, by a thread of its own. */
struct trap_call {
	struct list link; /* of the trap */
	struct trap *trap;
	struct trap_listener *listener;
	struct caller caller;
	struct seccomp_notif request;
	unsigned slot; /* of the listener's record */
	pthread_t thread;
};

struct trap {
	struct world *world;
	pthread_t thread;
	int wake_fd;	/* an eventfd: look at the lists again */
	int control_fd; /* a memfd; a copy of it is what who opens the control node gets */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct list listeners;
	struct list calls;
	unsigned call_count;
	unsigned holds;
	bool is_inhabited; /* somebody has come in without a filter; the thread looks who is left */
	bool ended;
};

/* A name that /proc/PID/fd tells of the control node, and of nothing else. */
#define TRAP_CONTROL_NAME "snaprig-device-mapper"

/* Answers REQUEST if that takes no time.  False: it is to be done by trap_answer_call(). */
bool trap_answer_now(struct trap *trap, int listener, const struct seccomp_notif *request);

/* Answers an ioctl, or the end of a process; blocks as long as that takes. */
void trap_answer_call(struct trap *trap, const struct trap_call *call);

/* The system call of REQUEST ends with ERROR (-errno). */
void trap_refuse(int listener, const struct seccomp_notif *request, int error);

/* As processes/caller.h has it, of a caller with a listener in `fd` and a notification in `id`. */
bool trap_caller_waits(const struct caller *caller);

#endif
