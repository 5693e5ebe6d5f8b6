/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fd_reserve.h - descriptors that are kept back, for who has to get in when they run out.
 *
 * Snapshots take descriptors until there are no more; a connection of who wants to
 * delete one, or a process that is to thaw what is frozen, finds some all the same.
 * And what a mount needs while it opens all those snapshots again is less than what was
 * kept back when they were taken.  One for the whole process, of one thread.
 */
#ifndef SNAPRIG_BASE_FD_RESERVE_H
#define SNAPRIG_BASE_FD_RESERVE_H

#include <stdbool.h>

/* Enough for a few connections, or for a child with its pipes. */
#define FD_RESERVE_COUNT 16

/* Keeps back as many as are missing and not lent, as far as there are any. */
void fd_reserve_fill(void);

/*
 * Lets one go for a descriptor of the caller's that comes or has come, so that it takes no
 * room of others.  False: there is none left.
 */
bool fd_reserve_lend(void);

/* What was lent has come to its end: a descriptor was closed for it.  Keeps it back again. */
void fd_reserve_return(void);

/* Lets all go, for a moment: fd_reserve_fill() ends it. */
void fd_reserve_give_all(void);

#endif
