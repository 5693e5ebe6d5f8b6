/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fd_reserve.h - descriptors held in reserve for callers that must not fail when descriptors run
 * out.
 *
 * Snapshots use up descriptors until none are left.  A connection that wants to delete a snapshot,
 * or a process that must thaw a file system, still gets some.  Reopening all those snapshots at a
 * mount needs fewer spare descriptors than were in reserve when they were taken.  One reserve per
 * process, for one thread.
 */
#ifndef SNAPRIG_BASE_FD_RESERVE_H
#define SNAPRIG_BASE_FD_RESERVE_H

#include <stdbool.h>

/* Enough for a few connections, or for a child with its pipes. */
#define FD_RESERVE_COUNT 16

/* Refills the reserve, except for what is lent, as far as descriptors are available. */
void fd_reserve_fill(void);

/*
 * Gives up one descriptor in exchange for one that the caller opens or has opened, so that the
 * caller takes none from others.  Returns false if the reserve is empty.
 */
bool fd_reserve_lend(void);

/* The caller has closed a descriptor for which one was lent.  Takes it back into the reserve. */
void fd_reserve_return(void);

/* Gives up the whole reserve for a moment, until fd_reserve_fill(). */
void fd_reserve_give_all(void);

#endif
