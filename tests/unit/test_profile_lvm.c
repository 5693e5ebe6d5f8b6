/* SPDX-License-Identifier: Apache-2.0 */
/* The lvm profile's arithmetic against the driver's own steps, one exception at a time. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/profile/lvm.h"
#include "tests/lib/engine_suite.h"

#define SECTOR_BYTES	  512u
#define CHUNK_SECTORS_MIN 8u
#define CHUNK_SECTORS_MAX 1024u

/* What dm-snap-persistent.c keeps, and its steps in its own words. */
struct persistent_store {
	uint64_t next_free;
	uint64_t current_area;
	uint64_t current_committed;
	uint64_t exceptions_per_area;
};

static struct persistent_store store_new(uint32_t chunk_sectors)
{
	return (struct persistent_store){
		.next_free = 2,
		.exceptions_per_area = chunk_sectors * SECTOR_BYTES / 16,
	};
}

static bool store_prepares(
	struct persistent_store *store, uint32_t chunk_sectors, uint64_t cow_sectors)
{
	if (cow_sectors < (store->next_free + 1) * chunk_sectors)
		return false;
	store->next_free++;
	if (store->next_free % (store->exceptions_per_area + 1) == 1)
		store->next_free++;
	return true;
}

/* False when the area that must be wiped lies beyond the end. */
static bool store_commits(
	struct persistent_store *store, uint32_t chunk_sectors, uint64_t cow_sectors)
{
	if (++store->current_committed < store->exceptions_per_area)
		return true;

	uint64_t next_area = 1 + (store->exceptions_per_area + 1) * (store->current_area + 1);

	store->current_committed = 0;
	store->current_area++;
	return (next_area + 1) * chunk_sectors <= cow_sectors;
}

static void store_status(const struct persistent_store *store, uint32_t chunk_sectors,
	uint64_t cow_sectors, char *buffer, size_t length)
{
	snprintf(buffer, length, "%" PRIu64 "/%" PRIu64 " %" PRIu64,
		store->next_free * chunk_sectors, cow_sectors,
		(store->current_area + 2) * chunk_sectors);
}

/* Fills a COW volume until it is invalid or holds CHUNKS_MAX chunks. */
static void compare(uint32_t chunk_sectors, uint64_t cow_sectors, uint64_t chunks_max)
{
	struct persistent_store store = store_new(chunk_sectors);
	struct profile_snapshot facts = {
		.block_bytes = chunk_sectors * SECTOR_BYTES,
		.limit_bytes = cow_sectors * SECTOR_BYTES,
	};
	char expected[96], found[96];

	for (uint64_t chunks = 0; chunks < chunks_max; chunks++) {
		/* A million texts take a while. */
		if (chunks % engine_stride() == 0) {
			store_status(&store, chunk_sectors, cow_sectors, expected, sizeof expected);
			profile_lvm.native(&facts, found, sizeof found);
			ck_assert_str_eq(found, expected);
		}

		bool prepared = store_prepares(&store, chunk_sectors, cow_sectors);

		ck_assert_msg(profile_lvm.admits(&facts) == prepared,
			"%u sectors a chunk, %" PRIu64 " in all: chunk %" PRIu64, chunk_sectors,
			cow_sectors, chunks);
		if (!prepared)
			return;
		facts.blocks_taken++;

		bool committed = store_commits(&store, chunk_sectors, cow_sectors);

		ck_assert_msg(profile_lvm.commit_error(&facts) == (committed ? 0 : -EIO),
			"%u sectors a chunk, %" PRIu64 " in all: chunk %" PRIu64, chunk_sectors,
			cow_sectors, chunks);
		if (!committed)
			return;
	}
}

START_TEST(every_chunk_is_counted_as_the_driver_counts_it)
{
	for (uint32_t sectors = CHUNK_SECTORS_MIN; sectors <= CHUNK_SECTORS_MAX; sectors *= 2) {
		uint64_t area = sectors * SECTOR_BYTES / 16;

		/* Three areas and a bit. */
		compare(sectors, (4 * area) * sectors, 3 * area + 5);
	}
}
END_TEST

START_TEST(the_end_of_the_store_is_where_the_driver_has_it)
{
	for (uint32_t sectors = CHUNK_SECTORS_MIN; sectors <= CHUNK_SECTORS_MAX; sectors *= 2) {
		uint64_t stride = sectors * SECTOR_BYTES / 16 + 1;

		/* Around the end of the first and second area, not only in whole chunks. */
		for (uint64_t area = 1; area <= 2; area++) {
			for (uint64_t chunks = area * stride - 2; chunks <= area * stride + 4;
				chunks++) {
				compare(sectors, chunks * sectors - 1, UINT64_MAX);
				compare(sectors, chunks * sectors, UINT64_MAX);
				compare(sectors, chunks * sectors + 1, UINT64_MAX);
			}
		}
	}
}
END_TEST

START_TEST(small_stores_are_filled_to_the_last_chunk)
{
	for (uint64_t sectors = 24; sectors < 2200; sectors++)
		compare(8, sectors, UINT64_MAX);
}
END_TEST

START_TEST(the_default_store_never_fills_up)
{
	for (uint32_t chunk = 4096; chunk <= 512 << 10; chunk *= 2) {
		uint64_t area = chunk / 16;

		for (uint64_t chunks = area - 1; chunks <= 2 * area; chunks += area / 2) {
			struct profile_snapshot facts = {
				.block_bytes = chunk,
				.limit_bytes = lvm_full_size_bytes(chunks * chunk - 512, chunk),
			};

			for (; facts.blocks_taken < chunks; facts.blocks_taken++) {
				ck_assert(profile_lvm.admits(&facts));
				ck_assert_int_eq(profile_lvm.commit_error(&facts), 0);
			}
			ck_assert_int_eq(profile_lvm.commit_error(&facts), 0);
		}
	}
	/* One chunk, its header and its area; no second area for it. */
	ck_assert_uint_eq(lvm_full_size_bytes(512, 4096), 3 * 4096);
}
END_TEST

START_TEST(a_store_has_three_chunks_at_least_and_whole_sectors)
{
	ck_assert_str_eq(profile_lvm.refuse_limit(3 * 8192 - 512, 8192),
		"Snapshot volume cannot be smaller than 3 chunks");
	ck_assert_ptr_null(profile_lvm.refuse_limit(3 * 8192, 8192));
	ck_assert_ptr_null(profile_lvm.refuse_limit(3 * 8192 + 512, 8192));
	ck_assert_ptr_nonnull(profile_lvm.refuse_limit(3 * 8192 + 100, 8192));
}
END_TEST

static void expect_log(struct text_log *log, const char *lines)
{
	ck_assert_uint_eq(log->length, strlen(lines));
	ck_assert_mem_eq(log->text, lines, log->length);
	text_log_deinit(log);
	*log = (struct text_log){ 0 };
}

START_TEST(it_logs_what_the_driver_logs)
{
	struct text_log log = { 0 };
	struct profile_snapshot facts = { .block_bytes = 4096, .failed = true, .error = -ENOSPC };
	char native[96];

	profile_lvm.log_overflow(&log, &(struct profile_overflow){ .snapshot = &facts });
	expect_log(&log, "device-mapper: snapshots: Invalidating snapshot: "
			 "Unable to allocate exception.\n");
	profile_lvm.log_failure(&log, PROFILE_OLD_READ, -EIO, 4096);
	expect_log(
		&log, "device-mapper: snapshots: Invalidating snapshot: Error reading/writing.\n");
	profile_lvm.log_failure(&log, PROFILE_STORE_WRITE, -EIO, 4096);
	expect_log(
		&log, "device-mapper: snapshots: Invalidating snapshot: Error reading/writing.\n");
	profile_lvm.log_found_failed(&log);
	expect_log(&log, "device-mapper: snapshots: Snapshot is marked invalid.\n");
	profile_lvm.native(&facts, native, sizeof native);
	ck_assert_str_eq(native, "Invalid");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("lvm");
	TCase *arithmetic = tcase_create("arithmetic");
	TCase *texts = tcase_create("texts");

	(void)argc;
	tcase_set_timeout(arithmetic, 60);
	tcase_add_test(arithmetic, every_chunk_is_counted_as_the_driver_counts_it);
	tcase_add_test(arithmetic, the_end_of_the_store_is_where_the_driver_has_it);
	tcase_add_test(arithmetic, small_stores_are_filled_to_the_last_chunk);
	tcase_add_test(arithmetic, the_default_store_never_fills_up);
	tcase_add_test(texts, a_store_has_three_chunks_at_least_and_whole_sectors);
	tcase_add_test(texts, it_logs_what_the_driver_logs);
	suite_add_tcase(suite, arithmetic);
	suite_add_tcase(suite, texts);
	return engine_suite_run(suite, argv[0]);
}
