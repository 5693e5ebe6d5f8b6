/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watchdog.h - turns a stuck rig into a crash with a trace.
 *
 * It watches one thread, which reports when it works (on something) and when it rests (waits for
 * something to do).  Time counts while the thread works on one thing and uses the CPU or sleeps in
 * the kernel.  Time does not count while the thread waits for a CPU or is stopped (SIGSTOP, a
 * debugger), or while the machine is suspended.  At the limit, the thread's trace goes to stderr
 * and the process ends by SIGABRT.
 *
 * A second thread does the watching and touches nothing else: a thread stuck in the kernel runs no
 * signal handler.
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
 * Watches the calling thread from now on, starting in the working state.  LIMIT_NS, in the range
 * above, is real time, whatever the rig's clock does; 0: nothing is watched.  Returns 0 or -errno.
 */
int watchdog_start(uint64_t limit_ns);

/* Stops watching; harmless if nothing is watched. */
void watchdog_stop(void);

/*
 * Counts the things begun; odd while the thread works on one.  Only for the two functions below,
 * which are inline because every completion calls them.
 */
extern atomic_uint_fast64_t watchdog_things;

/* The thread starts on its next thing.  For any thread, watched or not. */
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
