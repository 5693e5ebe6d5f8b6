/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/disks_bench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

struct disks *disks;
uint64_t below_file;

#define CHUNK (64u * 1024)

static char chunk[CHUNK] __attribute__((aligned(4096)));

void disks_setup(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	/* In a chroot it may be no mount point, and then there is nothing to be set. */
	ck_assert(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 || errno == EINVAL);
	run_folder_setup();
	ck_assert_int_eq(disks_start(".", &disks), 0);

	AUTO(auto_close) int fd = open("below", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, BELOW_SECTORS * S), 0);
	ck_assert_int_eq(disks_file_open(disks, "below", false, &below_file), 0);
}

void disks_teardown(void)
{
	disks_end(disks);
	ck_assert_int_eq(unlink("below"), 0);
	ck_assert_uint_eq(run_folder_count(), 0);
	run_folder_teardown();
}

/* Why this machine cannot do that; NULL: it can. */
static const char *disks_unable(void)
{
	AUTO(auto_close) int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	AUTO(auto_close) int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	if (geteuid() != 0)
		return "not root";
	if (fuse < 0)
		return "no FUSE";
	return control < 0 || ioctl(control, LOOP_CTL_GET_FREE) < 0 ? "no loop device" : NULL;
}

void make_disk(uint64_t id, struct disk_piece piece)
{
	uint64_t sectors;

	if (disks_size(disks, id, &sectors) == -ENXIO)
		ck_assert_int_eq(disks_create(disks, id), 0);
	ck_assert_int_eq(disks_map(disks, id, &piece, 1), 0);
	ck_assert_int_eq(disks_size(disks, id, &sectors), 0);
	ck_assert_uint_eq(sectors, piece.start + piece.length);
}

int loop_on_path(const char *path)
{
	AUTO(auto_close) int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	AUTO(auto_close) int below = open(path, O_RDWR | O_CLOEXEC);
	struct loop_config config = {
		.fd = (unsigned)below,
		.info = { .lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO },
	};

	ck_assert_int_ge(control, 0);
	ck_assert_int_ge(below, 0);
	/* Another one may take the free device first. */
	for (int tries = 0; tries < 100; tries++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE);
		char name[32];

		ck_assert_int_ge(number, 0);
		snprintf(name, sizeof name, "/dev/loop%d", number);

		AUTO(auto_close) int fd = open(name, O_RDWR | O_CLOEXEC | O_DIRECT);

		if (fd >= 0 && ioctl(fd, LOOP_CONFIGURE, &config) == 0)
			return TAKE_FD(fd);
	}
	ck_abort_msg("no loop device is free for long enough");
	return -1;
}

int loop_on(uint64_t id)
{
	char path[DISKS_PATH_BYTES];

	return loop_on_path(disks_device_path(disks, id, path));
}

void is_all(int fd, uint64_t start, uint64_t length, int value)
{
	for (uint64_t at = 0, step; at < length * S; at += step) {
		step = length * S - at < CHUNK ? length * S - at : CHUNK;
		ck_assert_int_eq(pread(fd, chunk, step, (off_t)(start * S + at)), step);
		/* All are as the one before, and the first is right. */
		ck_assert_int_eq(chunk[0], value);
		ck_assert_int_eq(memcmp(chunk, chunk + 1, step - 1), 0);
	}
}

int write_all(int fd, uint64_t start, uint64_t length, int value)
{
	memset(chunk, value, sizeof chunk);
	for (uint64_t at = 0, step; at < length * S; at += step) {
		step = length * S - at < CHUNK ? length * S - at : CHUNK;
		if (pwrite(fd, chunk, step, (off_t)(start * S + at)) != (ssize_t)step)
			return -errno;
	}
	return 0;
}

int read_one(int fd, uint64_t sector)
{
	ssize_t got = pread(fd, chunk, S, (off_t)(sector * S));

	return got < 0 ? -errno : got == S ? 0 : -ENODATA;
}

/* PID is in a system call that waits, or has ended. */
static bool is_reading(pid_t pid)
{
	char name[64], text[256] = "";

	snprintf(name, sizeof name, "/proc/%d/syscall", pid);

	AUTO(auto_close) int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
		return true;
	return strtol(text, NULL, 10) == SYS_pread64;
}

pid_t read_aside(int fd, uint64_t sector)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(-read_one(fd, sector));
	while (!is_reading(pid))
		usleep(1000);
	return pid;
}

int child_exit(pid_t pid, int ms)
{
	AUTO(auto_close) int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd poller = { .fd = pidfd, .events = POLLIN };
	int status;

	ck_assert_int_ge(pidfd, 0);
	if (poll(&poller, 1, ms) == 0)
		return -1;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int disks_main(const char *name, const char *program, void (*add_tests)(TCase *tests))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	const char *unable = disks_unable();

	if (unable) {
		printf("SKIP: %s\n", unable);
		return EXIT_SKIPPED;
	}
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, disks_setup, disks_teardown);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, program);
}
