/* SPDX-License-Identifier: Apache-2.0 */
/* A volume becomes longer while it is served. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/volume/datto/datto.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/grow_bench.h"

START_TEST(a_volume_grows_and_keeps_what_it_had)
{
	grow_open("plain");
	ck_assert_int_eq(engine_snapshot(&grow_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(grow_to(GROW_TO_BYTES), -EBUSY);
	ck_assert_int_eq(engine_delete(&grow_engine, "s"), 0);
	ck_assert_int_eq(grow_to(GROW_FROM_BYTES - 512), -EINVAL);
	ck_assert_int_eq(grow_to(GROW_FROM_BYTES + 100), -EINVAL);
	ck_assert_int_eq(grow_to(GROW_TO_BYTES), 0);
	grow_expect(NULL, GROW_TO_BYTES - GROW_PART_BYTES, 0);
	grow_expect_sound(GROW_TO_BYTES);
	engine_deinit(&grow_engine);
}
END_TEST

START_TEST(a_chain_does_not_grow)
{
	grow_open("xen");
	ck_assert_int_eq(grow_to(GROW_TO_BYTES), -EOPNOTSUPP);
	engine_deinit(&grow_engine);
}
END_TEST

/* A kill between the image and its record, or somebody's truncate. */
START_TEST(an_image_that_is_longer_is_believed_but_not_by_its_snapshots)
{
	int error = 0;

	grow_open("plain");
	if (_i == 1)
		ck_assert_int_eq(engine_snapshot(&grow_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(engine_close(&grow_engine), 0);
	engine_file_resize(&grow_engine, ENGINE_IMAGE, GROW_TO_BYTES);
	ck_assert_int_eq(engine_open(&grow_engine), 0);
	if (_i == 1) {
		ck_assert_uint_eq(volume_bytes(grow_engine.volume), GROW_TO_BYTES);
		ck_assert(engine_has_failed(engine_find(&grow_engine, "s"), &error));
		ck_assert_int_eq(error, -EUCLEAN);
	} else {
		grow_expect_sound(GROW_TO_BYTES);
	}
	engine_deinit(&grow_engine);
}
END_TEST

/* ---- meanwhile ---- */

START_TEST(a_growth_that_waits_for_its_folder_holds_up_nobody)
{
	struct engine_request *write, *read, *flush;
	uint64_t first, end;

	grow_open("plain");
	engine_folder_hold_syncs(grow_engine.folder, true);

	uint64_t writes = memory_disk_completed(grow_engine.disk, BLOCKIO_WRITE);

	/* What came before is not completed within the call. */
	write = engine_write_new(0, GROW_PART_BYTES, 2);
	engine_submit(&grow_engine, write);
	grow_begin();
	ck_assert(!write->has_ended && !grow_has_ended);
	ck_assert_uint_eq(memory_disk_completed(grow_engine.disk, BLOCKIO_WRITE), writes);
	engine_settle(&grow_engine);
	ck_assert(write->has_ended && !grow_has_ended && !volume_idle(grow_engine.volume));
	ck_assert_uint_eq(grow_image_bytes(), GROW_TO_BYTES);

	for (unsigned round = 0; round < 20; round++) {
		engine_request_free(write);
		write = engine_write_new(
			GROW_FROM_BYTES - GROW_PART_BYTES, GROW_PART_BYTES, 3 + round);
		read = engine_read_new(NULL, GROW_FROM_BYTES - GROW_PART_BYTES, GROW_PART_BYTES);
		flush = engine_flush_new(NULL);
		engine_submit(&grow_engine, write);
		ck_assert_int_eq(engine_wait(&grow_engine, write), 0);
		engine_submit(&grow_engine, read);
		engine_submit(&grow_engine, flush);
		ck_assert_int_eq(engine_wait(&grow_engine, read), 0);
		ck_assert_int_eq(engine_wait(&grow_engine, flush), 0);
		grow_expect(NULL, GROW_FROM_BYTES - GROW_PART_BYTES, 3 + round);
		engine_request_free(read);
		engine_request_free(flush);
	}
	engine_request_free(write);
	ck_assert_uint_eq(volume_bytes(grow_engine.volume), GROW_FROM_BYTES);
	ck_assert(!volume_next_data(grow_engine.volume, NULL, GROW_FROM_BYTES, &first, &end));
	ck_assert(!grow_has_ended);

	engine_folder_hold_syncs(grow_engine.folder, false);
	engine_settle(&grow_engine);
	ck_assert(grow_has_ended && grow_result == 0);
	ck_assert(volume_idle(grow_engine.volume));
	ck_assert_int_eq(
		engine_write(&grow_engine, GROW_FROM_BYTES - GROW_PART_BYTES, GROW_PART_BYTES, 1),
		0);
	grow_expect_sound(GROW_TO_BYTES);
	engine_deinit(&grow_engine);
}
END_TEST

/* So who asks how far he may write, and is refused behind that, is never told too early. */
START_TEST(the_length_is_the_old_one_until_the_growth_is_answered)
{
	grow_open("plain");
	grow_begin();
	while (!grow_has_ended) {
		ck_assert_uint_eq(volume_bytes(grow_engine.volume), GROW_FROM_BYTES);
		ck_assert(engine_step(&grow_engine));
	}
	ck_assert_uint_eq(volume_bytes(grow_engine.volume), GROW_TO_BYTES);
	/* It was durable by then. */
	ck_assert_int_eq(engine_flush(&grow_engine), 0);
	engine_power_cut(&grow_engine, engine_seed());
	ck_assert_int_eq(engine_open(&grow_engine), 0);
	grow_expect_sound(GROW_TO_BYTES);
	engine_deinit(&grow_engine);
}
END_TEST

START_TEST(a_second_growth_is_refused_until_the_first_is_over)
{
	grow_open("plain");
	for (uint64_t at = 0; at < GROW_STEPS_MAX; at++) {
		grow_begin();
		grow_steps(at);
		if (grow_has_ended)
			break;
		ck_assert_int_eq(grow_to(GROW_TO_BYTES + GROW_PART_BYTES), -EBUSY);
		engine_settle(&grow_engine);
		ck_assert(grow_has_ended && grow_result == 0);
		ck_assert_uint_eq(volume_bytes(grow_engine.volume), GROW_TO_BYTES);
		engine_deinit(&grow_engine);
		grow_open("plain");
	}
	ck_assert_uint_eq(volume_bytes(grow_engine.volume), GROW_TO_BYTES);
	ck_assert_int_eq(grow_to(GROW_TO_BYTES + GROW_PART_BYTES), 0);
	engine_deinit(&grow_engine);
}
END_TEST

static void datto_done(struct datto_command *command, int result)
{
	(void)command;
	ck_assert_int_eq(result, -EBUSY);
}

static void created(struct snapshot_create *create, int result)
{
	(void)create;
	ck_assert_int_eq(result, -EBUSY);
}

START_TEST(while_a_volume_grows_no_snapshot_is_taken)
{
	static const char *const profiles[] = { "plain", "lvm", "vss", "datto" };
	unsigned moments = 0;

	for (uint64_t at = 0; at < GROW_STEPS_MAX; at++) {
		const char *profile = profiles[_i];
		struct snapshot_create create = { .name = "s", .done = created };
		struct datto_command command = {
			.ioctl = DATTO_SETUP,
			.block_device = "/mount/live",
			.cow_path = "/mnt/.datto",
			.done = datto_done,
		};

		grow_open(profile);
		grow_begin();
		grow_steps(at);
		if (!grow_has_ended) {
			create.with_writers = at % 2 == 1;
			volume_snapshot_create(grow_engine.volume, &create);
			ck_assert(create.refusal && strstr(create.refusal, "longer"));
			if (strcmp(profile, "datto") == 0)
				volume_datto_ioctl(grow_engine.volume, &command);
			moments++;
		}
		engine_settle(&grow_engine);
		ck_assert(grow_has_ended && grow_result == 0);
		grow_expect_sound(GROW_TO_BYTES);
		engine_deinit(&grow_engine);
	}
	ck_assert_uint_ge(moments, 3);
}
END_TEST

static bool was_created;

static void created_well(struct snapshot_create *create, int result)
{
	(void)create;
	ck_assert_int_eq(result, 0);
	was_created = true;
}

START_TEST(while_a_snapshot_is_taken_no_volume_grows)
{
	for (uint64_t at = 0; at < GROW_STEPS_MAX; at++) {
		struct snapshot_create create = { .name = "after", .done = created_well };

		grow_open("plain");
		volume_snapshot_create(grow_engine.volume, &create);
		grow_steps(at);
		ck_assert_int_eq(grow_to(GROW_TO_BYTES), -EBUSY);
		engine_settle(&grow_engine);
		ck_assert(was_created);
		ck_assert_int_eq(engine_delete(&grow_engine, "after"), 0);
		grow_expect_sound(GROW_FROM_BYTES);
		engine_deinit(&grow_engine);
	}
}
END_TEST

START_TEST(a_volume_that_grows_is_closed_when_it_is_longer)
{
	for (uint64_t at = 0; at < GROW_STEPS_MAX; at++) {
		grow_open("plain");
		grow_begin();
		grow_steps(at);
		ck_assert(grow_has_ended || !volume_idle(grow_engine.volume));
		ck_assert_int_eq(engine_close(&grow_engine), 0);
		ck_assert(grow_has_ended && grow_result == 0);
		ck_assert_int_eq(engine_open(&grow_engine), 0);
		grow_expect_sound(GROW_TO_BYTES);
		engine_deinit(&grow_engine);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volumes that grow");
	TCase *tcase = tcase_create("growing");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_volume_grows_and_keeps_what_it_had);
	tcase_add_test(tcase, a_chain_does_not_grow);
	tcase_add_loop_test(
		tcase, an_image_that_is_longer_is_believed_but_not_by_its_snapshots, 0, 2);
	tcase_add_test(tcase, a_growth_that_waits_for_its_folder_holds_up_nobody);
	tcase_add_test(tcase, the_length_is_the_old_one_until_the_growth_is_answered);
	tcase_add_test(tcase, a_second_growth_is_refused_until_the_first_is_over);
	tcase_add_loop_test(tcase, while_a_volume_grows_no_snapshot_is_taken, 0, 4);
	tcase_add_test(tcase, while_a_snapshot_is_taken_no_volume_grows);
	tcase_add_test(tcase, a_volume_that_grows_is_closed_when_it_is_longer);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
