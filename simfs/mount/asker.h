/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker.h - who waits for the answer to a request, and is killed meanwhile.
 *
 * The kernel tells with FUSE_INTERRUPT that a signal has come for a thread that
 * waits for us; it goes on only when it is answered.  Whoever is being killed is
 * let go at once: what was asked for is taken back when it has not begun, else
 * it goes on without him.  A signal that kills nobody changes nothing, as with a
 * disk: a program with a timer, a profiler or a garbage collector must not see
 * EINTR where no file system has one.  Since the kernel tells of the first signal
 * only, whoever had one that did not kill is looked at from time to time.
 */
#ifndef SNAPRIG_MOUNT_ASKER_H
#define SNAPRIG_MOUNT_ASKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "simfs/base/list.h"

struct asker {
	uint64_t unique; /* of the request */
	pid_t thread;	 /* 0: of another pid namespace */
	bool is_interrupted;

	/* Required.  Answers the request now, with -EINTR or what has come of it. */
	void (*killed)(struct asker *asker);
	struct list link;
};

/* Those who wait. */
struct askers {
	struct list list;
};

void askers_init(struct askers *askers);

/* ASKER, whose `unique`, `thread` and `killed` are set, begins to wait, or ends. */
void asker_begin(struct askers *askers, struct asker *asker);
void asker_end(struct asker *asker);

/* A signal has come for the asker of UNIQUE: false when nobody waits for that. */
bool askers_interrupt(struct askers *askers, uint64_t unique);

/* Lets go who had a signal and is being killed by now; whether others are left to look at. */
bool askers_look(struct askers *askers);

/* Whether THREAD is being killed, or is gone, or cannot be seen. */
bool thread_is_killed(pid_t thread);

#endif
