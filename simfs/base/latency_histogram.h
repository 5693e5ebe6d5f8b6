/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latency_histogram.h - how long each of many things took, in buckets that are always the same.
 *
 * Powers of two of 16 microseconds, so that two histograms can be added, subtracted and
 * compared.  A time that is a bound belongs below it, as Prometheus has it.
 */
#ifndef SNAPRIG_BASE_LATENCY_HISTOGRAM_H
#define SNAPRIG_BASE_LATENCY_HISTOGRAM_H

#include <stdint.h>

#define LATENCY_BOUNDS	 20
#define LATENCY_BUCKETS	 (LATENCY_BOUNDS + 1) /* the last one has no end */
#define LATENCY_FIRST_US 16ull

/* All zeros at first. */
struct latency_histogram {
	uint64_t counts[LATENCY_BUCKETS];
	uint64_t sum_ns, longest_ns;
};

/* What belongs into bucket AT took so long at most; AT is less than LATENCY_BOUNDS. */
static inline uint64_t latency_bound_us(unsigned at)
{
	return LATENCY_FIRST_US << at;
}

/* Something took LATENCY_NS. */
void latency_histogram_add(struct latency_histogram *histogram, uint64_t latency_ns);

/* How many there were. */
uint64_t latency_histogram_count(const struct latency_histogram *histogram);

/*
 * What the share PER_MILLE of them took at most, as if those of one bucket were spread evenly over
 * it; never more than the longest.  0 when there was none.
 */
uint64_t latency_histogram_quantile_ns(
	const struct latency_histogram *histogram, unsigned per_mille);

#endif
