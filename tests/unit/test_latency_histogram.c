/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets of latencies: where a time goes, the sum, and what a share of them took. */
#include <check.h>
#include <stdlib.h>

#include "simfs/base/clock.h"
#include "simfs/base/latency_histogram.h"
#include "tests/lib/engine_suite.h"

#define NS_PER_US 1000ull

/* The bucket that LATENCY_NS alone goes to. */
static unsigned bucket_of(uint64_t latency_ns)
{
	struct latency_histogram histogram = { 0 };
	unsigned found = LATENCY_BUCKETS;

	latency_histogram_add(&histogram, latency_ns);
	for (unsigned at = 0; at < LATENCY_BUCKETS; at++) {
		if (histogram.counts[at] == 0)
			continue;
		ck_assert_uint_eq(histogram.counts[at], 1);
		ck_assert_uint_eq(found, LATENCY_BUCKETS);
		found = at;
	}
	ck_assert_uint_lt(found, LATENCY_BUCKETS);
	return found;
}

START_TEST(a_bound_belongs_below_itself)
{
	for (unsigned at = 0; at < LATENCY_BOUNDS; at++) {
		uint64_t bound_ns = latency_bound_us(at) * NS_PER_US;

		ck_assert_uint_eq(bucket_of(bound_ns - 1), at);
		ck_assert_uint_eq(bucket_of(bound_ns), at);
		ck_assert_uint_eq(bucket_of(bound_ns + 1), at + 1);
	}
}
END_TEST

START_TEST(the_bounds_reach_from_microseconds_to_seconds)
{
	ck_assert_uint_eq(latency_bound_us(0), 16);
	ck_assert_uint_eq(latency_bound_us(LATENCY_BOUNDS - 1), 8388608);
	ck_assert_uint_eq(bucket_of(0), 0);
	ck_assert_uint_eq(bucket_of(1), 0);
	ck_assert_uint_eq(bucket_of(60 * NS_PER_S), LATENCY_BOUNDS);
	ck_assert_uint_eq(bucket_of(UINT64_MAX), LATENCY_BOUNDS);
}
END_TEST

START_TEST(the_sum_and_the_longest_are_exact)
{
	struct latency_histogram histogram = { 0 };

	latency_histogram_add(&histogram, 3);
	latency_histogram_add(&histogram, 60 * NS_PER_S);
	latency_histogram_add(&histogram, 300 * NS_PER_MS);
	ck_assert_uint_eq(histogram.sum_ns, 60 * NS_PER_S + 300 * NS_PER_MS + 3);
	ck_assert_uint_eq(histogram.longest_ns, 60 * NS_PER_S);
	ck_assert_uint_eq(latency_histogram_count(&histogram), 3);
}
END_TEST

START_TEST(none_has_no_quantile)
{
	struct latency_histogram histogram = { 0 };

	ck_assert_uint_eq(latency_histogram_count(&histogram), 0);
	ck_assert_uint_eq(latency_histogram_quantile_ns(&histogram, 500), 0);
	ck_assert_uint_eq(latency_histogram_quantile_ns(&histogram, 1000), 0);
}
END_TEST

START_TEST(a_quantile_lies_in_the_bucket_of_its_share)
{
	struct latency_histogram histogram = { 0 };

	/* 98 of 20 us, which are between 16 and 32, and two that are slow. */
	for (unsigned i = 0; i < 98; i++)
		latency_histogram_add(&histogram, 20 * NS_PER_US);
	latency_histogram_add(&histogram, 300 * NS_PER_MS);
	latency_histogram_add(&histogram, 60 * NS_PER_S);

	/* 50 of the 98 that are spread over 16 us. */
	ck_assert_uint_gt(latency_histogram_quantile_ns(&histogram, 500), 24 * NS_PER_US);
	ck_assert_uint_lt(latency_histogram_quantile_ns(&histogram, 500), 25 * NS_PER_US);
	ck_assert_uint_eq(latency_histogram_quantile_ns(&histogram, 980), 32 * NS_PER_US);
	ck_assert_uint_gt(latency_histogram_quantile_ns(&histogram, 990), 262 * NS_PER_MS);
	ck_assert_uint_le(latency_histogram_quantile_ns(&histogram, 990), 525 * NS_PER_MS);
	ck_assert_uint_eq(latency_histogram_quantile_ns(&histogram, 1000), 60 * NS_PER_S);
}
END_TEST

START_TEST(no_quantile_is_longer_than_the_longest)
{
	struct latency_histogram histogram = { 0 };

	latency_histogram_add(&histogram, 17 * NS_PER_US);
	ck_assert_uint_eq(latency_histogram_quantile_ns(&histogram, 1000), 17 * NS_PER_US);
	ck_assert_uint_ge(latency_histogram_quantile_ns(&histogram, 1), 16 * NS_PER_US);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("latency_histogram");
	TCase *buckets = tcase_create("buckets");
	TCase *quantiles = tcase_create("quantiles");

	(void)argc;
	tcase_add_test(buckets, a_bound_belongs_below_itself);
	tcase_add_test(buckets, the_bounds_reach_from_microseconds_to_seconds);
	tcase_add_test(buckets, the_sum_and_the_longest_are_exact);
	suite_add_tcase(suite, buckets);
	tcase_add_test(quantiles, none_has_no_quantile);
	tcase_add_test(quantiles, a_quantile_lies_in_the_bucket_of_its_share);
	tcase_add_test(quantiles, no_quantile_is_longer_than_the_longest);
	suite_add_tcase(suite, quantiles);
	return engine_suite_run(suite, argv[0]);
}
