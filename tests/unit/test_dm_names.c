/* SPDX-License-Identifier: Apache-2.0 */
/* What devices are called, what happens to them, and who has them open. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "tests/lib/dm_suite.h"

/* ---- names and events ------------------------------------------------------ */

START_TEST(a_device_is_renamed_by_its_name)
{
	struct dm_request request = {
		.nr = DM_DEV_RENAME_CMD, .name = "lv", .text = "new", .flags = DM_SKIP_BDGET_FLAG
	};

	dm_caller_make(&caller, "lv", LINEAR);
	dm_caller_make(&caller, "taken", LINEAR);
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	expect_log("rename lv>new;");
	ck_assert_str_eq(answer.header.name, "lv");
	ck_assert_uint_eq(answer.header.dev, 0x701);
	ck_assert_uint_eq(answer.header.event_nr, 1);
	ck_assert(is_there("new") && !is_there("lv"));

	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EBUSY);
	request.text = "free";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -ENXIO);
	request.name = "new";
	request.text = "taken";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EBUSY);
	static const char *const names[] = { "", "a/b", "control", ".." };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		request.text = names[i];
		ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EINVAL);
	}
}
END_TEST

START_TEST(a_name_or_a_uuid_that_is_too_long_is_refused)
{
	char text[DM_UUID_LEN + 2];
	struct dm_request request = { .nr = DM_DEV_RENAME_CMD, .name = "lv", .text = text };

	dm_caller_create(&caller, "lv");
	memset(text, 'x', sizeof text);
	text[DM_NAME_LEN] = '\0';
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EINVAL);
	text[DM_NAME_LEN - 1] = '\0';
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);

	char name[DM_NAME_LEN];
	memcpy(name, text, sizeof name);
	request.name = name;
	request.flags = DM_UUID_FLAG;
	memset(text, 'u', sizeof text);
	text[DM_UUID_LEN] = '\0';
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EINVAL);
	text[DM_UUID_LEN - 1] = '\0';
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	ck_assert_uint_eq(strlen(dm_caller_device(&caller, name)->uuid), DM_UUID_LEN - 1);
}
END_TEST

START_TEST(a_uuid_is_set_once)
{
	struct dm_request request = {
		.nr = DM_DEV_RENAME_CMD, .name = "lv", .text = "LVM-1", .flags = DM_UUID_FLAG
	};

	dm_caller_create(&caller, "lv");
	dm_caller_create(&caller, "other");
	caller.log[0] = '\0';
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	expect_log("count lv;");
	request.text = "LVM-2";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EINVAL);
	request.name = "other";
	request.text = "LVM-1";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EBUSY);
	ck_assert_str_eq(dm_caller_device(&caller, "lv")->uuid, "LVM-1");
}
END_TEST

/* What a waiter waits for happens, or something else first. */
static void wake(struct dm_caller *same, struct dm_effect *effect)
{
	if (effect->kind != DM_EFFECT_WAIT)
		return;
	ck_assert(dm_effect_waits(effect));
	if (same->context)
		dm_model_event(effect->device);
	else
		ck_assert_int_eq(dm_caller_remove(same, "lv"), 0);
	ck_assert(!dm_effect_waits(effect));
	same->meanwhile = NULL;
}

START_TEST(a_waiter_is_told_of_an_event_and_of_the_table)
{
	struct dm_request request = { .nr = DM_DEV_WAIT_CMD,
		.name = "lv",
		.flags = DM_SKIP_BDGET_FLAG | DM_STATUS_TABLE_FLAG };

	dm_caller_make(&caller, "lv", LINEAR);
	caller.meanwhile = wake;
	caller.context = &caller;
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	expect_log("wait lv;");
	ck_assert_uint_eq(answer.header.event_nr, 1);
	ck_assert_str_eq(dm_answer_table(&answer), LINEAR);

	/* It has happened already. */
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	expect_log("");

	request.event_nr = 1;
	caller.meanwhile = wake;
	caller.results[DM_EFFECT_WAIT] = -EINTR;
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EINTR);
}
END_TEST

START_TEST(a_waiter_is_told_when_the_device_goes)
{
	struct dm_request request = { .nr = DM_DEV_WAIT_CMD, .name = "lv" };

	dm_caller_make(&caller, "lv", LINEAR);
	caller.meanwhile = wake;
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	/* Nobody counts its opens any more. */
	expect_log("count lv;destroy lv;wait lv;");
	ck_assert_uint_eq(answer.header.event_nr, 1);
	ck_assert_uint_eq(answer.header.target_count, 0);
}
END_TEST

START_TEST(opens_from_outside_are_counted_for_those_who_look_at_them)
{
	dm_caller_make(&caller, "lv", LINEAR);
	dm_caller_make(&caller, "upper", "0 8 linear 7:1 0");
	caller.outside[1] = 2;
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", DM_SKIP_BDGET_FLAG), 0);
	ck_assert_int_eq(answer.header.open_count, 1);
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", 0), 0);
	ck_assert_int_eq(answer.header.open_count, 3);
	expect_log("count lv;");
	/* What was counted last is remembered. */
	caller.outside[1] = 0;
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", DM_SKIP_BDGET_FLAG), 0);
	ck_assert_int_eq(answer.header.open_count, 3);
}
END_TEST

START_TEST(every_change_that_shows_is_another_generation)
{
	uint64_t before = dm_model_generation(caller.model);

#define EXPECT_CHANGE(step)                                                                        \
	do {                                                                                       \
		ck_assert_int_eq(step, 0);                                                         \
		ck_assert_uint_gt(dm_model_generation(caller.model), before);                      \
		before = dm_model_generation(caller.model);                                        \
	} while (0)
	EXPECT_CHANGE(dm_caller_create(&caller, "lv"));
	EXPECT_CHANGE(dm_caller_load(&caller, "lv", LINEAR));
	EXPECT_CHANGE(dm_caller_resume(&caller, "lv"));
	EXPECT_CHANGE(dm_caller_suspend(&caller, "lv"));
	EXPECT_CHANGE(dm_caller_resume(&caller, "lv"));
	EXPECT_CHANGE(dm_caller_remove(&caller, "lv"));
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", 0), -ENXIO);
	ck_assert_uint_eq(dm_model_generation(caller.model), before);
}
END_TEST

static void add_names(TCase *tcase)
{
	tcase_add_test(tcase, a_device_is_renamed_by_its_name);
	tcase_add_test(tcase, a_name_or_a_uuid_that_is_too_long_is_refused);
	tcase_add_test(tcase, a_uuid_is_set_once);
	tcase_add_test(tcase, a_waiter_is_told_of_an_event_and_of_the_table);
	tcase_add_test(tcase, a_waiter_is_told_when_the_device_goes);
	tcase_add_test(tcase, opens_from_outside_are_counted_for_those_who_look_at_them);
	tcase_add_test(tcase, every_change_that_shows_is_another_generation);
}

int main(int argc, char **argv)
{
	(void)argc;
	return dm_suite_main("dm names", argv[0], add_names);
}
