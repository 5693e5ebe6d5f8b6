/* SPDX-License-Identifier: Apache-2.0 */
/* What is read and written at a place is whole, or says how much of it was there. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

static int open_file(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	return fd;
}

START_TEST(what_is_written_is_read)
{
	AUTO(auto_close) int fd = open_file();
	char text[4];

	ck_assert_int_eq(file_write_all(fd, "abcd", 4, 1000), 0);
	ck_assert_int_eq(file_read_all(fd, text, 4, 1000), 0);
	ck_assert_mem_eq(text, "abcd", 4);
	ck_assert_int_eq(file_read_all(fd, text, 0, 5000), 0);
}
END_TEST

START_TEST(what_is_behind_the_end_is_missing)
{
	AUTO(auto_close) int fd = open_file();
	char text[8];
	int error = 1;

	ck_assert_int_eq(file_write_all(fd, "abcd", 4, 0), 0);
	ck_assert_int_eq(file_read_all(fd, text, 5, 0), -EIO);
	ck_assert_uint_eq(file_read_up_to(fd, text, sizeof text, 1, &error), 3);
	ck_assert_int_eq(error, 0);
	ck_assert_mem_eq(text, "bcd", 3);
}
END_TEST

START_TEST(an_error_is_told)
{
	AUTO(auto_close) int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	char text[8];
	int error = 0;

	ck_assert_int_eq(file_write_all(full, "abcd", 4, 0), -ENOSPC);
	ck_assert_int_eq(file_read_all(full, text, 4, 0), -EBADF);
	ck_assert_uint_eq(file_read_up_to(full, text, 4, 0, &error), 0);
	ck_assert_int_eq(error, -EBADF);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base_file_io");
	TCase *tests = tcase_create("file_io");

	(void)argc;
	tcase_add_checked_fixture(tests, run_folder_setup, run_folder_teardown);
	tcase_add_test(tests, what_is_written_is_read);
	tcase_add_test(tests, what_is_behind_the_end_is_missing);
	tcase_add_test(tests, an_error_is_told);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
