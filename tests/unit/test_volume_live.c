/* SPDX-License-Identifier: Apache-2.0 */
/* The live view: any size and offset, turns of overlapping writes, barriers. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((1u << 20) + 512)

static struct engine engine;

static void open_engine(void)
{
	engine_init(
		&engine, engine_seed(), &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

/* Writes and keeps BYTES up to date. */
static void write_both(uint8_t *bytes, uint64_t offset, size_t length, uint64_t stamp)
{
	ck_assert_int_eq(engine_write(&engine, offset, length, stamp), 0);
	engine_stamp_fill(bytes + offset, length, stamp);
}

static void expect_content(struct snapshot *snapshot, const uint8_t *bytes)
{
	uint8_t *content = engine_content(&engine, snapshot);

	ck_assert_mem_eq(content, bytes, VOLUME_BYTES);
	free(content);
}

START_TEST(a_size_that_is_no_multiple_of_512_is_refused)
{
	static const uint64_t sizes[] = { 0, 1, 511, 513, VOLUME_BYTES + 1 };

	ck_assert_int_eq(engine_close(&engine), 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		engine_file_resize(&engine, ENGINE_IMAGE, sizes[i]);
		ck_assert_int_eq(engine_open(&engine), -EINVAL);
	}
}
END_TEST

START_TEST(reads_and_writes_of_any_size_and_offset_are_right)
{
	static const struct {
		uint64_t offset;
		size_t length;
	} ranges[] = { { 0, 1 }, { 1, 1 }, { 511, 2 }, { 512, 512 }, { 700, 4096 }, { 4095, 8194 },
		{ 5, VOLUME_BYTES - 517 }, { VOLUME_BYTES - 1, 1 }, { VOLUME_BYTES - 512, 512 },
		{ VOLUME_BYTES - 513, 513 }, { 512, VOLUME_REQUEST_MAX_BYTES } };
	uint8_t *bytes = calloc(1, VOLUME_BYTES), *read = malloc(VOLUME_BYTES);

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		write_both(bytes, ranges[i].offset, ranges[i].length, i + 1);
		expect_content(NULL, bytes);
		ck_assert_int_eq(
			engine_read(&engine, NULL, ranges[i].offset, read, ranges[i].length), 0);
		ck_assert_mem_eq(read, bytes + ranges[i].offset, ranges[i].length);
	}
	ck_assert_int_eq(engine_flush(&engine), 0);
	free(bytes);
	free(read);
}
END_TEST

START_TEST(writes_in_one_sector_do_not_disturb_each_other)
{
	struct engine_request *writes[64];
	uint8_t sector[512], wanted[512];

	for (size_t i = 0; i < 64; i++) {
		writes[i] = engine_write_new(1024 + 8 * i, 8, i + 1);
		engine_stamp_fill(wanted + 8 * i, 8, i + 1);
		engine_submit(&engine, writes[i]);
	}
	engine_settle(&engine);
	for (size_t i = 0; i < 64; i++) {
		ck_assert(writes[i]->has_ended && writes[i]->result == 0);
		engine_request_free(writes[i]);
	}
	ck_assert_int_eq(engine_read(&engine, NULL, 1024, sector, 512), 0);
	ck_assert_mem_eq(sector, wanted, 512);
}
END_TEST

/* 40 writes at once that overlap at random; the later wins wherever they do. */
static void write_overlapping(uint64_t seed, uint8_t *bytes)
{
	struct engine_request *writes[40];

	for (size_t i = 0; i < 40; i++) {
		uint64_t offset = mix_below(seed, 2 * i, 20000);
		size_t length = 1 + (size_t)mix_below(seed, 2 * i + 1, 9000);

		writes[i] = engine_write_new(offset, length, seed + i);
		engine_stamp_fill(bytes + offset, length, seed + i);
		engine_submit(&engine, writes[i]);
	}
	engine_settle(&engine);
	for (size_t i = 0; i < 40; i++) {
		ck_assert(writes[i]->has_ended && writes[i]->result == 0);
		engine_request_free(writes[i]);
	}
}

START_TEST(overlapping_writes_act_in_order_of_arrival)
{
	uint8_t *bytes = calloc(1, VOLUME_BYTES);

	for (uint64_t round = 0; round < 20; round++) {
		write_overlapping(mix64(engine_seed() + round), bytes);
		expect_content(NULL, bytes);
		if (round == 10)
			ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	}
	free(bytes);
}
END_TEST

START_TEST(writes_that_do_not_overlap_do_not_wait_for_each_other)
{
	struct engine_request *first = engine_write_new(0, 4096, 1);
	struct engine_request *second = engine_write_new(8192, 4096, 2);

	engine_settle(&engine);
	engine_submit(&engine, first);
	engine_submit(&engine, second);
	ck_assert(engine_step(&engine) && engine_step(&engine));
	ck_assert(!engine_step(&engine));
	ck_assert(first->has_ended && second->has_ended);
	engine_request_free(first);
	engine_request_free(second);
}
END_TEST

START_TEST(an_error_of_the_image_is_the_answer_and_nothing_else_is_touched)
{
	uint8_t *bytes = calloc(1, VOLUME_BYTES);
	uint8_t byte;

	write_both(bytes, 0, 8192, 1);
	memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	ck_assert_int_eq(engine_write(&engine, 512, 1024, 2), -ENOSPC);
	memory_disk_fail(engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	/* Its edges could not be read. */
	ck_assert_int_eq(engine_write(&engine, 513, 1024, 2), -EIO);
	memory_disk_fail(engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	ck_assert_int_eq(engine_read(&engine, NULL, 0, &byte, 1), -EIO);
	memory_disk_fail(engine.disk, BLOCKIO_FLUSH, 1, 1, -EIO);
	ck_assert_int_eq(engine_flush(&engine), -EIO);
	expect_content(NULL, bytes);
	ck_assert(volume_idle(engine.volume));
	free(bytes);
}
END_TEST

/* ---- barriers ---- */

static int drained_count;

static void count_drained(struct volume_barrier *barrier)
{
	(void)barrier;
	drained_count++;
}

START_TEST(a_barrier_drains_when_the_writes_under_way_have_ended)
{
	struct volume_barrier barrier = { .drained = count_drained };
	struct engine_request *before = engine_write_new(10, 100, 1);
	struct engine_request *after = engine_write_new(5000, 100, 2);

	engine_submit(&engine, before);
	volume_barrier_begin(engine.volume, &barrier);
	ck_assert_int_eq(drained_count, 0);
	engine_submit(&engine, after);
	engine_settle(&engine);
	ck_assert_int_eq(drained_count, 1);
	ck_assert(barrier.is_drained);
	ck_assert(before->has_ended && !after->has_ended);
	ck_assert(!volume_idle(engine.volume));
	volume_barrier_end(engine.volume, &barrier);
	ck_assert_int_eq(engine_wait(&engine, after), 0);
	ck_assert(volume_idle(engine.volume));
	engine_request_free(before);
	engine_request_free(after);
}
END_TEST

START_TEST(a_barrier_on_an_idle_volume_drains_at_once_and_lets_reads_pass)
{
	struct volume_barrier barrier = { .drained = count_drained };
	uint8_t byte;

	volume_barrier_begin(engine.volume, &barrier);
	ck_assert_int_eq(drained_count, 1);
	ck_assert_int_eq(engine_read(&engine, NULL, 0, &byte, 1), 0);
	ck_assert_int_eq(engine_flush(&engine), 0);
	volume_barrier_end(engine.volume, &barrier);
}
END_TEST

START_TEST(writes_wait_for_the_last_of_several_barriers_and_keep_their_order)
{
	struct volume_barrier first = { .drained = count_drained };
	struct volume_barrier second = { .drained = count_drained };
	struct engine_request *writes[8];
	uint8_t found[64], wanted[64];

	volume_barrier_begin(engine.volume, &first);
	volume_barrier_begin(engine.volume, &second);
	ck_assert_int_eq(drained_count, 2);
	for (uint64_t i = 0; i < 8; i++) {
		writes[i] = engine_write_new(100, 64, i);
		engine_submit(&engine, writes[i]);
	}
	volume_barrier_end(engine.volume, &first);
	engine_settle(&engine);
	ck_assert(!writes[0]->has_ended);
	volume_barrier_end(engine.volume, &second);
	for (uint64_t i = 0; i < 8; i++) {
		ck_assert_int_eq(engine_wait(&engine, writes[i]), 0);
		engine_request_free(writes[i]);
	}
	engine_stamp_fill(wanted, 64, 7);
	ck_assert_int_eq(engine_read(&engine, NULL, 100, found, 64), 0);
	ck_assert_mem_eq(found, wanted, 64);
}
END_TEST

START_TEST(a_barrier_that_ended_before_it_drained_is_not_told)
{
	struct volume_barrier barrier = { .drained = count_drained };
	struct engine_request *before = engine_write_new(10, 100, 1);
	struct engine_request *after = engine_write_new(10, 100, 2);

	engine_submit(&engine, before);
	volume_barrier_begin(engine.volume, &barrier);
	engine_submit(&engine, after);
	volume_barrier_end(engine.volume, &barrier);
	engine_settle(&engine);
	ck_assert_int_eq(drained_count, 0);
	ck_assert(before->has_ended && after->has_ended);
	engine_request_free(before);
	engine_request_free(after);
}
END_TEST

static struct volume_barrier chained;

static void begin_another(struct volume_barrier *barrier)
{
	drained_count++;
	volume_barrier_begin(engine.volume, &chained);
	volume_barrier_end(engine.volume, barrier);
}

START_TEST(a_barrier_may_begin_another_and_end_itself_when_told)
{
	struct volume_barrier barrier = { .drained = begin_another };
	struct engine_request *before = engine_write_new(10, 100, 1);
	struct engine_request *after = engine_write_new(10, 100, 2);

	chained = (struct volume_barrier){ .drained = count_drained };
	engine_submit(&engine, before);
	volume_barrier_begin(engine.volume, &barrier);
	engine_submit(&engine, after);
	engine_settle(&engine);
	ck_assert_int_eq(drained_count, 2);
	ck_assert(!after->has_ended);
	volume_barrier_end(engine.volume, &chained);
	ck_assert_int_eq(engine_wait(&engine, after), 0);
	engine_request_free(before);
	engine_request_free(after);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume live");
	TCase *writes = tcase_create("reads and writes");
	TCase *barriers = tcase_create("barriers");

	(void)argc;
	tcase_add_checked_fixture(writes, open_engine, close_engine);
	tcase_add_checked_fixture(barriers, open_engine, close_engine);
	tcase_add_test(writes, a_size_that_is_no_multiple_of_512_is_refused);
	tcase_add_test(writes, reads_and_writes_of_any_size_and_offset_are_right);
	tcase_add_test(writes, writes_in_one_sector_do_not_disturb_each_other);
	tcase_add_test(writes, overlapping_writes_act_in_order_of_arrival);
	tcase_add_test(writes, writes_that_do_not_overlap_do_not_wait_for_each_other);
	tcase_add_test(writes, an_error_of_the_image_is_the_answer_and_nothing_else_is_touched);
	tcase_add_test(barriers, a_barrier_drains_when_the_writes_under_way_have_ended);
	tcase_add_test(barriers, a_barrier_on_an_idle_volume_drains_at_once_and_lets_reads_pass);
	tcase_add_test(barriers, writes_wait_for_the_last_of_several_barriers_and_keep_their_order);
	tcase_add_test(barriers, a_barrier_that_ended_before_it_drained_is_not_told);
	tcase_add_test(barriers, a_barrier_may_begin_another_and_end_itself_when_told);
	suite_add_tcase(suite, writes);
	suite_add_tcase(suite, barriers);
	return engine_suite_run(suite, argv[0]);
}
