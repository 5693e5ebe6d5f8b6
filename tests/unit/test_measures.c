/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a client's run: percentiles, sizes and the data of an image. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/judge/oracle.h"
#include "scenarios/report/measures.h"
#include "scenarios/run/measure.h"
#include "scenarios/run/write_times.h"
#include "tests/lib/engine_suite.h"

START_TEST(percentiles_are_values_that_were_met)
{
	struct write_times *times = write_times_create();
	struct write_latency latency = write_times_take(times);

	ck_assert_uint_eq(latency.count, 0);
	write_times_add(times, 7);
	latency = write_times_take(times);
	ck_assert_uint_eq(latency.p50_ns, 7);
	ck_assert_uint_eq(latency.p99_ns, 7);
	/* In an order that is none: 1 to 200, each once. */
	for (uint64_t i = 0; i < 200; i++)
		write_times_add(times, 1 + i * 77 % 200);
	latency = write_times_take(times);
	ck_assert_uint_eq(latency.count, 200);
	ck_assert_uint_eq(latency.p50_ns, 100);
	ck_assert_uint_eq(latency.p99_ns, 198);
	ck_assert_uint_eq(write_times_take(times).count, 0);
	write_times_add(NULL, 1);
	write_times_destroy(times);
	write_times_destroy(NULL);
}
END_TEST

START_TEST(the_sizes_of_most_reads_are_told)
{
	struct measures measures = { .reads = 64 };
	char *text;

	measures.sizes[11] = 64;
	text = measures_sizes_text(&measures);
	ck_assert_str_eq(text, "64 of 1 MiB");
	free(text);
	measures.reads += 3 + 100 + 2 + 1;
	measures.sizes[0] = 3;
	measures.sizes[3] = 100;
	measures.sizes[5] = 2;
	measures.sizes[7] = 1;
	text = measures_sizes_text(&measures);
	ck_assert_str_eq(text, "100 of 4 KiB, 64 of 1 MiB, 3 of 512 B, 3 others");
	free(text);
	memset(&measures, 0, sizeof measures);
	text = measures_sizes_text(&measures);
	ck_assert_str_eq(text, "");
	free(text);
	ck_assert_double_eq(measures_rate(&measures), 0);
	ck_assert_double_eq(measures_sequence_percent(&measures), 0);
}
END_TEST

/* The last block is a part of one. */
START_TEST(data_is_what_is_no_hole)
{
	char path[] = "/tmp/snaprig-test.XXXXXX";
	int fd = mkstemp(path);
	struct block_set *data;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (1 << 20) + 1000), 0);
	data = measure_data(path);
	for (size_t i = 0; i < 257; i++)
		ck_assert(!block_set_has(data, i));
	ck_assert_uint_eq(data->block_count, 257);
	block_set_destroy(data);
	ck_assert_int_eq(pwrite(fd, "x", 1, 5 * 4096), 1);
	ck_assert_int_eq(pwrite(fd, "x", 1, (1 << 20) + 999), 1);
	data = measure_data(path);
	ck_assert(data);
	for (size_t i = 0; i < 257; i++)
		ck_assert(block_set_has(data, i) == (i == 5 || i == 256));
	block_set_destroy(data);
	close(fd);
	unlink(path);
	ck_assert_ptr_null(measure_data(path));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("measures");
	TCase *tcase = tcase_create("measures");

	(void)argc;
	tcase_add_test(tcase, percentiles_are_values_that_were_met);
	tcase_add_test(tcase, the_sizes_of_most_reads_are_told);
	tcase_add_test(tcase, data_is_what_is_no_hole);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
