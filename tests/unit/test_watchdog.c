/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that stands still ends its process with a trace; one that waits or is stopped does not.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/watchdog.h"
#include "simfs/blockio/ring.h"
#include "tests/lib/engine_suite.h"

#define LIMIT_NS   WATCHDOG_MIN_NS
#define LIMIT_US   (LIMIT_NS / 1000)
#define OUTPUT_MAX 16384

static char output[OUTPUT_MAX];

/* For ever, as far as the compiler knows. */
static volatile bool goes_on = true;

static void spin(void)
{
	while (goes_on)
		continue;
}

static void sleep_in_kernel(void)
{
	int fds[2];
	char byte;

	ck_assert_int_eq(pipe(fds), 0);
	(void)!read(fds[0], &byte, 1);
}

/* As a process that sleeps where no signal reaches it. */
static void sleep_deaf(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	sleep_in_kernel();
}

static void rest(void)
{
	watchdog_rests();
	usleep(LIMIT_US * 4);
	watchdog_works();
}

static void work_on_many_things(void)
{
	for (int i = 0; i < 40; i++) {
		watchdog_works();
		usleep(LIMIT_US / 10);
	}
}

static void stand_still_after_the_end(void)
{
	watchdog_stop();
	usleep(LIMIT_US * 4);
}

static void spin_in_completion(struct ring_op *op, int result, uint32_t flags)
{
	(void)op;
	(void)result;
	(void)flags;
	spin();
}

static void spin_in_the_ring(void)
{
	struct ring_op op = { .done = spin_in_completion };
	struct io_uring_sqe *sqe;
	struct ring *ring;

	ck_assert_int_eq(ring_create(&ring), 0);
	sqe = ring_sqe(ring);
	io_uring_prep_nop(sqe);
	ring_start(ring, sqe, &op);
	ring_run_once(ring);
}

static void wait_in_the_ring(void)
{
	struct ring *ring;

	ck_assert_int_eq(ring_create(&ring), 0);
	ring_run_for(ring, LIMIT_NS * 4);
	ring_destroy(ring);
}

/* Starts WORK under a watchdog in a process of its own, whose stderr is FD. */
static pid_t start(void (*work)(void), int fd)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child > 0)
		return child;
	dup2(fd, STDERR_FILENO);
	if (watchdog_start(LIMIT_NS) < 0)
		_exit(2);
	work();
	watchdog_stop();
	_exit(0);
}

/* Returns how WORK ended; OUTPUT is what it said. */
static int run(void (*work)(void), void (*meanwhile)(pid_t child))
{
	size_t length = 0;
	ssize_t count;
	int fds[2], status;
	pid_t child;

	ck_assert_int_eq(pipe(fds), 0);
	child = start(work, fds[1]);
	close(fds[1]);
	if (meanwhile)
		meanwhile(child);
	while ((count = read(fds[0], output + length, OUTPUT_MAX - 1 - length)) > 0)
		length += (size_t)count;
	output[length] = '\0';
	close(fds[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

/* TSan keeps a signal until the thread makes a call that it knows, which none of these does. */
#ifdef __SANITIZE_THREAD__
#define TRACE(text) "does not answer"
#else
#define TRACE(text) (text)
#endif

static const struct {
	void (*work)(void);
	const char *says;
} stand_still[] = {
	{ spin, TRACE("its thread is here:") },
	{ sleep_in_kernel, TRACE("its thread is here:") },
	{ sleep_deaf, "does not answer" },
	{ spin_in_the_ring, TRACE("ring_run_for") },
};

START_TEST(a_thread_that_stands_still_ends_with_a_trace)
{
	int status = run(stand_still[_i].work, NULL);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	ck_assert_msg(strstr(output, stand_still[_i].says), "said: %s", output);
}
END_TEST

static void (*const go_on[])(
	void) = { rest, work_on_many_things, stand_still_after_the_end, wait_in_the_ring };

START_TEST(a_thread_that_rests_or_goes_on_is_left_alone)
{
	ck_assert_int_eq(run(go_on[_i], NULL), 0);
	ck_assert_str_eq(output, "");
}
END_TEST

static void stop_while_working(void)
{
	raise(SIGSTOP);
}

static void go_on_after_some_limits(pid_t child)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, WUNTRACED), child);
	usleep(LIMIT_US * 4);
	kill(child, SIGCONT);
}

START_TEST(a_process_that_was_stopped_is_left_alone)
{
	ck_assert_int_eq(run(stop_while_working, go_on_after_some_limits), 0);
	ck_assert_str_eq(output, "");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("watchdog");
	TCase *test_case = tcase_create("watchdog");

	(void)argc;
	tcase_set_timeout(test_case, 60);
	tcase_add_loop_test(test_case, a_thread_that_stands_still_ends_with_a_trace, 0,
		sizeof stand_still / sizeof stand_still[0]);
	tcase_add_loop_test(test_case, a_thread_that_rests_or_goes_on_is_left_alone, 0,
		sizeof go_on / sizeof go_on[0]);
	tcase_add_test(test_case, a_process_that_was_stopped_is_left_alone);
	suite_add_tcase(suite, test_case);
	return engine_suite_run(suite, argv[0]);
}
