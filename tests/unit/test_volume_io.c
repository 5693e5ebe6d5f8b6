/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_volume_io.c - what requests make of files, to the byte.
 */
#include <check.h>
#include <errno.h>

#include "simfs/volume/volume_faults.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (4u << 20)
#define BLOCK	     4096u

/* A header and what it is of; how many segments come before the next summary, no less. */
#define HEADER	4096u
#define TOUCHES 100u

static struct engine engine;

static void open_as(const struct profile *profile)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES, .profile = profile });
}

static void open_plain(void)
{
	open_as(NULL);
}

static void close_it(void)
{
	engine_settle(&engine);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine_deinit(&engine);
}

/* What the status says now. */
struct io {
	json_int_t image_reads, image_read_bytes, image_writes, image_written_bytes, image_flushes;
	json_int_t store_reads, store_read_bytes, store_writes, store_written_bytes;
	json_int_t copied_bytes, hashed_bytes;
};

static struct io io_now(void)
{
	json_t *status = volume_status(engine.volume);
	struct io io;

	ck_assert_int_eq(
		json_unpack(status, "{s:{s:{s:I,s:I,s:I,s:I,s:I}, s:{s:I,s:I,s:I,s:I,s:I,s:I}}}",
			"io", "image", "reads", &io.image_reads, "read_bytes", &io.image_read_bytes,
			"writes", &io.image_writes, "written_bytes", &io.image_written_bytes,
			"flushes", &io.image_flushes, "stores", "reads", &io.store_reads,
			"read_bytes", &io.store_read_bytes, "writes", &io.store_writes,
			"written_bytes", &io.store_written_bytes, "copied_bytes", &io.copied_bytes,
			"hashed_bytes", &io.hashed_bytes),
		0);
	json_decref(status);
	return io;
}

static struct io before;

static struct io io_since(void)
{
	struct io io = io_now();
	json_int_t *at = (json_int_t *)&io;
	const json_int_t *was = (const json_int_t *)&before;

	for (size_t i = 0; i < sizeof io / sizeof *at; i++)
		at[i] -= was[i];
	return io;
}

#define EXPECT_IO(...)                                                                             \
	do {                                                                                       \
		struct io found = io_since(), wanted = (struct io){ __VA_ARGS__ };                 \
		for (size_t i_ = 0; i_ < sizeof found / sizeof(json_int_t); i_++)                  \
			ck_assert_msg(((json_int_t *)&found)[i_] == ((json_int_t *)&wanted)[i_],   \
				"figure %zu: %lld and not %lld", i_,                               \
				(long long)((json_int_t *)&found)[i_],                             \
				(long long)((json_int_t *)&wanted)[i_]);                           \
	} while (0)

static void write_blocks(unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		ck_assert_int_eq(engine_write(&engine, (uint64_t)i * BLOCK, BLOCK, i + 1), 0);
}

/* ---- writes ---- */

START_TEST(a_write_without_a_snapshot_is_one_write)
{
	before = io_now();
	write_blocks(0, TOUCHES);
	EXPECT_IO(.image_writes = TOUCHES, .image_written_bytes = TOUCHES * BLOCK);
}
END_TEST

START_TEST(a_first_touch_reads_its_block_appends_a_segment_and_writes)
{
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	before = io_now();
	write_blocks(0, TOUCHES);
	EXPECT_IO(.image_reads = TOUCHES, .image_read_bytes = TOUCHES * BLOCK,
		.image_writes = TOUCHES, .image_written_bytes = TOUCHES * BLOCK,
		.store_writes = TOUCHES, .store_written_bytes = TOUCHES * (HEADER + BLOCK),
		.copied_bytes = TOUCHES * BLOCK, .hashed_bytes = TOUCHES * (HEADER + BLOCK));
	before = io_now();
	write_blocks(0, TOUCHES);
	EXPECT_IO(.image_writes = TOUCHES, .image_written_bytes = TOUCHES * BLOCK);
}
END_TEST

START_TEST(old_bytes_are_read_and_summed_once_for_all_snapshots)
{
	for (char name[2] = "a"; name[0] < 'd'; name[0]++)
		ck_assert_int_eq(engine_snapshot(&engine, name, NULL, NULL), 0);
	before = io_now();
	write_blocks(7, 1);
	EXPECT_IO(.image_reads = 1, .image_read_bytes = BLOCK, .image_writes = 1,
		.image_written_bytes = BLOCK, .store_writes = 3,
		.store_written_bytes = 3 * (HEADER + BLOCK), .copied_bytes = 3 * BLOCK,
		.hashed_bytes = 3 * HEADER + BLOCK);
}
END_TEST

START_TEST(touches_at_a_time_share_segments)
{
	struct engine_request *requests[32];
	struct io io;

	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	before = io_now();
	for (unsigned i = 0; i < 32; i++) {
		requests[i] = engine_write_new((uint64_t)i * BLOCK, BLOCK, i + 1);
		engine_submit(&engine, requests[i]);
	}
	for (unsigned i = 0; i < 32; i++) {
		ck_assert_int_eq(engine_wait(&engine, requests[i]), 0);
		engine_request_free(requests[i]);
	}
	io = io_since();
	ck_assert_int_lt(io.store_writes, 32);
	EXPECT_IO(.image_reads = 32, .image_read_bytes = 32 * BLOCK, .image_writes = 32,
		.image_written_bytes = 32 * BLOCK, .store_writes = io.store_writes,
		.store_written_bytes = io.store_writes * HEADER + 32 * BLOCK,
		.copied_bytes = 32 * BLOCK, .hashed_bytes = io.store_writes * HEADER + 32 * BLOCK);
}
END_TEST

START_TEST(a_part_of_a_large_block_preserves_all_of_it)
{
	ck_assert_int_eq(
		engine_snapshot(&engine, "s",
			&(struct engine_snapshot_options){ .block_bytes = 64 << 10 }, NULL),
		0);
	before = io_now();
	write_blocks(3, 1);
	EXPECT_IO(.image_reads = 1, .image_read_bytes = 64 << 10, .image_writes = 1,
		.image_written_bytes = BLOCK, .store_writes = 1,
		.store_written_bytes = HEADER + (64 << 10), .copied_bytes = 64 << 10,
		.hashed_bytes = HEADER + (64 << 10));
}
END_TEST

/* ---- reads ---- */

START_TEST(a_read_of_the_view_is_one_of_the_image_or_one_of_the_store)
{
	struct snapshot *snapshot;
	uint8_t bytes[BLOCK];

	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, &snapshot), 0);
	write_blocks(1, 1);
	before = io_now();
	ck_assert_int_eq(engine_read(&engine, NULL, 0, bytes, BLOCK), 0);
	EXPECT_IO(.image_reads = 1, .image_read_bytes = BLOCK);
	before = io_now();
	ck_assert_int_eq(engine_read(&engine, snapshot, 0, bytes, BLOCK), 0);
	EXPECT_IO(.image_reads = 1, .image_read_bytes = BLOCK);
	before = io_now();
	ck_assert_int_eq(engine_read(&engine, snapshot, BLOCK, bytes, BLOCK), 0);
	EXPECT_IO(.store_reads = 1, .store_read_bytes = BLOCK, .hashed_bytes = BLOCK);
}
END_TEST

/* ---- what else ---- */

START_TEST(ratios_are_of_what_was_asked_for)
{
	json_t *status = volume_status(engine.volume);
	double written, transfers;

	ck_assert(json_is_null(
		json_object_get(json_object_get(status, "io"), "write_amplification")));
	json_decref(status);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	/* Its own superblock and what makes it last. */
	before = io_now();
	write_blocks(0, TOUCHES);
	status = volume_status(engine.volume);
	ck_assert_int_eq(json_unpack(status, "{s:{s:F, s:F}}", "io", "write_amplification",
				 &written, "transfers_per_request", &transfers),
		0);
	ck_assert_double_eq(written, 3 + (double)before.store_written_bytes / (TOUCHES * BLOCK));
	ck_assert_double_eq(
		transfers, 3 + (double)(before.store_writes + before.store_reads) / TOUCHES);
	json_decref(status);
}
END_TEST

START_TEST(what_a_fault_answers_reaches_no_file)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_int_eq(
		volume_fault_add(engine.volume, "origin.write error=EIO times=1", &id, message), 0);
	before = io_now();
	ck_assert_int_eq(engine_write(&engine, 0, BLOCK, 1), -EIO);
	EXPECT_IO(.image_writes = 0);
}
END_TEST

START_TEST(what_opening_a_volume_reads_is_nobodys_request)
{
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	write_blocks(0, TOUCHES);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	before = (struct io){ 0 };
	EXPECT_IO(.image_reads = 0);
}
END_TEST

START_TEST(a_flush_is_one_flush)
{
	before = io_now();
	ck_assert_int_eq(engine_flush(&engine), 0);
	EXPECT_IO(.image_flushes = 1);
}
END_TEST

/* ---- chains ---- */

static void open_chain(void)
{
	open_as(profile_find("xen"));
}

START_TEST(a_rewrite_in_a_chain_writes_two_sums_of_16_bytes)
{
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	write_blocks(0, 2);
	/* The first one makes room for sums, and a seal. */
	write_blocks(0, 1);
	before = io_now();
	write_blocks(0, 1);
	EXPECT_IO(.store_writes = 3, .store_written_bytes = BLOCK + 2 * 16, .hashed_bytes = BLOCK);
}
END_TEST

START_TEST(coalesce_counts_what_it_copies)
{
	ck_assert_int_eq(engine_snapshot(&engine, "a", NULL, NULL), 0);
	write_blocks(0, 10);
	ck_assert_int_eq(engine_snapshot(&engine, "b", NULL, NULL), 0);
	ck_assert_int_eq(engine_delete(&engine, "a"), 0);
	before = io_now();
	ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
	engine_settle(&engine);
	ck_assert_int_eq(io_since().copied_bytes, 10 * BLOCK);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume io");
	TCase *tests = tcase_create("cow"), *chain = tcase_create("chain");

	(void)argc;
	tcase_add_checked_fixture(tests, open_plain, close_it);
	tcase_add_test(tests, a_write_without_a_snapshot_is_one_write);
	tcase_add_test(tests, a_first_touch_reads_its_block_appends_a_segment_and_writes);
	tcase_add_test(tests, old_bytes_are_read_and_summed_once_for_all_snapshots);
	tcase_add_test(tests, touches_at_a_time_share_segments);
	tcase_add_test(tests, a_part_of_a_large_block_preserves_all_of_it);
	tcase_add_test(tests, a_read_of_the_view_is_one_of_the_image_or_one_of_the_store);
	tcase_add_test(tests, ratios_are_of_what_was_asked_for);
	tcase_add_test(tests, what_a_fault_answers_reaches_no_file);
	tcase_add_test(tests, what_opening_a_volume_reads_is_nobodys_request);
	tcase_add_test(tests, a_flush_is_one_flush);
	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(chain, open_chain, close_it);
	tcase_add_test(chain, a_rewrite_in_a_chain_writes_two_sums_of_16_bytes);
	tcase_add_test(chain, coalesce_counts_what_it_copies);
	suite_add_tcase(suite, chain);
	return engine_suite_run(suite, argv[0]);
}
