/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patience.h - wakes a thread that waits on behalf of a caller when the caller is gone.
 *
 * Sends the thread a signal again and again until patience_end(), so that the system call it waits
 * in ends with EINTR.
 */
#ifndef SNAPRIG_DM_PATIENCE_H
#define SNAPRIG_DM_PATIENCE_H

#include <pthread.h>

#include "simfs/base/list.h"

struct caller;
struct patience;

struct patience_wait {
	struct list link;
	pthread_t thread;
	const struct caller *caller;
};

/* Returns 0 or -errno. */
int patience_start(struct patience **ret);

/* No thread may wait any more; NULL is fine. */
void patience_stop(struct patience *patience);

/* From now on the calling thread waits for CALLER; if that is NULL, it is never woken. */
void patience_begin(
	struct patience *patience, struct patience_wait *wait, const struct caller *caller);
void patience_end(struct patience *patience, struct patience_wait *wait);

#endif
