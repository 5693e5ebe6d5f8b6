/* SPDX-License-Identifier: Apache-2.0 */
/* What a client that is given LVM is told, and what the rig calls its snapshot. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/run/lvm_world.h"
#include "simfs/base/dm_ioctls.h"
#include "tests/lib/engine_suite.h"

START_TEST(the_rig_calls_a_snapshot_as_device_mapper_does)
{
	static const char *const names[][2] = {
		{ "s1", "vg0-s1" },
		{ "backup-dddddddd", "vg0-backup--dddddddd" },
		{ "a--b", "vg0-a----b" },
		{ "-", "vg0---" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *name = lvm_rig_name(NULL, names[i][0]);

		ck_assert_str_eq(name, names[i][1]);
		free(name);
	}
}
END_TEST

START_TEST(the_rig_calls_a_snapshot_by_the_rule_of_who_takes_it)
{
	char calls[] = "{vg}-{lv}_own-*";
	const struct client client = { .calls = calls };
	char *name = lvm_rig_name(&client, "s1");

	ck_assert_str_eq(name, "vg0-vg0--live_own--*");
	free(name);
	name = lvm_rig_name(&(struct client){ 0 }, "s-1");
	ck_assert_str_eq(name, "vg0-s--1");
	free(name);
}
END_TEST

START_TEST(the_size_of_a_snapshot_is_the_limit_in_whole_sectors_or_half_of_the_volume)
{
	static char share[] = "10%", size[] = "1000000", little[] = "100";
	const struct {
		char *limit;
		const char *wanted;
	} rows[] = {
		{ NULL, "8388608b" },
		{ share, "1677312b" },
		{ size, "999936b" },
		{ little, "512b" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct scenario scenario = {
			.volume_bytes = 16u << 20,
			.limit = rows[i].limit,
		};
		const struct run run = { .scenario = &scenario };
		char *text = lvm_cow_size(&run);

		ck_assert_str_eq(text, rows[i].wanted);
		free(text);
	}
}
END_TEST

START_TEST(suspending_and_resuming_have_names_of_their_own)
{
	ck_assert_str_eq(dm_ioctls_name(6, true), "suspend");
	ck_assert_str_eq(dm_ioctls_name(6, false), "resume");
	ck_assert_str_eq(dm_ioctls_name(9, false), "table-load");
	ck_assert_str_eq(dm_ioctls_name(9, true), "table-load");
	ck_assert_ptr_null(dm_ioctls_name(18, false));
	for (size_t i = 0; dm_ioctl_name_at(i); i++)
		ck_assert_uint_lt(strlen(dm_ioctl_name_at(i)), DM_IOCTL_NAME_BYTES);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("lvm world");
	TCase *tcase = tcase_create("lvm world");

	(void)argc;
	tcase_add_test(tcase, the_rig_calls_a_snapshot_as_device_mapper_does);
	tcase_add_test(tcase, the_rig_calls_a_snapshot_by_the_rule_of_who_takes_it);
	tcase_add_test(
		tcase, the_size_of_a_snapshot_is_the_limit_in_whole_sectors_or_half_of_the_volume);
	tcase_add_test(tcase, suspending_and_resuming_have_names_of_their_own);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
