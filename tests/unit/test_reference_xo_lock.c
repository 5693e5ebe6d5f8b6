/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reference_xo_lock.c - when the lock of a VM, or of a job of Xen Orchestra, is nobody's.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/clients/reference_xo_lock.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

START_TEST(a_lock_is_stale_when_it_was_not_renewed_for_so_long)
{
	const int64_t renewed_ns = 1000 * (int64_t)NS_PER_S;
	const int64_t stale_ns = (int64_t)XO_LOCK_STALE_NS;

	ck_assert(!xo_lock_is_stale(renewed_ns, renewed_ns, XO_LOCK_STALE_NS));
	ck_assert(!xo_lock_is_stale(renewed_ns, renewed_ns + stale_ns, XO_LOCK_STALE_NS));
	ck_assert(xo_lock_is_stale(renewed_ns, renewed_ns + stale_ns + 1, XO_LOCK_STALE_NS));
	/* The clock was set back. */
	ck_assert(!xo_lock_is_stale(renewed_ns, renewed_ns - stale_ns - 1, XO_LOCK_STALE_NS));
}
END_TEST

/* Makes the lock that its owner has renewed AGE_S ago, and never again. */
static void lock_leave(const char *path, int64_t age_s)
{
	struct timespec then = { .tv_sec = clock_wall_seconds() - age_s };
	struct timespec times[2] = { then, then };

	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

START_TEST(a_lock_whose_owner_has_died_is_taken)
{
	struct xo_lock *lock = NULL, *second = NULL;

	ck_assert_int_eq(mkdir("vm", 0700), 0);
	lock_leave("vm.lock", 5);
	ck_assert_int_eq(xo_lock_take("vm", XO_LOCK_STALE_NS, &lock), -EBUSY);
	ck_assert_int_eq(rmdir("vm.lock"), 0);
	lock_leave("vm.lock", 12);
	ck_assert_int_eq(xo_lock_take("vm", XO_LOCK_STALE_NS, &lock), 0);
	ck_assert_int_eq(xo_lock_take("vm", XO_LOCK_STALE_NS, &second), -EBUSY);
	ck_assert(xo_lock_release(lock));
	ck_assert_int_lt(access("vm.lock", F_OK), 0);
	ck_assert_int_eq(xo_lock_take("no/such/folder", XO_LOCK_STALE_NS, &lock), -ENOENT);
}
END_TEST

static void *rival_run(void *context)
{
	struct xo_lock *lock = NULL;
	int *error = context;

	*error = xo_lock_take("vm", XO_LOCK_STALE_NS, &lock);
	xo_lock_release(lock);
	return NULL;
}

START_TEST(of_two_who_find_a_stale_lock_one_gets_it)
{
	pthread_t rival;
	int error = 0, fd;

	ck_assert_int_eq(mkdir("vm", 0700), 0);
	lock_leave("vm.lock", 12);
	/* The first one has found it stale and is about to take it. */
	fd = open("vm.lock", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(pthread_create(&rival, NULL, rival_run, &error), 0);
	usleep(100 * 1000);
	ck_assert_int_eq(rmdir("vm.lock"), 0);
	ck_assert_int_eq(mkdir("vm.lock", 0700), 0);
	close(fd);
	ck_assert_int_eq(pthread_join(rival, NULL), 0);
	ck_assert_int_eq(error, -EBUSY);
	ck_assert_int_eq(access("vm.lock", F_OK), 0);
}
END_TEST

START_TEST(a_folder_has_one_lock_whatever_it_is_called)
{
	struct xo_lock *lock = NULL, *second = NULL;

	ck_assert_int_eq(mkdir("vm", 0700), 0);
	ck_assert_int_eq(symlink("vm", "link"), 0);
	ck_assert_int_eq(xo_lock_take("vm", XO_LOCK_STALE_NS, &lock), 0);
	ck_assert_int_eq(xo_lock_take("link", XO_LOCK_STALE_NS, &second), -EBUSY);
	ck_assert_int_eq(chdir("vm"), 0);
	ck_assert_int_eq(xo_lock_take(".", XO_LOCK_STALE_NS, &second), -EBUSY);
	ck_assert(xo_lock_release(lock));
	ck_assert_int_lt(access("../vm.lock", F_OK), 0);
}
END_TEST

static int64_t renewed_at(const char *path)
{
	struct stat stat;

	ck_assert_int_eq(lstat(path, &stat), 0);
	return stat.st_mtim.tv_sec * (int64_t)NS_PER_S + stat.st_mtim.tv_nsec;
}

START_TEST(a_lock_that_is_held_is_renewed_until_it_is_taken_away)
{
	struct xo_lock *lock = NULL;
	int64_t first_ns;

	ck_assert_int_eq(mkdir("vm", 0700), 0);
	ck_assert_int_eq(xo_lock_take("vm", NS_PER_S / 50, &lock), 0);
	first_ns = renewed_at("vm.lock");
	for (int tries = 0; renewed_at("vm.lock") == first_ns; tries++) {
		ck_assert_int_lt(tries, 1000);
		usleep(10000);
	}
	/* Who takes it away has a lock of the same name. */
	ck_assert_int_eq(rmdir("vm.lock"), 0);
	lock_leave("vm.lock", 1);
	ck_assert(!xo_lock_release(lock));
	ck_assert_int_eq(access("vm.lock", F_OK), 0);
}
END_TEST

START_TEST(a_job_runs_once_at_a_time)
{
	struct xo_job_lock first = { .fd = -1 }, second = { .fd = -1 };

	ck_assert_int_eq(xo_job_lock_take(".", "one", &first), 0);
	ck_assert_int_eq(xo_job_lock_take(".", "one", &second), -EALREADY);
	ck_assert_int_eq(xo_job_lock_take(".", "two", &second), 0);
	xo_job_lock_release(&second);
	xo_job_lock_release(&first);
	ck_assert_int_lt(access("one.job", F_OK), 0);
	ck_assert_int_eq(xo_job_lock_take(".", "one", &first), 0);
	xo_job_lock_release(&first);
	/* One that was never taken. */
	xo_job_lock_release(&second);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("reference xo lock");
	TCase *folder = tcase_create("folder");

	(void)argc;
	tcase_add_checked_fixture(folder, run_folder_setup, run_folder_teardown);
	tcase_add_test(folder, a_lock_is_stale_when_it_was_not_renewed_for_so_long);
	tcase_add_test(folder, a_lock_whose_owner_has_died_is_taken);
	tcase_add_test(folder, of_two_who_find_a_stale_lock_one_gets_it);
	tcase_add_test(folder, a_folder_has_one_lock_whatever_it_is_called);
	tcase_add_test(folder, a_lock_that_is_held_is_renewed_until_it_is_taken_away);
	tcase_add_test(folder, a_job_runs_once_at_a_time);
	suite_add_tcase(suite, folder);
	return engine_suite_run(suite, argv[0]);
}
