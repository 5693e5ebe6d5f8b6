/* SPDX-License-Identifier: Apache-2.0 */
/* engine_suite.h - main() of a test program whose runs can be made again. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_SUITE_H
#define SNAPRIG_TESTS_LIB_ENGINE_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

/* SEED of the environment, else a fixed one. */
uint64_t engine_seed(void);

/* COUNT of the environment, else FALLBACK; less under a sanitizer; never 0. */
uint64_t engine_count(uint64_t fallback);

/* Every so manieth of PLACES is tried, when engine_count(FALLBACK) of them are wanted; never 0. */
uint64_t engine_stride_of(uint64_t places, uint64_t fallback);

/*
 * Nobody asked for another COUNT: what a run must have met to say anything (faults,
 * merges) is there.  A run that is made shorter, to find out why it failed or by a
 * sanitizer, need not meet it.
 */
bool engine_count_is_full(void);

/*
 * COUNT is of RUNS runs together, and a smaller one makes the same operations and stops
 * earlier: so the replay line asks for no more than it took to fail.
 */
void engine_suite_shares_count(unsigned runs);

/* Every so manieth place of a sweep is tried: 1, or 8 where a sanitizer makes it slow. */
static inline uint64_t engine_stride(void)
{
	return engine_stride_of(8, 8);
}

/*
 * Runs SUITE; says for each failure how to have it again.  PROGRAM is argv[0].
 * Returns what main() returns.
 */
int engine_suite_run(Suite *suite, const char *program);

#endif
