/* SPDX-License-Identifier: Apache-2.0 */
/* With --durable, a name is on its way to the disk: what goes on meanwhile, and what fails. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)
#define LENGTH	     65536u
#define CUTS	     32u

static struct engine engine;
static bool has_ended;
static int ended_with;

static void start_seeded(const char *profile, uint64_t seed)
{
	engine_init(&engine, seed,
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile_find(profile),
			.durable = true,
			.power_cuts = true });
	ck_assert_int_eq(engine_write(&engine, 0, LENGTH, 1), 0);
	has_ended = false;
}

static void start(const char *profile)
{
	start_seeded(profile, engine_seed());
}

static void check_content(struct snapshot *of, uint64_t stamp)
{
	static uint8_t wanted[LENGTH];
	uint8_t *content = engine_content(&engine, of);

	engine_stamp_fill(wanted, sizeof wanted, stamp);
	ck_assert_mem_eq(content, wanted, sizeof wanted);
	free(content);
}

static void created(struct snapshot_create *create, int result)
{
	(void)create;
	has_ended = true;
	ended_with = result;
}

static void deleted(struct snapshot_delete *command, int result)
{
	(void)command;
	has_ended = true;
	ended_with = result;
}

static void step_until(bool (*met)(void))
{
	while (!met())
		ck_assert(engine_step(&engine));
}

static bool is_named(void)
{
	return engine_file_exists(&engine, "s.store");
}

static bool is_unnamed(void)
{
	return !is_named();
}

static bool is_over(void)
{
	return has_ended;
}

START_TEST(a_snapshot_is_there_when_its_name_is_durable_and_no_write_has_begun_until_then)
{
	struct snapshot_create create = { .name = "s", .done = created };
	struct engine_request *write = engine_write_new(0, LENGTH, 2);
	struct engine_request *read = engine_read_new(NULL, 0, LENGTH);

	start("plain");
	volume_snapshot_create(engine.volume, &create);
	step_until(is_named);
	ck_assert(!has_ended);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	ck_assert(!volume_idle(engine.volume));
	/* Readers are served, and the name is taken. */
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), -EEXIST);
	engine_submit(&engine, write);
	engine_submit(&engine, read);
	step_until(is_over);
	ck_assert_int_eq(ended_with, 0);
	ck_assert(!write->has_ended);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	ck_assert_int_eq(engine_wait(&engine, read), 0);
	check_content(engine_find(&engine, "s"), 1);
	check_content(NULL, 2);
	engine_power_cut(&engine, engine_seed());
	ck_assert_int_eq(engine_open(&engine), 0);
	check_content(engine_find(&engine, "s"), 1);
	engine_request_free(write);
	engine_request_free(read);
	engine_deinit(&engine);
}
END_TEST

START_TEST(two_snapshots_whose_names_are_on_their_way_are_there_in_the_order_of_their_numbers)
{
	for (uint64_t round = 0; round < CUTS; round++) {
		struct snapshot_create creates[2] = {
			{ .name = "s", .done = created },
			{ .name = "t", .done = created },
		};
		struct snapshot *first, *second;

		start_seeded(round % 2 ? "vss" : "plain", engine_seed() + round);
		volume_snapshot_create(engine.volume, &creates[0]);
		volume_snapshot_create(engine.volume, &creates[1]);
		engine_settle(&engine);
		first = volume_snapshot_next(engine.volume, NULL);
		second = volume_snapshot_next(engine.volume, first);
		ck_assert(first && second && snapshot_id(first) < snapshot_id(second));
		ck_assert_int_eq(engine_write(&engine, 0, LENGTH, 2), 0);
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		check_content(engine_find(&engine, "s"), 1);
		check_content(engine_find(&engine, "t"), 1);
		engine_deinit(&engine);
	}
}
END_TEST

/* Of what could not be made durable no power cut makes a snapshot that lies. */
static void check_after_power_cut(uint64_t seed)
{
	struct snapshot *snapshot;

	engine_power_cut(&engine, seed);
	ck_assert_int_eq(engine_open(&engine), 0);
	snapshot = volume_snapshot_find(engine.volume, "s");
	if (snapshot && !engine_has_failed(snapshot, NULL))
		check_content(snapshot, 1);
	check_content(NULL, 2);
}

START_TEST(one_whose_name_cannot_be_made_durable_was_not_taken_and_never_turns_up_wrong)
{
	for (uint64_t cut = 0; cut < CUTS; cut++) {
		struct snapshot_create create = { .name = "s", .done = created };

		start_seeded("plain", engine_seed() + cut);
		volume_snapshot_create(engine.volume, &create);
		/* After its file is made: the rename, then the sync. */
		engine_folder_fail(engine.folder, 2, 1, -EIO);
		step_until(is_over);
		ck_assert_uint_eq(engine_folder_failed(engine.folder), 1);
		ck_assert_int_eq(ended_with, -EIO);
		ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
		ck_assert(!is_named());
		ck_assert_int_eq(engine_write(&engine, 0, LENGTH, 2), 0);
		ck_assert_int_eq(engine_flush(&engine), 0);
		check_after_power_cut(engine_seed() + cut);
		engine_deinit(&engine);
	}
}
END_TEST

START_TEST(a_deleted_snapshot_is_nobodys_until_that_is_durable_and_writes_wait)
{
	struct snapshot_delete command = { .done = deleted };
	struct engine_request *write = engine_write_new(0, LENGTH, 2);
	struct engine_request *read = engine_read_new(NULL, 0, LENGTH);

	start("plain");
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	volume_snapshot_delete(engine.volume, engine_find(&engine, "s"), &command);
	step_until(is_unnamed);
	ck_assert(!has_ended);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	ck_assert(!volume_idle(engine.volume));
	engine_submit(&engine, write);
	engine_submit(&engine, read);
	step_until(is_over);
	ck_assert(!write->has_ended);
	ck_assert_int_eq(ended_with, 0);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	ck_assert_int_eq(engine_wait(&engine, read), 0);
	engine_power_cut(&engine, engine_seed());
	ck_assert_int_eq(engine_open(&engine), 0);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	engine_request_free(write);
	engine_request_free(read);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_snapshot_whose_file_is_gone_counts_as_gone_and_never_turns_up_wrong)
{
	for (uint64_t cut = 0; cut < CUTS; cut++) {
		start_seeded("plain", engine_seed() + cut);
		ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
		/* The removal, then the sync. */
		engine_folder_fail(engine.folder, 2, 1, -EIO);
		ck_assert_int_eq(engine_delete(&engine, "s"), 0);
		ck_assert_uint_eq(engine_folder_failed(engine.folder), 1);
		ck_assert_ptr_null(volume_snapshot_next(engine.volume, NULL));
		ck_assert(!is_named());
		ck_assert_int_eq(engine_write(&engine, 0, LENGTH, 2), 0);
		ck_assert_int_eq(engine_flush(&engine), 0);
		check_after_power_cut(engine_seed() + cut);
		engine_deinit(&engine);
	}
}
END_TEST

/* s is read through t, so the store of t is kept. */
START_TEST(one_that_cannot_be_kept_durably_stays_what_it_was)
{
	start("vss");
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "t", NULL, NULL), 0);
	ck_assert_int_eq(engine_write(&engine, 0, LENGTH, 2), 0);
	engine_folder_fail(engine.folder, 2, 1, -EIO);
	ck_assert_int_eq(engine_delete(&engine, "t"), -EIO);
	ck_assert_uint_eq(engine_folder_failed(engine.folder), 1);
	check_content(engine_find(&engine, "t"), 1);
	ck_assert_int_eq(engine_delete(&engine, "t"), 0);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "t"));
	check_content(engine_find(&engine, "s"), 1);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	engine_settle(&engine);
	ck_assert(list_empty(&engine.volume->snapshots));
	engine_deinit(&engine);
}
END_TEST

/* AT so many steps after the deletion of t has begun, all of the area is lost. */
START_TEST(one_that_fails_while_it_is_being_kept_goes)
{
	for (uint64_t at = 0; at < 12; at++) {
		struct snapshot_delete command = { .done = deleted };

		start_seeded("vss", engine_seed() + at);
		ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
		ck_assert_int_eq(engine_snapshot(&engine, "t", NULL, NULL), 0);
		volume_snapshot_delete(engine.volume, engine_find(&engine, "t"), &command);
		for (uint64_t i = 0; i < at; i++)
			engine_step(&engine);
		snapshot_fail(engine_find(&engine, "s"), -EIO, "test");
		engine_settle(&engine);
		ck_assert(has_ended);
		ck_assert_int_eq(ended_with, 0);
		ck_assert(list_empty(&engine.volume->snapshots));
		ck_assert(!engine_file_exists(&engine, "t.store"));
		ck_assert_int_eq(engine_close(&engine), 0);
		ck_assert_int_eq(engine_open(&engine), 0);
		ck_assert(list_empty(&engine.volume->snapshots));
		engine_deinit(&engine);
	}
}
END_TEST

START_TEST(both_of_an_area_may_be_deleted_at_once)
{
	for (uint64_t at = 0; at < 12; at++) {
		struct snapshot_delete commands[2] = { { .done = deleted }, { .done = deleted } };

		start_seeded("vss", engine_seed() + at);
		ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
		ck_assert_int_eq(engine_snapshot(&engine, "t", NULL, NULL), 0);
		volume_snapshot_delete(engine.volume, engine_find(&engine, "t"), &commands[0]);
		for (uint64_t i = 0; i < at; i++)
			engine_step(&engine);
		volume_snapshot_delete(engine.volume, engine_find(&engine, "s"), &commands[1]);
		engine_settle(&engine);
		ck_assert(list_empty(&engine.volume->snapshots));
		engine_deinit(&engine);
	}
}
END_TEST

/* Its room may be that of its whole limit, which takes long to give back. */
START_TEST(nobody_waits_for_the_file_of_a_snapshot_that_was_not_taken)
{
	struct snapshot_create create = { .name = "s", .done = created };
	uint64_t abandoned;

	start("datto");
	abandoned = engine_folder_abandoned(engine.folder);
	memory_disk_fail_only(engine.disk, ".store.new");
	memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	volume_snapshot_create(engine.volume, &create);
	engine_settle(&engine);
	ck_assert(has_ended && ended_with == -EIO);
	ck_assert_uint_eq(engine_folder_abandoned(engine.folder), abandoned + 1);
	ck_assert(!engine_file_exists(&engine, "s.store.new"));
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume syncs");
	TCase *tcase = tcase_create("syncs");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase,
		a_snapshot_is_there_when_its_name_is_durable_and_no_write_has_begun_until_then);
	tcase_add_test(tcase,
		two_snapshots_whose_names_are_on_their_way_are_there_in_the_order_of_their_numbers);
	tcase_add_test(tcase,
		one_whose_name_cannot_be_made_durable_was_not_taken_and_never_turns_up_wrong);
	tcase_add_test(tcase, a_deleted_snapshot_is_nobodys_until_that_is_durable_and_writes_wait);
	tcase_add_test(
		tcase, a_snapshot_whose_file_is_gone_counts_as_gone_and_never_turns_up_wrong);
	tcase_add_test(tcase, one_that_cannot_be_kept_durably_stays_what_it_was);
	tcase_add_test(tcase, one_that_fails_while_it_is_being_kept_goes);
	tcase_add_test(tcase, both_of_an_area_may_be_deleted_at_once);
	tcase_add_test(tcase, nobody_waits_for_the_file_of_a_snapshot_that_was_not_taken);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
