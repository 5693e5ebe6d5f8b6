/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trap.h - the supervisor's loop: receives what the filters' listeners report.
 *
 * One thread receives.  It answers an open of the control node and the end of a process at once.
 * An ioctl gets a thread of its own (calls/calls.h), TRAP_CALLS_MAX at most: one more gets ENOMEM,
 * as from a kernel short of memory.
 *
 * Of a process without a filter the loop only sees that it has joined: the world then lives as long
 * as any process lives in its namespace.
 *
 * A notification is answered once.  The filter has WAIT_KILLABLE_RECV, so that only SIGKILL takes
 * back a call that was received: no operation of device-mapper is repeated.
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
 * Takes over LISTENER and RECORD (trap_record.h; NULL: none), and answers its calls from now on.
 * Any thread may call.  Returns 0; -ESHUTDOWN if the world has ended, -ENOSPC if there are too many
 * listeners, or -ENOMEM.
 */
int trap_add(struct trap *trap, int listener, struct trap_record *record);

/*
 * Keeps the world alive without a listener while a process is about to join.  One hold exists from
 * the start.  Returns false if the world has ended.
 */
bool trap_hold(struct trap *trap);
void trap_release(struct trap *trap);

/* Returns when no hold, no listener and no call is left: the world has ended. */
void trap_wait(struct trap *trap);

/* As trap_wait(), but returns false after LIMIT_NS. */
bool trap_wait_for(struct trap *trap, uint64_t limit_ns);

/* After trap_wait().  NULL is fine. */
void trap_end(struct trap *trap);

#endif
