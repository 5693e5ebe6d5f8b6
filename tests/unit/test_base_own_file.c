/* SPDX-License-Identifier: Apache-2.0 */
/* What is one's own on disk, and what may have been planted. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "simfs/base/own_file.h"
#include "tests/unit/run_folder.h"

static const struct stat good = { .st_mode = S_IFREG | 0600, .st_nlink = 1 };

static int open_it(const char *name)
{
	int fd = -1;
	int error = own_file_open(AT_FDCWD, name, O_RDWR, &fd);

	ck_assert_int_eq(error == 0, fd >= 0);
	if (fd >= 0)
		close(fd);
	return error;
}

START_TEST(a_file_of_ones_own_or_roots_has_no_flaw)
{
	struct stat facts = good;

	ck_assert_ptr_null(own_file_flaw(&facts));
	facts.st_uid = geteuid();
	facts.st_mode = S_IFREG | 0644;
	ck_assert_ptr_null(own_file_flaw(&facts));
	facts.st_nlink = 0;
	ck_assert_ptr_null(own_file_flaw(&facts));
	facts.st_mode = S_IFSOCK | 0600;
	ck_assert_ptr_null(own_file_flaw(&facts));
}
END_TEST

START_TEST(whatever_others_can_change_has_a_flaw)
{
	static const mode_t modes[] = { S_IFREG | 0620, S_IFREG | 0602, S_IFREG | S_ISVTX | 0666,
		S_IFIFO | 0600, S_IFCHR | 0600, S_IFBLK | 0600, S_IFDIR | 0700, S_IFLNK | 0777 };
	struct stat facts = good;

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		facts.st_mode = modes[i];
		ck_assert_msg(own_file_flaw(&facts), "mode %o", modes[i]);
	}
	facts = good;
	facts.st_uid = geteuid() + 1;
	ck_assert_ptr_nonnull(own_file_flaw(&facts));
	facts = good;
	facts.st_nlink = 2;
	ck_assert_ptr_nonnull(own_file_flaw(&facts));
}
END_TEST

START_TEST(a_folder_that_others_may_write_to_needs_the_sticky_bit)
{
	static const struct {
		mode_t mode;
		bool is_good;
	} rows[] = {
		{ S_IFDIR | 0700, true },
		{ S_IFDIR | 0755, true },
		{ S_IFDIR | 0775, false },
		{ S_IFDIR | 0777, false },
		{ S_IFDIR | S_ISVTX | 0777, true },
		{ S_IFREG | 0700, false },
		{ S_IFLNK | 0777, false },
	};
	struct stat facts = good;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		facts.st_mode = rows[i].mode;
		ck_assert_msg((own_folder_flaw(&facts) == NULL) == rows[i].is_good, "mode %o",
			rows[i].mode);
	}
	facts.st_mode = S_IFDIR | 0700;
	facts.st_uid = geteuid() + 1;
	ck_assert_ptr_nonnull(own_folder_flaw(&facts));
}
END_TEST

START_TEST(only_a_regular_file_without_a_flaw_is_opened_and_nothing_is_waited_for)
{
	run_folder_file("good", 1, 10);
	ck_assert_int_eq(open_it("good"), 0);
	ck_assert_int_eq(open_it("missing"), -ENOENT);
	ck_assert_int_eq(symlink("good", "link"), 0);
	ck_assert_int_eq(open_it("link"), -ELOOP);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(open_it("fifo"), -EINVAL);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert_int_eq(open_it("folder"), -EISDIR);
	ck_assert_int_eq(chmod("good", 0620), 0);
	ck_assert_int_eq(open_it("good"), -EPERM);
	ck_assert_int_eq(chmod("good", 0600), 0);
	ck_assert_int_eq(link("good", "second"), 0);
	ck_assert_int_eq(open_it("second"), -EPERM);
}
END_TEST

START_TEST(what_is_opened_waits_as_files_do)
{
	int fd;

	run_folder_file("good", 1, 10);
	ck_assert_int_eq(own_file_open(AT_FDCWD, "good", O_RDONLY, &fd), 0);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	ck_assert_int_eq(own_file_open(AT_FDCWD, "new", O_RDWR | O_CREAT | O_EXCL, &fd), 0);
	close(fd);
	ck_assert_int_eq(own_file_open(AT_FDCWD, "new", O_RDWR | O_CREAT | O_EXCL, &fd), -EEXIST);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("own_file");
	TCase *tcase = tcase_create("own_file");

	tcase_add_checked_fixture(tcase, run_folder_setup, run_folder_teardown);
	tcase_add_test(tcase, a_file_of_ones_own_or_roots_has_no_flaw);
	tcase_add_test(tcase, whatever_others_can_change_has_a_flaw);
	tcase_add_test(tcase, a_folder_that_others_may_write_to_needs_the_sticky_bit);
	tcase_add_test(
		tcase, only_a_regular_file_without_a_flaw_is_opened_and_nothing_is_waited_for);
	tcase_add_test(tcase, what_is_opened_waits_as_files_do);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
