/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shrink.h - finds a minimal subset that still has an effect.
 *
 * Leaves out halves, quarters, and so on down to single items, until no remaining item can be left
 * out alone.  That is not the smallest of all subsets, which would take too long to find: where
 * any one of several items would do, one is kept.
 */
#ifndef SNAPRIG_SCENARIOS_REPORT_SHRINK_H
#define SNAPRIG_SCENARIOS_REPORT_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

struct shrink {
	size_t count;
	bool *is_left_out; /* for each item; all false at the beginning */

	/* Required: returns whether the rest still has the effect; false also if that is
	 * unknown. */
	bool (*still_does)(struct shrink *shrink);
};

/* When it ends, the items not left out have the effect.  All items together must have it. */
void shrink_run(struct shrink *shrink);

#endif
