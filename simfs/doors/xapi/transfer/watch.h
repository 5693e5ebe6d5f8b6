/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - clients that go while a disk does not answer.
 *
 * Whoever waits for a disk that hangs sees nothing else, for as long as it hangs.  The task of his
 * client ends all the same.
 */
#ifndef SNAPRIG_DOORS_XAPI_TRANSFER_WATCH_H
#define SNAPRIG_DOORS_XAPI_TRANSFER_WATCH_H

struct transfer;
struct watch;

/* 0 or -errno. */
int transfer_watch_create(struct watch **ret);

/* When nobody waits.  NULL is fine. */
void transfer_watch_destroy(struct watch *watch);

/* TRANSFER waits for its disk from here ... to here, and does not use its wire. */
void transfer_watch_begin(struct transfer *transfer);
void transfer_watch_end(struct transfer *transfer);

#endif
