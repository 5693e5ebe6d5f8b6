/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/latency_histogram.h"

#define FIRST_NS (LATENCY_FIRST_US * 1000)

void latency_histogram_add(struct latency_histogram *histogram, uint64_t latency_ns)
{
	/* A bound itself belongs below it. */
	uint64_t above = latency_ns > 0 ? (latency_ns - 1) / FIRST_NS : 0;
	unsigned at = above > 0 ? 64 - (unsigned)__builtin_clzll(above) : 0;

	histogram->counts[at < LATENCY_BOUNDS ? at : LATENCY_BOUNDS]++;
	histogram->sum_ns += latency_ns;
	if (latency_ns > histogram->longest_ns)
		histogram->longest_ns = latency_ns;
}

uint64_t latency_histogram_count(const struct latency_histogram *histogram)
{
	uint64_t count = 0;

	for (unsigned at = 0; at < LATENCY_BUCKETS; at++)
		count += histogram->counts[at];
	return count;
}

uint64_t latency_histogram_quantile_ns(
	const struct latency_histogram *histogram, unsigned per_mille)
{
	double rank = (double)latency_histogram_count(histogram) * per_mille / 1000;
	double below = 0;

	for (unsigned at = 0; at < LATENCY_BUCKETS; at++) {
		double here = (double)histogram->counts[at];
		uint64_t first_ns = at > 0 ? latency_bound_us(at - 1) * 1000 : 0;
		uint64_t end_ns = histogram->longest_ns;

		if (here == 0 || below + here < rank) {
			below += here;
			continue;
		}
		if (at < LATENCY_BOUNDS && latency_bound_us(at) * 1000 < end_ns)
			end_ns = latency_bound_us(at) * 1000;
		return first_ns + (uint64_t)((double)(end_ns - first_ns) * (rank - below) / here);
	}
	return 0;
}
