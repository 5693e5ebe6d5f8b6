/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who forks and ends at once, again and again, is never to be seen in one look at /proc, and
 * is a member of the family all the same: it is named as left, and killed.
 */
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/process.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

/* What the program is when it is a client of itself. */
#define CHAIN	      "chain"
#define CHAIN_SECONDS 30

/* A row of processes of which each has the next one and ends; in a session of its own.  Who
 * starts it ends, too. */
static int chain(void)
{
	uint64_t end_ns = clock_now_ns() + CHAIN_SECONDS * NS_PER_S;

	if (fork() > 0)
		return 0;
	setsid();
	while (clock_now_ns() < end_ns) {
		pid_t next = fork();

		if (next > 0)
			_exit(0);
		if (next < 0)
			usleep(1000);
	}
	return 0;
}

/* Whether nobody has the other end of FD any more, at the latest in a second. */
static bool is_left_alone(int fd)
{
	struct pollfd end = { .fd = fd };

	return poll(&end, 1, 1000) == 1 && end.revents & POLLHUP;
}

START_TEST(who_forks_and_ends_at_once_is_named_and_killed)
{
	const char *argv[] = { "/proc/self/exe", CHAIN, NULL };
	char program[4096];
	struct process_order order = { .argv = argv, .output_path = "/dev/null" };
	struct process_result result;
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	int ends[2];

	ck_assert_int_gt(length, 0);
	program[length] = '\0';
	argv[0] = program;
	ck_assert_int_eq(pipe2(ends, 0), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
	ck_assert_int_eq(process_run(&order, &result), 0);
	close(ends[1]);
	ck_assert_int_eq(result.exit_status, 0);
	ck_assert_msg(result.left_running, "nobody is said to be left");
	ck_assert_msg(strstr(result.left_running, "test_process_fa"), "%s", result.left_running);
	ck_assert_msg(is_left_alone(ends[0]), "one is left");
	close(ends[0]);
	process_result_deinit(&result);
}
END_TEST

START_TEST(who_leaves_nobody_is_not_accused)
{
	const char *argv[] = { "/bin/sh", "-c", "(sleep 0.01) & (exit 3) & wait", NULL };
	struct process_order order = { .argv = argv, .output_path = "/dev/null" };
	struct process_result result;

	ck_assert_int_eq(process_run(&order, &result), 0);
	ck_assert_msg(!result.left_running, "%s", result.left_running);
	process_result_deinit(&result);
}
END_TEST

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], CHAIN) == 0)
		return chain();

	Suite *suite = suite_create("process family");
	TCase *family = tcase_create("family");

	tcase_set_timeout(family, 60);
	tcase_add_loop_test(
		family, who_forks_and_ends_at_once_is_named_and_killed, 0, (int)engine_count(4));
	tcase_add_test(family, who_leaves_nobody_is_not_accused);
	suite_add_tcase(suite, family);
	return engine_suite_run(suite, argv[0]);
}
