/* SPDX-License-Identifier: Apache-2.0 */
/* The profile vss: a replaced block is kept once, and what that asks of the snapshots that share.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/volume/changed.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/vss_bench.h"

/* Three snapshots, each of which alone lacks nothing of block 10, 11 or 12. */
#define COPIES 3
static uint64_t contents[COPIES][VSS_BLOCKS];

static void start_three_seeded(uint64_t seed)
{
	char name[16];

	vss_start_seeded(VSS_NO_LIMIT, seed);
	for (unsigned i = 0; i < COPIES; i++) {
		snprintf(name, sizeof name, "s%u", i);
		memcpy(contents[i], vss_stamps, sizeof vss_stamps);
		vss_snapshot(name);
		vss_write(10 + i, 100 + i);
		vss_write(20, 200 + i);
	}
}

static void start_three(void)
{
	start_three_seeded(engine_seed());
}

static void check_those_there(void)
{
	char name[16];

	for (unsigned i = 0; i < COPIES; i++) {
		struct snapshot *snapshot;

		snprintf(name, sizeof name, "s%u", i);
		snapshot = volume_snapshot_find(vss_engine.volume, name);
		if (snapshot && !engine_has_failed(snapshot, NULL))
			vss_check(snapshot, contents[i]);
	}
	vss_check(NULL, vss_stamps);
}

static void created(struct snapshot_create *create, int result)
{
	(void)create;
	(void)result;
}

static void deleted(struct snapshot_delete *deletion, int result)
{
	(void)deletion;
	(void)result;
}

static uint64_t blocks_in_store(const char *name)
{
	return store_blocks(engine_find(&vss_engine, name)->store);
}

START_TEST(a_replaced_block_is_stored_once_however_many_snapshots_there_are)
{
	char name[16];
	uint64_t blocks = 0;

	vss_start(VSS_NO_LIMIT);
	for (unsigned i = 0; i < 10; i++) {
		snprintf(name, sizeof name, "s%u", i);
		vss_snapshot(name);
	}
	vss_write(3, 100);
	for (unsigned i = 0; i < 10; i++) {
		snprintf(name, sizeof name, "s%u", i);
		ck_assert_uint_eq(blocks_in_store(name), i == 9);
		blocks += snapshot_changed_blocks(engine_find(&vss_engine, name));
	}
	ck_assert_uint_eq(blocks, 10);
	engine_deinit(&vss_engine);
}
END_TEST

START_TEST(an_older_one_reads_and_lists_what_newer_ones_hold)
{
	static const uint64_t changed[COPIES] = { 4, 3, 2 };
	char name[16];

	start_three();
	check_those_there();
	for (unsigned i = 0; i < COPIES; i++) {
		struct snapshot *snapshot;
		uint64_t at = 0, offset, length, blocks = 0;

		snprintf(name, sizeof name, "s%u", i);
		snapshot = engine_find(&vss_engine, name);
		ck_assert_uint_eq(snapshot_changed_blocks(snapshot), changed[i]);
		for (; snapshot_changed_next(snapshot, at, &offset, &length); at = offset + length)
			blocks += length / VSS_BLOCK;
		ck_assert_uint_eq(blocks, changed[i]);
		ck_assert(snapshot_changed_next(snapshot, 0, &offset, &length));
		/* Blocks in a row, which lie in several stores, are one range. */
		ck_assert_uint_eq(offset, (10 + i) * VSS_BLOCK);
		ck_assert_uint_eq(length, (COPIES - i) * VSS_BLOCK);
	}
	engine_deinit(&vss_engine);
}
END_TEST

/* The digits of _i are the order in which they go: 6 orders, with a mount in between or a kill. */
START_TEST(deleting_any_of_them_in_any_order_changes_no_other)
{
	static const unsigned orders[6][COPIES] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	const unsigned *order = orders[_i / 3];
	char name[32];

	start_three();
	for (unsigned i = 0; i < COPIES; i++) {
		snprintf(name, sizeof name, "s%u", order[i]);
		ck_assert_int_eq(engine_delete(&vss_engine, name), 0);
		ck_assert_ptr_null(volume_snapshot_find(vss_engine.volume, name));
		check_those_there();
		vss_write(10 + i, 300 + i);
		vss_write(30 + i, 300 + i);
		check_those_there();
		if (_i % 3 == 1)
			ck_assert_int_eq(engine_kill_and_open(&vss_engine), 0);
		if (_i % 3 == 2) {
			ck_assert_int_eq(engine_close(&vss_engine), 0);
			ck_assert_int_eq(engine_open(&vss_engine), 0);
		}
		check_those_there();
	}
	engine_settle(&vss_engine);
	ck_assert_ptr_eq(vss_engine.volume->snapshots.next, &vss_engine.volume->snapshots);
	ck_assert_uint_eq(vss_engine.volume->snapshot_count, 0);
	for (unsigned i = 0; i < COPIES; i++) {
		snprintf(name, sizeof name, "%016x" KEPT_SUFFIX, i + 1);
		ck_assert(!engine_file_exists(&vss_engine, name));
	}
	engine_deinit(&vss_engine);
}
END_TEST

START_TEST(the_name_of_a_deleted_one_is_free_while_its_store_is_kept)
{
	start_three();
	ck_assert_int_eq(engine_delete(&vss_engine, "s1"), 0);
	ck_assert(engine_file_exists(&vss_engine, "0000000000000002" KEPT_SUFFIX));
	memcpy(contents[1], vss_stamps, sizeof vss_stamps);
	vss_snapshot("s1");
	vss_write(40, 400);
	check_those_there();
	ck_assert_int_eq(engine_close(&vss_engine), 0);
	ck_assert_int_eq(engine_open(&vss_engine), 0);
	check_those_there();
	engine_deinit(&vss_engine);
}
END_TEST

/* A kept store that is full of what nobody needs does not grow by it. */
START_TEST(what_a_kept_one_holds_is_not_stored_again)
{
	start_three();
	ck_assert_int_eq(engine_delete(&vss_engine, "s2"), 0);

	uint64_t blocks = blocks_in_store("s1");

	vss_write(12, 500);
	ck_assert_uint_eq(blocks_in_store("s1"), blocks);
	vss_write(50, 500);
	ck_assert_uint_eq(blocks_in_store("s1"), blocks + 1);
	check_those_there();
	engine_deinit(&vss_engine);
}
END_TEST

/* Who reads s0 reads the stores of the others: they stay until its read has ended. */
START_TEST(a_read_through_newer_stores_survives_their_failure)
{
	start_three();

	struct engine_request *read = engine_read_new(
		engine_find(&vss_engine, "s0"), 10 * VSS_BLOCK, 4 * VSS_BLOCK);

	engine_submit(&vss_engine, read);
	for (int i = 0; i < _i; i++)
		engine_step(&vss_engine);
	snapshot_fail(engine_find(&vss_engine, "s2"), -EIO, "test");
	engine_settle(&vss_engine);
	ck_assert(read->has_ended);
	engine_request_free(read);
	ck_assert_ptr_null(volume_snapshot_next(vss_engine.volume, NULL));
	vss_check(NULL, vss_stamps);
	engine_deinit(&vss_engine);
}
END_TEST

/* A deletion waits for the live writes; meanwhile an older one is read, through the store that is
 * to go, and the read may outlast them, as the disk's seed has it.  Every other time all fail. */
START_TEST(a_read_of_an_older_one_may_begin_while_a_newer_one_is_being_deleted)
{
	struct snapshot_delete deletion = { .done = deleted };
	struct engine_request *write = engine_write_new(0, VSS_BLOCK, 800);

	start_three_seeded(engine_seed() + (uint64_t)_i);

	struct engine_request *read = engine_read_new(
		engine_find(&vss_engine, "s0"), 10 * VSS_BLOCK, 4 * VSS_BLOCK);

	vss_stamps[0] = 800;
	engine_submit(&vss_engine, write);
	volume_snapshot_delete(vss_engine.volume, engine_find(&vss_engine, "s1"), &deletion);
	engine_submit(&vss_engine, read);
	while (!write->has_ended)
		memory_disk_step(vss_engine.disk);
	if (_i % 2 == 1)
		snapshot_fail(engine_find(&vss_engine, "s2"), -EIO, "test");
	engine_settle(&vss_engine);
	ck_assert(read->has_ended);
	ck_assert(read->result == 0 || (_i % 2 == 1 && read->result == -EIO));
	check_those_there();
	engine_request_free(read);
	engine_request_free(write);
	engine_deinit(&vss_engine);
}
END_TEST

/* When the last older one goes, the kept one begins to go, and is still there for the newest. */
START_TEST(all_that_are_left_may_be_deleted_at_once)
{
	struct snapshot_delete oldest = { .done = deleted }, newest = { .done = deleted };
	struct engine_request *write = engine_write_new(0, VSS_BLOCK, 800);

	start_three_seeded(engine_seed() + (uint64_t)_i);
	ck_assert_int_eq(engine_delete(&vss_engine, "s1"), 0);

	vss_stamps[0] = 800;
	engine_submit(&vss_engine, write);
	volume_snapshot_delete(vss_engine.volume, engine_find(&vss_engine, "s0"), &oldest);
	volume_snapshot_delete(vss_engine.volume, engine_find(&vss_engine, "s2"), &newest);
	engine_settle(&vss_engine);
	ck_assert_int_eq(write->result, 0);
	ck_assert(list_empty(&vss_engine.volume->snapshots));
	check_those_there();
	engine_request_free(write);
	ck_assert_int_eq(engine_close(&vss_engine), 0);
	ck_assert_int_eq(engine_open(&vss_engine), 0);
	ck_assert_ptr_null(volume_snapshot_next(vss_engine.volume, NULL));
	engine_deinit(&vss_engine);
}
END_TEST

/* 0: damaged, 1: gone; each while it has its name, and kept. */
START_TEST(a_store_that_is_lost_takes_the_older_ones_along)
{
	bool is_kept = _i / 2 == 1;
	const char *file = is_kept ? "0000000000000002" KEPT_SUFFIX : "s1.store";
	uint64_t size_bytes;

	start_three();
	if (is_kept)
		ck_assert_int_eq(engine_delete(&vss_engine, "s1"), 0);
	ck_assert_int_eq(engine_close(&vss_engine), 0);
	if (_i % 2 == 0)
		engine_file(&vss_engine, file, &size_bytes)[STORE_UNIT_BYTES + 100] ^= 1;
	else
		ck_assert_int_eq(vss_engine.folder->ops->remove(vss_engine.folder, file), 0);
	for (unsigned mounts = 0; mounts < 2; mounts++) {
		ck_assert_int_eq(engine_open(&vss_engine), 0);
		ck_assert_ptr_null(volume_snapshot_find(vss_engine.volume, "s0"));
		vss_check(engine_find(&vss_engine, "s2"), contents[2]);
		vss_write(10, 600 + mounts);
		/* The status of one that is lost is asked for, too; its store may be none. */
		ck_assert_uint_eq(vss_area_bytes(), vss_used_bytes(engine_find(&vss_engine, "s2")));
		vss_check(engine_find(&vss_engine, "s2"), contents[2]);
		ck_assert_int_eq(engine_close(&vss_engine), 0);
	}
	ck_assert_int_eq(engine_open(&vss_engine), 0);
	engine_deinit(&vss_engine);
}
END_TEST

static int create_result;

static void create_ended(struct snapshot_create *create, int result)
{
	(void)create;
	create_result = result;
}

START_TEST(one_that_fails_before_it_was_answered_for_was_never_taken)
{
	struct snapshot_create create = { .name = "new", .done = create_ended };

	start_three();
	create_result = 1;
	volume_snapshot_create(vss_engine.volume, &create);
	while (!volume_snapshot_find(vss_engine.volume, "new"))
		ck_assert(engine_step(&vss_engine));
	ck_assert_int_eq(create_result, 1);
	snapshot_fail(engine_find(&vss_engine, "s1"), -ENOSPC, "test");
	engine_settle(&vss_engine);
	ck_assert_int_eq(create_result, -ENOSPC);
	ck_assert_ptr_null(volume_snapshot_next(vss_engine.volume, NULL));
	vss_check(NULL, vss_stamps);
	engine_deinit(&vss_engine);
}
END_TEST

/* Both kinds of command, killed after each step: what is there is right, and goes on being so. */
START_TEST(a_kill_at_any_step_of_taking_or_deleting_changes_no_snapshot)
{
	bool has_ended = false;
	unsigned with_the_new_one = 0, kills = 0;

	for (unsigned steps = 0; !has_ended; steps++, kills++) {
		struct snapshot_create create = { .name = "new", .done = created };
		struct snapshot_delete deletion = { .done = deleted };

		start_three();
		if (_i == 0)
			volume_snapshot_create(vss_engine.volume, &create);
		else
			volume_snapshot_delete(
				vss_engine.volume, engine_find(&vss_engine, "s1"), &deletion);
		for (unsigned i = 0; i < steps && !has_ended; i++)
			has_ended = !engine_step(&vss_engine);
		ck_assert_int_eq(engine_kill_and_open(&vss_engine), 0);
		with_the_new_one += volume_snapshot_find(vss_engine.volume, "new") != NULL;
		ck_assert_ptr_nonnull(volume_snapshot_find(vss_engine.volume, "s0"));
		vss_write(10, 700);
		vss_write(55, 700);
		check_those_there();
		ck_assert_int_eq(engine_close(&vss_engine), 0);
		ck_assert_int_eq(engine_open(&vss_engine), 0);
		check_those_there();
		engine_deinit(&vss_engine);
	}
	ck_assert_uint_gt(kills, 2);
	if (_i == 0)
		ck_assert(with_the_new_one > 1 && with_the_new_one < kills);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("vss area kept");
	TCase *all = tcase_create("kept");

	(void)argc;
	tcase_add_test(all, a_replaced_block_is_stored_once_however_many_snapshots_there_are);
	tcase_add_test(all, an_older_one_reads_and_lists_what_newer_ones_hold);
	tcase_add_loop_test(all, deleting_any_of_them_in_any_order_changes_no_other, 0, 18);
	tcase_add_test(all, the_name_of_a_deleted_one_is_free_while_its_store_is_kept);
	tcase_add_test(all, what_a_kept_one_holds_is_not_stored_again);
	tcase_add_loop_test(all, a_read_through_newer_stores_survives_their_failure, 0, 5);
	tcase_add_loop_test(
		all, a_read_of_an_older_one_may_begin_while_a_newer_one_is_being_deleted, 0, 32);
	tcase_add_loop_test(all, all_that_are_left_may_be_deleted_at_once, 0, 4);
	tcase_add_loop_test(all, a_store_that_is_lost_takes_the_older_ones_along, 0, 4);
	tcase_add_loop_test(
		all, a_kill_at_any_step_of_taking_or_deleting_changes_no_snapshot, 0, 2);
	tcase_add_test(all, one_that_fails_before_it_was_answered_for_was_never_taken);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
