/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - the only source of time.
 *
 * Nothing else may call clock_gettime() or time(): a test that steps the clock must step all of it.
 */
#ifndef SNAPRIG_BASE_CLOCK_H
#define SNAPRIG_BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* Monotonic nanoseconds of the rig, or the time set by clock_step_to(). */
uint64_t clock_now_ns(void);

/*
 * The same at the kernel's last tick, so up to 10 ms old.  It does not read the CPU's counter,
 * which pays off where every request asks for the time.
 */
uint64_t clock_tick_ns(void);

/* Monotonic nanoseconds whatever the scale: for the rig's own waits, never for what it imitates. */
uint64_t clock_real_ns(void);

/*
 * From now on the clock runs PER_MILLE (> 0) thousandths as fast as real time.  It does not jump.
 */
void clock_set_scale(uint64_t per_mille);

/* The scale in thousandths, as for clock_set_scale(). */
uint64_t clock_scale(void);

/* How long, in real time, the clock takes to advance by RIG_NS.  UINT64_MAX stays UINT64_MAX. */
uint64_t clock_wait_ns(uint64_t rig_ns);

/* For tests: stops the clock at NOW_NS until it is stepped again. */
void clock_step_to(uint64_t now_ns);

/* The CPU time that THREAD, which must not have ended, has used, in unscaled nanoseconds. */
uint64_t clock_cpu_ns(pthread_t thread);

/* Wall-clock seconds since 1970; for names and logs that people read, never for decisions. */
int64_t clock_wall_seconds(void);

/* Wall-clock nanoseconds since 1970; as clock_wall_seconds(). */
int64_t clock_wall_ns(void);

#endif
