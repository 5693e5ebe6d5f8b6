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
	bool is_pipe;		    /* of a process without a filter (entry/join.h) */
	struct trap_record *record; /* or NULL */
	unsigned holders;	    /* its calls, and the list while a process is behind it */
};

/* One system call that may take long, on a thread of its own. */
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
	int wake_fd;	/* an eventfd: the lists have changed */
	int control_fd; /* a memfd; a program that opens the control node gets a copy */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct list listeners;
	struct list calls;
	unsigned call_count;
	unsigned holds;
	bool is_inhabited; /* a process joined without a filter; the thread checks who is left */
	bool ended;
};

/* In /proc/PID/fd, identifies the control node and nothing else. */
#define TRAP_CONTROL_NAME "snaprig-device-mapper"

/* Answers REQUEST if that is quick.  False: call trap_answer_call(). */
bool trap_answer_now(struct trap *trap, int listener, const struct seccomp_notif *request);

/* Answers an ioctl, or the end of a process; blocks until that is done. */
void trap_answer_call(struct trap *trap, const struct trap_call *call);

/* Fails the system call of REQUEST with ERROR (-errno). */
void trap_refuse(int listener, const struct seccomp_notif *request, int error);

/* For processes/caller.h: of a caller with a listener in `fd` and a notification in `id`. */
bool trap_caller_waits(const struct caller *caller);

#endif
