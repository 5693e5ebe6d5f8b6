/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker.h - callers that wait for a request, and may be killed while they wait.
 *
 * The kernel sends FUSE_INTERRUPT when a signal arrives for a thread that waits for us; the thread
 * continues only when its request is answered.  A caller that is being killed is released at once:
 * its request is cancelled if it has not begun, or else completes without it.  A signal that does
 * not kill changes nothing, as with a disk: a program with a timer, a profiler or a garbage
 * collector must not see EINTR where no file system returns it.  Because the kernel reports only
 * the first signal, callers that survived one are polled from time to time.
 */
#ifndef SNAPRIG_MOUNT_ASKER_H
#define SNAPRIG_MOUNT_ASKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "simfs/base/list.h"

struct asker {
	uint64_t unique; /* of the request */
	pid_t thread;	 /* 0: in another PID namespace */
	bool is_interrupted;

	/* Required.  Answers the request now, with -EINTR or its result. */
	void (*killed)(struct asker *asker);
	struct list link;
};

/* All that wait. */
struct askers {
	struct list list;
};

void askers_init(struct askers *askers);

/* Begin and end the wait of ASKER, whose `unique`, `thread` and `killed` are set. */
void asker_begin(struct askers *askers, struct asker *asker);
void asker_end(struct asker *asker);

/*
 * A signal has arrived for the caller of request UNIQUE.  Returns false if no such request waits.
 */
bool askers_interrupt(struct askers *askers, uint64_t unique);

/*
 * Releases callers that had a signal and are being killed by now.  Returns whether others must be
 * polled again.
 */
bool askers_look(struct askers *askers);

/* Whether THREAD is being killed, is gone, or cannot be seen. */
bool thread_is_killed(pid_t thread);

#endif
