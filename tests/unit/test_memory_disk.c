/* SPDX-License-Identifier: Apache-2.0 */
/* The memory backend: a seed is an order, and faults strike the request that was named. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/blockio/memory.h"
#include "tests/lib/engine_suite.h"

#define REQUESTS 16

static struct memory_disk *disk;
static struct blockio_folder *folder;
static struct blockio *file;
static struct blockio_request requests[REQUESTS];
static _Alignas(4096) char buffers[REQUESTS][4096];
static int ended[REQUESTS], results[REQUESTS];
static int ended_count;

static void note_end(struct blockio_request *request, int result)
{
	results[request - requests] = result;
	ck_assert_int_lt(ended_count, REQUESTS);
	ended[ended_count++] = (int)(request - requests);
}

static void open_disk(uint64_t seed)
{
	ck_assert_int_eq(memory_disk_create(seed, 512, &disk), 0);
	ck_assert_int_eq(memory_folder_create(disk, &folder), 0);
	ck_assert_int_eq(folder->ops->open(folder, "file", true, &file), 0);
	ended_count = 0;
}

static void close_disk(void)
{
	blockio_destroy(file);
	folder->ops->destroy(folder);
	memory_disk_destroy(disk);
}

static void start(int index, enum blockio_kind kind, uint64_t offset, size_t length)
{
	requests[index].done = note_end;
	blockio_start(file, &requests[index], kind, offset, buffers[index], length);
}

static void start_writes(void)
{
	for (int i = 0; i < REQUESTS; i++) {
		memset(buffers[i], 'a' + i, sizeof buffers[i]);
		start(i, BLOCKIO_WRITE, (uint64_t)i * 4096, 4096);
	}
}

static void settle(void)
{
	while (memory_disk_step(disk))
		continue;
}

START_TEST(the_same_seed_gives_the_same_order_and_another_another)
{
	int orders[3][REQUESTS];
	static const uint64_t seeds[3] = { 7, 7, 8 };

	for (int round = 0; round < 3; round++) {
		open_disk(seeds[round]);
		start_writes();
		settle();
		ck_assert_int_eq(ended_count, REQUESTS);
		memcpy(orders[round], ended, sizeof orders[round]);
		close_disk();
	}
	ck_assert_mem_eq(orders[0], orders[1], sizeof orders[0]);
	ck_assert_mem_ne(orders[0], orders[2], sizeof orders[0]);
}
END_TEST

START_TEST(what_was_written_is_read_and_zeros_behind_the_end)
{
	open_disk(1);
	start_writes();
	settle();
	ended_count = 0;
	start(0, BLOCKIO_READ, 15 * 4096 + 512, 4096);
	settle();
	ck_assert_int_eq(results[0], 0);
	for (int i = 0; i < 4096; i++)
		ck_assert_int_eq(buffers[0][i], i < 4096 - 512 ? 'a' + 15 : 0);
	close_disk();
}
END_TEST

START_TEST(a_kill_drops_what_waits_and_keeps_what_was_done)
{
	uint64_t size_bytes;

	open_disk(1);
	start_writes();
	for (int i = 0; i < 5; i++)
		ck_assert(memory_disk_step(disk));
	memory_disk_kill(disk);
	ck_assert(!memory_disk_step(disk));
	ck_assert_int_eq(ended_count, 5);

	const uint8_t *bytes = memory_disk_bytes(disk, "file", &size_bytes);
	int there = 0;

	for (uint64_t at = 0; at < size_bytes; at += 4096)
		there += bytes[at] != 0;
	ck_assert_int_eq(there, 5);
	close_disk();
}
END_TEST

START_TEST(the_nth_request_of_its_kind_fails_and_does_nothing)
{
	uint64_t size_bytes;

	open_disk(1);
	memory_disk_fail(disk, BLOCKIO_WRITE, 3, 2, -EIO);
	for (int i = 0; i < 6; i++) {
		memset(buffers[i], 'a' + i, sizeof buffers[i]);
		start(i, BLOCKIO_WRITE, (uint64_t)i * 4096, 4096);
		settle();
		start(i, BLOCKIO_FLUSH, 0, 0);
		ck_assert_int_eq(results[i], i == 2 || i == 3 ? -EIO : 0);
		settle();
		ck_assert_int_eq(results[i], 0);
	}
	ck_assert_uint_eq(memory_disk_failed(disk), 2);
	ck_assert_uint_eq(memory_disk_completed(disk, BLOCKIO_WRITE), 6);

	const uint8_t *bytes = memory_disk_bytes(disk, "file", &size_bytes);

	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(bytes[i * 4096], i == 2 || i == 3 ? 0 : 'a' + i);
	memory_disk_fail(disk, BLOCKIO_WRITE, 1, 0, -EIO);
	ck_assert_uint_eq(memory_disk_failed(disk), 0);
	close_disk();
}
END_TEST

START_TEST(files_are_created_once_renamed_and_removed)
{
	struct blockio *other;
	uint64_t size_bytes;

	open_disk(1);
	ck_assert_int_eq(folder->ops->open(folder, "file", true, &other), -EEXIST);
	ck_assert_int_eq(folder->ops->open(folder, "none", false, &other), -ENOENT);
	ck_assert_int_eq(folder->ops->rename(folder, "none", "file"), -ENOENT);
	ck_assert_int_eq(folder->ops->remove(folder, "none"), -ENOENT);
	ck_assert_int_eq(folder->ops->open(folder, "new", true, &other), 0);
	ck_assert_int_eq(other->ops->resize(other, 512), 0);
	blockio_destroy(other);
	ck_assert_int_eq(folder->ops->rename(folder, "new", "old"), 0);
	ck_assert_ptr_null(memory_disk_bytes(disk, "new", &size_bytes));
	ck_assert_ptr_nonnull(memory_disk_bytes(disk, "old", &size_bytes));
	ck_assert_uint_eq(size_bytes, 512);
	ck_assert_int_eq(folder->ops->remove(folder, "old"), 0);
	ck_assert_ptr_null(memory_disk_bytes(disk, "old", &size_bytes));
	close_disk();
}
END_TEST

/* It is of what was done before; the second rename comes while it is under way. */
START_TEST(a_sync_is_answered_later_and_promises_nothing_of_what_happens_meanwhile)
{
	uint64_t size_bytes;
	int lost = 0;

	for (uint64_t seed = 0; seed < 40; seed++) {
		open_disk(seed);
		memory_disk_remember(disk);
		requests[0].done = note_end;
		ck_assert_int_eq(folder->ops->rename(folder, "file", "before"), 0);
		folder->ops->start_sync(folder, &requests[0]);
		ck_assert_int_eq(ended_count, 0);
		ck_assert_int_eq(folder->ops->rename(folder, "before", "after"), 0);
		settle();
		ck_assert_int_eq(ended_count, 1);
		ck_assert_int_eq(results[0], 0);
		blockio_destroy(file);
		memory_disk_power_cut(disk, seed);
		ck_assert_ptr_null(memory_disk_bytes(disk, "file", &size_bytes));
		lost += folder->ops->open(folder, "before", false, &file) == 0;
		if (memory_disk_bytes(disk, "after", &size_bytes))
			ck_assert_int_eq(folder->ops->open(folder, "after", false, &file), 0);
		close_disk();
	}
	ck_assert_int_gt(lost, 0);
	ck_assert_int_lt(lost, 40);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("memory disk");
	TCase *tcase = tcase_create("memory disk");

	(void)argc;
	tcase_add_test(tcase, the_same_seed_gives_the_same_order_and_another_another);
	tcase_add_test(tcase, what_was_written_is_read_and_zeros_behind_the_end);
	tcase_add_test(tcase, a_kill_drops_what_waits_and_keeps_what_was_done);
	tcase_add_test(tcase, the_nth_request_of_its_kind_fails_and_does_nothing);
	tcase_add_test(tcase, files_are_created_once_renamed_and_removed);
	tcase_add_test(
		tcase, a_sync_is_answered_later_and_promises_nothing_of_what_happens_meanwhile);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
