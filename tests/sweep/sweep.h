/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.h - each workload again and again: its first, second, third … request of
 * each kind fails, once or from then on, until none is left to fail; and the same
 * load killed after each of its steps.  Whatever happens, the live view is right,
 * and each snapshot reads as it was or says that it has failed.
 */
#ifndef SNAPRIG_TESTS_SWEEP_SWEEP_H
#define SNAPRIG_TESTS_SWEEP_SWEEP_H

#include "tests/lib/engine_load.h"

struct sweep_workload {
	const char *name;
	const char *profile;
	const char *limit; /* as the user writes it; NULL: the profile's */
	uint64_t step_ns;  /* so fast that coalesce is at work; 0: no clock is needed */
	unsigned weights[LOAD_KINDS];
};

/* Runs the suite NAME over COUNT workloads; what main() returns. */
int sweep_run(const char *name, const struct sweep_workload *all, int count, const char *program);

#endif
