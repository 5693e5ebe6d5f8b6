/* SPDX-License-Identifier: Apache-2.0 */
/* How much memory may be taken for real: caps and floors, each with its reason. */
#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "simfs/children/pressure.h"

#define MIB ((uint64_t)1 << 20)

static const struct {
	uint64_t size_bytes, share_per_million, available_bytes;
	const char *reason; /* NULL: it may */
} rows[] = {
	{ 256 * MIB, 850000, 4096 * MIB, NULL },
	{ PRESSURE_SIZE_DEFAULT_BYTES, 850000, 512 * MIB, NULL },
	{ PRESSURE_SIZE_MIN_BYTES, 100000, 4096 * MIB, NULL },
	{ PRESSURE_SIZE_MAX_BYTES, 950000, 4096 * MIB, NULL },
	{ PRESSURE_SIZE_MIN_BYTES - 1, 850000, 4096 * MIB, "below 32 MiB" },
	{ 0, 850000, 4096 * MIB, "below 32 MiB" },
	{ PRESSURE_SIZE_MAX_BYTES + 1, 850000, 4096 * MIB, "over 1 GiB" },
	{ UINT64_MAX, 850000, 4096 * MIB, "over 1 GiB" },
	{ 256 * MIB, 850000, 511 * MIB, "over half of the memory" },
	{ 256 * MIB, 850000, 0, "over half of the memory" },
	{ 256 * MIB, 950001, 4096 * MIB, "95%" },
	{ 256 * MIB, UINT64_MAX, 4096 * MIB, "95%" },
	{ 256 * MIB, 99999, 4096 * MIB, "10%" },
};

START_TEST(what_would_endanger_the_machine_or_mean_nothing_is_refused)
{
	char message[PRESSURE_MESSAGE_BYTES] = "";
	int error = pressure_check(
		rows[_i].size_bytes, rows[_i].share_per_million, rows[_i].available_bytes, message);

	ck_assert_int_eq(error, rows[_i].reason ? -ERANGE : 0);
	if (rows[_i].reason)
		ck_assert_ptr_nonnull(strstr(message, rows[_i].reason));
	else
		ck_assert_str_eq(message, "");
}
END_TEST

START_TEST(the_child_refuses_to_take_more_than_the_cap)
{
	char name[] = PRESSURE_CHILD, path[] = "/nonexistent", few[] = "1", many[] = "1073741825";
	char *with_few[] = { name, path, few, NULL };
	char *with_many[] = { name, path, many, NULL };

	ck_assert_int_eq(pressure_child(1, with_few), 2);
	ck_assert_int_eq(pressure_child(3, with_few), 2);
	ck_assert_int_eq(pressure_child(3, with_many), 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control pressure");
	TCase *tcase = tcase_create("limits");

	tcase_add_loop_test(tcase, what_would_endanger_the_machine_or_mean_nothing_is_refused, 0,
		(int)(sizeof rows / sizeof rows[0]));
	tcase_add_test(tcase, the_child_refuses_to_take_more_than_the_cap);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
