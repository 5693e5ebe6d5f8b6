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

#include "faults/journal.h"
#include "simfs/base/mix.h"
#include "simfs/volume/core.h"
#include "simfs/volume/parts.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"
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

/* Preserves each fourth block, in any order: in the store a header is between any two. */
static void preserve_a_quarter(void)
{
	for (uint64_t i = 0; i < BLOCKS / 4; i++)
		bench_write(i * 7 % (BLOCKS / 4) * 4 * BLOCK, BLOCK, 100 + i);
}

static struct engine_request *read_new(uint64_t length)
{
	return engine_read_new(engine_find(&bench_engine, "s"), 0, (size_t)length);
}

/* Of READ, which goes with it; the counts are in `seen`. */
static void read_and_count(struct engine_request *read)
{
	count_anew();
	seen.is_new_round = true;
	engine_submit(&bench_engine, read);
	/* A round begins when no transfer of the last one is under way. */
	while (!read->has_ended) {
		seen.is_new_round = read->request.parts_under_way == 1;
		ck_assert(engine_step(&bench_engine));
	}
	ck_assert_int_eq(read->result, 0);
	ck_assert_mem_eq(read->request.data, bench_content, read->request.length);
	engine_request_free(read);
}

static void read_all(uint64_t length)
{
	read_and_count(read_new(length));
}

/* ---- how many ---- */

static const struct {
	unsigned request_parts;
	uint32_t read_over_bytes;
	unsigned rounds;
	unsigned image_reads, image_blocks;
	unsigned store_reads, store_blocks;
} scattered[] = {
	{ 1, 0, 128, 64, 192, 64, 64 },
	{ 2, 0, 64, 64, 192, 64, 64 },
	{ 8, 0, 16, 64, 192, 64, 64 },
	{ 64, 0, 2, 64, 192, 64, 64 },
	{ VOLUME_REQUEST_PARTS, 0, 1, 64, 192, 64, 64 },
	/* Block 0 is the store's; the other preserved ones are read over, and so are the headers
	 * between those of the store. */
	{ VOLUME_REQUEST_PARTS, BLOCK, 1, 1, 255, 1, 127 },
	{ VOLUME_REQUEST_PARTS, VOLUME_READ_OVER_BYTES, 1, 1, 255, 1, 127 },
};

START_TEST(a_scattered_view_is_read_in_as_few_rounds_and_transfers_as_there_can_be)
{
	open_with(scattered[_i].request_parts, scattered[_i].read_over_bytes);
	preserve_a_quarter();
	read_all(BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(seen.rounds, scattered[_i].rounds);
	ck_assert_uint_eq(seen.image_reads, scattered[_i].image_reads);
	ck_assert_uint_eq(seen.image_bytes, scattered[_i].image_blocks * BLOCK);
	ck_assert_uint_eq(seen.store_reads, scattered[_i].store_reads);
	ck_assert_uint_eq(seen.store_bytes, scattered[_i].store_blocks * BLOCK);
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
	/* Both lie there with one header between. */
	ck_assert_uint_eq(seen.store_reads, 1);
	ck_assert_uint_eq(seen.store_bytes, 4 * (uint64_t)BLOCK);
	ck_assert_uint_eq(seen.rounds, 1);
}
END_TEST

START_TEST(a_read_of_one_block_takes_no_memory)
{
	struct engine_request *read;

	open_with(VOLUME_REQUEST_PARTS, VOLUME_READ_OVER_BYTES);
	preserve_a_quarter();
	read = engine_read_new(engine_find(&bench_engine, "s"), BLOCK, BLOCK);

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
	preserve_a_quarter();
	read = read_new(BENCH_VOLUME_BYTES);
	limit.rlim_cur = addresses_bytes() + sizeof(struct parts_room) / 2;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	read_and_count(read);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ck_assert_uint_eq(seen.rounds, 128 / VOLUME_PARTS_INLINE);
}
END_TEST

/* ---- overtaken ---- */

#define WRITES 5u

START_TEST(of_a_read_that_writes_overtake_only_their_blocks_are_read_again)
{
	uint64_t retries = 0;

	open_with(1, 0);
	for (uint64_t round = 0; round < 40; round++) {
		struct engine_request *read, *writes[WRITES];

		engine_deinit(&bench_engine);
		limits.request_parts = round % 2 ? 1 : VOLUME_REQUEST_PARTS;
		engine_init(&bench_engine, engine_seed() + round,
			&(struct engine_options){
				.volume_bytes = BENCH_VOLUME_BYTES, .limits = &limits });
		bench_fill();
		ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
		engine_folder_watch(bench_engine.folder, note, NULL);
		engine_folder_watch(bench_engine.image_folder, note, NULL);
		read = read_new(BENCH_VOLUME_BYTES);
		count_anew();
		engine_submit(&bench_engine, read);
		for (uint64_t i = 0; i < WRITES; i++) {
			writes[i] = engine_write_new((3 + 50 * i) * BLOCK, BLOCK, 9 + i);
			engine_submit(&bench_engine, writes[i]);
		}
		ck_assert_int_eq(engine_wait(&bench_engine, read), 0);
		ck_assert_mem_eq(read->request.data, bench_content, BENCH_VOLUME_BYTES);
		engine_settle(&bench_engine);
		/* All of the image once, and for each write what it preserves. */
		ck_assert_uint_eq(seen.image_bytes, BENCH_VOLUME_BYTES + WRITES * BLOCK);
		ck_assert_uint_le(seen.store_bytes, WRITES * BLOCK);
		retries += seen.store_bytes;
		engine_request_free(read);
		for (unsigned i = 0; i < WRITES; i++)
			engine_request_free(writes[i]);
	}
	/* Else this test has not seen what it is there for. */
	ck_assert_uint_gt(retries, 0);
}
END_TEST

/* ---- what lies between ---- */

#define STORE "s.store"

static int read_while_failing(uint64_t count, const char *file)
{
	static uint8_t bytes[BENCH_VOLUME_BYTES];
	int result;

	memory_disk_fail_only(bench_engine.disk, file);
	memory_disk_fail(bench_engine.disk, BLOCKIO_READ, 1, count, -EIO);
	count_anew();
	result = engine_read(
		&bench_engine, engine_find(&bench_engine, "s"), 0, bytes, sizeof bytes);
	if (result == 0)
		ck_assert_mem_eq(bytes, bench_content, sizeof bytes);
	return result;
}

START_TEST(what_cannot_be_read_and_nobody_wants_harms_nobody)
{
	open_with(VOLUME_REQUEST_PARTS, BLOCK);
	preserve_a_quarter();
	ck_assert_int_eq(read_while_failing(1, ENGINE_IMAGE), 0);
	/* The one that failed, and then what is wanted alone; nothing of the store again. */
	ck_assert_uint_eq(seen.image_reads, 1 + BLOCKS / 4);
	ck_assert_uint_eq(seen.store_reads, 1);
	ck_assert_int_eq(read_while_failing(2, ENGINE_IMAGE), -EIO);
	ck_assert_int_eq(read_while_failing(1, STORE), 0);
	ck_assert_uint_eq(seen.image_reads, 1);
	ck_assert_uint_eq(seen.store_reads, 1 + BLOCKS / 4);
	ck_assert_int_eq(read_while_failing(2, STORE), -EIO);
}
END_TEST

/* Turns a bit of the store, WITHIN blocks behind block NUMBER. */
static void spoil(uint64_t number, uint64_t within)
{
	uint64_t size_bytes;
	uint8_t *bytes = memory_disk_bytes(bench_engine.disk, STORE, &size_bytes);
	struct snapshot *snapshot = engine_find(&bench_engine, "s");

	bytes[store_offset(snapshot->store, number) + within * BLOCK + 77] ^= 4;
}

START_TEST(what_is_damaged_between_is_not_looked_at)
{
	open_with(VOLUME_REQUEST_PARTS, BLOCK);
	preserve_a_quarter();
	spoil(28, 1);
	read_all(BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(seen.store_reads, 1);
	bench_expect_whole("s");
}
END_TEST

START_TEST(of_many_places_the_block_that_is_damaged_is_named)
{
	char text[4096];
	size_t length;

	open_with(VOLUME_REQUEST_PARTS, BLOCK);
	preserve_a_quarter();
	/* Each block of the store is somewhere else in the view. */
	spoil(28, 0);
	ck_assert_int_eq(read_while_failing(0, NULL), -EIO);
	length = journal_read(volume_journal(bench_engine.volume), 0, text, sizeof text - 1);
	text[length] = '\0';
	ck_assert_msg(strstr(text, "\"block\":28"), "not block 28: %s", text);
	bench_expect_failed("s", -EUCLEAN);
}
END_TEST

START_TEST(a_fault_strikes_only_what_is_wanted)
{
	open_with(VOLUME_REQUEST_PARTS, BLOCK);
	preserve_a_quarter();
	/* In block 8, which the store has. */
	fault_bench_add("origin.read error=EIO offset=32KiB..36KiB");
	read_all(BENCH_VOLUME_BYTES);
	ck_assert_int_eq(fault_bench_count(0, "fired"), 0);
	ck_assert_uint_eq(seen.image_reads, BLOCKS / 4);
	fault_bench_add("origin.read error=EIO offset=36KiB..40KiB");
	ck_assert_int_eq(read_while_failing(0, NULL), -EIO);
	ck_assert_int_gt(fault_bench_count(1, "fired"), 0);
}
END_TEST

/* ---- chains ---- */

#define NODES 8u

START_TEST(nodes_of_a_chain_are_read_side_by_side)
{
	char name[8];

	limits = volume_limits_default;
	chain_bench_init(&bench_engine, BENCH_VOLUME_BYTES,
		&(struct engine_options){ .limits = &limits, .no_coalesce = true });
	bench_fill();
	/* The image has what no node has: of each 16 blocks, one is each node's. */
	for (unsigned node = 0; node < NODES; node++) {
		snprintf(name, sizeof name, "n%u", node);
		ck_assert_int_eq(engine_snapshot(&bench_engine, name, NULL, NULL), 0);
		for (uint64_t i = 0; i < BLOCKS / 16; i++)
			bench_write((i * 7 % (BLOCKS / 16) * 16 + 2 * node) * BLOCK, BLOCK, 9 + i);
	}
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	memcpy(bench_content, bench_live, sizeof bench_content);
	engine_folder_watch(bench_engine.folder, note, NULL);
	engine_folder_watch(bench_engine.image_folder, note, NULL);
	read_all(BENCH_VOLUME_BYTES);
	ck_assert_uint_eq(seen.rounds, 1);
	ck_assert_uint_eq(seen.image_reads, 1);
	ck_assert_uint_eq(seen.image_bytes, BENCH_VOLUME_BYTES - BLOCK);
	ck_assert_uint_eq(seen.store_reads, NODES);
	ck_assert_uint_eq(seen.store_bytes, NODES * (2 * BLOCKS / 16 - 1) * (uint64_t)BLOCK);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("scattered reads");
	TCase *tcase = tcase_create("scattered");

	(void)argc;
	tcase_set_timeout(tcase, 60);
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
	tcase_add_test(tcase, what_is_damaged_between_is_not_looked_at);
	tcase_add_test(tcase, of_many_places_the_block_that_is_damaged_is_named);
	tcase_add_test(tcase, a_fault_strikes_only_what_is_wanted);
	tcase_add_test(tcase, nodes_of_a_chain_are_read_side_by_side);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
