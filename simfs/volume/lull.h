/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lull.h - whether others ask for something now, or have until a moment ago.
 *
 * What can wait gives way to them.  They are counted anyway, so that none of them looks at the
 * clock: who gives way does, when it could go on.
 */
#ifndef SNAPRIG_VOLUME_LULL_H
#define SNAPRIG_VOLUME_LULL_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/clock.h"

struct lull {
	uint64_t seen;	   /* requests of others that had come when it was last looked */
	uint64_t until_ns; /* none has come in a while from then on */
};

/* From now on: of SEEN requests none counts. */
static inline struct lull lull_from(uint64_t seen)
{
	return (struct lull){ .seen = seen };
}

/* Whether one of the SEEN requests is new, one is under way, or that was so AFTER_NS ago at most.
 */
static inline bool lull_is_broken(
	struct lull *lull, uint64_t seen, bool is_under_way, uint64_t after_ns)
{
	uint64_t now_ns = clock_now_ns();

	if (seen != lull->seen || is_under_way)
		lull->until_ns = now_ns + after_ns;
	lull->seen = seen;
	return now_ns < lull->until_ns;
}

#endif
