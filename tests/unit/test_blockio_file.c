/* SPDX-License-Identifier: Apache-2.0 */
/* Files on the ring: those that go are closed behind the scenes; room is in proportion. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/blockio/file_folder.h"
#include "simfs/blockio/file_internal.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/folder_bench.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

static struct blockio *file_new(const char *name)
{
	struct blockio *io;

	ck_assert_int_eq(folder_bench.folder->ops->open(folder_bench.folder, name, true, &io), 0);
	return io;
}

static int fd_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct file_blockio, io)->fd;
}

static int open_plainly(const char *name)
{
	int fd = openat(folder_bench.fd, name, O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static uint64_t size_of(struct blockio *io)
{
	struct stat facts;

	ck_assert_int_eq(fstat(fd_of(io), &facts), 0);
	return (uint64_t)facts.st_size;
}

/* What the ring has under way ends. */
static void settle(void)
{
	while (ring_under_way(folder_bench.ring) > 0)
		ck_assert_int_eq(ring_run_once(folder_bench.ring), 0);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Removes and abandons NAME; returns the descriptor that it had. */
static int leave(const char *name, struct blockio *io)
{
	int fd = fd_of(io);

	ck_assert_int_eq(folder_bench.folder->ops->remove(folder_bench.folder, name), 0);
	blockio_abandon(io);
	return fd;
}

START_TEST(files_that_were_removed_are_closed_by_and_by)
{
	int fds[3];

	for (int i = 0; i < 3; i++) {
		char name[2] = { (char)('a' + i), '\0' };
		struct blockio *io = file_new(name);

		ck_assert_int_eq(io->ops->resize(io, MIB), 0);
		fds[i] = leave(name, io);
		/* Not within the call. */
		ck_assert(is_open(fds[i]));
	}
	settle();
	for (int i = 0; i < 3; i++)
		ck_assert(!is_open(fds[i]));
}
END_TEST

START_TEST(one_that_is_being_filled_is_closed_afterwards)
{
	struct blockio *busy = file_new("busy"), *other = file_new("other");
	int busy_fd, other_fd;

	busy->ops->reserve(busy, 8 * MIB, 0, (enum blockio_room)_i);
	busy_fd = leave("busy", busy);
	other_fd = leave("other", other);
	settle();
	ck_assert(!is_open(busy_fd));
	ck_assert(!is_open(other_fd));
}
END_TEST

START_TEST(what_is_left_when_the_ring_goes_is_freed)
{
	struct blockio *busy = file_new("busy");

	busy->ops->reserve(busy, 8 * MIB, 0, (enum blockio_room)_i);
	leave("busy", busy);
	leave("a", file_new("a"));
	leave("b", file_new("b"));
	/* teardown() does not settle; a sanitizer would tell. */
}
END_TEST

START_TEST(one_that_is_not_removed_is_closed_at_once)
{
	struct blockio *io = file_new("a");
	int fd = fd_of(io);

	blockio_destroy(io);
	ck_assert(!is_open(fd));
	ck_assert_int_eq(folder_bench.folder->ops->remove(folder_bench.folder, "a"), 0);
}
END_TEST

/* What the file is long after room was made behind END as often as it is asked for. */
static uint64_t with_room(uint64_t end, uint64_t limit, enum blockio_room room)
{
	struct blockio *io = file_new("a");
	struct blockio_counts counts = { 0 };
	uint64_t size;

	io->counts = &counts;
	ck_assert_int_eq(ftruncate(fd_of(io), (off_t)end), 0);
	for (int i = 0; i < 8; i++) {
		io->ops->reserve(io, end, limit, room);
		settle();
	}
	size = size_of(io);
	if (room == BLOCKIO_ROOM_ALLOCATED)
		ck_assert_uint_eq(counts.ahead_bytes, 0);
	else
		ck_assert_uint_eq(counts.ahead_bytes, size - end);
	blockio_destroy(io);
	ck_assert_int_eq(folder_bench.folder->ops->remove(folder_bench.folder, "a"), 0);
	return size;
}

START_TEST(room_is_in_proportion_to_what_is_there)
{
	ck_assert_uint_eq(with_room(8 * KIB, 0, BLOCKIO_ROOM_ZEROS), 8 * KIB);
	ck_assert_uint_eq(with_room(200 * KIB, 0, BLOCKIO_ROOM_ZEROS), 200 * KIB);
	for (uint64_t end = 256 * KIB; end < 16 * MIB; end += 516 * KIB) {
		uint64_t size = with_room(end, 0, BLOCKIO_ROOM_ZEROS);

		ck_assert_uint_gt(size, end);
		ck_assert_uint_le(size, end + end / 4 * 3);
		ck_assert_uint_le(size, end + 6 * MIB);
	}
}
END_TEST

START_TEST(room_that_is_allocated_is_in_proportion_too)
{
	ck_assert_uint_eq(with_room(60 * KIB, 0, BLOCKIO_ROOM_ALLOCATED), 60 * KIB);
	for (uint64_t end = 64 * KIB; end < 16 * MIB; end += 516 * KIB) {
		uint64_t size = with_room(end, 0, BLOCKIO_ROOM_ALLOCATED);

		ck_assert_uint_gt(size, end + end / 4);
		ck_assert_uint_le(size, 2 * end);
		ck_assert_uint_le(size, end + 8 * MIB);
	}
}
END_TEST

START_TEST(room_is_not_made_beyond_the_limit)
{
	const enum blockio_room room = (enum blockio_room)_i;

	ck_assert_uint_eq(with_room(2 * MIB, 2 * MIB + 100 * KIB, room), 2 * MIB + 100 * KIB);
	ck_assert_uint_eq(with_room(2 * MIB, 2 * MIB, room), 2 * MIB);
	ck_assert_uint_eq(with_room(2 * MIB, MIB, room), 2 * MIB);
}
END_TEST

/* What stands for a disk can be written to, and cannot allocate. */
START_TEST(where_nothing_can_be_allocated_zeros_are_written)
{
	struct blockio_counts counts = { 0 };
	struct blockio *io;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_blockio_wrap(folder_bench.ring, fd, &io), 0);
	io->counts = &counts;
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(counts.ahead_bytes, 0);
		io->ops->reserve(io, 4 * MIB, 0, BLOCKIO_ROOM_ALLOCATED);
		settle();
	}
	ck_assert_uint_eq(counts.ahead_bytes, MIB);
	blockio_destroy(io);
}
END_TEST

START_TEST(what_is_written_to_room_of_any_kind_is_read_and_zeros_behind_it)
{
	_Alignas(BLOCKIO_ALIGNMENT_MAX) static char bytes[BLOCKIO_ALIGNMENT_MAX], found[MIB];
	struct blockio *io = file_new("a");

	memset(bytes, 'x', sizeof bytes);
	ck_assert_int_eq(ftruncate(fd_of(io), MIB), 0);
	io->ops->reserve(io, MIB, 0, (enum blockio_room)_i);
	ck_assert_int_eq(blockio_do(io, BLOCKIO_WRITE, MIB, bytes, sizeof bytes), 0);
	settle();
	ck_assert_uint_gt(size_of(io), MIB + sizeof bytes);
	memset(found, 'y', sizeof found);
	ck_assert_int_eq(blockio_do(io, BLOCKIO_READ, MIB, found, sizeof found), 0);
	ck_assert_mem_eq(found, bytes, sizeof bytes);
	for (size_t i = sizeof bytes; i < sizeof found; i++)
		ck_assert_msg(found[i] == 0, "byte %zu is %d", i, found[i]);
	blockio_destroy(io);
	ck_assert_int_eq(folder_bench.folder->ops->remove(folder_bench.folder, "a"), 0);
}
END_TEST

/* Ranges without a gap between them are one. */
static bool next_data(struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end)
{
	uint64_t first, end;

	if (!io->ops->next_data(io, from, ret_first, ret_end))
		return false;
	while (io->ops->next_data(io, *ret_end, &first, &end) && first == *ret_end)
		*ret_end = end;
	return true;
}

START_TEST(data_are_found_where_lseek_finds_them)
{
	struct blockio *io = file_new("a");
	static char bytes[128 * KIB];
	uint64_t from = 0, first, end;
	int ranges = 0;

	memset(bytes, 'x', sizeof bytes);
	ck_assert_int_eq(ftruncate(fd_of(io), 64 * MIB + 512), 0);
	/* Some of it in a row, in many extents; some behind a hole; allocated and not written;
	 * in memory only, in the middle of that; and the end, with room behind it. */
	int fd = open_plainly("a");

	for (uint64_t i = 0; i < 300; i++)
		ck_assert_int_eq(pwrite(fd, bytes, 4096, (off_t)(i * 8192)), 4096);
	ck_assert_int_eq(pwrite(fd, bytes, 128 * KIB, 8 * MIB), 128 * KIB);
	ck_assert_int_eq(pwrite(fd, bytes, 128 * KIB, 8 * MIB + 128 * KIB), 128 * KIB);
	fsync(fd);
	ck_assert_int_eq(fallocate(fd, FALLOC_FL_KEEP_SIZE, 16 * MIB, 4 * MIB), 0);
	ck_assert_int_eq(pwrite(fd, bytes, 4096, 17 * MIB), 4096);
	ck_assert_int_eq(pwrite(fd, bytes, 512, 64 * MIB), 512);
	ck_assert_int_eq(fallocate(fd, FALLOC_FL_KEEP_SIZE, 64 * MIB, 4 * MIB), 0);
	io->size_bytes = size_of(io);
	for (; next_data(io, from, &first, &end); from = end) {
		ck_assert_uint_eq(first, (uint64_t)lseek(fd, (off_t)from, SEEK_DATA));
		ck_assert_uint_eq(end, (uint64_t)lseek(fd, (off_t)first, SEEK_HOLE));
		ranges++;
	}
	ck_assert_int_lt(lseek(fd, (off_t)from, SEEK_DATA), 0);
	ck_assert_int_gt(ranges, 0);
	close(fd);
	leave("a", io);
	settle();
}
END_TEST

static unsigned synced;

static void note_synced(struct blockio_request *request, int result)
{
	(void)request;
	ck_assert_int_eq(result, 0);
	synced++;
}

START_TEST(a_sync_that_is_started_is_answered_from_the_event_loop)
{
	struct blockio_request requests[2] = { { .done = note_synced }, { .done = note_synced } };
	struct blockio *io = file_new("a");

	synced = 0;
	ck_assert_int_eq(folder_bench.folder->ops->rename(folder_bench.folder, "a", "b"), 0);
	folder_bench.folder->ops->start_sync(folder_bench.folder, &requests[0]);
	folder_bench.folder->ops->start_sync(folder_bench.folder, &requests[1]);
	ck_assert_uint_eq(synced, 0);
	settle();
	ck_assert_uint_eq(synced, 2);
	leave("b", io);
	settle();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("blockio file");
	TCase *leaving = tcase_create("leaving"), *room = tcase_create("room");
	TCase *names = tcase_create("names");

	(void)argc;
	tcase_add_checked_fixture(leaving, folder_bench_open, folder_bench_close);
	tcase_add_checked_fixture(room, folder_bench_open, folder_bench_close);
	tcase_add_checked_fixture(names, folder_bench_open, folder_bench_close);
	tcase_set_timeout(leaving, 60);
	tcase_set_timeout(room, 60);
	tcase_add_test(leaving, files_that_were_removed_are_closed_by_and_by);
	tcase_add_loop_test(leaving, one_that_is_being_filled_is_closed_afterwards, 0, 2);
	tcase_add_loop_test(leaving, what_is_left_when_the_ring_goes_is_freed, 0, 2);
	tcase_add_test(leaving, one_that_is_not_removed_is_closed_at_once);
	tcase_add_test(names, a_sync_that_is_started_is_answered_from_the_event_loop);
	tcase_add_test(names, data_are_found_where_lseek_finds_them);
	tcase_add_test(room, room_is_in_proportion_to_what_is_there);
	tcase_add_test(room, room_that_is_allocated_is_in_proportion_too);
	tcase_add_test(room, where_nothing_can_be_allocated_zeros_are_written);
	tcase_add_loop_test(
		room, what_is_written_to_room_of_any_kind_is_read_and_zeros_behind_it, 0, 2);
	tcase_add_loop_test(room, room_is_not_made_beyond_the_limit, 0, 2);
	suite_add_tcase(suite, leaving);
	suite_add_tcase(suite, room);
	suite_add_tcase(suite, names);
	return engine_suite_run(suite, argv[0]);
}
