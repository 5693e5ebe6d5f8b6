/* SPDX-License-Identifier: Apache-2.0 */
/* dattobd's states on a volume: transitions, what is tracked through them, dormancy. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/volume/datto.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define BLOCK  4096
#define BLOCKS 64
#define LIVE   "/mount/live"

static struct engine engine;
static uint64_t live[BLOCKS], taken[BLOCKS]; /* stamps of the blocks */
static bool changed[BLOCKS];

struct run {
	struct datto_command command;
	bool has_ended;
	int result;
};

static void note(struct datto_command *command, int result)
{
	struct run *run = CONTAINER_OF(command, struct run, command);

	run->has_ended = true;
	run->result = result;
}

static void begin(struct run *run, enum datto_ioctl ioctl)
{
	run->command.ioctl = ioctl;
	run->command.block_device = LIVE;
	run->command.cow_path = "/mnt/.datto";
	run->command.done = note;
	volume_datto_ioctl(engine.volume, &run->command);
}

static int run_sized(enum datto_ioctl ioctl, uint64_t fallocate_bytes, uint64_t expand_bytes)
{
	struct run run = { .command = { .fallocate_bytes = fallocate_bytes,
				   .expand_bytes = expand_bytes } };

	begin(&run, ioctl);
	engine_settle(&engine);
	ck_assert(run.has_ended);
	return run.result;
}

static int run(enum datto_ioctl ioctl)
{
	return run_sized(ioctl, 0, 0);
}

static void write_block(unsigned block, uint64_t stamp)
{
	ck_assert_int_eq(engine_write(&engine, (uint64_t)block * BLOCK, BLOCK, stamp), 0);
	live[block] = stamp;
	changed[block] = true;
}

static void note_taken(void)
{
	memcpy(taken, live, sizeof live);
	memset(changed, 0, sizeof changed);
}

static void start(const char *limit)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = BLOCKS * BLOCK,
			.profile = &profile_datto,
			.limit = limit });
	for (unsigned i = 0; i < BLOCKS; i++)
		write_block(i, i + 1);
	ck_assert_int_eq(run(DATTO_SETUP), 0);
	note_taken();
}

static struct snapshot *device(void)
{
	return engine_find(&engine, "datto0");
}

static uint64_t info_number(const char *field)
{
	char *text = volume_datto_info(engine.volume), *at = strstr(text, field);
	uint64_t number;

	ck_assert_msg(at != NULL, "no %s in %s", field, text);
	number = strtoull(at + strlen(field), NULL, 10);
	free(text);
	return number;
}

static unsigned state(void)
{
	return (unsigned)info_number("\"state\": ");
}

static void check_changed(void)
{
	uint64_t offset, length, count = 0;
	bool found[BLOCKS] = { false };

	for (uint64_t from = 0; snapshot_changed_next(device(), from, &offset, &length);
		from = offset + length)
		for (uint64_t block = offset / BLOCK; block < (offset + length) / BLOCK; block++)
			found[block] = true;
	for (unsigned i = 0; i < BLOCKS; i++) {
		ck_assert_msg(found[i] == changed[i], "block %u is %s", i,
			changed[i] ? "missed" : "extra");
		count += changed[i];
	}
	ck_assert_uint_eq(snapshot_changed_blocks(device()), count);
	ck_assert_uint_eq(info_number("\"nr_changed_blocks\": "), count);
}

static void check_content(void)
{
	uint8_t *content = engine_content(&engine, device()), block[BLOCK];

	for (unsigned i = 0; i < BLOCKS; i++) {
		engine_stamp_fill(block, BLOCK, taken[i]);
		ck_assert_msg(memcmp(content + (size_t)i * BLOCK, block, BLOCK) == 0,
			"block %u is not what it was", i);
	}
	free(content);
}

/* ---- tracking ---- */

START_TEST(changes_are_tracked_exactly_in_both_modes_whatever_happens)
{
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i), steps = engine_count(3000);
	uint64_t sequence_id = 1;
	bool is_incremental = false;

	start("200%");
	for (uint64_t step = 0; step < steps; step++) {
		uint64_t dice = mix_below(seed, step, 60);

		if (dice == 0) {
			ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		} else if (dice == 1) {
			ck_assert_int_eq(engine_close(&engine), 0);
			ck_assert_int_eq(engine_open(&engine), 0);
		} else if (dice == 2 && is_incremental) {
			ck_assert_int_eq(run(DATTO_TO_SNAPSHOT), 0);
			is_incremental = false;
			sequence_id++;
			note_taken();
		} else if (dice == 2) {
			ck_assert_int_eq(run(DATTO_TO_INCREMENTAL), 0);
			is_incremental = true;
		} else {
			write_block((unsigned)mix_below(seed, ~step, BLOCKS), 1000 + step);
		}
		ck_assert_uint_eq(state(), is_incremental ? 2 : 3);
		ck_assert_uint_eq(info_number("\"seq_id\": "), sequence_id);
		check_changed();
		if (!is_incremental && dice < 5)
			check_content();
	}
	engine_deinit(&engine);
}
END_TEST

START_TEST(an_incremental_cannot_be_read_and_keeps_its_uuid)
{
	char *text, *uuid;
	uint8_t byte;

	start("200%");
	text = volume_datto_info(engine.volume);
	uuid = strndup(strstr(text, "\"uuid\": "), 44);
	free(text);
	ck_assert_int_eq(run(DATTO_TO_INCREMENTAL), 0);
	ck_assert_int_eq(engine_read(&engine, device(), 0, &byte, 1), -EIO);
	write_block(3, 100);
	ck_assert_int_eq(run(DATTO_TO_SNAPSHOT), 0);
	note_taken();
	text = volume_datto_info(engine.volume);
	ck_assert_ptr_nonnull(strstr(text, uuid));
	free(text);
	free(uuid);
	write_block(3, 200);
	check_content();
	check_changed();
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_kill_at_any_step_of_a_transition_leaves_the_one_or_the_other)
{
	enum datto_ioctl ioctl = _i == 0 ? DATTO_TO_INCREMENTAL : DATTO_TO_SNAPSHOT;
	unsigned outcomes[2] = { 0 };
	bool has_ended = false;

	for (unsigned steps = 0; !has_ended; steps++) {
		struct run transition = { 0 };

		start("200%");
		write_block(1, 100);
		if (ioctl == DATTO_TO_SNAPSHOT)
			ck_assert_int_eq(run(DATTO_TO_INCREMENTAL), 0);
		write_block(2, 200);
		begin(&transition, ioctl);
		for (unsigned i = 0; i < steps && !has_ended; i++)
			has_ended = !engine_step(&engine);
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);

		bool is_snapshot = state() == 3;

		outcomes[is_snapshot]++;
		if (ioctl == DATTO_TO_SNAPSHOT && is_snapshot)
			note_taken();
		ck_assert_uint_eq(info_number("\"seq_id\": "),
			ioctl == DATTO_TO_SNAPSHOT && is_snapshot ? 2 : 1);
		check_changed();
		write_block(3, 300);
		check_changed();
		if (is_snapshot)
			check_content();
		engine_deinit(&engine);
	}
	ck_assert_uint_gt(outcomes[0], 0);
	ck_assert_uint_gt(outcomes[1], 0);
}
END_TEST

/* ---- failing ---- */

START_TEST(an_overflow_on_the_way_to_incremental_leaves_a_failed_incremental)
{
	struct run transition = { 0 };
	struct engine_request *write;

	start("80KiB");
	write = engine_write_new(0, BLOCKS * BLOCK, 100);
	engine_submit(&engine, write);
	begin(&transition, DATTO_TO_INCREMENTAL);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	engine_settle(&engine);
	ck_assert(transition.has_ended);
	ck_assert_int_eq(transition.result, -EFBIG);
	ck_assert_uint_eq(state(), 2);
	ck_assert_uint_eq(info_number("\"error\": -"), EFBIG);
	engine_request_free(write);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert_uint_eq(state(), 2);
	ck_assert_int_eq(run(DATTO_TO_SNAPSHOT), -EINVAL);
	ck_assert_int_eq(run(DATTO_DESTROY), 0);
	ck_assert_int_eq(run(DATTO_SETUP), 0);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_disk_error_leaves_the_old_or_fails_and_never_the_live_view)
{
	unsigned failures = 0;

	for (uint64_t nth = 1;; nth++) {
		start("200%");
		write_block(1, 100);
		memory_disk_fail(engine.disk, BLOCKIO_WRITE, nth, 1, -EIO);

		bool is_done = run(DATTO_TO_INCREMENTAL) == 0 && run(DATTO_TO_SNAPSHOT) == 0;
		bool has_struck = memory_disk_failed(engine.disk) > 0;

		memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 0, 0);
		ck_assert(is_done != has_struck);
		failures += has_struck;
		if (is_done)
			note_taken();
		check_changed();
		write_block(2, 200);
		check_changed();
		if (state() == 3)
			check_content();
		engine_deinit(&engine);
		if (!has_struck)
			break;
	}
	ck_assert_uint_ge(failures, 2);
}
END_TEST

START_TEST(commands_in_the_wrong_mode_are_refused)
{
	start("200%");
	ck_assert_int_eq(run(DATTO_TO_SNAPSHOT), -EINVAL);
	ck_assert_int_eq(run(DATTO_MOUNT), -EINVAL);
	ck_assert_int_eq(run(DATTO_RELOAD_SNAPSHOT), -EINVAL);
	ck_assert_int_eq(run(DATTO_SETUP), -EBUSY);
	ck_assert_int_eq(run(DATTO_TO_INCREMENTAL), 0);
	ck_assert_int_eq(run(DATTO_TO_INCREMENTAL), -EINVAL);
	ck_assert_int_eq(run_sized(DATTO_EXPAND, 0, 1 << 20), -EINVAL);
	ck_assert_int_eq(run(DATTO_UNMOUNT), 0);
	ck_assert_uint_eq(state(), 0);
	ck_assert_int_eq(run(DATTO_UNMOUNT), -EINVAL);
	ck_assert_int_eq(run(DATTO_TO_SNAPSHOT), -EINVAL);
	ck_assert_int_eq(run(DATTO_RELOAD_SNAPSHOT), -EBUSY);
	ck_assert_int_eq(run(DATTO_DESTROY), 0);
	ck_assert_int_eq(run(DATTO_DESTROY), -ENOENT);
	ck_assert_int_eq(run(DATTO_RELOAD_INCREMENTAL), 0);
	ck_assert_uint_eq(state(), 4);
	ck_assert_int_eq(run(DATTO_MOUNT), 0);
	ck_assert_uint_eq(info_number("\"error\": -"), ENOENT);
	ck_assert_int_eq(run(DATTO_SETUP), -EBUSY);
	ck_assert_int_eq(run(DATTO_DESTROY), 0);
	ck_assert_int_eq(run(DATTO_SETUP), 0);
	engine_deinit(&engine);
}
END_TEST

START_TEST(another_profile_has_no_dattobd)
{
	engine_init(&engine, engine_seed(), &(struct engine_options){ .volume_bytes = BLOCK });
	ck_assert_int_eq(run(DATTO_SETUP), -EOPNOTSUPP);
	engine_deinit(&engine);
}
END_TEST

START_TEST(an_expanded_cow_file_takes_more)
{
	start("80KiB");
	for (unsigned i = 0; i < 5; i++)
		write_block(i, 100 + i);
	ck_assert_int_eq(run_sized(DATTO_EXPAND, 0, 1 << 20), 0);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert_uint_eq(info_number("\"cow_size_current\": "), (80 << 10) + (1 << 20));
	for (unsigned i = 0; i < BLOCKS; i++)
		write_block(i, 200 + i);
	ck_assert_uint_eq(state(), 3);
	check_content();
	engine_deinit(&engine);
}
END_TEST

/* ---- dormant ---- */

/* As with the driver, nobody notices that the snapshot is not what it was. */
START_TEST(what_is_written_while_it_is_dormant_is_not_traced)
{
	json_t *status;
	uint8_t byte;

	start("200%");
	write_block(0, 100);
	ck_assert_int_eq(run(DATTO_UNMOUNT), 0);
	status = snapshot_status(device());
	ck_assert_str_eq(json_string_value(json_object_get(status, "state")), "dormant");
	json_decref(status);
	ck_assert_uint_eq(state(), 1);
	ck_assert_int_eq(engine_read(&engine, device(), 0, &byte, 1), -EIO);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), -EINVAL);
	write_block(1, 101);
	changed[1] = false;
	taken[1] = live[1];
	ck_assert_int_eq(run(DATTO_MOUNT), 0);
	ck_assert_uint_eq(state(), 3);
	ck_assert_uint_eq(info_number("\"fallocate\": "), 0);
	write_block(2, 102);
	check_changed();
	check_content();
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("datto states");
	TCase *all = tcase_create("states");

	(void)argc;
	tcase_set_timeout(all, 60);
	tcase_add_loop_test(all, changes_are_tracked_exactly_in_both_modes_whatever_happens, 0, 4);
	tcase_add_test(all, an_incremental_cannot_be_read_and_keeps_its_uuid);
	tcase_add_loop_test(
		all, a_kill_at_any_step_of_a_transition_leaves_the_one_or_the_other, 0, 2);
	tcase_add_test(all, an_overflow_on_the_way_to_incremental_leaves_a_failed_incremental);
	tcase_add_test(all, a_disk_error_leaves_the_old_or_fails_and_never_the_live_view);
	tcase_add_test(all, commands_in_the_wrong_mode_are_refused);
	tcase_add_test(all, another_profile_has_no_dattobd);
	tcase_add_test(all, an_expanded_cow_file_takes_more);
	tcase_add_test(all, what_is_written_while_it_is_dormant_is_not_traced);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
