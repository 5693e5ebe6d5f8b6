/* SPDX-License-Identifier: Apache-2.0 */
/* Gauges: their table, their units, and what may be feigned. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "faults/gauge.h"
#include "tests/lib/engine_suite.h"

START_TEST(every_gauge_is_found_by_its_name)
{
	size_t count = 0;

	for (const struct gauge_row *row; (row = gauge_at(count)); count++) {
		enum gauge gauge = GAUGE_COUNT;

		ck_assert_int_eq(gauge_find(row->name, &gauge), 0);
		ck_assert_uint_eq((size_t)gauge, count);
		ck_assert_uint_gt(strlen(row->about), 0);
	}
	ck_assert_uint_eq(count, GAUGE_COUNT);
}
END_TEST

START_TEST(an_unknown_gauge_is_not_found)
{
	enum gauge gauge = GAUGE_OPS;

	ck_assert_int_eq(gauge_find("store.Used", &gauge), -ENOENT);
	ck_assert_int_eq(gauge_find("", &gauge), -ENOENT);
	ck_assert_int_eq(gauge_find("store.used ", &gauge), -ENOENT);
	ck_assert_int_eq(gauge, GAUGE_OPS);
}
END_TEST

START_TEST(a_value_is_read_in_the_unit_of_its_gauge)
{
	uint64_t value = 0;

	ck_assert_int_eq(gauge_value_parse(GAUGE_MEMORY_USED, "85%", &value), 0);
	ck_assert_uint_eq(value, 850000);
	ck_assert_int_eq(gauge_value_parse(GAUGE_LIVE_WRITTEN, "64MiB", &value), 0);
	ck_assert_uint_eq(value, 64 << 20);
	ck_assert_int_eq(gauge_value_parse(GAUGE_SNAPSHOT_COUNT, "29", &value), 0);
	ck_assert_uint_eq(value, 29);
	ck_assert_int_eq(gauge_value_parse(GAUGE_MEMORY_USED, "85", &value), -EINVAL);
	ck_assert_int_eq(gauge_value_parse(GAUGE_LIVE_WRITTEN, "85%", &value), -EINVAL);
	ck_assert_int_eq(gauge_value_parse(GAUGE_OPS, "9223372036854775808", &value), -ERANGE);
	ck_assert_uint_eq(value, 29);
}
END_TEST

START_TEST(what_is_written_is_read_back_the_same)
{
	static const struct {
		enum gauge gauge;
		uint64_t value;
		const char *text;
	} rows[] = {
		{ GAUGE_MEMORY_USED, 850000, "85%" },
		{ GAUGE_MEMORY_USED, 0, "0%" },
		{ GAUGE_STORE_USED, 1000100, "100.01%" },
		{ GAUGE_READ_PROGRESS, 123400, "12.34%" },
		{ GAUGE_STORE_BYTES, 13422592, "13422592" },
		{ GAUGE_OPS, 7, "7" },
		{ GAUGE_SNAPSHOT_AGE, 60000000000, "1m" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[32];
		uint64_t value;

		ck_assert_str_eq(
			gauge_value_format(rows[i].gauge, rows[i].value, text, sizeof text),
			rows[i].text);
		ck_assert_int_eq(gauge_value_parse(rows[i].gauge, text, &value), 0);
		ck_assert_uint_eq(value, rows[i].value);
	}
}
END_TEST

START_TEST(a_feigned_value_hides_the_measured_one_until_it_is_released)
{
	struct gauges gauges = { 0 };

	gauge_measure(&gauges, GAUGE_MEMORY_USED, 300000);
	ck_assert_uint_eq(gauge_value(&gauges, GAUGE_MEMORY_USED), 300000);
	gauge_feign(&gauges, GAUGE_MEMORY_USED, 850000);
	gauge_measure(&gauges, GAUGE_MEMORY_USED, 310000);
	ck_assert_uint_eq(gauge_value(&gauges, GAUGE_MEMORY_USED), 850000);
	gauge_release(&gauges, GAUGE_MEMORY_USED);
	ck_assert_uint_eq(gauge_value(&gauges, GAUGE_MEMORY_USED), 310000);
}
END_TEST

START_TEST(every_gauge_can_be_feigned_by_itself)
{
	for (size_t i = 0; i < GAUGE_COUNT; i++) {
		struct gauges gauges = { 0 };

		gauge_feign(&gauges, (enum gauge)i, 7);
		for (size_t at = 0; at < GAUGE_COUNT; at++)
			ck_assert_uint_eq(gauge_value(&gauges, (enum gauge)at), at == i ? 7 : 0);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("gauge");
	TCase *tcase = tcase_create("gauge");

	(void)argc;
	tcase_add_test(tcase, every_gauge_is_found_by_its_name);
	tcase_add_test(tcase, an_unknown_gauge_is_not_found);
	tcase_add_test(tcase, a_value_is_read_in_the_unit_of_its_gauge);
	tcase_add_test(tcase, what_is_written_is_read_back_the_same);
	tcase_add_test(tcase, a_feigned_value_hides_the_measured_one_until_it_is_released);
	tcase_add_test(tcase, every_gauge_can_be_feigned_by_itself);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
