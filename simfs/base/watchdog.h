/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watchdog.h - a rig that stands still becomes a crash with a trace.
 *
 * It watches one thread, which says when it works (on something) and when it
 * rests (waits for something to do).  Time counts that the thread worked on one
 * thing and used the CPU or slept in the kernel.  It does not count that the
 * thread waited for a CPU, was stopped (SIGSTOP, a debugger) or that the machine
 * slept.  At the limit the trace of the thread goes to stderr, and the process
 * ends by SIGABRT.
 *
 * What watches is a second thread, which touches nothing but this: a thread that
 * sleeps in the kernel for good runs no signal handler.
 */
#ifndef SNAPRIG_BASE_WATCHDOG_H
#define SNAPRIG_BASE_WATCHDOG_H

#include <stdatomic.h>
#include <stdint.h>

#include "simfs/base/clock.h"

#define WATCHDOG_MIN_NS	    (100 * NS_PER_MS)
#define WATCHDOG_MAX_NS	    (24 * 3600 * NS_PER_S)
#define WATCHDOG_DEFAULT_NS (60 * NS_PER_S)

/*
 * Watches the calling thread from now on; it works just now.  LIMIT_NS, of the
 * range above, is time as it goes by, whatever the rig's clock does; 0: nothing is
 * watched.  Returns 0 or -errno.
 */
int watchdog_start(uint64_t limit_ns);

/* Not any more; harmless when nothing is watched. */
void watchdog_stop(void);

/* Things begun; odd while the thread works on one.  Of the two functions below, which stand here
 * since each completion calls them. */
extern atomic_uint_fast64_t watchdog_things;

/* The thread goes on with the next thing.  For any thread, watched or not. */
static inline void watchdog_works(void)
{
	uint64_t things = atomic_load_explicit(&watchdog_things, memory_order_relaxed);

	atomic_store_explicit(&watchdog_things, (things | 1) + 2, memory_order_relaxed);
}

/* The thread waits for something to do, until watchdog_works(). */
static inline void watchdog_rests(void)
{
	uint64_t things = atomic_load_explicit(&watchdog_things, memory_order_relaxed);

	atomic_store_explicit(&watchdog_things, (things | 1) + 1, memory_order_relaxed);
}

#endif
