/* SPDX-License-Identifier: Apache-2.0 */
/* Devices hold their I/O and go on with other tables: what is done, and in which order. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/dm_suite.h"

/* ---- suspend and resume ---------------------------------------------------- */

START_TEST(a_table_becomes_active_when_the_device_is_resumed)
{
	dm_caller_create(&caller, "lv");
	caller.log[0] = '\0';
	ck_assert_int_eq(say(DM_TABLE_LOAD_CMD, "lv", DM_SKIP_BDGET_FLAG), -EINVAL);
	ck_assert_int_eq(dm_caller_load(&caller, "lv", LINEAR), 0);
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", 0), 0);
	ck_assert_uint_eq(answer.header.flags, DM_INACTIVE_PRESENT_FLAG);
	expect_log("count lv;");

	ck_assert_int_eq(say(DM_DEV_SUSPEND_CMD, "lv", DM_SKIP_BDGET_FLAG), 0);
	expect_log("quiesce lv flush;activate lv 0>16;release lv;");
	ck_assert_uint_eq(answer.header.flags, DM_ACTIVE_PRESENT_FLAG | DM_SKIP_BDGET_FLAG);
	ck_assert_uint_eq(answer.header.target_count, 1);
	ck_assert_uint_eq(dm_device_size(dm_caller_device(&caller, "lv")), 16);
}
END_TEST

START_TEST(another_table_takes_the_place_of_the_first)
{
	dm_caller_make(&caller, "lv", LINEAR);
	ck_assert_int_eq(dm_caller_load(&caller, "lv", "0 8 zero "), 0);
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), 0);
	expect_log("quiesce lv freeze flush;activate lv 16>8;release lv;discard lv 16>0;");
	ck_assert_str_eq(dm_caller_table(&caller, "lv", DM_STATUS_TABLE_FLAG), "0 8 zero ");
}
END_TEST

START_TEST(a_suspended_device_is_not_quiesced_again)
{
	dm_caller_make(&caller, "lv", LINEAR);
	ck_assert_int_eq(dm_caller_suspend(&caller, "lv"), 0);
	expect_log("quiesce lv freeze flush;");
	ck_assert_int_eq(dm_caller_suspend(&caller, "lv"), 0);
	expect_log("");
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), 0);
	expect_log("release lv;");
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), 0);
	expect_log("");

	dm_caller_suspend(&caller, "lv");
	dm_caller_load(&caller, "lv", "0 8 zero ");
	caller.log[0] = '\0';
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), 0);
	expect_log("activate lv 16>8;release lv;discard lv 16>0;");
}
END_TEST

START_TEST(what_is_frozen_and_flushed_is_as_the_caller_wants_it)
{
	static const struct {
		uint32_t flags;
		const char *log;
	} cases[] = {
		{ 0, "quiesce lv freeze flush;" },
		{ DM_SKIP_LOCKFS_FLAG, "quiesce lv flush;" },
		{ DM_NOFLUSH_FLAG, "quiesce lv;" },
		{ DM_NOFLUSH_FLAG | DM_SKIP_LOCKFS_FLAG, "quiesce lv;" },
	};

	dm_caller_make(&caller, "lv", LINEAR);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t flags = cases[i].flags | DM_SUSPEND_FLAG | DM_SKIP_BDGET_FLAG;

		ck_assert_int_eq(say(DM_DEV_SUSPEND_CMD, "lv", flags), 0);
		expect_log(cases[i].log);
		ck_assert_uint_eq(answer.header.flags, flags | DM_ACTIVE_PRESENT_FLAG);
		dm_caller_resume(&caller, "lv");
		caller.log[0] = '\0';
	}
}
END_TEST

START_TEST(a_device_without_a_table_can_be_suspended_but_not_resumed)
{
	dm_caller_create(&caller, "lv");
	ck_assert_int_eq(dm_caller_suspend(&caller, "lv"), 0);
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", 0), 0);
	ck_assert_uint_eq(answer.header.flags, DM_SUSPEND_FLAG);
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), -EINVAL);
	ck_assert_int_eq(dm_caller_load(&caller, "lv", LINEAR), 0);
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), 0);
	ck_assert(!dm_caller_device(&caller, "lv")->suspended);
}
END_TEST

START_TEST(what_was_not_quiesced_is_not_suspended)
{
	dm_caller_make(&caller, "lv", LINEAR);
	caller.results[DM_EFFECT_QUIESCE] = -EINTR;
	ck_assert_int_eq(dm_caller_suspend(&caller, "lv"), -EINTR);
	ck_assert(!dm_caller_device(&caller, "lv")->suspended);
	expect_log("quiesce lv freeze flush;");

	/* A resume that needs it fails, too, and its table is lost. */
	dm_caller_load(&caller, "lv", "0 8 zero ");
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), -EINTR);
	expect_log("quiesce lv freeze flush;discard lv 0>8;");
	ck_assert_ptr_null(dm_caller_device(&caller, "lv")->inactive);
	ck_assert(!dm_caller_device(&caller, "lv")->suspended);
}
END_TEST

START_TEST(a_table_that_cannot_become_active_leaves_the_old_one_suspended)
{
	dm_caller_make(&caller, "lv", LINEAR);
	dm_caller_load(&caller, "lv", "0 8 zero ");
	caller.results[DM_EFFECT_ACTIVATE] = -EIO;
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), -EIO);
	expect_log("quiesce lv freeze flush;activate lv 16>8;discard lv 0>8;");
	ck_assert(dm_caller_device(&caller, "lv")->suspended);
	ck_assert_uint_eq(dm_device_size(dm_caller_device(&caller, "lv")), 16);

	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), 0);
	expect_log("release lv;");
}
END_TEST

START_TEST(a_read_only_table_makes_a_read_only_device)
{
	struct dm_request request = { .nr = DM_TABLE_LOAD_CMD,
		.name = "lv",
		.table = LINEAR,
		.flags = DM_READONLY_FLAG | DM_SKIP_BDGET_FLAG };

	dm_caller_create(&caller, "lv");
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	/* The device is not, until then. */
	ck_assert_uint_eq(answer.header.flags, DM_INACTIVE_PRESENT_FLAG | DM_SKIP_BDGET_FLAG);
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", DM_QUERY_INACTIVE_TABLE_FLAG), 0);
	ck_assert(answer.header.flags & DM_READONLY_FLAG);

	caller.log[0] = '\0';
	dm_caller_resume(&caller, "lv");
	expect_log("quiesce lv flush;activate lv 0>16 ro;release lv;");
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", 0), 0);
	ck_assert_uint_eq(answer.header.flags, DM_ACTIVE_PRESENT_FLAG | DM_READONLY_FLAG);
	dm_caller_load(&caller, "lv", LINEAR);
	dm_caller_resume(&caller, "lv");
	ck_assert(!dm_caller_device(&caller, "lv")->read_only);
}
END_TEST

START_TEST(an_inactive_table_can_be_replaced_and_cleared)
{
	dm_caller_make(&caller, "lv", LINEAR);
	dm_caller_load(&caller, "lv", "0 8 zero ");
	ck_assert_int_eq(dm_caller_load(&caller, "lv", "0 24 zero "), 0);
	expect_log("discard lv 0>8;");
	ck_assert_int_eq(say(DM_TABLE_CLEAR_CMD, "lv", DM_SKIP_BDGET_FLAG), 0);
	expect_log("discard lv 0>24;");
	ck_assert_uint_eq(answer.header.flags, DM_ACTIVE_PRESENT_FLAG | DM_SKIP_BDGET_FLAG);
	ck_assert_int_eq(say(DM_TABLE_CLEAR_CMD, "lv", DM_SKIP_BDGET_FLAG), 0);
	expect_log("");
	ck_assert_int_eq(dm_caller_resume(&caller, "lv"), 0);
	expect_log("");
}
END_TEST

START_TEST(a_snapshot_is_prepared_when_its_table_is_loaded)
{
	dm_caller_make(&caller, "cow", "0 64 linear 259:0 0");
	dm_caller_create(&caller, "real");
	dm_caller_load(&caller, "real", LINEAR);
	dm_caller_create(&caller, "s");
	caller.log[0] = '\0';
	/* The origin has no size yet, and need not have. */
	ck_assert_int_eq(dm_caller_load(&caller, "s", "0 16 snapshot 7:2 7:1 P 8"), 0);
	expect_log("prepare s;");

	caller.results[DM_EFFECT_PREPARE] = -EINVAL;
	ck_assert_int_eq(dm_caller_load(&caller, "s", "0 16 snapshot-merge 7:2 7:1 P 8"), -EINVAL);
	/* The one before is still there. */
	ck_assert_uint_eq(dm_caller_device(&caller, "s")->inactive->targets[0].kind, DM_SNAPSHOT);
}
END_TEST

/* ---- turns ----------------------------------------------------------------- */

static struct dm_call *other;
static char *suspension;

/* While one call is in the midst of suspending, another wants to. */
static void suspend_too(struct dm_caller *same, struct dm_effect *effect)
{
	static const struct dm_request request = { .nr = DM_DEV_SUSPEND_CMD,
		.name = "lv",
		.flags = DM_SUSPEND_FLAG | DM_SKIP_BDGET_FLAG };
	size_t length;

	if (effect->kind != DM_EFFECT_QUIESCE || other)
		return;
	suspension = dm_request_bytes(&request, &length);
	other = dm_call_begin(same->model, request.nr, suspension, length, NULL);
	struct dm_effect *turn = dm_call_next(other);
	ck_assert_int_eq(turn->kind, DM_EFFECT_TURN);
	ck_assert(dm_effect_waits(turn));
}

START_TEST(who_changes_a_device_has_it_for_himself)
{
	dm_caller_make(&caller, "lv", LINEAR);
	caller.meanwhile = suspend_too;
	other = NULL;
	ck_assert_int_eq(dm_caller_suspend(&caller, "lv"), 0);
	expect_log("quiesce lv freeze flush;");

	/* It finds what it wanted. */
	size_t length;
	ck_assert(!dm_effect_waits(&(struct dm_effect){
		.kind = DM_EFFECT_TURN, .device = dm_caller_device(&caller, "lv") }));
	ck_assert_ptr_null(dm_call_next(other));
	ck_assert_int_eq(dm_call_end(other, &length), 0);
	ck_assert_ptr_null(dm_caller_device(&caller, "lv")->turn);
	free(suspension);
}
END_TEST

START_TEST(who_waits_for_his_turn_can_give_up)
{
	dm_caller_make(&caller, "lv", LINEAR);
	caller.meanwhile = suspend_too;
	other = NULL;
	ck_assert_int_eq(dm_caller_suspend(&caller, "lv"), 0);

	/* As if it had been told so before it looked again. */
	struct dm_device *device = dm_caller_device(&caller, "lv");
	struct dm_effect turn = { .kind = DM_EFFECT_TURN, .device = device };
	device->turn = other;
	ck_assert(dm_effect_waits(&turn));
	turn.result = -EINTR;
	ck_assert(!dm_effect_waits(&turn));
	device->turn = NULL;

	size_t length;
	ck_assert_int_eq(dm_call_end(other, &length), -EINTR);
	free(suspension);
}
END_TEST

static char *second_load;

static void load_too(struct dm_caller *same, struct dm_effect *effect)
{
	static const struct dm_request request = {
		.nr = DM_TABLE_LOAD_CMD, .name = "s", .table = "0 8 zero "
	};
	size_t length;

	if (effect->kind != DM_EFFECT_PREPARE)
		return;
	same->meanwhile = NULL;
	second_load = dm_request_bytes(&request, &length);
	other = dm_call_begin(same->model, request.nr, second_load, length, NULL);
	struct dm_effect *turn = dm_call_next(other);
	ck_assert_int_eq(turn->kind, DM_EFFECT_TURN);
	ck_assert(dm_effect_waits(turn));
	/* Suspending is not loading. */
	ck_assert_int_eq(dm_caller_suspend(same, "s"), 0);
}

START_TEST(tables_of_a_device_are_loaded_one_after_another)
{
	size_t length;

	dm_caller_make(&caller, "cow", "0 64 linear 259:0 0");
	dm_caller_create(&caller, "s");
	caller.meanwhile = load_too;
	ck_assert_int_eq(dm_caller_load(&caller, "s", "0 16 snapshot 259:0 7:1 P 8"), 0);
	for (struct dm_effect *effect; (effect = dm_call_next(other));) {
		ck_assert(!dm_effect_waits(effect));
		dm_caller_perform(&caller, effect);
	}
	ck_assert_int_eq(dm_call_end(other, &length), 0);
	/* The later one stays. */
	ck_assert_uint_eq(dm_table_size(dm_caller_device(&caller, "s")->inactive), 8);
	free(second_load);
}
END_TEST

static char *removal;

/* Somebody removes the device that a table is prepared for. */
static void remove_meanwhile(struct dm_caller *same, struct dm_effect *effect)
{
	static const struct dm_request request = { .nr = DM_DEV_REMOVE_CMD, .name = "s" };
	size_t length;

	if (effect->kind != DM_EFFECT_PREPARE)
		return;
	same->meanwhile = NULL;
	removal = dm_request_bytes(&request, &length);
	other = dm_call_begin(same->model, request.nr, removal, length, NULL);
	for (;;) {
		struct dm_effect *next = dm_call_next(other);
		if (next->kind == DM_EFFECT_TURN) {
			ck_assert(dm_effect_waits(next));
			return;
		}
		ck_assert_int_eq(next->kind, DM_EFFECT_COUNT);
		dm_caller_perform(same, next);
	}
}

START_TEST(a_device_stays_while_something_is_done_about_it)
{
	struct dm_effect *effect;
	size_t length;

	dm_caller_make(&caller, "cow", "0 64 linear 259:0 0");
	dm_caller_create(&caller, "s");
	caller.meanwhile = remove_meanwhile;
	ck_assert_int_eq(dm_caller_load(&caller, "s", "0 16 snapshot 259:0 7:1 P 8"), 0);
	ck_assert_uint_eq(dm_device_opens(dm_caller_device(&caller, "cow")), 1);
	caller.log[0] = '\0';
	while ((effect = dm_call_next(other))) {
		ck_assert(!dm_effect_waits(effect));
		dm_caller_perform(&caller, effect);
	}
	ck_assert_int_eq(dm_call_end(other, &length), 0);
	expect_log("destroy s;");
	ck_assert_ptr_null(dm_model_find_name(caller.model, "s"));
	ck_assert_uint_eq(dm_device_opens(dm_caller_device(&caller, "cow")), 0);
	free(removal);
}
END_TEST

static void add_states(TCase *tcase)
{
	tcase_add_test(tcase, a_table_becomes_active_when_the_device_is_resumed);
	tcase_add_test(tcase, another_table_takes_the_place_of_the_first);
	tcase_add_test(tcase, a_suspended_device_is_not_quiesced_again);
	tcase_add_test(tcase, what_is_frozen_and_flushed_is_as_the_caller_wants_it);
	tcase_add_test(tcase, a_device_without_a_table_can_be_suspended_but_not_resumed);
	tcase_add_test(tcase, what_was_not_quiesced_is_not_suspended);
	tcase_add_test(tcase, a_table_that_cannot_become_active_leaves_the_old_one_suspended);
	tcase_add_test(tcase, a_read_only_table_makes_a_read_only_device);
	tcase_add_test(tcase, an_inactive_table_can_be_replaced_and_cleared);
	tcase_add_test(tcase, a_snapshot_is_prepared_when_its_table_is_loaded);
	tcase_add_test(tcase, who_changes_a_device_has_it_for_himself);
	tcase_add_test(tcase, who_waits_for_his_turn_can_give_up);
	tcase_add_test(tcase, tables_of_a_device_are_loaded_one_after_another);
	tcase_add_test(tcase, a_device_stays_while_something_is_done_about_it);
}

int main(int argc, char **argv)
{
	(void)argc;
	return dm_suite_main("dm suspend", argv[0], add_states);
}
