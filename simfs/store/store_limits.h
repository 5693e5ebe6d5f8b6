/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_limits.h - how much a store does at a time.
 *
 * They bound what is written, never what can be read: a store of other limits
 * opens, up to the maxima of format.h.  Tests take the smallest, so that a few
 * blocks fill a segment, wait behind it and make a summary due.
 */
#ifndef SNAPRIG_STORE_STORE_LIMITS_H
#define SNAPRIG_STORE_STORE_LIMITS_H

#include <stdint.h>

/* The most `ranges` can be: a segment has room for so many. */
#define SEGMENT_RANGES_MAX 256u

/* None is 0 or above that of `store_limits_default`. */
struct store_limits {
	/* Of one segment; one block always fits.  A range is what one append
	 * brings, and one iovec of the write. */
	uint32_t data_bytes;
	uint32_t records;
	uint32_t ranges;

	/* Written at a time, at most SEGMENTS_IN_FLIGHT_MAX (struct store_group). */
	uint32_t segments_in_flight;

	/* With others in flight a segment that has room left is started when it is
	 * so many percent of what they are together; a full one always is. */
	uint32_t beside_percent;

	/* A summary is due before it would have more runs (at least `records`), or
	 * sum up more segments, and when it has the sums of so many units. */
	uint32_t summary_runs;
	uint32_t summary_segments;
	uint32_t summary_units;

	/* A scan reads so much at a time, whole units, and skips the data of a
	 * segment that is longer than so much. */
	uint32_t ahead_bytes;
	uint32_t skip_bytes;

	/* Known blocks at which a leaf of the map becomes dense, or is cut (map.h). */
	uint32_t dense_blocks;

	/* So many runs of summaries enter it together. */
	uint32_t batch_runs;
};

extern const struct store_limits store_limits_default;
extern const struct store_limits store_limits_smallest;

#endif
