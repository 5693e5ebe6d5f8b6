/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - detects clients that go while a disk does not answer.
 *
 * A thread that waits for a hanging disk notices nothing else.  Its client's task must end anyway.
 */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_WATCH_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_WATCH_H

struct transfer;
struct watch;

/* Returns 0 or -errno. */
int transfer_watch_create(struct watch **ret);

/* Call when nothing waits.  NULL is fine. */
void transfer_watch_destroy(struct watch *watch);

/* Between these, TRANSFER waits for its disk, and does not use its wire. */
void transfer_watch_begin(struct transfer *transfer);
void transfer_watch_end(struct transfer *transfer);

#endif
