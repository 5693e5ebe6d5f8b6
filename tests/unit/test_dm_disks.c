/* SPDX-License-Identifier: Apache-2.0 */
/* Disks as a kernel sees them: files, and loop devices on them. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "tests/unit/disks_bench.h"

/* Long enough for what should come at once, and to see that something does not come. */
#define SOON_MS	 10000
#define LATER_MS 300

START_TEST(a_disk_is_what_its_pieces_are)
{
	struct disk_piece pieces[] = {
		piece_zero(0, 100),
		piece_file(100, 100, below_file, 50),
		piece_error(200, 8),
	};
	AUTO(auto_close) int below = open("below", O_RDWR | O_CLOEXEC);
	AUTO(auto_close) int fd = -1;
	char path[DISKS_PATH_BYTES];
	struct stat facts;

	ck_assert_int_eq(write_all(below, 0, 200, 'b'), 0);
	ck_assert_int_eq(disks_create(disks, 5), 0);
	ck_assert_int_eq(disks_create(disks, 5), -EEXIST);
	ck_assert_int_eq(disks_map(disks, 5, pieces, 3), 0);
	ck_assert_int_eq(stat(disks_export_path(disks, 5, path), &facts), 0);
	ck_assert_int_eq(facts.st_size, 208 * S);
	fd = open(path, O_RDWR | O_CLOEXEC);
	is_all(fd, 0, 100, 0);
	is_all(fd, 100, 100, 'b');
	ck_assert_int_eq(read_one(fd, 200), -EIO);
	ck_assert_int_eq(read_one(fd, 208), -ENODATA);
	ck_assert_int_eq(ftruncate(fd, 0), -1);
	/* Bytes that are no sectors. */
	ck_assert_int_eq(pwrite(fd, "xyz", 3, 101 * S + 7), 3);
	ck_assert_int_eq(pread(below, path, 5, 51 * S + 6), 5);
	ck_assert_mem_eq(path, "bxyzb", 5);
	pieces[1].file.file = 99;
	ck_assert_int_eq(disks_map(disks, 5, pieces, 3), -ENXIO);
	ck_assert_int_eq(disks_remove(disks, 5), 0);
	ck_assert_int_eq(stat(disks_export_path(disks, 5, path), &facts), -1);
	ck_assert_int_eq(read_one(fd, 100), -EIO);
}
END_TEST

START_TEST(calls_read_and_write_as_devices_do)
{
	static char data[3 << 20];

	make_disk(1, piece_file(0, BELOW_SECTORS, below_file, 0));
	make_disk(2, piece_disk(0, 2048, 1, 2048));
	ck_assert_int_eq(write_all(open("below", O_RDWR | O_CLOEXEC), 0, 4096, 'q'), 0);
	ck_assert_int_eq(disks_write(disks, 2, 1000, "hello", 5), 0);
	ck_assert_int_eq(disks_read(disks, 1, 2048 * S + 999, data, 7), 0);
	ck_assert_mem_eq(data, "qhelloq", 7);
	ck_assert_int_eq(disks_read(disks, 1, 0, data, sizeof data), 0);
	ck_assert_mem_eq(data + 2048 * S + 1000, "hello", 5);
	ck_assert_int_eq(disks_read(disks, 2, 2048 * S - 4, data, 5), -EIO);
	ck_assert_int_eq(disks_read(disks, 3, 0, data, 5), -ENXIO);
	ck_assert_int_eq(disks_flush(disks, 2), 0);
	ck_assert_int_eq(disks_write(disks, 2, 0, "x", 1), 0);
}
END_TEST

START_TEST(a_loop_device_has_the_size_of_the_present_map)
{
	char path[DISKS_PATH_BYTES];
	uint64_t bytes;
	struct stat facts;

	ck_assert_int_eq(disks_create(disks, 1), 0);

	AUTO(auto_close) int loop = loop_on(1);
	AUTO(auto_close) int fd = open(disks_device_path(disks, 1, path), O_RDWR | O_CLOEXEC);

	ck_assert_int_eq(ioctl(loop, BLKGETSIZE64, &bytes), 0);
	ck_assert_uint_eq(bytes, 0);
	for (uint64_t sectors = 8192; sectors > 0; sectors /= 2) {
		make_disk(1, piece_zero(0, sectors));
		ck_assert_int_eq(fstat(fd, &facts), 0);
		ck_assert_int_eq(facts.st_size, sectors * S);
		ck_assert_int_eq(ioctl(loop, LOOP_SET_CAPACITY, 0), 0);
		ck_assert_int_eq(ioctl(loop, BLKGETSIZE64, &bytes), 0);
		ck_assert_uint_eq(bytes, sectors * S);
	}
}
END_TEST

START_TEST(a_loop_device_writes_discards_and_zeroes)
{
	uint64_t discard[] = { 1024 * S, 1024 * S }, zero[] = { 4096 * S, 1024 * S };
	AUTO(auto_close) int below = open("below", O_RDWR | O_CLOEXEC);
	struct stat full, holed;

	make_disk(1, piece_file(0, BELOW_SECTORS, below_file, 0));
	make_disk(2, piece_disk(0, BELOW_SECTORS, 1, 0));

	AUTO(auto_close) int loop = loop_on(2);

	ck_assert_int_eq(write_all(loop, 0, BELOW_SECTORS, 'w'), 0);
	ck_assert_int_eq(fsync(loop), 0);
	is_all(below, 0, BELOW_SECTORS, 'w');
	ck_assert_int_eq(fstat(below, &full), 0);
	ck_assert_int_eq(ioctl(loop, BLKDISCARD, discard), 0);
	ck_assert_int_eq(ioctl(loop, BLKZEROOUT, zero), 0);
	ck_assert_int_eq(fstat(below, &holed), 0);
	ck_assert_int_le(holed.st_blocks, full.st_blocks - 1024);
	is_all(loop, 0, 1024, 'w');
	is_all(loop, 1024, 1024, 0);
	is_all(loop, 2048, 2048, 'w');
	is_all(loop, 4096, 1024, 0);
	is_all(loop, 5120, BELOW_SECTORS - 5120, 'w');
}
END_TEST

START_TEST(stripes_hold_what_was_written_through_them)
{
	const struct disk_place places[] = { { 1, 2048 }, { 1, 0 } };
	AUTO(auto_close) int below = open("below", O_RDWR | O_CLOEXEC);

	make_disk(1, piece_file(0, BELOW_SECTORS, below_file, 0));
	make_disk(2, (struct disk_piece){
			     .length = 4096,
			     .kind = DISK_PIECE_STRIPED,
			     .striped = { .stripes = places, .count = 2, .chunk = 8 },
		     });

	AUTO(auto_close) int loop = loop_on(2);

	ck_assert_int_eq(write_all(loop, 0, 4096, 'a'), 0);
	for (uint64_t at = 0; at < 4096; at += 16)
		ck_assert_int_eq(write_all(loop, at, 8, 'b'), 0);
	ck_assert_int_eq(fsync(loop), 0);
	is_all(below, 0, 2048, 'a');
	is_all(below, 2048, 2048, 'b');
}
END_TEST

START_TEST(an_error_is_one_for_who_reads_or_writes_there)
{
	struct disk_piece pieces[] = { piece_file(0, 800, below_file, 0), piece_error(800, 8),
		piece_file(808, 800, below_file, 808) };

	ck_assert_int_eq(disks_create(disks, 1), 0);
	ck_assert_int_eq(disks_map(disks, 1, pieces, 3), 0);

	AUTO(auto_close) int loop = loop_on(1);

	ck_assert_int_eq(write_all(loop, 0, 800, 'a'), 0);
	ck_assert_int_eq(write_all(loop, 800, 1, 'a'), -EIO);
	ck_assert_int_eq(write_all(loop, 808, 800, 'a'), 0);
	ck_assert_int_eq(read_one(loop, 799), 0);
	ck_assert_int_eq(read_one(loop, 800), -EIO);
	ck_assert_int_eq(read_one(loop, 807), -EIO);
	ck_assert_int_eq(read_one(loop, 808), 0);
}
END_TEST

START_TEST(a_file_that_is_read_only_or_too_short_is_an_error_there)
{
	uint64_t readable;

	ck_assert_int_eq(disks_file_open(disks, "below", true, &readable), 0);
	make_disk(1, piece_file(0, BELOW_SECTORS + 8, readable, 0));

	AUTO(auto_close) int loop = loop_on(1);

	ck_assert_int_eq(read_one(loop, 0), 0);
	ck_assert_int_eq(write_all(loop, 0, 1, 'a'), -EIO);
	ck_assert_int_eq(read_one(loop, BELOW_SECTORS - 1), 0);
	ck_assert_int_eq(read_one(loop, BELOW_SECTORS), -EIO);
	/* It is needed still. */
	ck_assert_int_eq(disks_file_close(disks, readable), 0);
	ck_assert_int_eq(disks_file_close(disks, readable), -ENXIO);
	ck_assert_int_eq(read_one(loop, 0), 0);
	ck_assert_int_eq(disks_file_open(disks, ".", true, &readable), -EISDIR);
	ck_assert_int_eq(disks_file_open(disks, "none", true, &readable), -ENOENT);
}
END_TEST

START_TEST(a_delay_is_waited_for)
{
	make_disk(1, piece_zero(0, 8));
	make_disk(2, (struct disk_piece){
			     .length = 8,
			     .kind = DISK_PIECE_DELAY,
			     .delayed = { { { 1, 0 }, 700 }, { { 1, 0 }, 0 }, { { 1, 0 }, 0 } },
		     });

	AUTO(auto_close) int loop = loop_on(2);
	pid_t reader = read_aside(loop, 3);

	ck_assert_int_eq(write_all(loop, 0, 8, 'a'), 0);
	ck_assert_int_eq(child_exit(reader, LATER_MS), -1);
	ck_assert_int_eq(child_exit(reader, SOON_MS), 0);
}
END_TEST

/* A rig on top of an export, as it were: disk 2 lies on what the other mount shows of 1. */
START_TEST(a_disk_may_lie_on_the_export_of_another)
{
	char path[DISKS_PATH_BYTES];
	uint64_t exported;

	make_disk(1, piece_file(0, BELOW_SECTORS, below_file, 0));
	ck_assert_int_eq(
		disks_file_open(disks, disks_export_path(disks, 1, path), false, &exported), 0);
	make_disk(2, piece_file(0, BELOW_SECTORS, exported, 0));

	AUTO(auto_close) int loop = loop_on(2);

	ck_assert_int_eq(write_all(loop, 0, BELOW_SECTORS, 'e'), 0);
	ck_assert_int_eq(fsync(loop), 0);
	is_all(loop, 0, BELOW_SECTORS, 'e');
	ck_assert_int_eq(disks_hold(disks, 1), 0);

	pid_t reader = read_aside(loop, 3);

	ck_assert_int_eq(child_exit(reader, LATER_MS), -1);
	ck_assert_int_eq(disks_release(disks, 1), 0);
	ck_assert_int_eq(child_exit(reader, SOON_MS), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_disk_is_what_its_pieces_are);
	tcase_add_test(tests, calls_read_and_write_as_devices_do);
	tcase_add_test(tests, a_loop_device_has_the_size_of_the_present_map);
	tcase_add_test(tests, a_loop_device_writes_discards_and_zeroes);
	tcase_add_test(tests, stripes_hold_what_was_written_through_them);
	tcase_add_test(tests, an_error_is_one_for_who_reads_or_writes_there);
	tcase_add_test(tests, a_file_that_is_read_only_or_too_short_is_an_error_there);
	tcase_add_test(tests, a_delay_is_waited_for);
	tcase_add_test(tests, a_disk_may_lie_on_the_export_of_another);
}

int main(int argc, char **argv)
{
	(void)argc;
	return disks_main("dm_disks", argv[0], add_tests);
}
