/* SPDX-License-Identifier: Apache-2.0 */
/* engine_suite.h - main() of a test program whose runs can be made again. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_SUITE_H
#define SNAPRIG_TESTS_LIB_ENGINE_SUITE_H

#include <check.h>
#include <stdint.h>

/* SEED of the environment, else a fixed one. */
uint64_t engine_seed(void);

/* COUNT of the environment, else FALLBACK; less under a sanitizer. */
uint64_t engine_count(uint64_t fallback);

/* Every so manieth place of a sweep is tried: 1, or 8 where a sanitizer makes it slow. */
static inline uint64_t engine_stride(void)
{
	return 8 / engine_count(8) > 0 ? 8 / engine_count(8) : 1;
}

/*
 * Runs SUITE; says for each failure how to have it again.  PROGRAM is argv[0].
 * Returns what main() returns.
 */
int engine_suite_run(Suite *suite, const char *program);

#endif
