/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writable snapshots (profile lvm) against plain arrays: writes to the live view and to two
 * snapshots of different block sizes at a time, of any size and offset, through kills and mounts.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

/* The last block of the larger kind is not whole. */
#define VOLUME_BYTES ((1u << 20) + 3 * 512)
#define VIEWS	     3 /* the live view and two snapshots */
#define BATCH_MAX    24

static const char *const names[VIEWS] = { NULL, "fine", "coarse" };
static struct engine engine;
static uint8_t contents[VIEWS][VOLUME_BYTES];

/* A write under way; those of one view do not overlap. */
struct pending {
	struct engine_request *request;
	unsigned view;
};

static struct snapshot *view_snapshot(unsigned view)
{
	return names[view] ? engine_find(&engine, names[view]) : NULL;
}

static void open_engine(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES, .profile = &profile_lvm });
	for (uint64_t at = 0; at < VOLUME_BYTES; at += 512)
		ck_assert_int_eq(engine_write(&engine, at, 512, 1 + at), 0);
	ck_assert_int_eq(engine_snapshot(&engine, names[1], NULL, NULL), 0);
	ck_assert_int_eq(engine_snapshot(&engine, names[2],
				 &(struct engine_snapshot_options){ .block_bytes = 65536 }, NULL),
		0);

	uint8_t *live = engine_content(&engine, NULL);

	for (unsigned view = 0; view < VIEWS; view++)
		memcpy(contents[view], live, VOLUME_BYTES);
	free(live);
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

static void expect_contents(void)
{
	for (unsigned view = 0; view < VIEWS; view++) {
		uint8_t *found = engine_content(&engine, view_snapshot(view));

		ck_assert_mem_eq(found, contents[view], VOLUME_BYTES);
		free(found);
	}
}

/* Writes to VIEW and keeps its array up to date. */
static void write_both(unsigned view, uint64_t offset, size_t length, uint64_t stamp)
{
	struct engine_request *write = engine_write_new(offset, length, stamp);

	write->request.snapshot = view_snapshot(view);
	engine_submit(&engine, write);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	engine_stamp_fill(contents[view] + offset, length, stamp);
	engine_request_free(write);
}

START_TEST(a_write_to_one_view_changes_that_view_only)
{
	static const struct {
		uint64_t offset;
		size_t length;
	} ranges[] = { { 0, 4096 }, { 100, 1 }, { 4000, 300 }, { 65536, 131072 }, { 65535, 131074 },
		{ VOLUME_BYTES - 512, 512 }, { VOLUME_BYTES - 513, 2 }, { 7, 1 << 20 } };

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		for (unsigned turn = 0; turn < VIEWS; turn++) {
			write_both((unsigned)((i + turn) % VIEWS), ranges[i].offset,
				ranges[i].length, 100 * i + turn);
			expect_contents();
		}
	}
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	expect_contents();
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	expect_contents();
}
END_TEST

/* Starts writes that lie side by side in each view: they share blocks and sectors. */
static unsigned start_batch(struct pending *batch, uint64_t seed)
{
	unsigned count = 0;

	for (unsigned view = 0; view < VIEWS; view++) {
		uint64_t at = mix_below(seed, view, 200000);

		for (unsigned i = 0; i < BATCH_MAX / VIEWS; i++) {
			uint64_t index = 100 + 10 * count;
			uint64_t left = VOLUME_BYTES - at;
			size_t length = 1 + (size_t)mix_below(seed, index, 60000);

			if (mix_below(seed, index + 1, 3) == 0)
				length = (length + 4095) & ~(size_t)4095;
			if (length > left)
				break;

			struct pending *pending = &batch[count++];

			pending->view = view;
			pending->request = engine_write_new(at, length, seed + index);
			pending->request->request.snapshot = view_snapshot(view);
			engine_submit(&engine, pending->request);
			at += length;
			if (mix_below(seed, index + 2, 2))
				at += mix_below(seed, index + 3, 5000);
			if (at >= VOLUME_BYTES)
				break;
		}
	}
	return count;
}

/* What BATCH has written goes into the arrays; of what has not ended, any part that is there. */
static void follow_batch(const struct pending *batch, unsigned count)
{
	uint8_t *found[VIEWS];

	for (unsigned view = 0; view < VIEWS; view++)
		found[view] = engine_content(&engine, view_snapshot(view));
	for (unsigned i = 0; i < count; i++) {
		const struct volume_request *request = &batch[i].request->request;
		uint8_t *array = contents[batch[i].view] + request->offset;
		const uint8_t *there = found[batch[i].view] + request->offset;

		for (size_t at = 0; at < request->length; at++) {
			uint8_t written = (uint8_t)request->buffer[at];

			if (batch[i].request->has_ended || there[at] == written)
				array[at] = written;
		}
	}
	for (unsigned view = 0; view < VIEWS; view++)
		free(found[view]);
}

static void free_batch(struct pending *batch, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		engine_request_free(batch[i].request);
}

START_TEST(writes_to_all_views_at_a_time_do_not_disturb_each_other)
{
	struct pending batch[BATCH_MAX];

	for (uint64_t round = 0; round < engine_count(60); round++) {
		uint64_t seed = mix64(engine_seed() + round);
		unsigned count = start_batch(batch, seed);

		engine_settle(&engine);
		for (unsigned i = 0; i < count; i++)
			ck_assert(batch[i].request->has_ended && batch[i].request->result == 0);
		follow_batch(batch, count);
		expect_contents();
		free_batch(batch, count);
	}
}
END_TEST

START_TEST(a_kill_loses_no_acknowledged_write_and_changes_nothing_else)
{
	struct pending batch[BATCH_MAX];
	unsigned unfinished = 0;

	for (uint64_t round = 0; round < engine_count(150); round++) {
		uint64_t seed = mix64(engine_seed() + 1000 + round);
		unsigned count = start_batch(batch, seed);

		for (uint64_t steps = mix_below(seed, 5, 120); steps > 0; steps--)
			engine_step(&engine);
		for (unsigned i = 0; i < count; i++)
			unfinished += !batch[i].request->has_ended;
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		follow_batch(batch, count);
		expect_contents();
		free_batch(batch, count);
	}
	/* Else nothing was killed in the middle. */
	ck_assert_uint_gt(unfinished, 0);
}
END_TEST

/* ---- failures ---- */

static int write_fine(uint64_t offset, size_t length)
{
	struct engine_request *write = engine_write_new(offset, length, offset + 5);

	write->request.snapshot = view_snapshot(1);
	engine_submit(&engine, write);

	int result = engine_wait(&engine, write);

	engine_request_free(write);
	return result;
}

static void expect_native(const char *name, const char *expected)
{
	json_t *status = snapshot_status(engine_find(&engine, name));

	ck_assert_str_eq(json_string_value(json_object_get(status, "native")), expected);
	json_decref(status);
}

START_TEST(a_write_beyond_the_cow_volume_makes_it_invalid_for_good)
{
	uint8_t byte;

	ck_assert_int_eq(engine_delete(&engine, "fine"), 0);
	/* A header, an area, and room for three chunks. */
	ck_assert_int_eq(engine_snapshot(&engine, "fine",
				 &(struct engine_snapshot_options){ .limit = "40s" }, NULL),
		0);
	ck_assert_int_eq(write_fine(0, 3 * 4096), 0);
	expect_native("fine", "40/40 16");
	/* What has its chunk needs no other. */
	ck_assert_int_eq(write_fine(100, 8000), 0);
	ck_assert_int_eq(write_fine(3 * 4096, 1), -EIO);
	for (int round = 0; round < 3; round++) {
		expect_native("fine", "Invalid");
		ck_assert_int_eq(engine_read(&engine, view_snapshot(1), 0, &byte, 1), -EIO);
		ck_assert_int_eq(write_fine(0, 1), -EIO);
		ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	}
}
END_TEST

START_TEST(a_disk_error_of_a_snapshot_write_is_never_the_live_views)
{
	for (uint64_t nth = 1; nth < 20; nth++) {
		engine_deinit(&engine);
		open_engine();
		ck_assert_int_eq(write_fine(0, 100), 0);
		memory_disk_fail(engine.disk, BLOCKIO_WRITE, nth, 1, -EIO);
		write_fine(0, 5000);
		write_fine(70000, 5000);

		bool fired = memory_disk_failed(engine.disk) > 0;

		memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 0, 0);
		for (unsigned view = 0; view < VIEWS; view += 2) {
			uint8_t *found = engine_content(&engine, view_snapshot(view));

			ck_assert_mem_eq(found, contents[view], VOLUME_BYTES);
			free(found);
		}
		if (!fired)
			return;
	}
	ck_abort_msg("the writes do not end");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("snapshot write");
	TCase *views = tcase_create("views");
	TCase *failures = tcase_create("failures");

	(void)argc;
	tcase_add_checked_fixture(views, open_engine, close_engine);
	tcase_add_checked_fixture(failures, open_engine, close_engine);
	tcase_set_timeout(views, 120);
	tcase_add_test(views, a_write_to_one_view_changes_that_view_only);
	tcase_add_test(views, writes_to_all_views_at_a_time_do_not_disturb_each_other);
	tcase_add_test(views, a_kill_loses_no_acknowledged_write_and_changes_nothing_else);
	tcase_add_test(failures, a_write_beyond_the_cow_volume_makes_it_invalid_for_good);
	tcase_add_test(failures, a_disk_error_of_a_snapshot_write_is_never_the_live_views);
	suite_add_tcase(suite, views);
	suite_add_tcase(suite, failures);
	return engine_suite_run(suite, argv[0]);
}
