/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lull.h - whether other requests are active, or were until a moment ago.
 *
 * Background work gives way to them. They are counted anyway, so they need not read the
 * clock: the background work does, when it could continue.
 */
#ifndef SNAPRIG_VOLUME_LULL_H
#define SNAPRIG_VOLUME_LULL_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/clock.h"

struct lull {
	uint64_t seen;	   /* other requests counted at the last check */
	uint64_t until_ns; /* the lull lasts from then on, unless another comes */
};

/* Starts now: ignores the SEEN requests. */
static inline struct lull lull_from(uint64_t seen)
{
	return (struct lull){ .seen = seen };
}

/* Whether one of the SEEN requests is new, one is in flight, or that was so at most AFTER_NS
 * ago. */
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
