/* SPDX-License-Identifier: Apache-2.0 */
/* How long requests took, for people: three digits at most, and only what there was. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/cli/table.h"
#include "tests/lib/engine_suite.h"

START_TEST(a_time_has_a_unit_and_few_digits)
{
	static const struct {
		uint64_t us;
		const char *text;
	} times[] = {
		{ 0, "0 us" },
		{ 999, "999 us" },
		{ 1000, "1.0 ms" },
		{ 1234, "1.2 ms" },
		{ 9949, "9.9 ms" },
		{ 9950, "10 ms" },
		{ 10000, "10 ms" },
		{ 999499, "999 ms" },
		{ 999500, "1.0 s" },
		{ 1000000, "1.0 s" },
		{ 1234567, "1.2 s" },
		{ 9950000, "10 s" },
		{ 10000000, "10 s" },
		{ 60000000, "60 s" },
	};

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		char text[32];

		ck_assert_str_eq(cli_latency_format(times[i].us, text, sizeof text), times[i].text);
	}
}
END_TEST

/* What cli_table_latency() prints of REQUESTS, which is taken; NULL: the rig tells none. */
static char *table_of(json_t *requests)
{
	json_t *status = requests ? json_pack("{s:{s:o}}", "latency", "requests", requests)
				  : json_object();
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	ck_assert(status && file);
	cli_table_latency(status, file);
	fclose(file);
	json_decref(status);
	return text;
}

static json_t *request(const char *name, const char *view, int count, int first_us)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i}", "request", name, "view", view, "count",
		count, "p50_us", first_us, "p99_us", 100 * first_us, "longest_us",
		100000 * first_us);
}

START_TEST(only_requests_that_there_were_have_a_row)
{
	char *text = table_of(json_pack("[o, o, o]", request("read", "live", 7, 20),
		request("write", "live", 0, 0), request("read", "snapshot", 1, 300)));

	ck_assert_str_eq(text, "\n"
			       "REQUESTS  VIEW      COUNT  P50     P99     LONGEST\n"
			       "read      live      7      20 us   2.0 ms  2.0 s\n"
			       "read      snapshot  1      300 us  30 ms   30 s\n");
	free(text);
}
END_TEST

START_TEST(without_any_there_is_no_table)
{
	char *text = table_of(json_pack("[o]", request("write", "live", 0, 0)));

	ck_assert_str_eq(text, "");
	free(text);
	text = table_of(NULL);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("table_latency");
	TCase *tcase = tcase_create("table_latency");

	(void)argc;
	tcase_add_test(tcase, a_time_has_a_unit_and_few_digits);
	tcase_add_test(tcase, only_requests_that_there_were_have_a_row);
	tcase_add_test(tcase, without_any_there_is_no_table);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
