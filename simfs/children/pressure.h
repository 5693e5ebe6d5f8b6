/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pressure.h - takes real memory, where it harms no other process.
 *
 * A child process enters a cgroup of its own with a hard limit, and takes memory step by step
 * until the cgroup has used the requested share.  It keeps the memory until it is ended.  The
 * child creates the cgroup, so that the rig's thread never waits for it; it dies with the rig,
 * which removes the cgroup.
 *
 *	IDLE --begin--> TAKING --the share is reached: settled(0)--> PRESSING
 *	  ^               | end, or it cannot go on                     | end, or it died
 *	  |               v                                             |
 *	  +--- ended -- ENDING <----------------------------------------+
 *	       (before it settled(-errno), when it was not reached)
 */
#ifndef SNAPRIG_CHILDREN_PRESSURE_H
#define SNAPRIG_CHILDREN_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/ring.h"
#include "simfs/volume/memory_source.h"

/*
 * The limit of the cgroup.  Below the minimum, the child's own pages distort the share.  The
 * maximum is what any machine can spare; on small machines, half of the available memory is the
 * limit.
 */
#define PRESSURE_SIZE_DEFAULT_BYTES ((uint64_t)256 << 20)
#define PRESSURE_SIZE_MIN_BYTES	    ((uint64_t)32 << 20)
#define PRESSURE_SIZE_MAX_BYTES	    ((uint64_t)1 << 30)

/* Above this, the kernel would kill the child rather than give it the last pages. */
#define PRESSURE_SHARE_MIN_PER_MILLION 100000
#define PRESSURE_SHARE_MAX_PER_MILLION 950000

#define PRESSURE_MESSAGE_BYTES	       512

struct pressure_events {
	/* Required.  Called once for each begin, with 0 when the share is reached, or else -errno
	 * (-EPERM: a privilege is missing; -ECANCELED: it was ended) and the reason. */
	void (*settled)(void *context, int result, const char *why);

	/* Required.  The child and the cgroup are gone; pressure may begin again. */
	void (*ended)(void *context);

	void *context;
};

struct pressure;

/* Returns 0 or -ENOMEM. */
int pressure_create(struct ring *ring, const struct pressure_events *events, struct pressure **ret);

/* It must be idle, or the ring gone: in that case, waits for the child to die.  NULL is fine. */
void pressure_destroy(struct pressure *pressure);

/*
 * Whether SHARE of SIZE bytes may be taken while AVAILABLE bytes are free.  Returns 0, or -ERANGE
 * with the reason in MESSAGE.
 */
int pressure_check(uint64_t size_bytes, uint64_t share_per_million, uint64_t available_bytes,
	char message[PRESSURE_MESSAGE_BYTES]);

/*
 * Begins and returns 0; or does not begin, with the reason in MESSAGE: -EBUSY (not idle), -ERANGE
 * as pressure_check(), -EPERM (no memory controller), or -errno.
 */
int pressure_begin(struct pressure *pressure, uint64_t size_bytes, uint64_t share_per_million,
	char message[PRESSURE_MESSAGE_BYTES]);

/* Kills the child; `ended` follows from the event loop.  Does nothing when idle. */
void pressure_end(struct pressure *pressure);

bool pressure_is_idle(const struct pressure *pressure);

/* How much of its limit the cgroup has used; only when not idle. */
const struct memory_source *pressure_source(const struct pressure *pressure);

/* Removes the cgroups of rigs that are gone.  May block. */
void pressure_sweep(void);

/* ---- the child ---- */

/* argv[1] of this program; the cgroup's path and its limit in bytes follow. */
#define PRESSURE_CHILD "press-memory"

/*
 * Reads from stdin how many bytes to hold in total (uint64_t), and answers each on stdout with 0 or
 * -errno (int64_t), after a first answer for having started.  Ends with its input.  Returns an exit
 * code.
 */
int pressure_child(int argc, char **argv);

#endif
