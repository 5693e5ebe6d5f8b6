/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trap.h - the supervisor's loop: what the filter's listeners bring.
 *
 * One thread receives.  An open of the control node and the end of a process are answered by
 * it at once, an ioctl by a thread of its own (calls/calls.h), of which there are TRAP_CALLS_MAX
 * at most: one more gets ENOMEM, as of a kernel that is short of it.
 *
 * Of who came in without a filter only the coming is seen here: the world goes on as long as
 * anybody lives in its namespace then.
 *
 * A notification is answered once.  The filter has WAIT_KILLABLE_RECV, so no signal but
 * SIGKILL takes a call back that was received: what a device-mapper does is not repeated.
 */
#ifndef SNAPRIG_DM_TRAP_H
#define SNAPRIG_DM_TRAP_H

#include <stdbool.h>
#include <stdint.h>

struct world;

#define TRAP_CALLS_MAX 512

struct trap;
struct trap_record;

/* Returns 0 or -errno. */
int trap_start(struct world *world, struct trap **ret);

/*
 * Takes LISTENER over, and RECORD (trap_record.h; NULL: none): what it brings is answered from
 * now on.  For any thread.  Returns 0; -ESHUTDOWN when the world has ended, -ENOSPC when there
 * are too many, or -ENOMEM.
 */
int trap_add(struct trap *trap, int listener, struct trap_record *record);

/*
 * The world goes on though no listener is left: somebody is about to join.  There is one
 * hold from the start.  False: it has ended.
 */
bool trap_hold(struct trap *trap);
void trap_release(struct trap *trap);

/* Returns when there is neither hold nor listener, and no call: the world has ended. */
void trap_wait(struct trap *trap);

/* As trap_wait(), but not longer than that: false. */
bool trap_wait_for(struct trap *trap, uint64_t limit_ns);

/* After trap_wait().  NULL is fine. */
void trap_end(struct trap *trap);

#endif
