/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latency_histogram.h - a histogram of latencies with fixed buckets.
 *
 * The bounds are powers of two times 16 microseconds, so two histograms can be added, subtracted
 * and compared.  A latency equal to a bound falls below it, as in Prometheus.
 */
#ifndef SNAPRIG_BASE_LATENCY_HISTOGRAM_H
#define SNAPRIG_BASE_LATENCY_HISTOGRAM_H

#include <stdint.h>

#define LATENCY_BOUNDS	 20
#define LATENCY_BUCKETS	 (LATENCY_BOUNDS + 1) /* the last one has no upper bound */
#define LATENCY_FIRST_US 16ull

/* Starts as all zeros. */
struct latency_histogram {
	uint64_t counts[LATENCY_BUCKETS];
	uint64_t sum_ns, longest_ns;
};

/* The upper bound (inclusive) of bucket AT, which is less than LATENCY_BOUNDS. */
static inline uint64_t latency_bound_us(unsigned at)
{
	return LATENCY_FIRST_US << at;
}

/* Adds one latency. */
void latency_histogram_add(struct latency_histogram *histogram, uint64_t latency_ns);

/* The number of latencies added. */
uint64_t latency_histogram_count(const struct latency_histogram *histogram);

/*
 * The latency that PER_MILLE thousandths of them do not exceed, interpolated linearly within a
 * bucket and never more than the longest.  0 if the histogram is empty.
 */
uint64_t latency_histogram_quantile_ns(
	const struct latency_histogram *histogram, unsigned per_mille);

#endif
