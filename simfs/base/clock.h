/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - the only source of time.
 *
 * Nothing else may call clock_gettime() or time(): a test that steps the
 * clock must step all of it.
 */
#ifndef SNAPRIG_BASE_CLOCK_H
#define SNAPRIG_BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* Monotonic nanoseconds of the rig, or what clock_step_to() last said. */
uint64_t clock_now_ns(void);

/*
 * The same as of the kernel's last tick: up to 10 ms behind, and without a look at the counter
 * of the processor, which is worth something where each request asks.
 */
uint64_t clock_tick_ns(void);

/*
 * The same whatever the scale: for how long the rig itself waits, never for what it imitates.
 */
uint64_t clock_real_ns(void);

/*
 * From now on the clock runs PER_MILLE thousandths as fast as time does; it
 * does not jump.  More than 0.
 */
void clock_set_scale(uint64_t per_mille);

/* In thousandths, as clock_set_scale() has it. */
uint64_t clock_scale(void);

/* How long it takes until the clock has gone on by RIG_NS; UINT64_MAX stays. */
uint64_t clock_wait_ns(uint64_t rig_ns);

/* For tests: from now on the clock stands at NOW_NS until it is stepped again. */
void clock_step_to(uint64_t now_ns);

/* What THREAD, which has not ended, has used of a CPU, as time goes by. */
uint64_t clock_cpu_ns(pthread_t thread);

/* Wall-clock seconds since 1970; for names and logs that people read, never for decisions. */
int64_t clock_wall_seconds(void);

/* Wall-clock nanoseconds since 1970; as clock_wall_seconds(). */
int64_t clock_wall_ns(void);

#endif
