/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads of a snapshot whose bytes lie scattered: how many transfers of how many bytes in how many
 * rounds, exactly, and that nothing is read twice.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "simfs/base/mix.h"
#include "simfs/volume/parts.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK  4096u
#define BLOCKS (BENCH_VOLUME_BYTES / BLOCK)

/* Of a read, until it has ended. */
static struct {
	unsigned image_reads, store_reads;
	uint64_t image_bytes, store_bytes;
	unsigned rounds;
	bool is_new_round;
} seen;

static struct volume_limits limits;

static void note(void *context, const char *name, const struct blockio_request *request)
{
	uint64_t bytes = 0;

	(void)context;
	if (request->kind != BLOCKIO_READ)
		return;
	for (unsigned i = 0; i < request->iov_count; i++)
		bytes += request->iov[i].iov_len;
	if (strcmp(name, ENGINE_IMAGE) == 0) {
		seen.image_reads++;
		seen.image_bytes += bytes;
	} else {
		seen.store_reads++;
		seen.store_bytes += bytes;
	}
	seen.rounds += seen.is_new_round;
	seen.is_new_round = false;
}

static void count_anew(void)
{
	memset(&seen, 0, sizeof seen);
}

static void open_with(unsigned request_parts, uint32_t read_over_bytes)
{
	limits = volume_limits_default;
	limits.request_parts = request_parts;
	limits.read_over_bytes = read_over_bytes;
	fault_bench_open(
		&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES, .limits = &limits },
		true);
	engine_folder_watch(bench_engine.folder, note, NULL);
	engine_folder_watch(bench_engine.image_folder, note, NULL);
}

/* Preserves each fourth block of the first BLOCK_COUNT, in any order: no two of them lie
 * together in the store. */
static void preserve_a_quarter(uint64_t block_count)
{
	uint64_t count = block_count / 4;

	for (uint64_t i = 0; i < count; i++)
		bench_write(i * 7 % count * 4 * BLOCK, BLOCK, 100 + i);
}

/* Reads the view as a whole: the counts are in `seen`. */
static void read_all(uint64_t length)
{
	struct engine_request *read = engine_read_new(
		engine_find(&bench_engine, "s"), 0, (size_t)length);

	count_anew();
	seen.is_new_round = true;
	engine_submit(&bench_engine, read);
	/* A round begins when no transfer of the last one is under way. */
	while (!read->has_ended) {
		seen.is_new_round = read->request.parts_under_way == 1;
		ck_assert(engine_step(&bench_engine));
	}
	ck_assert_int_eq(read->result, 0);
	ck_assert_mem_eq(read->request.data, bench_content, length);
	engine_request_free(read);
}

/* ---- how many ---- */

static const struct {
	unsigned request_parts;
	uint32_t read_over_bytes;
	unsigned rounds;
	unsigned image_reads;
} scattered[] = {
	{ 1, 0, 128, 64 },
	{ 2, 0, 64, 64 },
	{ 8, 0, 16, 64 },
	{ 64, 0, 2, 64 },
	{ VOLUME_REQUEST_PARTS, 0, 1, 64 },
	{ VOLUME_REQUEST_PARTS, BLOCK, 1, 1 },
	{ VOLUME_REQUEST_PARTS, VOLUME_READ_OVER_BYTES, 1, 1 },
};

START_TEST(a_scattered_view_is_read_in_as_few_rounds_and_transfers_as_there_can_be)
{
	open_with(scattered[_i].request_parts, scattered[_i].read_over_bytes);
	preserve_a_quarter(BLOCKS);
	read_all(BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(seen.rounds, scattered[_i].rounds);
	ck_assert_uint_eq(seen.store_reads, BLOCKS / 4);
	ck_assert_uint_eq(seen.store_bytes, BENCH_VOLUME_BYTES / 4);
	ck_assert_uint_eq(seen.image_reads, scattered[_i].image_reads);
	/* Block 0 is the store's; the other preserved ones are read over, or not. */
	ck_assert_uint_eq(seen.image_bytes,
		seen.image_reads == 1 ? BENCH_VOLUME_BYTES - BLOCK : BENCH_VOLUME_BYTES / 4 * 3);
}
END_TEST

START_TEST(what_nothing_was_preserved_of_is_one_transfer)
{
	open_with(1, 0);
	read_all(BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(seen.rounds, 1);
	ck_assert_uint_eq(seen.image_reads, 1);
	ck_assert_uint_eq(seen.image_bytes, BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(seen.store_reads, 0);
}
END_TEST

START_TEST(no_more_is_read_over_than_the_limit_says)
{
	open_with(VOLUME_REQUEST_PARTS, BLOCK);
	/* The image has 0, 3 and 5 of these. */
	bench_write(1 * BLOCK, 2 * BLOCK, 2);
	bench_write(4 * BLOCK, BLOCK, 3);
	read_all(6 * (uint64_t)BLOCK);
	ck_assert_uint_eq(seen.image_reads, 2);
	ck_assert_uint_eq(seen.image_bytes, 4 * (uint64_t)BLOCK);
	ck_assert_uint_eq(seen.store_reads, 2);
	ck_assert_uint_eq(seen.rounds, 1);
}
END_TEST

START_TEST(a_read_of_one_block_takes_no_memory)
{
	open_with(VOLUME_REQUEST_PARTS, VOLUME_READ_OVER_BYTES);
	preserve_a_quarter(BLOCKS);

	struct engine_request *read = engine_read_new(
		engine_find(&bench_engine, "s"), BLOCK, BLOCK);

	engine_submit(&bench_engine, read);
	ck_assert_ptr_null(read->request.room);
	ck_assert_int_eq(engine_wait(&bench_engine, read), 0);
	engine_request_free(read);
}
END_TEST

/* ---- without memory ---- */

static uint64_t addresses_bytes(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	return (uint64_t)pages * 4096;
}

START_TEST(without_memory_for_its_parts_a_read_goes_on_with_those_it_has)
{
	struct rlimit limit = { .rlim_max = RLIM_INFINITY };
	struct engine_request *read;

	open_with(VOLUME_REQUEST_PARTS, VOLUME_READ_OVER_BYTES);
	preserve_a_quarter(BLOCKS);
	read = engine_read_new(engine_find(&bench_engine, "s"), 0, BENCH_VOLUME_BYTES);
	count_anew();
	limit.rlim_cur = addresses_bytes() + sizeof(struct parts_room) / 2;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	seen.is_new_round = true;
	engine_submit(&bench_engine, read);
	while (!read->has_ended) {
		seen.is_new_round = read->request.parts_under_way == 1;
		ck_assert(engine_step(&bench_engine));
	}
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ck_assert_int_eq(read->result, 0);
	ck_assert_mem_eq(read->request.data, bench_content, BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(seen.rounds, 128 / VOLUME_PARTS_INLINE);
	engine_request_free(read);
}
END_TEST

/* ---- overtaken ---- */

#define WRITES 5u

START_TEST(of_a_read_that_writes_overtake_only_their_blocks_are_read_again)
{
	uint64_t retries = 0;

	open_with(1, 0);
	for (uint64_t round = 0; round < 100; round++) {
		struct engine_request *read, *writes[WRITES];
		uint64_t again = 0;

		engine_deinit(&bench_engine);
		limits.request_parts = round % 2 ? 1 : VOLUME_REQUEST_PARTS;
		engine_init(&bench_engine, engine_seed() + round,
			&(struct engine_options){
				.volume_bytes = BENCH_VOLUME_BYTES, .limits = &limits });
		bench_fill();
		ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
		engine_folder_watch(bench_engine.folder, note, NULL);
		engine_folder_watch(bench_engine.image_folder, note, NULL);
		read = engine_read_new(engine_find(&bench_engine, "s"), 0, BENCH_VOLUME_BYTES);
		count_anew();
		engine_submit(&bench_engine, read);
		for (uint64_t i = 0; i < WRITES; i++) {
			writes[i] = engine_write_new((3 + 50 * i) * BLOCK, BLOCK, 9 + i);
			engine_submit(&bench_engine, writes[i]);
		}
		ck_assert_int_eq(engine_wait(&bench_engine, read), 0);
		again = seen.store_bytes / BLOCK;
		ck_assert_mem_eq(read->request.data, bench_content, BENCH_VOLUME_BYTES);
		engine_settle(&bench_engine);
		/* All of the image once, and for each write what it preserves. */
		ck_assert_uint_eq(seen.image_bytes, BENCH_VOLUME_BYTES + WRITES * BLOCK);
		ck_assert_uint_le(again, WRITES);
		retries += again;
		engine_request_free(read);
		for (unsigned i = 0; i < WRITES; i++)
			engine_request_free(writes[i]);
	}
	/* Else this test has not seen what it is there for. */
	ck_assert_uint_gt(retries, 0);
}
END_TEST

/* ---- what lies between ---- */

static int read_while_failing(uint64_t count)
{
	struct engine_request *read = engine_read_new(
		engine_find(&bench_engine, "s"), 0, BENCH_VOLUME_BYTES);
	int result;

	memory_disk_fail_only(bench_engine.disk, ENGINE_IMAGE);
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, count, -EIO);
	count_anew();
	engine_submit(&bench_engine, read);
	result = engine_wait(&bench_engine, read);
	if (result == 0)
		ck_assert_mem_eq(read->request.data, bench_content, BENCH_VOLUME_BYTES);
	engine_request_free(read);
	return result;
}

START_TEST(what_cannot_be_read_and_nobody_wants_harms_nobody)
{
	open_with(VOLUME_REQUEST_PARTS, BLOCK);
	preserve_a_quarter(BLOCKS);
	ck_assert_int_eq(read_while_failing(1), 0);
	/* The one that failed, and then what is wanted alone; nothing of the store again. */
	ck_assert_uint_eq(seen.image_reads, 1 + BLOCKS / 4);
	ck_assert_uint_eq(seen.store_reads, BLOCKS / 4);
	ck_assert_int_eq(read_while_failing(2), -EIO);
}
END_TEST

START_TEST(a_fault_strikes_only_what_is_wanted)
{
	struct engine_request *read;

	open_with(VOLUME_REQUEST_PARTS, BLOCK);
	preserve_a_quarter(BLOCKS);
	/* In block 8, which the store has. */
	fault_bench_add("origin.read error=EIO offset=32KiB..36KiB");
	read_all(BENCH_VOLUME_BYTES);
	ck_assert_int_eq(fault_bench_count(0, "fired"), 0);
	ck_assert_uint_eq(seen.image_reads, BLOCKS / 4);
	fault_bench_add("origin.read error=EIO offset=36KiB..40KiB");
	read = engine_read_new(engine_find(&bench_engine, "s"), 0, BENCH_VOLUME_BYTES);
	engine_submit(&bench_engine, read);
	ck_assert_int_eq(engine_wait(&bench_engine, read), -EIO);
	ck_assert_int_gt(fault_bench_count(1, "fired"), 0);
	engine_request_free(read);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scattered reads");
	TCase *tcase = tcase_create("scattered");

	(void)argc;
	tcase_add_checked_fixture(tcase, NULL, bench_close);
	tcase_add_loop_test(tcase,
		a_scattered_view_is_read_in_as_few_rounds_and_transfers_as_there_can_be, 0,
		sizeof scattered / sizeof scattered[0]);
	tcase_add_test(tcase, what_nothing_was_preserved_of_is_one_transfer);
	tcase_add_test(tcase, no_more_is_read_over_than_the_limit_says);
	tcase_add_test(tcase, a_read_of_one_block_takes_no_memory);
	tcase_add_test(tcase, without_memory_for_its_parts_a_read_goes_on_with_those_it_has);
	tcase_add_test(tcase, of_a_read_that_writes_overtake_only_their_blocks_are_read_again);
	tcase_add_test(tcase, what_cannot_be_read_and_nobody_wants_harms_nobody);
	tcase_add_test(tcase, a_fault_strikes_only_what_is_wanted);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
