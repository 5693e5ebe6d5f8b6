/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_fd_reserve.c - what is kept back is for who borrows of it, and no room of others.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "simfs/base/fd_reserve.h"
#include "tests/lib/engine_suite.h"

#define DESCRIPTORS_MAX 128

static int taken[DESCRIPTORS_MAX];
static unsigned taken_count;

/* Few descriptors, 16 of them kept back, and all others taken. */
static void take_all(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = DESCRIPTORS_MAX;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	fd_reserve_fill();
	taken_count = 0;
	while ((taken[taken_count] = dup(STDERR_FILENO)) >= 0)
		taken_count++;
	ck_assert_int_eq(errno, EMFILE);
}

static void give_all_back(void)
{
	while (taken_count > 0)
		close(taken[--taken_count]);
	fd_reserve_give_all();
}

static unsigned free_count(void)
{
	int fds[DESCRIPTORS_MAX];
	unsigned count = 0;

	while ((fds[count] = dup(STDERR_FILENO)) >= 0)
		count++;
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
	return count;
}

START_TEST(who_borrows_takes_no_room_of_others)
{
	close(taken[--taken_count]);
	ck_assert_uint_eq(free_count(), 1);

	int borrowed = dup(STDERR_FILENO);

	ck_assert_int_ge(borrowed, 0);
	ck_assert(fd_reserve_lend());
	ck_assert_uint_eq(free_count(), 1);
	/* Somebody else who fills it up takes not what is lent. */
	fd_reserve_fill();
	ck_assert_uint_eq(free_count(), 1);
	close(borrowed);
	fd_reserve_return();
	ck_assert_uint_eq(free_count(), 1);
}
END_TEST

START_TEST(no_more_is_lent_than_is_kept_back)
{
	for (unsigned i = 0; i < FD_RESERVE_COUNT; i++)
		ck_assert(fd_reserve_lend());
	ck_assert(!fd_reserve_lend());
	ck_assert_uint_eq(free_count(), FD_RESERVE_COUNT);
	for (unsigned i = 0; i < FD_RESERVE_COUNT; i++)
		fd_reserve_return();
	ck_assert_uint_eq(free_count(), 0);
	ck_assert(fd_reserve_lend());
	fd_reserve_return();
}
END_TEST

START_TEST(what_was_given_away_is_kept_back_again_when_there_is_some)
{
	fd_reserve_give_all();
	ck_assert_uint_eq(free_count(), FD_RESERVE_COUNT);
	fd_reserve_fill();
	ck_assert_uint_eq(free_count(), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base fd reserve");
	TCase *tests = tcase_create("kept back");

	(void)argc;
	tcase_add_checked_fixture(tests, take_all, give_all_back);
	tcase_add_test(tests, who_borrows_takes_no_room_of_others);
	tcase_add_test(tests, no_more_is_lent_than_is_kept_back);
	tcase_add_test(tests, what_was_given_away_is_kept_back_again_when_there_is_some);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
