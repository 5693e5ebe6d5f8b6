/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - the only source of time.
 *
 * Nothing else may call clock_gettime() or time(): a test that steps the
 * clock must step all of it.
 */
#ifndef SNAPRIG_BASE_CLOCK_H
#define SNAPRIG_BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* Monotonic nanoseconds, or what clock_step_to() last said. */
uint64_t clock_now_ns(void);

/* For tests: from now on the clock stands at NOW_NS until it is stepped again. */
void clock_step_to(uint64_t now_ns);

/* Wall-clock seconds since 1970; for names and logs that people read, never for decisions. */
int64_t clock_wall_seconds(void);

/* Wall-clock nanoseconds since 1970; as clock_wall_seconds(). */
int64_t clock_wall_ns(void);

#endif
