/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.h - repeats each workload: its first, second, third … request of each kind fails, once or
 * from then on, until none is left to fail; and the same load is killed after each of its steps.
 * In every case the live view is right, and each snapshot reads as before or reports that it has
 * failed.
 */
#ifndef SNAPRIG_TESTS_SWEEP_SWEEP_H
#define SNAPRIG_TESTS_SWEEP_SWEEP_H

#include "tests/lib/engine_load.h"

struct sweep_workload {
	const char *name;
	const char *profile;
	const char *limit; /* as a user writes it; NULL: the profile's */
	uint64_t step_ns;  /* so fast that coalesce runs; 0: no clock needed */
	unsigned weights[LOAD_KINDS];
};

/* Runs the suite NAME over COUNT workloads; returns what main() returns. */
int sweep_run(const char *name, const struct sweep_workload *all, int count, const char *program);

#endif
