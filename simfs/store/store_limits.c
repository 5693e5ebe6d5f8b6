/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/store_limits.h"

#include "simfs/store/format.h"
#include "simfs/store/map.h"

const struct store_limits store_limits_default = {
	.data_bytes = SEGMENT_DATA_MAX_BYTES,
	.records = SEGMENT_RECORDS_MAX,
	.ranges = SEGMENT_RANGES_MAX,
	.segments_in_flight = 4,
	.beside_percent = 100,
	.summary_runs = SUMMARY_RUNS_MAX,
	.summary_segments = 1024,
	.summary_units = SUMMARY_SUMS_MAX - SEGMENT_DATA_MAX_BYTES / STORE_UNIT_BYTES,
	.ahead_bytes = SEGMENT_DATA_MAX_BYTES + STORE_UNIT_BYTES,
	.skip_bytes = 64u << 10,
	.dense_blocks = MAP_DENSE_BLOCKS,
	.batch_runs = 1u << 20,
};

const struct store_limits store_limits_smallest = {
	.data_bytes = 4 * STORE_UNIT_BYTES,
	.records = 4,
	.ranges = 2,
	.segments_in_flight = 2,
	.beside_percent = 0,
	.summary_runs = 12,
	.summary_segments = 3,
	.summary_units = 10,
	.ahead_bytes = 2 * STORE_UNIT_BYTES,
	.skip_bytes = STORE_UNIT_BYTES,
	.dense_blocks = 4,
	.batch_runs = 5,
};
