/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, from tables as the kernel writes them. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/mount_survey.h"
#include "simfs/base/mount_table.h"
#include "tests/unit/run_folder.h"

static struct mount_entry entry;

static void table(const char *text)
{
	FILE *file = fopen("table", "we");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_line_is_read_with_and_without_optional_fields)
{
	ck_assert(mount_entry_parse("98 33 0:52 / /mnt rw,nosuid shared:7 master:1 - fuse.snaprig "
				    "/tmp/v.img rw,user_id=0\n",
		&entry));
	ck_assert_uint_eq(entry.number, 98);
	ck_assert_str_eq(entry.device, "0:52");
	ck_assert_str_eq(entry.point, "/mnt");
	ck_assert_str_eq(entry.type, "fuse.snaprig");
	ck_assert_str_eq(entry.source, "/tmp/v.img");
	ck_assert_uint_eq(entry.user, 0);
	ck_assert(mount_entry_parse(
		"1 2 0:3 / /m rw - fuse.x user_id=9 rw,user_id=1000,group_id=0", &entry));
	ck_assert_uint_eq(entry.user, 1000);
	ck_assert(mount_entry_parse("98 33 0:52 /root /mnt rw - tmpfs none rw", &entry));
	ck_assert_str_eq(entry.type, "tmpfs");
}
END_TEST

START_TEST(escapes_are_undone_in_paths)
{
	ck_assert(mount_entry_parse(
		"1 2 0:3 / /a\\040b\\011c\\134d rw - fuse.snaprig /v\\040x.img rw", &entry));
	ck_assert_str_eq(entry.point, "/a b\tc\\d");
	ck_assert_str_eq(entry.source, "/v x.img");
}
END_TEST

START_TEST(what_is_no_line_is_refused)
{
	static const char *const lines[] = { "", "\n", "1 2 0:3 / /mnt rw tmpfs none rw", "1 2 - 3",
		" - ", "1 2 0:3 - x" };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		ck_assert_msg(!mount_entry_parse(lines[i], &entry), "%s", lines[i]);
}
END_TEST

START_TEST(the_last_on_a_path_and_the_first_of_a_device_are_found)
{
	table("1 0 0:1 / / rw - ext4 /dev/vda rw\n"
	      "garbage\n"
	      "2 1 0:2 / /mnt rw - tmpfs below rw\n"
	      "3 2 0:3 / /mnt rw - fuse.snaprig above rw\n"
	      "4 1 0:3 / /other rw - fuse.snaprig above rw\n"
	      "5 1 0:33 / /mnt/x rw - tmpfs none rw\n");
	ck_assert_int_eq(mount_table_find("table", "/mnt", &entry), 0);
	ck_assert_str_eq(entry.source, "above");
	ck_assert_int_eq(mount_table_find("table", "/mn", &entry), -ENOENT);
	ck_assert_int_eq(mount_table_find_device("table", "0:3", &entry), 0);
	ck_assert_str_eq(entry.point, "/mnt");
	ck_assert_int_eq(mount_table_find_device("table", "0:4", &entry), -ENOENT);
	ck_assert_int_eq(mount_table_find("missing", "/mnt", &entry), -ENOENT);
	ck_assert_int_eq(mount_table_find(".", "/mnt", &entry), -EIO);
}
END_TEST

START_TEST(this_namespace_is_no_other_one)
{
	struct mount_holders holders;
	char text[256];

	ck_assert_int_eq(mount_table_find(MOUNT_TABLE_SELF, "/proc", &entry), 0);
	mount_holders_find("0:none", &holders);
	ck_assert_uint_eq(holders.count, 0);
	ck_assert_str_eq(mount_holders_text(&holders, text, sizeof text), "");
}
END_TEST

START_TEST(who_has_another_mount_by_now_does_not_hold_the_first)
{
	struct mount_holders holders = { .count = 2,
		.list = { { .namespace_inode = 1, .mount_number = 7, .pid = "1" },
			{ .namespace_inode = 2, .mount_number = 7, .pid = "2" } } };

	mount_holders_look_again("0:none", &holders);
	ck_assert_uint_eq(holders.count, 0);
}
END_TEST

START_TEST(each_mount_of_a_type_is_listed_once_unless_it_is_hidden)
{
	struct mount_survey survey = { 0 };

	table("1 0 0:1 / / rw - ext4 /dev/vda rw\n"
	      "2 1 0:2 / /a rw - fuse.snaprig hidden rw,user_id=0\n"
	      "3 1 0:3 / /a rw - fuse.snaprig /a\\040b.img rw,user_id=7\n"
	      "4 1 0:3 / /again rw - fuse.snaprig /a\\040b.img rw,user_id=7\n"
	      "5 1 0:5 / /gone rw - fuse.snaprig under rw\n"
	      "6 1 0:6 / /gone rw - tmpfs over rw\n"
	      "7 1 0:7 / /other rw - fuse.other x rw\n");
	mount_survey_read(&survey, "table", "fuse.snaprig", "", "");
	ck_assert_uint_eq(survey.count, 1);
	ck_assert_str_eq(survey.places[0].path, "/a");
	ck_assert_str_eq(survey.places[0].source, "/a b.img");
	ck_assert_uint_eq(survey.places[0].user, 7);

	/* Of another namespace only what is not here. */
	table("2 1 0:3 / /copy rw - fuse.snaprig x rw\n"
	      "3 1 0:8 / /a rw - fuse.snaprig there rw,user_id=8\n");
	mount_survey_read(&survey, "table", "fuse.snaprig", "/proc/12/root", "12");
	ck_assert_uint_eq(survey.count, 2);
	ck_assert_str_eq(survey.places[1].path, "/proc/12/root/a");
	ck_assert_str_eq(survey.places[1].source, "there");
	ck_assert_str_eq(survey.places[1].pid, "12");
	mount_survey_read(&survey, "missing", "fuse.snaprig", "", "");
	ck_assert_uint_eq(survey.count, 2);
	mount_survey_deinit(&survey);
	ck_assert_uint_eq(survey.count, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mount_table");
	TCase *tcase = tcase_create("mount_table");

	tcase_add_checked_fixture(tcase, run_folder_setup, run_folder_teardown);
	tcase_add_test(tcase, a_line_is_read_with_and_without_optional_fields);
	tcase_add_test(tcase, escapes_are_undone_in_paths);
	tcase_add_test(tcase, what_is_no_line_is_refused);
	tcase_add_test(tcase, the_last_on_a_path_and_the_first_of_a_device_are_found);
	tcase_add_test(tcase, this_namespace_is_no_other_one);
	tcase_add_test(tcase, who_has_another_mount_by_now_does_not_hold_the_first);
	tcase_add_test(tcase, each_mount_of_a_type_is_listed_once_unless_it_is_hidden);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
