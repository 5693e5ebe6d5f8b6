/* SPDX-License-Identifier: Apache-2.0 */
/* What -o may say, and what is refused by name. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/mount/mount_options.h"

static char message[MOUNT_OPTIONS_MESSAGE_BYTES];
static struct mount_options options;

static void is_taken(const char *text)
{
	ck_assert_msg(mount_options_parse(text, &options, message) == 0, "%s: %s", text, message);
}

static void is_refused(const char *text, const char *why)
{
	message[0] = '\0';
	ck_assert_msg(mount_options_parse(text, &options, message) == -EINVAL, "%s", text);
	ck_assert_msg(strstr(message, why) != NULL, "%s: %s", text, message);
}

START_TEST(what_takes_effect_is_taken)
{
	is_taken("ro");
	is_taken("rw,nosuid,nodev,noexec,noatime,dirsync,default_permissions");
	is_taken("allow_other,debug");
	is_taken("allow_root,suid,dev,exec,atime,async");
	ck_assert_uint_eq(options.max_read_bytes, 0);
}
END_TEST

START_TEST(what_is_unknown_or_empty_is_refused_by_name)
{
	static const char *const texts[] = { "", ",ro", "ro,", "ro,,rw", "bogus", "ro,bogus,rw",
		"allow_others", "allow", "ro=1", "max_read", "uring", "clone_fd", "context=x",
		"ro rw", "-d", "RO" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		is_refused(texts[i], "is unknown");
	is_refused("ro,bogus,rw", "'bogus'");
}
END_TEST

START_TEST(an_owner_is_read_to_its_end)
{
	is_refused("uid=0000000000000000000000x1000", "uid=1000");
	is_refused("uid=00000000000000000000000000004294967295", "uid=1000");
}
END_TEST

START_TEST(what_is_not_the_users_to_say_is_refused_with_a_reason)
{
	is_refused("fsname=x", "'fsname=x' of -o is for the rig");
	is_refused("ro,subtype=y", "for the rig");
	is_refused("fd=3", "for the rig");
	is_refused("user_id=0", "for the rig");
	is_refused("max_write=4096", "for the rig");
	is_refused("blksize=512", "block device");
	is_refused("blkdev", "block device");
	is_refused("sync", "no effect");
	is_refused("auto_unmount", "is not supported");
	is_refused("allow_other,ro,allow_root", "exclude each other");
}
END_TEST

START_TEST(max_read_is_a_number_of_bytes_that_the_kernel_will_use)
{
	static const char *const bad[] = { "max_read=", "max_read=0", "max_read=4095",
		"max_read=1048577", "max_read=-4096", "max_read=+4096", "max_read=x",
		"max_read=4096k", "max_read=18446744073709551615",
		"max_read=99999999999999999999999999" };

	is_taken("ro,max_read=131072,nodev");
	ck_assert_uint_eq(options.max_read_bytes, 131072);
	is_taken("max_read=4096");
	ck_assert_uint_eq(options.max_read_bytes, 4096);
	is_taken("max_read=1048576");
	ck_assert_uint_eq(options.max_read_bytes, 1048576);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		is_refused(bad[i], "number of bytes");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mount_options");
	TCase *tcase = tcase_create("mount_options");

	tcase_add_test(tcase, what_takes_effect_is_taken);
	tcase_add_test(tcase, what_is_unknown_or_empty_is_refused_by_name);
	tcase_add_test(tcase, an_owner_is_read_to_its_end);
	tcase_add_test(tcase, what_is_not_the_users_to_say_is_refused_with_a_reason);
	tcase_add_test(tcase, max_read_is_a_number_of_bytes_that_the_kernel_will_use);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
