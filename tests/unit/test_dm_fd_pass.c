/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors and errors that are passed through a socket (doors/dm/entry/fd_pass.h). */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/doors/dm/entry/fd_pass.h"
#include "tests/lib/engine_suite.h"

static int ends[2];

static void open_ends(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void close_ends(void)
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

START_TEST(a_descriptor_is_taken_as_the_same_file)
{
	struct stat given, taken;
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC), fd = -1;

	ck_assert_int_eq(fd_pass(ends[0], file, 0), 0);
	ck_assert_int_eq(fd_take(ends[1], &fd), 0);
	ck_assert_int_eq(fstat(file, &given), 0);
	ck_assert_int_eq(fstat(fd, &taken), 0);
	ck_assert_uint_eq(given.st_ino, taken.st_ino);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	close(file);
}
END_TEST

START_TEST(an_error_is_taken_in_its_place)
{
	int fd = -1;

	ck_assert_int_eq(fd_pass(ends[0], -1, -ESHUTDOWN), 0);
	ck_assert_int_eq(fd_take(ends[1], &fd), -ESHUTDOWN);
	ck_assert_int_eq(fd, -1);
}
END_TEST

/* The kernel tells of what was not read before it hands out what was sent. */
START_TEST(an_error_is_heard_from_who_leaves_without_reading)
{
	int fd = -1;

	ck_assert_int_eq(fd_pass(ends[1], ends[1], 0), 0);
	ck_assert_int_eq(fd_pass(ends[0], -1, -ESHUTDOWN), 0);
	close(ends[0]);
	ends[0] = -1;
	ck_assert_int_eq(fd_take(ends[1], &fd), -ESHUTDOWN);
	ck_assert_int_eq(fd_take(ends[1], &fd), -ECONNRESET);
}
END_TEST

START_TEST(who_leaves_in_silence_is_gone)
{
	int fd = -1;

	close(ends[0]);
	ends[0] = -1;
	ck_assert_int_eq(fd_take(ends[1], &fd), -ECONNRESET);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fd_pass");
	TCase *tcase = tcase_create("fd_pass");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_ends, close_ends);
	tcase_add_test(tcase, a_descriptor_is_taken_as_the_same_file);
	tcase_add_test(tcase, an_error_is_taken_in_its_place);
	tcase_add_test(tcase, an_error_is_heard_from_who_leaves_without_reading);
	tcase_add_test(tcase, who_leaves_in_silence_is_gone);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
