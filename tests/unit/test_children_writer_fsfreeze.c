/* SPDX-License-Identifier: Apache-2.0 */
/* File systems that are frozen: each one made here, on a loop device. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "scenarios/base/process.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/children/writer_child.h"
#include "tests/unit/writer_bench.h"

#define MOUNTED "fs"

/* Not `mount -o loop`: that asks every loop device whose it is, and one of somebody else's
 * that hangs does not answer.  The device goes with the mount. */
#define MOUNT_IT                                                                                   \
	"loop=$(losetup -f --show image) && { mount $loop " MOUNTED                                \
	"; status=$?; losetup -d $loop; exit $status; }"

static void setup(void)
{
	hands_setup();
	/* What a test that fails leaves mounted goes with its process. */
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	/* In a chroot it may be no mount point, and then there is nothing to be set. */
	ck_assert(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 || errno == EINVAL);
	ck_assert_int_eq(system("truncate -s 8M image && mkfs.ext4 -q -F image && mkdir " MOUNTED
				" && " MOUNT_IT),
		0);
}

static void teardown(void)
{
	ck_assert_int_eq(system("umount " MOUNTED), 0);
	hands_teardown();
}

/* 0, or -errno of freezing or thawing it without the hands. */
static int do_directly(unsigned long request)
{
	AUTO(auto_close) int fd = open(MOUNTED, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return ioctl(fd, request, 0) < 0 ? -errno : 0;
}

static void freeze(struct told *told)
{
	ck_assert_int_eq(hands_freeze(told, WRITER_FSFREEZE, MOUNTED), 0);
	TURN_UNTIL(told->frozen_count == 1);
}

START_TEST(a_file_system_is_frozen_until_it_is_thawed)
{
	struct told told = { 0 }, second = { 0 };

	freeze(&told);
	ck_assert_int_eq(told.result, 0);
	ck_assert_int_eq(do_directly(FIFREEZE), -EBUSY);

	freeze(&second);
	ck_assert_int_eq(second.result, -EBUSY);
	ck_assert_str_eq(second.why,
		"failed to freeze '" MOUNTED "': Device or resource busy (somebody else froze it)");
	ck_assert_int_eq(do_directly(FIFREEZE), -EBUSY);

	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert_int_eq(do_directly(FITHAW), -EINVAL);
}
END_TEST

START_TEST(a_file_system_that_is_given_up_is_thawed)
{
	struct told told = { 0 };

	ck_assert_int_eq(hands_freeze(&told, WRITER_FSFREEZE, MOUNTED), 0);
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert_uint_eq(told.frozen_count, 0);
	ck_assert_int_eq(do_directly(FITHAW), -EINVAL);
}
END_TEST

START_TEST(a_file_system_is_thawed_when_its_process_is_killed)
{
	struct told told = { 0 };

	freeze(&told);
	kill(hands_holder(), SIGKILL);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, 0);
	ck_assert_uint_eq(told.died_count, 1);
	ck_assert_int_eq(do_directly(FITHAW), -EINVAL);
}
END_TEST

START_TEST(a_file_system_is_thawed_when_the_rig_ends)
{
	struct told told = { 0 };

	freeze(&told);
	hands_end();
	/* As soon as it can be frozen again, it was thawed. */
	SLEEP_UNTIL(do_directly(FIFREEZE) == 0);
	ck_assert_int_eq(do_directly(FITHAW), 0);
	/* The process lets go of it. */
	SLEEP_UNTIL(system("umount " MOUNTED) == 0);
	ck_assert_int_eq(system(MOUNT_IT), 0);
}
END_TEST

START_TEST(a_file_system_that_somebody_else_thawed_is_reported)
{
	struct told told = { 0 };

	freeze(&told);
	ck_assert_int_eq(do_directly(FITHAW), 0);
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, -EINVAL);
	ck_assert_str_eq(told.why, "failed to thaw '" MOUNTED "': Invalid argument");
}
END_TEST

START_TEST(the_file_system_of_the_rigs_own_files_is_not_frozen)
{
	struct told told = { 0 };
	AUTO(auto_close) int own = open(MOUNTED "/own", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(own, 0);
	freeze(&told);
	ck_assert_int_eq(told.result, -EDEADLK);
	ck_assert_ptr_nonnull(strstr(told.why, "the rig's own files are on it"));
	ck_assert_int_eq(do_directly(FITHAW), -EINVAL);
}
END_TEST

START_TEST(what_cannot_freeze_says_so)
{
	struct told told = { 0 };

	ck_assert_int_eq(system("mkdir memory && mount -t tmpfs none memory"), 0);
	ck_assert_int_eq(hands_freeze(&told, WRITER_FSFREEZE, "memory"), 0);
	TURN_UNTIL(told.frozen_count == 1);
	ck_assert_int_eq(system("umount memory && rmdir memory"), 0);
	ck_assert_int_eq(told.result, -EOPNOTSUPP);
	ck_assert_str_eq(told.why, "failed to freeze 'memory': Operation not supported");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_file_system_is_frozen_until_it_is_thawed);
	tcase_add_test(tests, a_file_system_that_is_given_up_is_thawed);
	tcase_add_test(tests, a_file_system_is_thawed_when_its_process_is_killed);
	tcase_add_test(tests, a_file_system_is_thawed_when_the_rig_ends);
	tcase_add_test(tests, a_file_system_that_somebody_else_thawed_is_reported);
	tcase_add_test(tests, the_file_system_of_the_rigs_own_files_is_not_frozen);
	tcase_add_test(tests, what_cannot_freeze_says_so);
}

int main(int argc, char **argv)
{
	bool is_child = argc > 1 && strcmp(argv[1], WRITER_CHILD) == 0;

	if (!is_child && geteuid() != 0) {
		puts("SKIP: not root");
		return EXIT_SKIPPED;
	}
	if (!is_child && (!process_program_exists("mkfs.ext4") ||
				 system("losetup -f >/dev/null 2>&1") != 0)) {
		puts("SKIP: no loop device, or 'mkfs.ext4' is missing");
		return EXIT_SKIPPED;
	}
	return hands_main(argc, argv, add_tests);
}
