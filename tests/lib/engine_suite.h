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

/*
 * Runs SUITE; says for each failure how to have it again.  PROGRAM is argv[0].
 * Returns what main() returns.
 */
int engine_suite_run(Suite *suite, const char *program);

#endif
