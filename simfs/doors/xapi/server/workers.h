/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers.h - threads for jobs that may block, started as needed, up to a limit.
 *
 * Jobs are begun in order.  The threads have all signals blocked.
 */
#ifndef SNAPRIG_DOORS_XAPI_SERVER_WORKERS_H
#define SNAPRIG_DOORS_XAPI_SERVER_WORKERS_H

struct workers;

/* NULL if out of memory. */
struct workers *workers_create(unsigned threads_max);

/*
 * Has a thread call PERFORM (required) with CONTEXT, now or when one is free.  Returns 0 or -errno.
 */
int workers_give(struct workers *workers, void (*perform)(void *context), void *context);

/* Waits until all jobs are done. */
void workers_wait(struct workers *workers);

/* Ends the threads when all jobs are done.  NULL is fine. */
void workers_destroy(struct workers *workers);

#endif
