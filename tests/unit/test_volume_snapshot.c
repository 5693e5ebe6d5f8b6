/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots: what is in them, and reads that race with writes. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((1u << 20) + 512)

static struct engine engine;
static uint8_t live[VOLUME_BYTES];

/* Stores ask for more alignment than the image does: reads must suit both. */
static void open_engine(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){
			.volume_bytes = VOLUME_BYTES, .store_alignment_bytes = 4096 });
	memset(live, 0, sizeof live);
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

static void write_live(uint64_t offset, size_t length, uint64_t stamp)
{
	ck_assert_int_eq(engine_write(&engine, offset, length, stamp), 0);
	engine_stamp_fill(live + offset, length, stamp);
}

/* Forty writes of all sizes all over the volume. */
static void write_about(uint64_t seed)
{
	for (uint64_t i = 0; i < 40; i++) {
		size_t length = 1 + (size_t)mix_below(seed, 2 * i, 40000);

		write_live(mix_below(seed, 2 * i + 1, VOLUME_BYTES - length), length, seed + i);
	}
}

static void expect_content(struct snapshot *snapshot, const uint8_t *bytes)
{
	uint8_t *content = engine_content(&engine, snapshot);

	ck_assert_mem_eq(content, bytes, VOLUME_BYTES);
	free(content);
}

static struct snapshot *take(const char *name, uint32_t block_bytes)
{
	struct snapshot *snapshot = NULL;

	ck_assert_int_eq(
		engine_snapshot(&engine, name,
			&(struct engine_snapshot_options){ .block_bytes = block_bytes }, &snapshot),
		0);
	return snapshot;
}

/* ---- content ---- */

START_TEST(three_snapshots_with_blocks_of_their_own_keep_their_content)
{
	static const uint32_t block_bytes[3] = { 4096, 16384, 65536 };
	static const char *const names[3] = { "small", "middle", "large" };
	static uint8_t content[3][VOLUME_BYTES];
	struct snapshot *snapshots[3];

	for (int i = 0; i < 3; i++) {
		write_about(mix64(i));
		snapshots[i] = take(names[i], block_bytes[i]);
		memcpy(content[i], live, VOLUME_BYTES);
	}
	write_about(99);
	for (int i = 0; i < 3; i++)
		expect_content(snapshots[i], content[i]);
	expect_content(NULL, live);

	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	for (int i = 0; i < 3; i++)
		expect_content(engine_find(&engine, names[i]), content[i]);
	write_about(100);
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	for (int i = 0; i < 3; i++)
		expect_content(engine_find(&engine, names[i]), content[i]);
	expect_content(NULL, live);
}
END_TEST

START_TEST(reads_of_any_size_and_offset_are_right)
{
	static uint8_t content[VOLUME_BYTES], read[VOLUME_BYTES];

	write_about(1);
	struct snapshot *snapshot = take("s", 16384);

	memcpy(content, live, VOLUME_BYTES);
	write_about(2);
	for (uint64_t i = 0; i < 300; i++) {
		size_t length = 1 + (size_t)mix_below(engine_seed(), 2 * i, i % 2 ? 600 : 200000);
		uint64_t offset = mix_below(engine_seed(), 2 * i + 1, VOLUME_BYTES - length + 1);

		ck_assert_int_eq(engine_read(&engine, snapshot, offset, read, length), 0);
		ck_assert_mem_eq(read, content + offset, length);
	}
}
END_TEST

START_TEST(a_block_is_preserved_once_and_only_for_the_write_that_needs_it)
{
	take("s", 0);
	write_live(4096, 4096, 1);
	write_live(4096, 4096, 2);
	write_live(5000, 1, 3);

	json_t *status = volume_status(engine.volume);
	json_t *counters = json_object_get(status, "counters");

	ck_assert_int_eq(json_integer_value(json_object_get(counters, "blocks_preserved")), 1);
	json_decref(status);
}
END_TEST

static int created_result;
static bool created;

static void note_created(struct snapshot_create *create, int result)
{
	(void)create;
	created = true;
	created_result = result;
}

/* Promise 1: what ended before is in, what starts after is not, all else is whole. */
static void create_while_writing(uint64_t seed)
{
	static uint8_t content[VOLUME_BYTES], wanted[4096];
	struct snapshot_create create = { .name = "s", .done = note_created };
	struct engine_request *before[16], *meanwhile[16];

	created = false;
	for (uint64_t i = 0; i < 16; i++)
		write_live(i * 8192, 4096, seed + i);
	memcpy(content, live, VOLUME_BYTES);
	for (uint64_t i = 0; i < 16; i++) {
		before[i] = engine_write_new(i * 8192 + 4096, 4096, seed + 100 + i);
		engine_submit(&engine, before[i]);
	}
	volume_snapshot_create(engine.volume, &create);
	for (uint64_t i = 0; i < 16; i++) {
		meanwhile[i] = engine_write_new((16 + i) * 8192, 4096, seed + 200 + i);
		engine_submit(&engine, meanwhile[i]);
		engine_step(&engine);
	}
	while (!created)
		ck_assert(engine_step(&engine));
	ck_assert_int_eq(created_result, 0);
	write_live(0, 65536, seed + 300);
	engine_settle(&engine);

	uint8_t *found = engine_content(&engine, create.snapshot);

	for (uint64_t i = 0; i < 16; i++) {
		/* Ended before the start. */
		ck_assert_mem_eq(found + i * 8192, content + i * 8192, 4096);
		/* Under way: one or the other. */
		engine_stamp_fill(wanted, 4096, seed + 100 + i);
		if (memcmp(found + i * 8192 + 4096, wanted, 4096) != 0)
			ck_assert_mem_eq(found + i * 8192 + 4096, content + i * 8192 + 4096, 4096);
		engine_stamp_fill(wanted, 4096, seed + 200 + i);
		if (memcmp(found + (16 + i) * 8192, wanted, 4096) != 0)
			ck_assert_mem_eq(found + (16 + i) * 8192, content + (16 + i) * 8192, 4096);
		engine_request_free(before[i]);
		engine_request_free(meanwhile[i]);
	}
	free(found);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	found = engine_content(&engine, NULL);
	memcpy(live, found, VOLUME_BYTES);
	free(found);
}

START_TEST(a_snapshot_taken_under_load_has_what_ended_before_and_not_what_came_after)
{
	for (uint64_t round = 0; round < 50; round++)
		create_while_writing(mix64(engine_seed() + round));
}
END_TEST

START_TEST(held_writes_go_on_when_the_barrier_of_the_creation_ends)
{
	struct snapshot_create create = {
		.name = "s",
		.done = note_created,
		.hold_writes = true,
	};
	struct engine_request *write = engine_write_new(0, 4096, 1);
	uint8_t byte;

	created = false;
	volume_snapshot_create(engine.volume, &create);
	while (!created)
		ck_assert(engine_step(&engine));
	engine_submit(&engine, write);
	engine_settle(&engine);
	ck_assert(!write->has_ended);
	ck_assert_int_eq(engine_read(&engine, create.snapshot, 0, &byte, 1), 0);
	volume_barrier_end(engine.volume, &create.barrier);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	ck_assert_int_eq(engine_read(&engine, create.snapshot, 0, &byte, 1), 0);
	ck_assert_uint_eq(byte, 0);
	engine_request_free(write);
}
END_TEST

/* ---- races ---- */

START_TEST(a_read_that_a_write_overtakes_still_gets_the_old_bytes)
{
	uint64_t retries = 0;

	for (uint64_t round = 0; round < 200; round++) {
		static uint8_t content[VOLUME_BYTES];
		struct engine_request *read, *writes[6];

		engine_deinit(&engine);
		engine_init(&engine, engine_seed() + round,
			&(struct engine_options){ .volume_bytes = VOLUME_BYTES });
		memset(live, 0, sizeof live);
		write_live(0, 65536, round + 1);
		memcpy(content, live, VOLUME_BYTES);

		struct snapshot *snapshot = take("s", round % 2 ? 16384 : 4096);

		read = engine_read_new(snapshot, 1000, 50000);
		engine_submit(&engine, read);
		for (uint64_t i = 0; i < 6; i++) {
			writes[i] = engine_write_new(i * 10000, 4000, round + 100 + i);
			engine_submit(&engine, writes[i]);
		}
		ck_assert_int_eq(engine_wait(&engine, read), 0);
		ck_assert_mem_eq(read->request.data, content + 1000, 50000);
		engine_settle(&engine);

		json_t *status = volume_status(engine.volume);

		retries += (uint64_t)json_integer_value(json_object_get(
			json_object_get(status, "counters"), "snapshot_read_retries"));
		json_decref(status);
		engine_request_free(read);
		for (int i = 0; i < 6; i++)
			engine_request_free(writes[i]);
	}
	/* Else this test has not seen what it is there for. */
	ck_assert_uint_gt(retries, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume snapshot");
	TCase *content = tcase_create("content");

	(void)argc;
	tcase_add_checked_fixture(content, open_engine, close_engine);
	tcase_add_test(content, three_snapshots_with_blocks_of_their_own_keep_their_content);
	tcase_add_test(content, reads_of_any_size_and_offset_are_right);
	tcase_add_test(content, a_block_is_preserved_once_and_only_for_the_write_that_needs_it);
	tcase_add_test(
		content, a_snapshot_taken_under_load_has_what_ended_before_and_not_what_came_after);
	tcase_add_test(content, held_writes_go_on_when_the_barrier_of_the_creation_ends);
	tcase_add_test(content, a_read_that_a_write_overtakes_still_gets_the_old_bytes);
	suite_add_tcase(suite, content);
	return engine_suite_run(suite, argv[0]);
}
