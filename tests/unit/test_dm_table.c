/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of devices: what is taken, what is refused with which error, and what is told of them. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/dm_caller.h"
#include "tests/lib/engine_suite.h"

static struct dm_caller caller;

/* "small" is 7:1 and has 2048 sectors; "empty" is 7:2 and has none yet. */
static void setup(void)
{
	dm_caller_init(&caller);
	dm_caller_make(&caller, "small", "0 2048 linear 259:0 0");
	ck_assert_int_eq(dm_caller_create(&caller, "empty"), 0);
	ck_assert_int_eq(dm_caller_create(&caller, "new"), 0);
	caller.path = "/dev/mapper/small";
	caller.path_major = 7;
	caller.path_minor = 1;
}

static void teardown(void)
{
	dm_caller_deinit(&caller);
}

/* ---- taken ----------------------------------------------------------------- */

static const struct {
	const char *loaded, *told;
} taken[] = {
	{ "0 2048 linear 7:1 0", NULL },
	{ "0 8 linear 259:0 2097144", NULL },
	{ "0 8 linear /dev/mapper/small 8", "0 8 linear 7:1 8" },
	{ "0 8 linear \\/dev/map\\per/small 8", "0 8 linear 7:1 8" },
	{ "0 8  linear   7:1\t 0 ", "0 8 linear 7:1 0" },
	{ "0 8 linear 7:2 99999", NULL },
	{ "0 9 error ", NULL },
	{ "0 9 error what ever", "0 9 error " },
	{ "0 1 zero ", NULL },
	{ "0 18014398509481983 error ", NULL },
	{ "0 64 striped 2 16 7:1 0 259:0 128", NULL },
	{ "0 64 striped 1 64 7:1 0", NULL },
	{ "0 8 delay 7:1 0 20", NULL },
	{ "0 8 delay 7:1 0 20 259:0 8 30", NULL },
	{ "0 8 delay 7:1 0 20 259:0 8 30 7:1 16 0", NULL },
	{ "0 8 snapshot-origin 7:1", NULL },
	{ "0 4096 snapshot-origin 7:2", NULL },
	{ "0 8 snapshot 7:1 259:0 P 8", NULL },
	{ "0 8 snapshot 7:2 7:1 p 16", "0 8 snapshot 7:2 7:1 P 16" },
	{ "0 8 snapshot 7:1 259:0 PO 8", NULL },
	{ "0 8 snapshot 7:1 259:0 N 8", NULL },
	{ "0 8 snapshot 7:1 259:0 P 0", "0 8 snapshot 7:1 259:0 P 32" },
	{ "0 8 snapshot 7:1 259:0 P 8 0", "0 8 snapshot 7:1 259:0 P 8" },
	{ "0 8 snapshot 7:1 259:0 P 8 1 discard_zeroes_cow", NULL },
	{ "0 8 snapshot 7:1 259:0 P 8 2 DISCARD_passdown_origin discard_zeroes_cow",
		"0 8 snapshot 7:1 259:0 P 8 2 discard_zeroes_cow discard_passdown_origin" },
	{ "0 8 snapshot-merge 7:1 259:0 P 8", NULL },
	{ "0 8 linear 7:1 0; 8 8 zero ; 16 8 linear 7:1 8", NULL },
};

START_TEST(a_table_that_is_taken_is_told_as_it_was_understood)
{
	const char *told = taken[_i].told ?: taken[_i].loaded;

	ck_assert_msg(
		dm_caller_load(&caller, "new", taken[_i].loaded) == 0, "%s", taken[_i].loaded);
	ck_assert_str_eq(dm_caller_table(&caller, "new",
				 DM_STATUS_TABLE_FLAG | DM_QUERY_INACTIVE_TABLE_FLAG),
		told);
}
END_TEST

/* ---- refused --------------------------------------------------------------- */

static const struct {
	const char *table;
	int error;
} refused[] = {
	{ "", -EINVAL },
	{ "0 0 zero ", -EINVAL },
	{ "1 8 zero ", -EINVAL },
	{ "0 8 zero ; 9 8 zero ", -EINVAL },
	{ "0 8 zero ; 7 8 zero ", -EINVAL },
	{ "0 8 zero ; 0 8 zero ", -EINVAL },
	{ "0 18014398509481984 zero ", -EINVAL },
	{ "0 18014398509481983 zero ; 18014398509481983 1 zero ", -EINVAL },
	{ "0 8 nothing ", -EINVAL },
	{ "0 8 thin-pool 7:1 7:2 128 0", -EINVAL },
	{ "0 8 zero 1", -EINVAL },
	{ "0 8 linear ", -EINVAL },
	{ "0 8 linear 7:1", -EINVAL },
	{ "0 8 linear 7:1 0 0", -EINVAL },
	{ "0 8 linear 7:1 -1", -EINVAL },
	{ "0 8 linear 7:1 +1", -EINVAL },
	{ "0 8 linear 7:1 0x10", -EINVAL },
	{ "0 8 linear 7:1 8k", -EINVAL },
	{ "0 8 linear 7:1 18446744073709551616", -EINVAL },
	/* The number is looked at before the device. */
	{ "0 8 linear 7:99 x", -EINVAL },
	{ "0 8 linear 7:99 0", -ENXIO },
	{ "0 8 linear 8:0 0", -ENXIO },
	{ "0 8 linear 259:9 0", -ENXIO },
	{ "0 8 linear 4096:0 0", -EOVERFLOW },
	{ "0 8 linear 7:1048576 0", -EOVERFLOW },
	{ "0 8 linear 99999999999999:0 0", -EOVERFLOW },
	{ "0 8 linear 7: 0", -ENODEV },
	{ "0 8 linear 7:1:1 0", -ENODEV },
	{ "0 8 linear /dev/vda 0", -ENODEV },
	{ "0 8 linear 7:3 0", -EINVAL },
	/* Beyond the end of what is below. */
	{ "0 2049 linear 7:1 0", -EINVAL },
	{ "0 8 linear 7:1 2041", -EINVAL },
	{ "0 8 linear 7:1 2048", -EINVAL },
	{ "0 8 linear 7:1 18446744073709551615", -EINVAL },
	{ "0 2049 snapshot-origin 7:1", -EINVAL },
	{ "0 2049 snapshot 7:1 259:0 P 8", -EINVAL },
	{ "0 8 delay 7:1 0 1 7:1 2041 1", -EINVAL },
	{ "0 64 striped 2 16 7:1 0 7:1 2017", -EINVAL },
	{ "0 64 striped ", -EINVAL },
	{ "0 64 striped 0 16", -EINVAL },
	{ "0 64 striped 2 0 7:1 0 7:1 32", -EINVAL },
	{ "0 64 striped 2 16 7:1 0", -EINVAL },
	{ "0 64 striped 2 16 7:1 0 7:1 32 7:1 64", -EINVAL },
	{ "0 65 striped 2 16 7:1 0 7:1 32", -EINVAL },
	{ "0 64 striped 2 24 7:1 0 7:1 32", -EINVAL },
	{ "0 64 striped 4294967297 16 7:1 0", -EINVAL },
	{ "0 8 delay 7:1 0", -EINVAL },
	{ "0 8 delay 7:1 0 1 7:1", -EINVAL },
	{ "0 8 delay 7:1 0 -1", -EINVAL },
	{ "0 8 delay 7:1 0 1 7:1 0 1 7:1 0 1 7:1 0 1", -EINVAL },
	{ "0 8 snapshot-origin ", -EINVAL },
	{ "0 8 snapshot-origin 7:1 7:1", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 P", -EINVAL },
	{ "0 8 snapshot 7:1 7:1 P 8", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 X 8", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 PX 8", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 P 7", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 P 8388608", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 N 0", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 P 8 3 a b c", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 P 8 1", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 P 8 1 what", -EINVAL },
	{ "0 8 snapshot 7:1 259:0 P 8 1 discard_passdown_origin", -EINVAL },
	{ "0 8 snapshot-merge 7:1 259:0 N 8", -EINVAL },
	{ "0 8 snapshot 7:99 259:0 X 8", -ENXIO },
	{ "0 8 linear 7:1 0; 8 8 linear 7:99 0", -ENXIO },
};

START_TEST(a_table_that_is_refused_has_the_errno_of_a_kernel)
{
	int error = dm_caller_load(&caller, "new", refused[_i].table);

	ck_assert_msg(error == refused[_i].error, "%s: %d", refused[_i].table, error);
	ck_assert_ptr_null(dm_caller_device(&caller, "new")->inactive);
	/* Nothing is held open by it. */
	ck_assert_uint_eq(dm_device_opens(dm_caller_device(&caller, "small")), 0);
	ck_assert_uint_eq(dm_device_opens(dm_caller_device(&caller, "empty")), 0);
}
END_TEST

START_TEST(a_line_of_parameters_that_is_too_long_is_refused)
{
	static char table[DM_PARAMS_MAX + 64];
	int used = snprintf(table, sizeof table, "0 8 error ");

	memset(table + used, 'x', DM_PARAMS_MAX - 1);
	ck_assert_int_eq(dm_caller_load(&caller, "new", table), 0);
	table[used + DM_PARAMS_MAX - 1] = 'x';
	ck_assert_int_eq(dm_caller_load(&caller, "new", table), -EINVAL);
}
END_TEST

START_TEST(a_path_is_looked_up_once_however_often_it_is_named)
{
	caller.log[0] = '\0';
	ck_assert_int_eq(dm_caller_load(&caller, "new",
				 "0 8 linear /dev/mapper/small 0; 8 8 linear /dev/mapper/small 8"),
		0);
	ck_assert_str_eq(caller.log, "resolve new /dev/mapper/small;");
}
END_TEST

START_TEST(a_disk_of_the_machine_is_refused_by_path_as_by_number)
{
	caller.path_major = 254;
	caller.path_minor = 0;
	ck_assert_int_eq(dm_caller_load(&caller, "new", "0 8 linear /dev/mapper/small 0"), -ENXIO);
}
END_TEST

/* ---- what a table holds open ----------------------------------------------- */

START_TEST(a_lower_device_is_open_once_for_each_way_of_opening_it)
{
	struct dm_device *small = dm_caller_device(&caller, "small");

	ck_assert_int_eq(dm_caller_load(&caller, "new", "0 8 linear 7:1 0; 8 8 linear 7:1 8"), 0);
	ck_assert_uint_eq(dm_device_opens(small), 1);
	ck_assert_int_eq(dm_caller_resume(&caller, "new"), 0);
	ck_assert_int_eq(dm_caller_load(&caller, "new", "0 16 linear 7:1 0"), 0);
	ck_assert_uint_eq(dm_device_opens(small), 1);

	/* A snapshot only reads its origin. */
	ck_assert_int_eq(dm_caller_load(&caller, "new", "0 16 snapshot 7:1 259:0 P 8"), 0);
	ck_assert_uint_eq(dm_device_opens(small), 2);
	ck_assert_int_eq(dm_caller_load(&caller, "empty", "0 16 linear 7:1 0"), 0);
	ck_assert_uint_eq(dm_device_opens(small), 3);
	ck_assert_int_eq(dm_caller_resume(&caller, "new"), 0);
	ck_assert_uint_eq(dm_device_opens(small), 2);
}
END_TEST

START_TEST(a_device_is_told_as_open_while_its_upper_table_is_prepared)
{
	caller.results[DM_EFFECT_PREPARE] = -ENXIO;
	ck_assert_int_eq(dm_caller_load(&caller, "new", "0 16 snapshot 7:1 259:0 P 8"), -ENXIO);
	ck_assert_uint_eq(dm_device_opens(dm_caller_device(&caller, "small")), 0);
}
END_TEST

START_TEST(sizes_are_looked_at_when_a_device_has_its_first_table_and_then_when_it_is_resumed)
{
	ck_assert_int_eq(dm_caller_load(&caller, "new", "0 4096 linear 7:1 0"), -EINVAL);
	ck_assert_int_eq(dm_caller_load(&caller, "new", "0 8 linear 7:1 0"), 0);
	ck_assert_int_eq(dm_caller_load(&caller, "new", "0 4096 linear 7:1 0"), 0);
	ck_assert_int_eq(dm_caller_resume(&caller, "new"), -EINVAL);

	/* What could not become active is lost, and the device holds its I/O. */
	struct dm_device *device = dm_caller_device(&caller, "new");
	ck_assert_ptr_null(device->inactive);
	ck_assert_ptr_null(device->active);
	ck_assert(device->suspended);
	ck_assert_uint_eq(dm_device_opens(dm_caller_device(&caller, "small")), 0);
}
END_TEST

START_TEST(devices_do_not_lie_on_themselves_by_way_of_others)
{
	dm_caller_make(&caller, "upper", "0 8 linear 7:1 0");
	ck_assert_int_eq(dm_caller_load(&caller, "small", "0 8 linear 7:4 0"), 0);
	ck_assert_int_eq(dm_caller_resume(&caller, "small"), -EINVAL);
	ck_assert_uint_eq(dm_table_size(dm_caller_device(&caller, "small")->active), 2048);

	/* When the upper one has gone elsewhere it is no loop. */
	ck_assert_int_eq(dm_caller_load(&caller, "small", "0 8 linear 7:4 0"), 0);
	ck_assert_int_eq(dm_caller_load(&caller, "upper", "0 8 zero "), 0);
	ck_assert_int_eq(dm_caller_resume(&caller, "upper"), 0);
	ck_assert_int_eq(dm_caller_resume(&caller, "small"), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm tables");
	TCase *tcase = tcase_create("tables");

	(void)argc;
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_table_that_is_taken_is_told_as_it_was_understood, 0,
		sizeof taken / sizeof *taken);
	tcase_add_loop_test(tcase, a_table_that_is_refused_has_the_errno_of_a_kernel, 0,
		sizeof refused / sizeof *refused);
	tcase_add_test(tcase, a_line_of_parameters_that_is_too_long_is_refused);
	tcase_add_test(tcase, a_path_is_looked_up_once_however_often_it_is_named);
	tcase_add_test(tcase, a_disk_of_the_machine_is_refused_by_path_as_by_number);
	tcase_add_test(tcase, a_lower_device_is_open_once_for_each_way_of_opening_it);
	tcase_add_test(tcase, a_device_is_told_as_open_while_its_upper_table_is_prepared);
	tcase_add_test(tcase,
		sizes_are_looked_at_when_a_device_has_its_first_table_and_then_when_it_is_resumed);
	tcase_add_test(tcase, devices_do_not_lie_on_themselves_by_way_of_others);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
