/* SPDX-License-Identifier: Apache-2.0 */
/* engine_suite.h - main() of a test program whose runs are reproducible. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_SUITE_H
#define SNAPRIG_TESTS_LIB_ENGINE_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

/* SEED of the environment, or a fixed one. */
uint64_t engine_seed(void);

/* COUNT of the environment, or FALLBACK; less under a sanitizer; never 0. */
uint64_t engine_count(uint64_t fallback);

/* Returns N so that every Nth of PLACES is tried to get engine_count(FALLBACK) of them; never 0. */
uint64_t engine_stride_of(uint64_t places, uint64_t fallback);

/*
 * Returns whether COUNT is not given and no sanitizer shortens the run: then the run must have met
 * what gives it meaning (faults, merges).  A run that was made shorter, to debug a failure or
 * because of a sanitizer, need not.
 */
bool engine_count_is_full(void);

/*
 * COUNT is shared by RUNS runs; a smaller one does the same operations and stops earlier, so the
 * replay line asks only for as many as it took to fail.
 */
void engine_suite_shares_count(unsigned runs);

/* Every how many places of a sweep are tried: 1, or 8 if a sanitizer makes it slow. */
static inline uint64_t engine_stride(void)
{
	return engine_stride_of(8, 8);
}

/*
 * Runs SUITE; prints how to repeat each failure.  PROGRAM is argv[0].  Returns what main()
 * returns.
 */
int engine_suite_run(Suite *suite, const char *program);

#endif
