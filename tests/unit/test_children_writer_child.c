/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of hooks and file systems that cannot be frozen, in words. */
#include <check.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/exit_code.h"
#include "simfs/children/writer_child.h"
#include "simfs/children/writer_freeze.h"
#include "tests/unit/writer_bench.h"

static const struct {
	const char *on_freeze;
	int result;
	const char *why;
} failures[] = {
	{ "exit 3", -EIO, "fsfreeze hook has failed with status 3" },
	{ "exit 75", -EAGAIN, "fsfreeze hook has failed with status 75" },
	{ "kill -9 $$", -EIO, "fsfreeze hook has terminated abnormally" },
	{ "kill -15 $$", -EIO, "fsfreeze hook has terminated abnormally" },
};

START_TEST(a_hook_that_fails_is_thawed_and_says_how)
{
	struct told told = { 0 };

	hook_make(failures[_i].on_freeze, "exit 9");
	hook_freeze(&told);
	ck_assert_int_eq(told.result, failures[_i].result);
	ck_assert_str_eq(told.why, failures[_i].why);
	ck_assert(hook_log_is("freeze\nthaw\n"));
	ck_assert(writer_hands_idle(hands_bench.hands));
}
END_TEST

START_TEST(a_hook_that_cannot_be_called_is_named)
{
	struct told missing = { 0 }, forbidden = { 0 }, no_program = { 0 };

	hook_make(":", ":");
	ck_assert_int_eq(hands_freeze(&missing, WRITER_HOOK, "./missing"), 0);
	TURN_UNTIL(missing.frozen_count == 1);
	ck_assert_int_eq(missing.result, -ENOENT);
	ck_assert_str_eq(missing.why, "cannot run hook './missing': No such file or directory");

	/* Of that, root is not spared. */
	ck_assert_int_eq(chmod(HOOK, 0600), 0);
	hook_freeze(&forbidden);
	ck_assert_int_eq(forbidden.result, -EACCES);
	ck_assert_str_eq(forbidden.why, "cannot run hook '" HOOK "': Permission denied");

	ck_assert_int_eq(chmod(HOOK, 0700), 0);
	ck_assert_int_eq(truncate(HOOK, 0), 0);
	hook_freeze(&no_program);
	ck_assert_int_eq(no_program.result, -ENOEXEC);
	ck_assert(hook_log_is(""));
}
END_TEST

START_TEST(a_failure_to_thaw_is_told)
{
	struct told told = { 0 };

	hook_make(":", "exit 4");
	hook_freeze(&told);
	hands_thaw(&told);
	TURN_UNTIL(told.thawed_count == 1);
	ck_assert_int_eq(told.result, -EIO);
	ck_assert_str_eq(told.why, "fsfreeze hook has failed with status 4");
}
END_TEST

START_TEST(a_hook_that_never_thaws_is_killed)
{
	char why[WRITER_WHY_BYTES];

	hook_make(":", "sleep 100 & echo $! >sleeper; wait");
	ck_assert_int_eq(writer_hook_thaw(HOOK, 300, why), -ETIMEDOUT);
	ck_assert_str_eq(why, "fsfreeze hook has not thawed within 0.3 s");
	ck_assert(file_exists("sleeper"));
	SLEEP_UNTIL(!process_in_file_runs("sleeper"));
}
END_TEST

START_TEST(what_cannot_be_frozen_is_named)
{
	struct told missing = { 0 }, folder = { 0 };

	ck_assert_int_eq(hands_freeze(&missing, WRITER_FSFREEZE, "missing"), 0);
	TURN_UNTIL(missing.frozen_count == 1);
	ck_assert_int_eq(missing.result, -ENOENT);
	ck_assert_str_eq(missing.why, "failed to freeze 'missing': No such file or directory");

	/* The file system around it is the machine's. */
	ck_assert_int_eq(hands_freeze(&folder, WRITER_FSFREEZE, "."), 0);
	TURN_UNTIL(folder.frozen_count == 1);
	ck_assert_int_eq(folder.result, -EINVAL);
	ck_assert_str_eq(folder.why, "failed to freeze '.': nothing is mounted there");
}
END_TEST

START_TEST(a_user_is_told_that_it_takes_root)
{
	char why[WRITER_WHY_BYTES];
	bool is_root = geteuid() == 0;
	int fd = -1, error;

	if (is_root)
		ck_assert_int_eq(seteuid(65534), 0);
	error = writer_fsfreeze("/proc", &fd, why);
	if (is_root)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(error, -EPERM);
	ck_assert_int_eq(fd, -1);
	ck_assert_str_eq(why, "failed to freeze '/proc': Operation not permitted (needs root)");
}
END_TEST

START_TEST(arguments_that_no_rig_gives_are_refused)
{
	char name[] = WRITER_CHILD, kind[] = WRITER_CHILD_HOOK, path[] = HOOK, other[] = "other";
	char hold[] = "1000", never[] = "0";
	char *too_few[] = { name, kind, path, NULL };
	char *no_kind[] = { name, other, path, hold, NULL };
	char *no_time[] = { name, kind, path, never, NULL };
	char *no_option[] = { name, kind, path, other, NULL };

	ck_assert_int_eq(writer_child(1, too_few), EXIT_USAGE);
	ck_assert_int_eq(writer_child(3, too_few), EXIT_USAGE);
	ck_assert_int_eq(writer_child(4, no_kind), EXIT_USAGE);
	ck_assert_int_eq(writer_child(4, no_time), EXIT_USAGE);
	ck_assert_int_eq(writer_child(4, no_option), EXIT_USAGE);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, hands_setup, hands_teardown);
	tcase_add_loop_test(tests, a_hook_that_fails_is_thawed_and_says_how, 0,
		(int)(sizeof failures / sizeof failures[0]));
	tcase_add_test(tests, a_hook_that_cannot_be_called_is_named);
	tcase_add_test(tests, a_failure_to_thaw_is_told);
	tcase_add_test(tests, a_hook_that_never_thaws_is_killed);
	tcase_add_test(tests, what_cannot_be_frozen_is_named);
	tcase_add_test(tests, a_user_is_told_that_it_takes_root);
	tcase_add_test(tests, arguments_that_no_rig_gives_are_refused);
}

int main(int argc, char **argv)
{
	return hands_main(argc, argv, add_tests);
}
