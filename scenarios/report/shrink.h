/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shrink.h - the fewest of many that still do.
 *
 * Leaves out halves, quarters, and so on down to single ones, until none of
 * those that are left can be left out alone.  Not the fewest of all subsets,
 * which nobody can wait for: where any one of several would do, one is kept.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_SHRINK_H
#define SNAPRIG_SCENARIOS_REPORT_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

struct shrink {
	size_t count;
	bool *is_left_out; /* of each; none to begin with */

	/* Required.  Whether it still does; false too when it cannot be told. */
	bool (*still_does)(struct shrink *shrink);
};

/* Ends with is_left_out as it did last.  What is there at the beginning must do. */
void shrink_run(struct shrink *shrink);

#endif
