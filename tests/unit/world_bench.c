/* SPDX-License-Identifier: Apache-2.0 */
/* world_bench.c - see world_bench.h. */
#include "tests/unit/world_bench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/exit_code.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

struct world_bench world_bench;

void world_bench_setup(void)
{
	struct stat found;

	run_folder_setup();
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	/* In a chroot it may be no mount point, and then there is nothing to be set. */
	ck_assert(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 || errno == EINVAL);
	ck_assert_int_eq(mkdir("dev", 0755), 0);
	ck_assert_int_eq(mount("none", "dev", "tmpfs", 0, NULL), 0);
	ck_assert_int_eq(mkdir("dev/mapper", 0755), 0);
	world_bench.dev_fd = open("dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(world_bench.dev_fd, 0);
	ck_assert_int_eq(fstat(world_bench.dev_fd, &found), 0);
	world_bench.dev_device = found.st_dev;

	world_bench.file_fd = open("disk", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(ftruncate(world_bench.file_fd, WORLD_BENCH_BYTES), 0);
	ck_assert_int_eq(
		loop_attach(world_bench.dev_fd, world_bench.file_fd, LOOP_ANY, &world_bench.loop),
		0);
}

void world_bench_teardown(void)
{
	loop_release(&world_bench.loop);
	close(world_bench.file_fd);
	close(world_bench.dev_fd);
	ck_assert_int_eq(umount2("dev", MNT_DETACH), 0);
	run_folder_teardown();
}

void world_bench_node(const char *name)
{
	dev_t device = makedev(LOOP_DEVICE_MAJOR, world_bench.loop.minor);

	ck_assert_int_eq(mknodat(world_bench.dev_fd, name, S_IFBLK | 0600, device), 0);
}

pid_t world_bench_process(void (*does)(void))
{
	int ready[2];

	ck_assert_int_eq(pipe(ready), 0);
	pid_t process = fork();

	ck_assert_int_ge(process, 0);
	if (process == 0) {
		/* As a program that was executed: it has nothing of ours. */
		loop_release(
			&(struct loop_device){ .fd = -1, .file_fd = world_bench.loop.file_fd });
		close(world_bench.loop.fd);
		ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
		does();
		ck_assert_int_eq(write(ready[1], "!", 1), 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	char byte;

	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return process;
}

void world_bench_end(pid_t process)
{
	kill(process, SIGKILL);
	ck_assert_int_eq(waitpid(process, NULL, 0), process);
}

int world_bench_main(const char *name, const char *program, void (*add_tests)(TCase *tests))
{
	if (geteuid() != 0) {
		puts("SKIP: not root");
		return EXIT_SKIPPED;
	}
	if (system("losetup -f >/dev/null 2>&1") != 0) {
		puts("SKIP: no loop device");
		return EXIT_SKIPPED;
	}
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);

	tcase_add_checked_fixture(tests, world_bench_setup, world_bench_teardown);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, program);
}
