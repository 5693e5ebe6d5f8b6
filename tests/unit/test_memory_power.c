/* SPDX-License-Identifier: Apache-2.0 */
/* What the memory backend forgets at a power cut, and what it must not forget. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/blockio/memory.h"
#include "tests/lib/engine_suite.h"

#define CUTS	     64
#define SECTOR_BYTES 512
#define WRITE_BYTES  4096
#define SECTORS	     (WRITE_BYTES / SECTOR_BYTES)

static struct memory_disk *disk;
static struct blockio_folder *folder;
static struct blockio *file;
static _Alignas(4096) char buffer[WRITE_BYTES];

static void open_disk(uint64_t seed)
{
	ck_assert_int_eq(memory_disk_create(seed, SECTOR_BYTES, &disk), 0);
	ck_assert_int_eq(memory_folder_create(disk, &folder), 0);
	ck_assert_int_eq(folder->ops->open(folder, "file", true, &file), 0);
	memory_disk_remember(disk);
}

static void close_disk(void)
{
	folder->ops->destroy(folder);
	memory_disk_destroy(disk);
}

static void cut(uint64_t seed)
{
	blockio_destroy(file);
	memory_disk_power_cut(disk, seed);
}

static void write_at(uint64_t offset, char byte)
{
	memset(buffer, byte, sizeof buffer);
	ck_assert_int_eq(blockio_do(file, BLOCKIO_WRITE, offset, buffer, sizeof buffer), 0);
}

static void flush(void)
{
	ck_assert_int_eq(blockio_do(file, BLOCKIO_FLUSH, 0, NULL, 0), 0);
}

static bool exists(const char *name)
{
	uint64_t size_bytes;

	return memory_disk_bytes(disk, name, &size_bytes) != NULL;
}

/* How many sectors of the write at OFFSET have BYTE; the others are whole and have OTHER. */
static int count_sectors(uint64_t offset, char byte, char other)
{
	uint64_t size_bytes;
	const uint8_t *bytes = memory_disk_bytes(disk, "file", &size_bytes);
	int count = 0;

	for (uint64_t at = offset; at < offset + WRITE_BYTES; at += SECTOR_BYTES) {
		char first = at < size_bytes ? (char)bytes[at] : 0;

		ck_assert(first == byte || first == other);
		for (uint64_t i = at; i < at + SECTOR_BYTES && i < size_bytes; i++)
			ck_assert_int_eq((char)bytes[i], first);
		count += first == byte;
	}
	return count;
}

START_TEST(what_was_flushed_survives_and_what_was_not_may_be_lost_or_torn)
{
	int whole = 0, torn = 0, lost = 0;

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		open_disk(seed);
		write_at(0, 'a');
		write_at(WRITE_BYTES, 'a');
		flush();
		write_at(WRITE_BYTES, 'b');
		cut(seed);
		ck_assert_int_eq(count_sectors(0, 'a', 'a'), SECTORS);

		int there = count_sectors(WRITE_BYTES, 'b', 'a');

		whole += there == SECTORS;
		lost += there == 0;
		torn += there != 0 && there != SECTORS;
		close_disk();
	}
	ck_assert_int_gt(whole, 0);
	ck_assert_int_gt(torn, 0);
	ck_assert_int_gt(lost, 0);
}
END_TEST

START_TEST(of_writes_that_were_not_flushed_a_later_one_may_survive_alone)
{
	int found = 0;

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		open_disk(seed);
		write_at(0, 'a');
		write_at(WRITE_BYTES, 'b');
		cut(seed);
		found += count_sectors(0, 'a', 0) == 0 &&
			 count_sectors(WRITE_BYTES, 'b', 0) == SECTORS;
		close_disk();
	}
	ck_assert_int_gt(found, 0);
}
END_TEST

static unsigned ended;

static void note_end(struct blockio_request *request, int result)
{
	(void)request;
	ck_assert_int_eq(result, 0);
	ended++;
}

/* The flush is submitted before the write, and completes after it. */
START_TEST(a_flush_promises_nothing_of_what_completed_while_it_was_under_way)
{
	int lost = 0;

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		struct blockio_request flushing = { .done = note_end },
				       writing = { .done = note_end };

		open_disk(seed);
		memset(buffer, 'a', sizeof buffer);
		ended = 0;
		blockio_start(file, &flushing, BLOCKIO_FLUSH, 0, NULL, 0);
		blockio_start(file, &writing, BLOCKIO_WRITE, 0, buffer, sizeof buffer);
		while (memory_disk_step(disk))
			continue;
		ck_assert_uint_eq(ended, 2);
		cut(seed);
		lost += count_sectors(0, 'a', 0) == 0;
		close_disk();
	}
	ck_assert_int_gt(lost, 0);
}
END_TEST

START_TEST(what_waits_at_a_power_cut_is_not_done_and_a_failed_flush_promises_nothing)
{
	int lost = 0;

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		struct blockio_request waiting = { .done = note_end };

		open_disk(seed);
		write_at(0, 'a');
		memory_disk_fail(disk, BLOCKIO_FLUSH, 1, 1, -EIO);
		ck_assert_int_eq(blockio_do(file, BLOCKIO_FLUSH, 0, NULL, 0), -EIO);
		blockio_start(file, &waiting, BLOCKIO_WRITE, WRITE_BYTES, buffer, sizeof buffer);
		memory_disk_kill(disk);
		cut(seed);
		ck_assert_int_eq(count_sectors(WRITE_BYTES, 'a', 0), 0);
		lost += count_sectors(0, 'a', 0) == 0;
		close_disk();
	}
	ck_assert_int_gt(lost, 0);
}
END_TEST

static void make(const char *name)
{
	struct blockio *made;

	ck_assert_int_eq(folder->ops->open(folder, name, true, &made), 0);
	blockio_destroy(made);
}

/* In order: what is there is there because all before it happened, too. */
START_TEST(names_survive_in_order_up_to_some_point)
{
	int states[5] = { 0 };

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		open_disk(seed);
		make("new");
		ck_assert_int_eq(folder->ops->rename(folder, "new", "one"), 0);
		make("two");
		ck_assert_int_eq(folder->ops->remove(folder, "one"), 0);
		cut(seed);
		ck_assert(exists("file"));

		int state = exists("new")		      ? 1
			    : exists("one") && !exists("two") ? 2
			    : exists("one")		      ? 3
			    : exists("two")		      ? 4
							      : 0;

		ck_assert(!exists("new") || (!exists("one") && !exists("two")));
		states[state]++;
		close_disk();
	}
	for (int i = 0; i < 5; i++)
		ck_assert_int_gt(states[i], 0);
}
END_TEST

START_TEST(a_synced_folder_keeps_its_names_and_loses_contents_that_were_not_flushed)
{
	int empty = 0;

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		uint64_t size_bytes;

		open_disk(seed);
		write_at(0, 'a');
		ck_assert_int_eq(folder->ops->rename(folder, "file", "renamed"), 0);
		make("gone");
		ck_assert_int_eq(folder->ops->remove(folder, "gone"), 0);
		ck_assert_int_eq(folder->ops->sync(folder), 0);
		cut(seed);
		ck_assert(exists("renamed") && !exists("file") && !exists("gone"));
		memory_disk_bytes(disk, "renamed", &size_bytes);
		empty += size_bytes == 0;
		close_disk();
	}
	ck_assert_int_gt(empty, 0);
}
END_TEST

/* The new file replaces one that was durable: one of the two is there, always. */
START_TEST(a_file_that_was_replaced_comes_back_with_its_bytes_or_is_replaced)
{
	int back = 0, replaced = 0;

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		struct blockio *made;
		uint64_t size_bytes;

		open_disk(seed);
		write_at(0, 'a');
		flush();
		ck_assert_int_eq(folder->ops->open(folder, "new", true, &made), 0);
		memset(buffer, 'b', sizeof buffer);
		ck_assert_int_eq(blockio_do(made, BLOCKIO_WRITE, 0, buffer, sizeof buffer), 0);
		ck_assert_int_eq(blockio_do(made, BLOCKIO_FLUSH, 0, NULL, 0), 0);
		blockio_destroy(made);
		ck_assert_int_eq(folder->ops->rename(folder, "new", "file"), 0);
		cut(seed);

		const uint8_t *bytes = memory_disk_bytes(disk, "file", &size_bytes);

		ck_assert_ptr_nonnull(bytes);
		ck_assert_uint_eq(size_bytes, WRITE_BYTES);
		back += bytes[0] == 'a';
		replaced += bytes[0] == 'b';
		close_disk();
	}
	ck_assert_int_gt(back, 0);
	ck_assert_int_gt(replaced, 0);
	ck_assert_int_eq(back + replaced, CUTS);
}
END_TEST

START_TEST(nothing_survives_behind_a_length_that_was_lost)
{
	int cut_off = 0, not_cut_off = 0;

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		uint64_t size_bytes;

		open_disk(seed);
		write_at(0, 'a');
		write_at(WRITE_BYTES, 'a');
		flush();
		ck_assert_int_eq(file->ops->resize(file, WRITE_BYTES), 0);
		write_at(WRITE_BYTES, 'b');
		cut(seed);
		memory_disk_bytes(disk, "file", &size_bytes);
		ck_assert(size_bytes >= WRITE_BYTES && size_bytes <= 2 * WRITE_BYTES);
		ck_assert_int_eq(count_sectors(0, 'a', 'a'), SECTORS);
		if (size_bytes == 2 * WRITE_BYTES &&
			memory_disk_bytes(disk, "file", &size_bytes)[WRITE_BYTES] == 'a') {
			ck_assert_int_eq(count_sectors(WRITE_BYTES, 'a', 'a'), SECTORS);
			not_cut_off++;
		} else {
			count_sectors(WRITE_BYTES, 'b', 0);
			cut_off++;
		}
		close_disk();
	}
	ck_assert_int_gt(cut_off, 0);
	ck_assert_int_gt(not_cut_off, 0);
}
END_TEST

START_TEST(what_nobody_flushes_becomes_durable_when_there_is_much_of_it)
{
	for (uint64_t seed = 0; seed < 4; seed++) {
		open_disk(seed);
		write_at(0, 'a');
		for (uint64_t i = 1; i <= (32u << 20) / WRITE_BYTES; i++)
			write_at(i * WRITE_BYTES, 'b');
		cut(seed);
		ck_assert_int_eq(count_sectors(0, 'a', 'a'), SECTORS);
		close_disk();
	}
}
END_TEST

/* What is there after a power cut is durable: the next one takes nothing back. */
START_TEST(a_second_power_cut_takes_nothing_back_that_the_first_left)
{
	for (uint64_t seed = 0; seed < CUTS; seed++) {
		open_disk(seed);
		write_at(0, 'a');
		make("other");
		cut(seed);

		int there = count_sectors(0, 'a', 0);
		bool other = exists("other");

		memory_disk_power_cut(disk, seed + 1);
		ck_assert_int_eq(count_sectors(0, 'a', 0), there);
		ck_assert_int_eq(exists("other"), other);
		close_disk();
	}
}
END_TEST

START_TEST(a_short_transfer_stops_at_a_sector_and_answers_the_error)
{
	int none = 0, some = 0;

	for (uint64_t seed = 0; seed < CUTS; seed++) {
		open_disk(seed);
		memory_disk_fail_short(disk, BLOCKIO_WRITE, 1, 1, -EIO);
		memset(buffer, 'a', sizeof buffer);
		ck_assert_int_eq(blockio_do(file, BLOCKIO_WRITE, 0, buffer, sizeof buffer), -EIO);
		ck_assert_uint_eq(memory_disk_failed(disk), 1);

		int there = count_sectors(0, 'a', 0);

		ck_assert_int_lt(there, SECTORS);
		none += there == 0;
		some += there > 0;
		flush();
		cut(seed);
		ck_assert_int_eq(count_sectors(0, 'a', 0), there);
		close_disk();
	}
	ck_assert_int_gt(none, 0);
	ck_assert_int_gt(some, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("memory power");
	TCase *tcase = tcase_create("memory power");

	(void)argc;
	tcase_add_test(tcase, what_was_flushed_survives_and_what_was_not_may_be_lost_or_torn);
	tcase_add_test(tcase, of_writes_that_were_not_flushed_a_later_one_may_survive_alone);
	tcase_add_test(tcase, a_flush_promises_nothing_of_what_completed_while_it_was_under_way);
	tcase_add_test(
		tcase, what_waits_at_a_power_cut_is_not_done_and_a_failed_flush_promises_nothing);
	tcase_add_test(tcase, names_survive_in_order_up_to_some_point);
	tcase_add_test(
		tcase, a_synced_folder_keeps_its_names_and_loses_contents_that_were_not_flushed);
	tcase_add_test(tcase, a_file_that_was_replaced_comes_back_with_its_bytes_or_is_replaced);
	tcase_add_test(tcase, nothing_survives_behind_a_length_that_was_lost);
	tcase_add_test(tcase, what_nobody_flushes_becomes_durable_when_there_is_much_of_it);
	tcase_add_test(tcase, a_second_power_cut_takes_nothing_back_that_the_first_left);
	tcase_add_test(tcase, a_short_transfer_stops_at_a_sector_and_answers_the_error);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
