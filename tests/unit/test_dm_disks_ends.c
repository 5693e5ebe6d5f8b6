/* SPDX-License-Identifier: Apache-2.0 */
/* Disks that are held, fail, or whose process is killed: who waits is answered. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "tests/unit/disks_bench.h"

/* Long enough for what should come at once, and to see that something does not come. */
#define SOON_MS	 10000
#define LATER_MS 300

static int open_export(uint64_t id, int flags)
{
	char path[DISKS_PATH_BYTES];
	int fd = open(disks_export_path(disks, id, path), flags | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static bool becomes_readable(int fd, int ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, ms) > 0;
}

struct holder {
	pthread_t thread;
	int result;
	_Atomic bool has_ended;
};

static void *hold(void *context)
{
	struct holder *holder = context;

	holder->result = disks_hold(disks, 2);
	holder->has_ended = true;
	return NULL;
}

static void nothing(int signal)
{
	(void)signal;
}

static void hold_aside(struct holder *holder)
{
	struct sigaction action = { .sa_handler = nothing };

	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	holder->has_ended = false;
	/* What a reader has asked the loop device for takes a moment to come to the disk. */
	usleep(LATER_MS * 1000);
	ck_assert_int_eq(pthread_create(&holder->thread, NULL, hold, holder), 0);
	usleep(LATER_MS * 1000);
}

/* It is on disk 2, which lies on disk 1; that is held. */
static int loop_above_a_held_disk(void)
{
	int loop;

	make_disk(1, piece_file(0, 64, below_file, 0));
	make_disk(2, piece_disk(0, 64, 1, 0));
	loop = loop_on(2);
	ck_assert_int_eq(disks_hold(disks, 1), 0);
	return loop;
}

START_TEST(a_hold_waits_until_a_disk_below_goes_on)
{
	struct holder holder;
	AUTO(auto_close) int loop = loop_above_a_held_disk();
	pid_t reader = read_aside(loop, 1);

	hold_aside(&holder);
	ck_assert(!holder.has_ended);
	ck_assert_int_eq(child_exit(reader, 0), -1);
	ck_assert_int_eq(disks_release(disks, 1), 0);
	ck_assert_int_eq(child_exit(reader, SOON_MS), 0);
	ck_assert_int_eq(pthread_join(holder.thread, NULL), 0);
	ck_assert_int_eq(holder.result, 0);
	reader = read_aside(loop, 1);
	ck_assert_int_eq(child_exit(reader, LATER_MS), -1);
	ck_assert_int_eq(disks_release(disks, 2), 0);
	ck_assert_int_eq(child_exit(reader, SOON_MS), 0);
	ck_assert_int_eq(disks_release(disks, 2), -EINVAL);
}
END_TEST

START_TEST(a_hold_that_is_interrupted_holds_nothing)
{
	struct holder holder;
	AUTO(auto_close) int loop = loop_above_a_held_disk();
	pid_t reader = read_aside(loop, 1);

	hold_aside(&holder);
	ck_assert(!holder.has_ended);
	/* It may not have come to where it waits. */
	for (; !holder.has_ended; usleep(10000))
		ck_assert_int_eq(pthread_kill(holder.thread, SIGUSR1), 0);
	ck_assert_int_eq(pthread_join(holder.thread, NULL), 0);
	ck_assert_int_eq(holder.result, -EINTR);
	ck_assert_int_eq(disks_release(disks, 1), 0);
	ck_assert_int_eq(child_exit(reader, SOON_MS), 0);
	ck_assert_int_eq(read_one(loop, 40), 0);
}
END_TEST

#define CALLS_IN_A_STORM 2000

/* Holds and releases a disk that nothing keeps busy; HOLDER's result is the first surprise. */
static void *hold_in_a_storm(void *context)
{
	struct holder *holder = context;

	holder->result = 0;
	for (int at = 0; at < CALLS_IN_A_STORM && holder->result == 0; at++) {
		holder->result = disks_hold(disks, 1);
		if (holder->result == 0)
			holder->result = disks_release(disks, 1);
	}
	holder->has_ended = true;
	return NULL;
}

/* What says that it gives up may come when the answer is on its way. */
START_TEST(a_call_that_is_interrupted_again_and_again_gets_its_answer)
{
	struct sigaction action = { .sa_handler = nothing };
	struct holder holder = { .has_ended = false };

	make_disk(1, piece_zero(0, 64));
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	ck_assert_int_eq(pthread_create(&holder.thread, NULL, hold_in_a_storm, &holder), 0);
	for (; !holder.has_ended; usleep(1))
		ck_assert_int_eq(pthread_kill(holder.thread, SIGUSR1), 0);
	ck_assert_int_eq(pthread_join(holder.thread, NULL), 0);
	ck_assert_int_eq(holder.result, 0);
}
END_TEST

START_TEST(who_reads_a_held_disk_can_be_killed)
{
	make_disk(1, piece_file(0, 64, below_file, 0));

	AUTO(auto_close) int fd = open_export(1, O_RDONLY);

	ck_assert_int_eq(disks_hold(disks, 1), 0);

	pid_t reader = read_aside(fd, 1);

	ck_assert_int_eq(child_exit(reader, LATER_MS), -1);
	ck_assert_int_eq(kill(reader, SIGKILL), 0);
	ck_assert_int_eq(child_exit(reader, SOON_MS), 128 + SIGKILL);
	ck_assert_int_eq(disks_release(disks, 1), 0);
	ck_assert_int_eq(read_one(fd, 1), 0);
}
END_TEST

START_TEST(when_all_fail_who_waits_gets_an_error)
{
	struct holder holder;
	AUTO(auto_close) int loop = loop_above_a_held_disk();
	pid_t reader = read_aside(loop, 1);

	hold_aside(&holder);
	ck_assert_int_eq(disks_fail_all(disks), 0);
	ck_assert_int_eq(child_exit(reader, SOON_MS), EIO);
	ck_assert_int_eq(pthread_join(holder.thread, NULL), 0);
	ck_assert_int_eq(read_one(loop, 33), -EIO);
	ck_assert_int_eq(disks_hold(disks, 2), -EIO);
	/* It can be taken away as any other. */
	ck_assert_int_eq(disks_remove(disks, 2), 0);
}
END_TEST

START_TEST(when_the_process_is_killed_nobody_waits_for_it)
{
	make_disk(1, piece_file(0, 64, below_file, 0));

	AUTO(auto_close) int loop = loop_on(1);
	uint64_t bytes;

	ck_assert_int_eq(disks_hold(disks, 1), 0);
	ck_assert(!becomes_readable(disks_gone_fd(disks), 0));

	pid_t reader = read_aside(loop, 1);

	ck_assert_int_eq(child_exit(reader, LATER_MS), -1);
	ck_assert_int_eq(kill(disks_pid(disks), SIGKILL), 0);
	ck_assert_int_eq(child_exit(reader, SOON_MS), EIO);
	ck_assert(becomes_readable(disks_gone_fd(disks), SOON_MS));
	ck_assert_int_eq(read_one(loop, 33), -EIO);
	ck_assert_int_eq(ioctl(loop, BLKGETSIZE64, &bytes), 0);
	ck_assert_int_eq(disks_release(disks, 1), -ENOTCONN);
	ck_assert_int_eq(disks_create(disks, 2), -ENOTCONN);
}
END_TEST

static void *read_own_disk(void *context)
{
	read_one(*(int *)context, 1);
	return NULL;
}

/*
 * A starter of another such process, one of whose threads waits for a disk of it, as a reader
 * outside may, too: disk 1 is slow.  Tells the process's number.
 */
static pid_t start_another(int *ret_server)
{
	int pipe_fds[2];

	ck_assert_int_eq(mkdir("other", 0700), 0);
	ck_assert_int_eq(pipe(pipe_fds), 0);

	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		/* Not ended: it is the test's. */
		if (disks_start("other", &disks) < 0 || disks_create(disks, 1) < 0)
			_exit(1);

		struct disk_piece piece = {
			.length = 64,
			.kind = DISK_PIECE_DELAY,
			.delayed = { { { 2, 0 }, 1000000 } },
		};
		pid_t server = disks_pid(disks);

		pthread_t thread;
		int loop;

		if (disks_map(disks, 1, &piece, 1) < 0)
			_exit(1);
		loop = loop_on_path("other/devices/1");
		if (pthread_create(&thread, NULL, read_own_disk, &loop) != 0)
			_exit(1);
		usleep(LATER_MS * 1000);
		if (write(pipe_fds[1], &server, sizeof server) < 0)
			_exit(1);
		close(pipe_fds[1]);
		pause();
		_exit(1);
	}
	close(pipe_fds[1]);
	ck_assert_int_eq(read(pipe_fds[0], ret_server, sizeof *ret_server), sizeof *ret_server);
	/* The process has not kept its starter's end, or this would wait. */
	ck_assert(becomes_readable(pipe_fds[0], SOON_MS));
	close(pipe_fds[0]);
	return pid;
}

START_TEST(the_process_ends_with_a_starter_that_is_killed)
{
	int server;
	pid_t starter = start_another(&server);
	AUTO(auto_close) int loop = loop_on_path("other/devices/1");
	pid_t reader = read_aside(loop, 1);

	ck_assert_int_eq(child_exit(reader, LATER_MS), -1);
	ck_assert_int_eq(kill(starter, SIGKILL), 0);
	ck_assert_int_eq(child_exit(starter, SOON_MS), 128 + SIGKILL);
	ck_assert_int_eq(child_exit(reader, SOON_MS), EIO);
	ck_assert_int_eq(read_one(loop, 33), -EIO);
	for (int tries = 0; kill(server, 0) == 0 && tries < SOON_MS / 10; tries++)
		usleep(10000);
	ck_assert_int_eq(kill(server, 0), -1);
	/* Not mounted any more. */
	ck_assert_int_eq(rmdir("other/devices"), 0);
	ck_assert_int_eq(rmdir("other/exports"), 0);
	ck_assert_int_eq(rmdir("other"), 0);
}
END_TEST

START_TEST(signals_of_a_terminal_do_not_end_the_process)
{
	make_disk(1, piece_zero(0, 64));
	ck_assert_int_eq(kill(disks_pid(disks), SIGINT), 0);
	ck_assert_int_eq(kill(disks_pid(disks), SIGHUP), 0);
	ck_assert_int_eq(kill(disks_pid(disks), SIGTERM), 0);
	ck_assert(!becomes_readable(disks_gone_fd(disks), LATER_MS));
	ck_assert_int_ne(getsid(disks_pid(disks)), getsid(0));
	ck_assert_int_eq(disks_flush(disks, 1), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_hold_waits_until_a_disk_below_goes_on);
	tcase_add_test(tests, a_hold_that_is_interrupted_holds_nothing);
	tcase_add_test(tests, a_call_that_is_interrupted_again_and_again_gets_its_answer);
	tcase_add_test(tests, who_reads_a_held_disk_can_be_killed);
	tcase_add_test(tests, when_all_fail_who_waits_gets_an_error);
	tcase_add_test(tests, when_the_process_is_killed_nobody_waits_for_it);
	tcase_add_test(tests, the_process_ends_with_a_starter_that_is_killed);
	tcase_add_test(tests, signals_of_a_terminal_do_not_end_the_process);
}

int main(int argc, char **argv)
{
	(void)argc;
	return disks_main("dm_disks_ends", argv[0], add_tests);
}
