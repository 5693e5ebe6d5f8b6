/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers.h - threads that perform what may block, as many as are needed, up to a limit.
 *
 * What is given to them is begun in its order.  They have all signals blocked.
 */
#ifndef SNAPRIG_DOORS_XAPI_SERVER_WORKERS_H
#define SNAPRIG_DOORS_XAPI_SERVER_WORKERS_H

struct workers;

/* NULL: no memory. */
struct workers *workers_create(unsigned threads_max);

/* PERFORM (Required) is called with CONTEXT, now or when a thread is free: 0, or -errno. */
int workers_give(struct workers *workers, void (*perform)(void *context), void *context);

/* Waits until all that was given is done. */
void workers_wait(struct workers *workers);

/* When all is done; their threads end.  NULL is fine. */
void workers_destroy(struct workers *workers);

#endif
