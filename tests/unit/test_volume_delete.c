/* SPDX-License-Identifier: Apache-2.0 */
/* Deleting snapshots: while they are open, being read, being written for, and before a kill. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)

static struct engine engine;
static int deleted_result;
static bool deleted;

static void open_engine(void)
{
	engine_init(
		&engine, engine_seed(), &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
	ck_assert_int_eq(engine_write(&engine, 0, 65536, 1), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

static void note_deleted(struct snapshot_delete *command, int result)
{
	(void)command;
	deleted = true;
	deleted_result = result;
}

START_TEST(a_deleted_snapshot_and_its_file_are_gone)
{
	uint64_t id = snapshot_id(engine_find(&engine, "s"));

	ck_assert_ptr_nonnull(volume_snapshot_by_id(engine.volume, id));
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	ck_assert_ptr_null(volume_snapshot_by_id(engine.volume, id));
	ck_assert_ptr_null(volume_snapshot_next(engine.volume, NULL));
	ck_assert(!engine_file_exists(&engine, "s.store"));
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
}
END_TEST

START_TEST(an_id_is_not_used_again)
{
	uint64_t id = snapshot_id(engine_find(&engine, "s"));

	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_uint_ne(snapshot_id(engine_find(&engine, "s")), id);
}
END_TEST

START_TEST(an_open_snapshot_is_busy)
{
	struct snapshot *snapshot = engine_find(&engine, "s");

	snapshot_opened(snapshot);
	snapshot_opened(snapshot);
	ck_assert_int_eq(engine_delete(&engine, "s"), -EBUSY);
	snapshot_closed(snapshot);
	ck_assert_int_eq(engine_delete(&engine, "s"), -EBUSY);
	snapshot_closed(snapshot);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
}
END_TEST

START_TEST(a_snapshot_is_deleted_once)
{
	struct snapshot_delete commands[2] = {
		{ .done = note_deleted },
		{ .done = note_deleted },
	};
	struct snapshot *snapshot = engine_find(&engine, "s");
	struct engine_request *write = engine_write_new(0, 4096, 2);

	engine_submit(&engine, write);
	volume_snapshot_delete(engine.volume, snapshot, &commands[0]);
	ck_assert(!deleted);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	volume_snapshot_delete(engine.volume, snapshot, &commands[1]);
	ck_assert(deleted && deleted_result == -EBUSY);
	deleted = false;
	engine_settle(&engine);
	ck_assert(deleted && deleted_result == 0);
	engine_request_free(write);
}
END_TEST

START_TEST(a_read_under_way_ends_right_before_the_snapshot_goes)
{
	static uint8_t wanted[65536];

	engine_stamp_fill(wanted, sizeof wanted, 1);
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct snapshot_delete command = { .done = note_deleted };
		struct engine_request *read, *writes[4];

		engine_deinit(&engine);
		open_engine();
		engine.volume_options.seed = seed;
		deleted = false;
		for (uint64_t i = 0; i < 4; i++) {
			writes[i] = engine_write_new(i * 16384, 5000, 10 + i);
			engine_submit(&engine, writes[i]);
		}
		for (uint64_t i = 0; i < seed % 8; i++)
			engine_step(&engine);
		read = engine_read_new(engine_find(&engine, "s"), 0, 65536);
		engine_submit(&engine, read);
		volume_snapshot_delete(engine.volume, engine_find(&engine, "s"), &command);
		while (!deleted)
			ck_assert(engine_step(&engine));
		ck_assert_int_eq(deleted_result, 0);
		ck_assert(read->has_ended);
		ck_assert(read->result == -EIO || read->result == 0);
		if (read->result == 0)
			ck_assert_mem_eq(read->request.data, wanted, 65536);
		engine_settle(&engine);
		engine_request_free(read);
		for (int i = 0; i < 4; i++)
			engine_request_free(writes[i]);
	}
}
END_TEST

START_TEST(a_snapshot_whose_file_cannot_be_removed_stays)
{
	static uint8_t wanted[65536];

	engine_folder_fail(engine.folder, 1, 1, -EIO);
	ck_assert_int_eq(engine_delete(&engine, "s"), -EIO);
	ck_assert_int_eq(engine_write(&engine, 0, 65536, 2), 0);

	uint8_t *content = engine_content(&engine, engine_find(&engine, "s"));

	engine_stamp_fill(wanted, sizeof wanted, 1);
	ck_assert_mem_eq(content, wanted, sizeof wanted);
	free(content);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	ck_assert(!engine_file_exists(&engine, "s.store"));
}
END_TEST

/* Leaves "s" being deleted: no write is preserved for it any more, and a held read keeps it. */
static void delete_under_a_held_read(struct volume_read_hold *hold, struct snapshot_delete *command,
	struct engine_request **read)
{
	*read = engine_read_new(engine_find(&engine, "s"), 0, 65536);
	volume_read_hold_begin(engine.volume, hold);
	engine_submit(&engine, *read);
	engine_settle(&engine);
	volume_snapshot_delete(engine.volume, engine_find(&engine, "s"), command);
	engine_settle(&engine);
	ck_assert(!(*read)->has_ended && !deleted);
	ck_assert_int_eq(engine_write(&engine, 0, 65536, 2), 0);
}

static void reached(struct volume_read_hold *hold)
{
	(void)hold;
}

START_TEST(a_snapshot_that_was_being_deleted_is_not_there_with_wrong_bytes_after_a_kill)
{
	struct volume_read_hold hold = { .gauge = GAUGE_OPS, .at_least = 0, .reached = reached };
	struct snapshot_delete command = { .done = note_deleted };
	struct engine_request *read;
	static uint8_t wanted[65536];

	delete_under_a_held_read(&hold, &command, &read);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	engine_request_free(read);

	struct snapshot *snapshot = volume_snapshot_find(engine.volume, "s");

	if (snapshot && !engine_has_failed(snapshot, NULL)) {
		uint8_t *content = engine_content(&engine, snapshot);

		engine_stamp_fill(wanted, sizeof wanted, 1);
		ck_assert_mem_eq(content, wanted, sizeof wanted);
		free(content);
	}
}
END_TEST

START_TEST(a_read_under_way_is_not_overtaken_by_a_write_that_comes_after_the_deletion)
{
	struct volume_read_hold hold = { .gauge = GAUGE_OPS, .at_least = 0, .reached = reached };
	struct snapshot_delete command = { .done = note_deleted };
	struct engine_request *read;
	static uint8_t wanted[65536];

	delete_under_a_held_read(&hold, &command, &read);
	volume_read_hold_end(engine.volume, &hold);
	engine_settle(&engine);
	ck_assert(deleted && deleted_result == 0 && read->has_ended);
	if (read->result == 0) {
		engine_stamp_fill(wanted, sizeof wanted, 1);
		ck_assert_mem_eq(read->request.data, wanted, sizeof wanted);
	} else {
		ck_assert_int_eq(read->result, -EIO);
	}
	engine_request_free(read);
}
END_TEST

START_TEST(the_name_of_a_snapshot_that_is_going_is_free_when_it_is_gone)
{
	struct volume_read_hold hold = { .gauge = GAUGE_OPS, .at_least = 0, .reached = reached };
	struct snapshot_delete command = { .done = note_deleted };
	struct engine_request *read;

	delete_under_a_held_read(&hold, &command, &read);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), -EEXIST);
	volume_read_hold_end(engine.volume, &hold);
	engine_settle(&engine);
	ck_assert(deleted && deleted_result == 0 && read->has_ended);
	engine_request_free(read);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert(!engine_has_failed(engine_find(&engine, "s"), NULL));
}
END_TEST

/* A store sums itself up after so many segments, and says so in its superblock (summary.c). */
#define SEGMENTS_UP_TO_SUMMARY 1024

/* One segment each, and the next one begins before the disk is still. */
static void write_blocks(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		ck_assert_int_eq(engine_write(&engine, i * 4096, 4096, 2 + i), 0);
}

START_TEST(a_store_that_writes_of_itself_can_be_deleted)
{
	for (uint64_t round = 0; round < 4 * engine_count(10); round++) {
		struct snapshot_delete command = { .done = note_deleted };

		engine_deinit(&engine);
		engine_init(&engine, engine_seed() + round,
			&(struct engine_options){ .volume_bytes = 8 << 20 });
		ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
		write_blocks(SEGMENTS_UP_TO_SUMMARY + round % 4);
		deleted = false;
		volume_snapshot_delete(engine.volume, engine_find(&engine, "s"), &command);
		engine_settle(&engine);
		ck_assert(deleted && deleted_result == 0);
		ck_assert(!engine_file_exists(&engine, "s.store"));
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume delete");
	TCase *tcase = tcase_create("delete");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, open_engine, close_engine);
	tcase_add_test(tcase, a_deleted_snapshot_and_its_file_are_gone);
	tcase_add_test(tcase, an_id_is_not_used_again);
	tcase_add_test(tcase, an_open_snapshot_is_busy);
	tcase_add_test(tcase, a_snapshot_is_deleted_once);
	tcase_add_test(tcase, a_snapshot_whose_file_cannot_be_removed_stays);
	tcase_add_test(tcase, a_read_under_way_ends_right_before_the_snapshot_goes);
	tcase_add_test(tcase,
		a_snapshot_that_was_being_deleted_is_not_there_with_wrong_bytes_after_a_kill);
	tcase_add_test(
		tcase, a_read_under_way_is_not_overtaken_by_a_write_that_comes_after_the_deletion);
	tcase_add_test(tcase, the_name_of_a_snapshot_that_is_going_is_free_when_it_is_gone);
	tcase_add_test(tcase, a_store_that_writes_of_itself_can_be_deleted);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
