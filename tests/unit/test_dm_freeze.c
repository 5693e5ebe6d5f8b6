/* SPDX-License-Identifier: Apache-2.0 */
/* What a freezer does is undone when it is told so, and when its supervisor is killed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/process.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/machine/freeze.h"
#include "tests/unit/world_bench.h"

static struct freezer *freezer;

static void setup(void)
{
	ck_assert_int_eq(freezer_start(&freezer), 0);
}

static void teardown(void)
{
	freezer_end(freezer);
}

static void mount_it(void)
{
	world_bench_node("node");
	ck_assert_int_eq(system("mkfs.ext4 -q -F dev/node && mkdir fs"), 0);
	ck_assert_int_eq(mount("dev/node", "fs", "ext4", 0, NULL), 0);
}

static int directly(unsigned long request)
{
	AUTO(auto_close) int fd = open("fs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return ioctl(fd, request, 0) ? -errno : 0;
}

/*
 * What a wrong freezer leaves frozen would stay so, and its device with it: whoever asks
 * whether it is, thaws it.
 */
static int freeze_and_thaw(void)
{
	int error = directly(FIFREEZE);

	return error ? error : directly(FITHAW);
}

static bool is_left_frozen(void)
{
	return directly(FITHAW) == 0;
}

/* Waits until that is its answer; what is undone is, some moment after its maker's end. */
static bool comes_true(int wanted, int (*answer)(void))
{
	for (int i = 0; i < 1000; i++) {
		if (answer() == wanted)
			return true;
		usleep(10000);
	}
	return false;
}

static int is_read_only(void)
{
	int yes = -1;

	ck_assert_int_eq(ioctl(world_bench.loop.fd, BLKROGET, &yes), 0);
	return yes;
}

/* The next one who has the loop device would find it so. */
static bool is_left_read_only(void)
{
	int yes = is_read_only(), no = 0;

	ck_assert_int_eq(ioctl(world_bench.loop.fd, BLKROSET, &no), 0);
	return yes;
}

static int freeze(struct frozen **ret)
{
	AUTO(auto_close) int fd = open("fs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return freezer_freeze(freezer, fd, ret);
}

START_TEST(a_file_system_is_frozen_until_it_is_thawed)
{
	struct frozen *frozen, *again;

	mount_it();
	ck_assert_int_eq(freeze(&frozen), 0);
	int error = freeze_and_thaw(), error_again = freeze(&again);

	frozen_thaw(frozen);
	ck_assert(!is_left_frozen());
	ck_assert_int_eq(error, -EBUSY);
	ck_assert_int_eq(error_again, -EBUSY);
	ck_assert_int_eq(umount("fs"), 0);
}
END_TEST

START_TEST(what_cannot_be_frozen_says_so)
{
	struct frozen *frozen;

	ck_assert_int_eq(freezer_freeze(freezer, world_bench.dev_fd, &frozen), -EBADF);
	AUTO(auto_close) int fd = open("dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(freezer_freeze(freezer, fd, &frozen), -EOPNOTSUPP);
}
END_TEST

START_TEST(a_device_is_read_only_until_it_is_told_otherwise)
{
	struct frozen *frozen;

	ck_assert_int_eq(freezer_read_only(freezer, world_bench.loop.fd, &frozen), 0);
	int yes = is_read_only();

	frozen_thaw(frozen);
	ck_assert(!is_left_read_only());
	ck_assert_int_eq(yes, 1);
}
END_TEST

START_TEST(everything_is_undone_when_the_supervisor_is_killed)
{
	mount_it();
	int ready[2];

	ck_assert_int_eq(pipe(ready), 0);
	pid_t supervisor = fork();

	if (supervisor == 0) {
		struct frozen *frozen, *read_only;

		freezer_start(&freezer);
		int error = freeze(&frozen);

		error = error ? error : freezer_read_only(freezer, world_bench.loop.fd, &read_only);
		ck_assert_int_eq(write(ready[1], &error, sizeof(error)), sizeof(error));
		for (;;)
			pause();
	}
	int error = -1;

	ck_assert_int_eq(read(ready[0], &error, sizeof(error)), sizeof(error));
	int error_frozen = freeze_and_thaw(), yes = is_read_only();

	kill(supervisor, SIGKILL);
	ck_assert_int_eq(waitpid(supervisor, NULL, 0), supervisor);
	bool is_thawed = comes_true(0, freeze_and_thaw);
	bool is_writable = comes_true(0, is_read_only);

	ck_assert(!is_left_frozen() && is_thawed);
	ck_assert(!is_left_read_only() && is_writable);
	ck_assert_int_eq(error, 0);
	ck_assert_int_eq(error_frozen, -EBUSY);
	ck_assert_int_eq(yes, 1);
	ck_assert_int_eq(umount("fs"), 0);
}
END_TEST

START_TEST(what_is_written_is_on_disk_when_it_was_flushed)
{
	AUTO(auto_close)
	int fd = loop_open_device(
		world_bench.dev_fd, LOOP_DEVICE_MAJOR, world_bench.loop.minor, O_RDWR);
	char found[8] = "";

	ck_assert_int_eq(pwrite(fd, "written", 7, 4096), 7);
	ck_assert_int_eq(freezer_sync(freezer, world_bench.loop.fd), 0);
	ck_assert_int_eq(pread(world_bench.file_fd, found, 7, 4096), 7);
	ck_assert_str_eq(found, "written");
}
END_TEST

static void wake(int number)
{
	(void)number;
}

static void *interrupt(void *thread)
{
	for (int i = 0; i < 200; i++) {
		usleep(10000);
		pthread_kill(*(pthread_t *)thread, SIGUSR2);
	}
	return NULL;
}

START_TEST(who_waits_for_a_freeze_can_give_up_and_it_thaws)
{
	struct frozen *frozen = NULL;
	pthread_t self = pthread_self(), interrupter;

	mount_it();
	sigaction(SIGUSR2, &(struct sigaction){ .sa_handler = wake }, NULL);
	ck_assert_int_eq(pthread_create(&interrupter, NULL, interrupt, &self), 0);
	int error = 0;

	for (int i = 0; i < 300 && (error == 0 || error == -EBUSY); i++) {
		error = freeze(&frozen);
		if (!error)
			frozen_thaw(frozen);
	}
	pthread_join(interrupter, NULL);
	bool is_thawed = comes_true(0, freeze_and_thaw);

	ck_assert(!is_left_frozen() && is_thawed);
	ck_assert(error == 0 || error == -EINTR || error == -EBUSY);
	ck_assert_int_eq(umount("fs"), 0);
}
END_TEST

/* ---- the process that makes the others ---- */

/* The children of PROCESS, as text: "17 18 ". */
static const char *children_of(pid_t process)
{
	static char text[128];
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)process, (int)process);
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

/* Who it is when it has become that. */
static pid_t keeper(void)
{
	ck_assert_int_eq(freezer_sync(freezer, world_bench.loop.fd), 0);
	pid_t found = (pid_t)strtol(children_of(getpid()), NULL, 10);

	ck_assert_int_gt(found, 0);
	return found;
}

static pid_t parent;

static int has_children(void)
{
	return *children_of(parent) != '\0';
}

static void go_on(int number)
{
	(void)number;
	kill(parent, SIGCONT);
}

static void *interrupt_once(void *thread)
{
	usleep(100000);
	pthread_kill(*(pthread_t *)thread, SIGUSR2);
	return NULL;
}

START_TEST(who_gives_up_in_the_midst_leaves_nothing_frozen)
{
	struct frozen *frozen = NULL;
	pthread_t self = pthread_self(), interrupter;

	mount_it();
	sigaction(SIGUSR2, &(struct sigaction){ .sa_handler = wake }, NULL);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = go_on }, NULL);
	parent = keeper();
	kill(parent, SIGSTOP);
	ck_assert_int_eq(pthread_create(&interrupter, NULL, interrupt_once, &self), 0);
	alarm(10); /* for who does not give up */
	int error = freeze(&frozen);

	alarm(0);
	if (error == 0)
		frozen_thaw(frozen);
	pthread_join(interrupter, NULL);
	kill(parent, SIGCONT);
	/* Orders are taken one behind the other: this one comes behind what was given up. */
	ck_assert_int_eq(keeper(), parent);
	bool is_thawed = comes_true(0, has_children) && comes_true(0, freeze_and_thaw);

	ck_assert(!is_left_frozen() && is_thawed);
	ck_assert_int_eq(error, -EINTR);
	ck_assert_int_eq(umount("fs"), 0);
}
END_TEST

START_TEST(who_asks_a_world_to_end_does_not_end_its_freezer)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		kill(keeper(), signals[i]);
		ck_assert_int_eq(freezer_sync(freezer, world_bench.loop.fd), 0);
	}
	/* What a terminal sends, it sends to a session. */
	ck_assert_int_ne(getsid(keeper()), getsid(0));
}
END_TEST

START_TEST(nothing_is_left_of_what_was_done)
{
	for (int i = 0; i < 3; i++)
		parent = keeper();
	ck_assert(comes_true(0, has_children));
}
END_TEST

START_TEST(a_freezer_keeps_nothing_of_its_maker_open)
{
	int ends[2];
	char end;

	freezer_end(freezer);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(freezer_start(&freezer), 0);
	close(ends[1]);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(freezer_sync(freezer, world_bench.loop.fd), 0);
	ck_assert_int_eq(read(ends[0], &end, 1), 0);
	close(ends[0]);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_cannot_be_frozen_says_so);
	tcase_add_test(tests, a_device_is_read_only_until_it_is_told_otherwise);
	tcase_add_test(tests, what_is_written_is_on_disk_when_it_was_flushed);
	tcase_add_test(tests, who_asks_a_world_to_end_does_not_end_its_freezer);
	tcase_add_test(tests, nothing_is_left_of_what_was_done);
	tcase_add_test(tests, a_freezer_keeps_nothing_of_its_maker_open);
	if (!process_program_exists("mkfs.ext4"))
		return;
	tcase_add_test(tests, a_file_system_is_frozen_until_it_is_thawed);
	tcase_add_test(tests, everything_is_undone_when_the_supervisor_is_killed);
	tcase_add_test(tests, who_waits_for_a_freeze_can_give_up_and_it_thaws);
	tcase_add_test(tests, who_gives_up_in_the_midst_leaves_nothing_frozen);
}

int main(int argc, char **argv)
{
	(void)argc;
	return world_bench_main("dm_freeze", argv[0], add_tests);
}
