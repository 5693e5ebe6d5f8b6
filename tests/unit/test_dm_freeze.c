/* SPDX-License-Identifier: Apache-2.0 */
/* What a freezer does is undone when it is told so, and when its supervisor is killed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
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

static int freeze_and_thaw(void)
{
	int error = directly(FIFREEZE);

	return error ? error : directly(FITHAW);
}

static int is_read_only(void)
{
	int yes = -1;

	ck_assert_int_eq(ioctl(world_bench.loop.fd, BLKROGET, &yes), 0);
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
	ck_assert_int_eq(directly(FIFREEZE), -EBUSY);
	ck_assert_int_eq(freeze(&again), -EBUSY);
	frozen_thaw(frozen);
	ck_assert_int_eq(directly(FITHAW), -EINVAL);
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
	ck_assert_int_eq(is_read_only(), 1);
	frozen_thaw(frozen);
	ck_assert_int_eq(is_read_only(), 0);
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
	ck_assert_int_eq(error, 0);
	ck_assert_int_eq(directly(FIFREEZE), -EBUSY);
	ck_assert_int_eq(is_read_only(), 1);
	kill(supervisor, SIGKILL);
	ck_assert_int_eq(waitpid(supervisor, NULL, 0), supervisor);
	ck_assert(comes_true(0, freeze_and_thaw));
	ck_assert(comes_true(0, is_read_only));
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
	int interrupted = 0;

	for (int i = 0; i < 300 && !interrupted; i++) {
		int error = freeze(&frozen);

		ck_assert(error == 0 || error == -EINTR || error == -EBUSY);
		interrupted = error == -EINTR;
		if (!error)
			frozen_thaw(frozen);
	}
	pthread_join(interrupter, NULL);
	ck_assert(comes_true(0, freeze_and_thaw));
	ck_assert_int_eq(umount("fs"), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_cannot_be_frozen_says_so);
	tcase_add_test(tests, a_device_is_read_only_until_it_is_told_otherwise);
	tcase_add_test(tests, what_is_written_is_on_disk_when_it_was_flushed);
	if (!process_program_exists("mkfs.ext4"))
		return;
	tcase_add_test(tests, a_file_system_is_frozen_until_it_is_thawed);
	tcase_add_test(tests, everything_is_undone_when_the_supervisor_is_killed);
	tcase_add_test(tests, who_waits_for_a_freeze_can_give_up_and_it_thaws);
}

int main(int argc, char **argv)
{
	(void)argc;
	return world_bench_main("dm_freeze", argv[0], add_tests);
}
