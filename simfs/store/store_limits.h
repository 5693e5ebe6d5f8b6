/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_limits.h - how much a store does at a time.
 *
 * They limit what is written, never what can be read: a store written with other limits
 * opens, up to the maxima of format.h. Tests use the smallest, so that a few blocks fill a
 * segment, queue behind it and make a summary due.
 */
#ifndef SNAPRIG_STORE_STORE_LIMITS_H
#define SNAPRIG_STORE_STORE_LIMITS_H

#include <stdint.h>

/* The maximum of `ranges`: a segment has room for this many. */
#define SEGMENT_RANGES_MAX 256u

/* Each is at most that of `store_limits_default`, and at least 1 (beside_percent may be 0). */
struct store_limits {
	/* Per segment; one block always fits. A range is what one append adds, and one iovec
	 * of the write. */
	uint32_t data_bytes;
	uint32_t records;
	uint32_t ranges;

	/* At a time, at most SEGMENTS_IN_FLIGHT_MAX (struct store_group). */
	uint32_t segments_in_flight;

	/* While others are in flight, a segment that is not full is started once its size
	 * reaches this percentage of their total; a full one always is. */
	uint32_t beside_percent;

	/* A summary is due before it would exceed this number of runs (at least `records`) or
	 * segments, and when it has the sums of this many units. */
	uint32_t summary_runs;
	uint32_t summary_segments;
	uint32_t summary_units;

	/* The bytes a scan reads at a time, in whole units; it skips the data of segments
	 * longer than skip_bytes. */
	uint32_t ahead_bytes;
	uint32_t skip_bytes;

	/* Known blocks at which a leaf of the map becomes dense, or is split (map.h). */
	uint32_t dense_blocks;

	/* Runs of summaries that enter the map together. */
	uint32_t batch_runs;
};

extern const struct store_limits store_limits_default;
extern const struct store_limits store_limits_smallest;

#endif
