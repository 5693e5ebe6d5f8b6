/* SPDX-License-Identifier: Apache-2.0 */
/* dattobd's states on a volume: transitions, what is tracked through them, dormancy. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/volume/changed.h"
#include "simfs/volume/volume_faults.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/datto_bench.h"

/* ---- tracking ---- */

START_TEST(changes_are_tracked_exactly_in_both_modes_whatever_happens)
{
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i), steps = engine_count(3000);
	uint64_t sequence_id = 1;
	bool is_incremental = false;

	datto_start("200%");
	for (uint64_t step = 0; step < steps; step++) {
		uint64_t dice = mix_below(seed, step, 60);

		if (dice == 0) {
			ck_assert_int_eq(engine_kill_and_open(&datto_engine), 0);
		} else if (dice == 1) {
			ck_assert_int_eq(engine_close(&datto_engine), 0);
			ck_assert_int_eq(engine_open(&datto_engine), 0);
		} else if (dice == 2 && is_incremental) {
			ck_assert_int_eq(datto_run(DATTO_TO_SNAPSHOT), 0);
			is_incremental = false;
			sequence_id++;
			datto_note_taken();
		} else if (dice == 2) {
			ck_assert_int_eq(datto_run(DATTO_TO_INCREMENTAL), 0);
			is_incremental = true;
		} else {
			datto_write((unsigned)mix_below(seed, ~step, DATTO_BLOCKS), 1000 + step);
		}
		ck_assert_uint_eq(datto_state_now(), is_incremental ? 2 : 3);
		ck_assert_uint_eq(datto_number("\"seq_id\": "), sequence_id);
		datto_check_changed();
		if (!is_incremental && dice < 5)
			datto_check_content();
	}
	engine_deinit(&datto_engine);
}
END_TEST

START_TEST(an_incremental_cannot_be_read_and_keeps_its_uuid)
{
	char *text, *uuid;
	uint8_t byte;

	datto_start("200%");
	text = volume_datto_info(datto_engine.volume);
	uuid = strndup(strstr(text, "\"uuid\": "), 44);
	free(text);
	ck_assert_int_eq(datto_run(DATTO_TO_INCREMENTAL), 0);
	ck_assert_int_eq(engine_read(&datto_engine, datto_device(), 0, &byte, 1), -EIO);
	datto_write(3, 100);
	ck_assert_int_eq(datto_run(DATTO_TO_SNAPSHOT), 0);
	datto_note_taken();
	text = volume_datto_info(datto_engine.volume);
	ck_assert_ptr_nonnull(strstr(text, uuid));
	free(text);
	free(uuid);
	datto_write(3, 200);
	datto_check_content();
	datto_check_changed();
	engine_deinit(&datto_engine);
}
END_TEST

START_TEST(a_kill_at_any_step_of_a_transition_leaves_the_one_or_the_other)
{
	enum datto_ioctl ioctl = _i == 0 ? DATTO_TO_INCREMENTAL : DATTO_TO_SNAPSHOT;
	unsigned outcomes[2] = { 0 };
	bool has_ended = false;

	for (unsigned steps = 0; !has_ended; steps++) {
		struct datto_run transition = { 0 };

		datto_start("200%");
		datto_write(1, 100);
		if (ioctl == DATTO_TO_SNAPSHOT)
			ck_assert_int_eq(datto_run(DATTO_TO_INCREMENTAL), 0);
		datto_write(2, 200);
		datto_begin(&transition, ioctl);
		for (unsigned i = 0; i < steps && !has_ended; i++)
			has_ended = !engine_step(&datto_engine);
		ck_assert_int_eq(engine_kill_and_open(&datto_engine), 0);

		bool is_snapshot = datto_state_now() == 3;

		outcomes[is_snapshot]++;
		if (ioctl == DATTO_TO_SNAPSHOT && is_snapshot)
			datto_note_taken();
		ck_assert_uint_eq(datto_number("\"seq_id\": "),
			ioctl == DATTO_TO_SNAPSHOT && is_snapshot ? 2 : 1);
		datto_check_changed();
		datto_write(3, 300);
		datto_check_changed();
		if (is_snapshot)
			datto_check_content();
		engine_deinit(&datto_engine);
	}
	ck_assert_uint_gt(outcomes[0], 0);
	ck_assert_uint_gt(outcomes[1], 0);
}
END_TEST

/* ---- failing ---- */

START_TEST(an_overflow_on_the_way_to_incremental_leaves_a_failed_incremental)
{
	struct datto_run transition = { 0 };
	struct engine_request *write;

	datto_start("80KiB");
	write = engine_write_new(0, DATTO_BLOCKS * DATTO_BLOCK, 100);
	engine_submit(&datto_engine, write);
	datto_begin(&transition, DATTO_TO_INCREMENTAL);
	ck_assert_int_eq(engine_wait(&datto_engine, write), 0);
	engine_settle(&datto_engine);
	ck_assert(transition.has_ended);
	ck_assert_int_eq(transition.result, -EFBIG);
	ck_assert_uint_eq(datto_state_now(), 2);
	ck_assert_uint_eq(datto_number("\"error\": -"), EFBIG);
	engine_request_free(write);
	ck_assert_int_eq(engine_kill_and_open(&datto_engine), 0);
	ck_assert_uint_eq(datto_state_now(), 2);
	ck_assert_int_eq(datto_run(DATTO_TO_SNAPSHOT), -EINVAL);
	ck_assert_int_eq(datto_run(DATTO_DESTROY), 0);
	ck_assert_int_eq(datto_run(DATTO_SETUP), 0);
	engine_deinit(&datto_engine);
}
END_TEST

START_TEST(a_disk_error_leaves_the_old_or_fails_and_never_the_live_view)
{
	unsigned failures = 0;

	for (uint64_t nth = 1;; nth++) {
		datto_start("200%");
		datto_write(1, 100);
		memory_disk_fail(datto_engine.disk, BLOCKIO_WRITE, nth, 1, -EIO);

		bool is_done = datto_run(DATTO_TO_INCREMENTAL) == 0 &&
			       datto_run(DATTO_TO_SNAPSHOT) == 0;
		bool has_struck = memory_disk_failed(datto_engine.disk) > 0;

		memory_disk_fail(datto_engine.disk, BLOCKIO_WRITE, 1, 0, 0);
		ck_assert(is_done != has_struck);
		failures += has_struck;
		if (is_done)
			datto_note_taken();
		datto_check_changed();
		datto_write(2, 200);
		datto_check_changed();
		if (datto_state_now() == 3)
			datto_check_content();
		engine_deinit(&datto_engine);
		if (!has_struck)
			break;
	}
	ck_assert_uint_ge(failures, 2);
}
END_TEST

START_TEST(commands_in_the_wrong_mode_are_refused)
{
	datto_start("200%");
	ck_assert_int_eq(datto_run(DATTO_TO_SNAPSHOT), -EINVAL);
	ck_assert_int_eq(datto_run(DATTO_MOUNT), -EINVAL);
	ck_assert_int_eq(datto_run(DATTO_RELOAD_SNAPSHOT), -EINVAL);
	ck_assert_int_eq(datto_run(DATTO_SETUP), -EBUSY);
	ck_assert_int_eq(datto_run(DATTO_TO_INCREMENTAL), 0);
	ck_assert_int_eq(datto_run(DATTO_TO_INCREMENTAL), -EINVAL);
	ck_assert_int_eq(datto_run_sized(DATTO_EXPAND, 0, 1 << 20), -EINVAL);
	ck_assert_int_eq(datto_run(DATTO_UNMOUNT), 0);
	ck_assert_uint_eq(datto_state_now(), 0);
	ck_assert_int_eq(datto_run(DATTO_UNMOUNT), -EINVAL);
	ck_assert_int_eq(datto_run(DATTO_TO_SNAPSHOT), -EINVAL);
	ck_assert_int_eq(datto_run(DATTO_RELOAD_SNAPSHOT), -EBUSY);
	ck_assert_int_eq(datto_run(DATTO_DESTROY), 0);
	ck_assert_int_eq(datto_run(DATTO_DESTROY), -ENOENT);
	ck_assert_int_eq(datto_run(DATTO_RELOAD_INCREMENTAL), 0);
	ck_assert_uint_eq(datto_state_now(), 4);
	ck_assert_int_eq(datto_run(DATTO_MOUNT), 0);
	ck_assert_uint_eq(datto_number("\"error\": -"), ENOENT);
	ck_assert_int_eq(datto_run(DATTO_SETUP), -EBUSY);
	ck_assert_int_eq(datto_run(DATTO_DESTROY), 0);
	ck_assert_int_eq(datto_run(DATTO_SETUP), 0);
	engine_deinit(&datto_engine);
}
END_TEST

START_TEST(another_profile_has_no_dattobd)
{
	engine_init(&datto_engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = DATTO_BLOCK });
	ck_assert_int_eq(datto_run(DATTO_SETUP), -EOPNOTSUPP);
	engine_deinit(&datto_engine);
}
END_TEST

/* ---- dormant ---- */

/* As with the driver, nobody notices that the snapshot is not what it was. */
START_TEST(what_is_written_while_it_is_dormant_is_not_traced)
{
	json_t *status;
	uint8_t byte;

	datto_start("200%");
	datto_write(0, 100);
	ck_assert_int_eq(datto_run(DATTO_UNMOUNT), 0);
	status = snapshot_status(datto_device());
	ck_assert_str_eq(json_string_value(json_object_get(status, "state")), "dormant");
	json_decref(status);
	ck_assert_uint_eq(datto_state_now(), 1);
	ck_assert_int_eq(engine_read(&datto_engine, datto_device(), 0, &byte, 1), -EIO);
	ck_assert_int_eq(engine_snapshot(&datto_engine, "s", NULL, NULL), -EINVAL);
	datto_write(1, 101);
	datto_changed[1] = false;
	datto_taken[1] = datto_live[1];
	ck_assert_int_eq(datto_run(DATTO_MOUNT), 0);
	ck_assert_uint_eq(datto_state_now(), 3);
	ck_assert_uint_eq(datto_number("\"fallocate\": "), 0);
	datto_write(2, 102);
	datto_check_changed();
	datto_check_content();
	engine_deinit(&datto_engine);
}
END_TEST

/* With --durable its name is made durable when it is there already, in the incremental's place. */
START_TEST(a_snapshot_that_fails_before_its_name_is_durable_is_answered_with_an_error)
{
	struct engine_request *read;
	struct datto_run transition = { 0 };
	char message[RULE_MESSAGE_BYTES];
	uint64_t before, id;

	datto_start("200%");
	ck_assert_int_eq(engine_close(&datto_engine), 0);
	datto_engine.volume_options.durable = true;
	ck_assert_int_eq(engine_open(&datto_engine), 0);
	ck_assert_int_eq(datto_run(DATTO_TO_INCREMENTAL), 0);
	before = snapshot_id(datto_device());
	datto_begin(&transition, DATTO_TO_SNAPSHOT);
	while (snapshot_id(datto_device()) == before)
		ck_assert(engine_step(&datto_engine));
	ck_assert(!transition.has_ended);
	ck_assert_int_eq(volume_fault_add(datto_engine.volume,
				 "snapshot.read fail-snapshot times=1", &id, message),
		0);
	read = engine_read_new(datto_device(), 0, DATTO_BLOCK);
	engine_submit(&datto_engine, read);
	engine_settle(&datto_engine);
	ck_assert(read->has_ended && transition.has_ended);
	ck_assert_int_lt(read->result, 0);
	ck_assert_int_lt(transition.result, 0);
	engine_request_free(read);
	/* It is there, and has failed; nothing else is. */
	ck_assert_ptr_null(volume_snapshot_next(datto_engine.volume, datto_device()));
	ck_assert_int_lt(snapshot_changed_error(datto_device()), 0);
	ck_assert_int_eq(datto_run(DATTO_DESTROY), 0);
	ck_assert_int_eq(engine_close(&datto_engine), 0);
	engine_deinit(&datto_engine);
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
	tcase_add_test(
		all, a_snapshot_that_fails_before_its_name_is_durable_is_answered_with_an_error);
	tcase_add_test(all, another_profile_has_no_dattobd);
	tcase_add_test(all, what_is_written_while_it_is_dormant_is_not_traced);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
