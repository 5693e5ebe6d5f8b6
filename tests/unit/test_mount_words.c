/* SPDX-License-Identifier: Apache-2.0 */
/* What -o says is written out as options, and what is not ours goes on or is dropped. */
#include <check.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "simfs/cli/command_table.h"
#include "simfs/cli/mount_words.h"

/* The words that `mount IMAGE MNT -o TEXT` becomes, with a blank between them. */
static void becomes(const char *text, const char *expected)
{
	char mount[] = "mount", image[] = "v", point[] = "m", dash_o[] = "-o", copy[256];
	char *argv[] = { mount, image, point, dash_o, copy, NULL };
	struct mount_words words;
	char all[512] = "";
	size_t used = 0;

	ck_assert_uint_lt((unsigned)snprintf(copy, sizeof copy, "%s", text), sizeof copy);
	ck_assert_int_eq(mount_words_init(&mount_command, 5, argv, &words), 0);
	for (int i = 3; i < words.argc; i++)
		used += (size_t)snprintf(
			all + used, sizeof all - used, "%s%s", i > 3 ? " " : "", words.argv[i]);
	ck_assert_str_eq(words.argv[2], "m");
	ck_assert_ptr_null(words.argv[words.argc]);
	ck_assert_str_eq(all, expected);
	mount_words_deinit(&words);
}

static void is_refused(const char *text)
{
	char mount[] = "mount", dash_o[] = "-o", copy[64];
	char *argv[] = { mount, dash_o, copy, NULL };
	struct mount_words words;

	snprintf(copy, sizeof copy, "%s", text);
	ck_assert_int_eq(mount_words_init(&mount_command, 3, argv, &words), -EINVAL);
	mount_words_deinit(&words);
}

START_TEST(options_of_the_command_are_written_out)
{
	becomes("profile=datto", "--profile=datto");
	becomes("profile=xen,no-coalesce,sr=lvm", "--profile=xen --no-coalesce --sr=lvm");
	becomes("fault=a b=c,fault=d", "--fault=a b=c --fault=d");
	becomes("limit=", "--limit=");
}
END_TEST

START_TEST(options_of_fuse_stay_in_their_order)
{
	becomes("ro,uid=3", "-o ro,uid=3");
	becomes("ro,profile=vss,max_read=4096,durable",
		"--profile=vss --durable -o ro,max_read=4096");
	becomes("blkdev", "-o blkdev");
}
END_TEST

START_TEST(what_is_for_mount_and_systemd_is_dropped)
{
	becomes("defaults,noauto,auto,nofail,user,user=eve,users,nouser,owner,group,_netdev", "");
	becomes("x-systemd.requires=/a,X-mount.mkdir,comment=x,relatime,rw", "-o rw");
}
END_TEST

START_TEST(a_comma_in_quotes_or_behind_a_backslash_belongs_to_the_value)
{
	becomes("store=/a\\,b,ro", "--store=/a,b -o ro");
	becomes("store=/a\\\\,ro", "--store=/a\\ -o ro");
	becomes("fault=\"a b,c\",ro", "--fault=a b,c -o ro");
	becomes("writer=simulated name=\"A, B\" x,ro", "--writer=simulated name=\"A, B\" x -o ro");
	becomes("store=\"a\"b\"", "--store=\"a\"b\"");
	becomes("store=\"", "--store=\"");
	becomes("store=a\\", "--store=a\\");
	becomes("store=\"\"", "--store=");
}
END_TEST

START_TEST(what_nobody_knows_or_lacks_its_value_is_refused)
{
	static const char *const texts[] = { "profil=datto", "ro,bogus", "limit", "durable=1",
		"foreground", "ro,json", "o=ro", "help", "x", "user_=1" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		is_refused(texts[i]);
}
END_TEST

START_TEST(an_empty_option_is_left_for_fuse_to_refuse)
{
	becomes("", "-o ");
	becomes("ro,", "-o ro,");
	becomes("profile=xen,", "--profile=xen -o ");
}
END_TEST

START_TEST(several_o_are_one_and_a_command_keeps_its_own)
{
	char mount[] = "mount", o[] = "-o", ro[] = "ro,durable", debug[] = "debug", end[] = "--",
	     cat[] = "cat", bogus[] = "bogus";
	char *argv[] = { mount, o, ro, o, debug, end, cat, o, bogus, NULL };
	static const char *const expected[] = { "mount", "--durable", "-o", "ro,debug", "--", "cat",
		"-o", "bogus" };
	struct mount_words words;

	ck_assert_int_eq(mount_words_init(&mount_command, 9, argv, &words), 0);
	ck_assert_int_eq(words.argc, 8);
	for (int i = 0; i < words.argc; i++)
		ck_assert_str_eq(words.argv[i], expected[i]);
	mount_words_deinit(&words);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mount_words");
	TCase *tcase = tcase_create("mount_words");
	SRunner *runner = srunner_create(suite);

	tcase_add_test(tcase, options_of_the_command_are_written_out);
	tcase_add_test(tcase, options_of_fuse_stay_in_their_order);
	tcase_add_test(tcase, what_is_for_mount_and_systemd_is_dropped);
	tcase_add_test(tcase, a_comma_in_quotes_or_behind_a_backslash_belongs_to_the_value);
	tcase_add_test(tcase, what_nobody_knows_or_lacks_its_value_is_refused);
	tcase_add_test(tcase, an_empty_option_is_left_for_fuse_to_refuse);
	tcase_add_test(tcase, several_o_are_one_and_a_command_keeps_its_own);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
