/* SPDX-License-Identifier: Apache-2.0 */
/* How often a device is open, by processes in the namespace that has the world's /dev. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "scenarios/base/process.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/machine/opens.h"
#include "simfs/doors/dm/processes/resolve.h"
#include "tests/unit/world_bench.h"

static unsigned count_without(pid_t leaving)
{
	struct opens_device device = { .major = LOOP_DEVICE_MAJOR,
		.minor = world_bench.loop.minor,
		.fd = world_bench.loop.fd };
	unsigned count = 99;

	ck_assert_int_eq(opens_count(world_bench.dev_device, &device, leaving, &count), 0);
	return count;
}

static unsigned count(void)
{
	return count_without(0);
}

static void open_twice(void)
{
	ck_assert_int_ge(open("dev/mapper/one", O_RDONLY), 0);
	ck_assert_int_ge(open("dev/other", O_RDWR), 0);
}

static void open_once_and_copy(void)
{
	int fd = open("dev/other", O_RDONLY);

	ck_assert_int_ge(dup(fd), 0);
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
}

static void claim(void)
{
	ck_assert_int_ge(open("dev/other", O_RDONLY | O_EXCL), 0);
}

static void two_nodes(void)
{
	world_bench_node("mapper/one");
	world_bench_node("other");
}

START_TEST(openings_by_any_node_count_until_their_process_ends)
{
	two_nodes();
	ck_assert_uint_eq(count(), 0);
	pid_t first = world_bench_process(open_twice);

	ck_assert_uint_eq(count(), 2);
	pid_t second = world_bench_process(open_twice);

	ck_assert_uint_eq(count(), 4);
	ck_assert_uint_eq(count_without(second), 2);
	world_bench_end(first);
	ck_assert_uint_eq(count(), 2);
	world_bench_end(second);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(of_several_devices_each_has_its_own_openings)
{
	struct opens_device devices[] = {
		{ .major = LOOP_DEVICE_MAJOR, .minor = world_bench.loop.minor + 1, .fd = -1 },
		{ .major = LOOP_DEVICE_MAJOR, .minor = world_bench.loop.minor, .fd = -1 },
		{ .major = LOOP_DEVICE_MAJOR + 1, .minor = world_bench.loop.minor, .fd = -1 },
	};

	two_nodes();
	pid_t process = world_bench_process(open_twice);

	ck_assert_int_eq(opens_look(world_bench.dev_device, devices, 3, 0), 0);
	ck_assert_uint_eq(devices[0].openings, 0);
	ck_assert_uint_eq(devices[1].openings, 2);
	ck_assert_uint_eq(devices[2].openings, 0);
	world_bench_end(process);
	ck_assert_int_eq(opens_look(world_bench.dev_device, devices, 3, 0), 0);
	ck_assert_uint_eq(devices[1].openings, 0);
}
END_TEST

START_TEST(a_copy_of_a_descriptor_is_no_other_opening)
{
	two_nodes();
	pid_t process = world_bench_process(open_once_and_copy);

	ck_assert_uint_eq(count(), 1);
	world_bench_end(process);
}
END_TEST

START_TEST(who_claims_a_device_has_it_open_once)
{
	two_nodes();
	ck_assert(!opens_is_claimed(world_bench.loop.fd));
	pid_t process = world_bench_process(claim);

	ck_assert(opens_is_claimed(world_bench.loop.fd));
	ck_assert_uint_eq(count(), 1);
	world_bench_end(process);
}
END_TEST

static void make_file_system(void)
{
	two_nodes();
	ck_assert_int_eq(system("mkfs.ext4 -q -F dev/other && mkdir fs again"), 0);
	ck_assert_int_eq(mount("dev/other", "fs", "ext4", 0, NULL), 0);
}

static void do_nothing(void)
{
}

static void unmount_one_there(void)
{
	ck_assert_int_eq(umount("again"), 0);
}

START_TEST(a_file_system_has_its_device_open_once_wherever_it_is_mounted)
{
	make_file_system();
	ck_assert_int_eq(mount("fs", "again", NULL, MS_BIND, NULL), 0);
	pid_t first = world_bench_process(do_nothing);
	pid_t second = world_bench_process(unmount_one_there);

	ck_assert_uint_eq(count(), 1);
	pid_t third = world_bench_process(open_twice);

	ck_assert_uint_eq(count(), 3);
	world_bench_end(first);
	world_bench_end(third);
	ck_assert_uint_eq(count(), 1);
	world_bench_end(second);
	ck_assert_int_eq(umount("again"), 0);
	ck_assert_int_eq(umount("fs"), 0);
	ck_assert_uint_eq(count(), 0);
}
END_TEST

START_TEST(a_file_system_is_found_and_can_be_unmounted_nevertheless)
{
	make_file_system();
	pid_t process = world_bench_process(do_nothing);
	int fd = opens_file_system(
		world_bench.dev_device, LOOP_DEVICE_MAJOR, world_bench.loop.minor, "one");

	ck_assert_int_ge(fd, 0);
	world_bench_end(process);
	ck_assert_int_eq(umount("fs"), 0);
	ck_assert_msg(opens_is_claimed(world_bench.loop.fd), "it lives as long as we have it");
	close(fd);
	ck_assert(!opens_is_claimed(world_bench.loop.fd));
	ck_assert_int_eq(opens_file_system(world_bench.dev_device, LOOP_DEVICE_MAJOR,
				 world_bench.loop.minor, "one"),
		-ENOENT);
}
END_TEST

static void open_and_leave(void)
{
	open_twice();
	ck_assert_int_eq(umount2("dev", MNT_DETACH), 0);
}

START_TEST(a_process_of_another_world_does_not_count)
{
	two_nodes();
	pid_t process = world_bench_process(open_and_leave);

	ck_assert_uint_eq(count(), 0);
	world_bench_end(process);
}
END_TEST

static void go_to_another_root(void)
{
	ck_assert_int_eq(chroot("dev"), 0);
	ck_assert_int_eq(chdir("/mapper"), 0);
}

START_TEST(a_path_is_what_its_caller_sees)
{
	unsigned major = 0, minor = 0;

	world_bench_node("mapper/one");
	ck_assert_int_eq(symlinkat("/mapper/one", world_bench.dev_fd, "link"), 0);
	pid_t process = world_bench_process(go_to_another_root);
	static const char *const paths[] = { "/mapper/one", "/link", "one", "../mapper/one" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		major = minor = 9999;
		ck_assert_int_eq(resolve_block_device(process, paths[i], &major, &minor), 0);
		ck_assert_uint_eq(major, LOOP_DEVICE_MAJOR);
		ck_assert_uint_eq(minor, world_bench.loop.minor);
	}
	ck_assert_int_eq(resolve_block_device(process, "/dev/null", &major, &minor), -ENODEV);
	ck_assert_int_eq(resolve_block_device(process, "/mapper", &major, &minor), -ENODEV);
	ck_assert_int_eq(resolve_block_device(process, "", &major, &minor), -ENODEV);
	world_bench_end(process);
	ck_assert_int_eq(resolve_block_device(process, "/link", &major, &minor), -ENODEV);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, openings_by_any_node_count_until_their_process_ends);
	tcase_add_test(tests, of_several_devices_each_has_its_own_openings);
	tcase_add_test(tests, a_copy_of_a_descriptor_is_no_other_opening);
	tcase_add_test(tests, who_claims_a_device_has_it_open_once);
	tcase_add_test(tests, a_process_of_another_world_does_not_count);
	tcase_add_test(tests, a_path_is_what_its_caller_sees);
	if (process_program_exists("mkfs.ext4")) {
		tcase_add_test(
			tests, a_file_system_has_its_device_open_once_wherever_it_is_mounted);
		tcase_add_test(tests, a_file_system_is_found_and_can_be_unmounted_nevertheless);
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	return world_bench_main("dm_opens", argv[0], add_tests);
}
