/* SPDX-License-Identifier: Apache-2.0 */
/* Loop devices as a world has them, on a plain file. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/machine/last_close.h"
#include "tests/unit/world_bench.h"

static int open_loop(int flags)
{
	return loop_open_device(
		world_bench.dev_fd, LOOP_DEVICE_MAJOR, world_bench.loop.minor, flags);
}

static unsigned long long size_of(int fd)
{
	unsigned long long bytes = 0;

	ck_assert_int_eq(ioctl(fd, BLKGETSIZE64, &bytes), 0);
	return bytes;
}

/* What the kernel says of the loop device: "" when it lies on nothing. */
static const char *loop_says(const char *what)
{
	static char text[4200];
	char path[128];

	snprintf(path, sizeof(path), "/sys/block/loop%u/loop/%s", world_bench.loop.minor, what);
	AUTO(auto_fclose) FILE *file = fopen(path, "r");

	if (!file || !fgets(text, sizeof(text), file))
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

START_TEST(a_loop_device_is_as_big_as_its_file_and_follows_it)
{
	ck_assert_uint_eq(size_of(world_bench.loop.fd), WORLD_BENCH_BYTES);
	ck_assert_int_eq(ftruncate(world_bench.file_fd, 2 * WORLD_BENCH_BYTES), 0);
	ck_assert_int_eq(loop_resize(&world_bench.loop), 0);
	ck_assert_uint_eq(size_of(world_bench.loop.fd), 2 * WORLD_BENCH_BYTES);
	ck_assert_int_eq(ftruncate(world_bench.file_fd, 0), 0);
	ck_assert_int_eq(loop_resize(&world_bench.loop), 0);
	ck_assert_uint_eq(size_of(world_bench.loop.fd), 0);
}
END_TEST

START_TEST(a_loop_device_may_lie_on_an_empty_file)
{
	struct loop_device empty = LOOP_DEVICE_NONE;

	ck_assert_int_eq(ftruncate(world_bench.file_fd, 0), 0);
	ck_assert_int_eq(loop_attach(world_bench.dev_fd, world_bench.file_fd, LOOP_ANY, &empty), 0);
	ck_assert_uint_ne(empty.minor, world_bench.loop.minor);
	ck_assert_uint_eq(size_of(empty.fd), 0);
	loop_release(&empty);
	ck_assert_int_eq(empty.fd, -1);
	loop_release(&empty);
}
END_TEST

START_TEST(a_loop_device_that_nobody_has_open_is_free)
{
	ck_assert_str_eq(loop_says("autoclear"), "1");
	close(world_bench.loop.fd);
	world_bench.loop.fd = -1;
	bool is_left = *loop_says("backing_file");

	/* A test that fails leaves none to the machine. */
	if (is_left) {
		AUTO(auto_close) int fd = open_loop(O_RDONLY);

		ioctl(fd, LOOP_CLR_FD, 0);
	}
	ck_assert(!is_left);
}
END_TEST

static int write_error(void)
{
	AUTO(auto_close) int fd = open_loop(O_RDWR);

	return fd < 0 ? fd : pwrite(fd, "x", 1, 0) < 0 ? -errno : 0;
}

START_TEST(a_loop_device_is_not_read_only_because_the_last_one_was)
{
	int yes = 1;

	/* Whoever had it was killed. */
	ck_assert_int_eq(ioctl(world_bench.loop.fd, BLKROSET, &yes), 0);
	ck_assert_int_eq(write_error(), -EPERM);
	unsigned minor = world_bench.loop.minor;

	loop_release(&world_bench.loop);
	ck_assert_int_eq(
		loop_attach(world_bench.dev_fd, world_bench.file_fd, LOOP_ANY, &world_bench.loop),
		0);
	ck_assert_uint_eq(world_bench.loop.minor, minor);
	ck_assert_int_eq(write_error(), 0);
}
END_TEST

/* What the machine has for the loop device MINOR, in KiB; it becomes NEXT unless that is 0. */
static long read_ahead(unsigned minor, long next)
{
	char path[64];
	long kib = -1;

	snprintf(path, sizeof path, "/sys/block/loop%u/queue/read_ahead_kb", minor);
	AUTO(auto_fclose) FILE *file = fopen(path, next ? "r+e" : "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld", &kib), 1);
	rewind(file);
	ck_assert(next == 0 || fprintf(file, "%ld", next) > 0);
	return kib;
}

START_TEST(a_loop_device_reads_ahead_as_before_when_it_is_given_back)
{
	struct loop_device other = LOOP_DEVICE_NONE;

	ck_assert_int_eq(loop_attach(world_bench.dev_fd, world_bench.file_fd, LOOP_ANY, &other), 0);
	unsigned minor = other.minor;

	loop_release(&other);
	long machines = read_ahead(minor, 96);

	ck_assert_int_eq(loop_attach(world_bench.dev_fd, world_bench.file_fd, minor, &other), 0);
	long ours = read_ahead(minor, 0);

	ck_assert_int_eq(
		loop_attach(world_bench.dev_fd, world_bench.file_fd, minor, &other), -EBUSY);
	loop_release(&other);
	long after = read_ahead(minor, machines);

	/* 96, unless the kernel sets it itself when a device is cleared; never ours. */
	ck_assert_int_ne(ours, 96);
	ck_assert_int_ne(after, ours);
}
END_TEST

START_TEST(no_node_of_a_loop_device_is_left_in_the_folder)
{
	AUTO(auto_closedir) DIR *folder = opendir("dev");
	struct dirent *entry;

	ck_assert_ptr_nonnull(folder);
	while ((entry = readdir(folder)))
		ck_assert(entry->d_name[0] == '.' ? strlen(entry->d_name) <= 2
						  : strcmp(entry->d_name, "mapper") == 0);
}
END_TEST

START_TEST(a_partition_is_the_whole_and_has_another_major)
{
	AUTO(auto_close) int sys_block = open("/sys/block", O_PATH | O_DIRECTORY | O_CLOEXEC);
	unsigned major = 0, minor = 0;

	ck_assert_int_eq(loop_add_partition(&world_bench.loop, sys_block, &major, &minor), 0);
	ck_assert_uint_ne(major, LOOP_DEVICE_MAJOR);

	AUTO(auto_close)
	int fd = loop_open_device(world_bench.dev_fd, major, minor, O_RDWR);

	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(size_of(fd), WORLD_BENCH_BYTES);
	ck_assert_int_eq(loop_remove_partition(&world_bench.loop), -EBUSY);
	close(TAKE_FD(fd));
	ck_assert_int_eq(loop_remove_partition(&world_bench.loop), 0);
}
END_TEST

static bool file_begins_with(const char *text)
{
	char found[16] = "";

	ck_assert_int_eq(pread(world_bench.file_fd, found, strlen(text), 0), strlen(text));
	return strcmp(found, text) == 0;
}

static struct opens_device device(void)
{
	return (struct opens_device){ .major = LOOP_DEVICE_MAJOR,
		.minor = world_bench.loop.minor,
		.fd = world_bench.loop.fd };
}

static void write_to_node(void)
{
	int fd = open("dev/node", O_RDWR);

	ck_assert_int_eq(pwrite(fd, "written", 7, 0), 7);
}

START_TEST(what_is_cached_is_written_and_forgotten_at_the_last_close)
{
	struct opens_device it = device();

	world_bench_node("node");
	pid_t writer = world_bench_process(write_to_node);

	ck_assert(last_close_is_due(world_bench.loop.fd));
	ck_assert_int_eq(last_close(world_bench.dev_device, &it, 0), 0);
	ck_assert_msg(!file_begins_with("written"), "somebody has it open");
	/* It is about to end. */
	ck_assert_int_eq(last_close(world_bench.dev_device, &it, writer), 0);
	ck_assert(file_begins_with("written"));
	ck_assert(!last_close_is_due(world_bench.loop.fd));
	world_bench_end(writer);

	/* Who opens it reads what is there now. */
	ck_assert_int_eq(pwrite(world_bench.file_fd, "another", 7, 0), 7);
	AUTO(auto_close) int fd = open_loop(O_RDONLY);
	char found[8] = "";

	ck_assert_int_eq(pread(fd, found, 7, 0), 7);
	ck_assert_str_eq(found, "another");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_loop_device_is_as_big_as_its_file_and_follows_it);
	tcase_add_test(tests, a_loop_device_may_lie_on_an_empty_file);
	tcase_add_test(tests, a_loop_device_that_nobody_has_open_is_free);
	tcase_add_test(tests, a_loop_device_is_not_read_only_because_the_last_one_was);
	tcase_add_test(tests, a_loop_device_reads_ahead_as_before_when_it_is_given_back);
	tcase_add_test(tests, no_node_of_a_loop_device_is_left_in_the_folder);
	tcase_add_test(tests, a_partition_is_the_whole_and_has_another_major);
	tcase_add_test(tests, what_is_cached_is_written_and_forgotten_at_the_last_close);
}

int main(int argc, char **argv)
{
	(void)argc;
	return world_bench_main("dm_loops", argv[0], add_tests);
}
