/* SPDX-License-Identifier: Apache-2.0 */
/* Devices come and go: each ioctl that makes, finds, keeps or removes one. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "tests/lib/dm_suite.h"

/* ---- create ---------------------------------------------------------------- */

START_TEST(a_new_device_has_a_number_and_nothing_else)
{
	ck_assert_int_eq(say(DM_DEV_CREATE_CMD, "lv", 0), 0);
	expect_log("create lv;");
	ck_assert_uint_eq(answer.header.dev, 0x701);
	ck_assert_int_eq(answer.header.open_count, 0);
	ck_assert_uint_eq(answer.header.target_count, 0);
	ck_assert_uint_eq(answer.header.flags, 0);
	ck_assert_uint_eq(dm_caller_device(&caller, "lv")->disk, DM_FIRST_DISK);
	ck_assert_uint_eq(dm_device_size(dm_caller_device(&caller, "lv")), 0);
}
END_TEST

START_TEST(names_and_uuids_are_of_one_device_each)
{
	struct dm_request request = { .nr = DM_DEV_CREATE_CMD, .name = "lv", .uuid = "LVM-1" };

	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	ck_assert_str_eq(answer.header.uuid, "LVM-1");
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EBUSY);
	request.name = "other";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EBUSY);
	request.uuid = "LVM-2";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
}
END_TEST

START_TEST(some_names_are_no_names_of_nodes)
{
	static const char *const names[] = { "a/b", "/", "control", ".", "..", "" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		ck_assert_int_eq(say(DM_DEV_CREATE_CMD, names[i], 0), -EINVAL);
	ck_assert_int_eq(say(DM_DEV_CREATE_CMD, "a b*c", 0), 0);
}
END_TEST

START_TEST(a_number_can_be_asked_for)
{
	struct dm_request request = { .nr = DM_DEV_CREATE_CMD,
		.name = "lv",
		.dev = 0x100f05,
		.flags = DM_PERSISTENT_DEV_FLAG };

	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	ck_assert_uint_eq(answer.header.dev, 0x100705);
	ck_assert_uint_eq(dm_caller_device(&caller, "lv")->minor, 0x105);
	request.name = "other";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EBUSY);
}
END_TEST

START_TEST(without_a_disk_there_is_no_device)
{
	caller.results[DM_EFFECT_CREATE] = -ENOSPC;
	ck_assert_int_eq(dm_caller_create(&caller, "lv"), -ENOSPC);
	caller.results[DM_EFFECT_CREATE] = 0;
	ck_assert_int_eq(dm_caller_create(&caller, "lv"), 0);
}
END_TEST

/* Somebody else asks for the same name while a disk is made. */
static void create_again(struct dm_caller *same, struct dm_effect *effect)
{
	if (effect->kind != DM_EFFECT_CREATE)
		return;
	same->meanwhile = NULL;
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lv", 0), -ENXIO);
	ck_assert_int_eq(dm_caller_create(same, "lv"), -EBUSY);
	ck_assert_int_eq(dm_caller_create(same, "first"), 0);
}

START_TEST(a_device_is_found_when_it_has_its_disk)
{
	caller.meanwhile = create_again;
	ck_assert_int_eq(dm_caller_create(&caller, "lv"), 0);
	ck_assert(is_there("lv") && is_there("first"));
}
END_TEST

/* ---- remove ---------------------------------------------------------------- */

START_TEST(a_device_that_is_open_is_not_removed)
{
	dm_caller_make(&caller, "lower", LINEAR);
	dm_caller_make(&caller, "upper", "0 8 linear 7:1 0");
	ck_assert_int_eq(dm_caller_remove(&caller, "lower"), -EBUSY);
	expect_log("");
	caller.outside[2] = 1;
	ck_assert_int_eq(dm_caller_remove(&caller, "upper"), -EBUSY);
	expect_log("count upper;");
	caller.outside[2] = 0;
	ck_assert_int_eq(dm_caller_remove(&caller, "upper"), 0);
	ck_assert_int_eq(dm_caller_remove(&caller, "lower"), 0);
	ck_assert_int_eq(dm_caller_remove(&caller, "lower"), -ENXIO);
}
END_TEST

START_TEST(a_suspended_device_is_removed_with_both_tables)
{
	dm_caller_make(&caller, "lv", LINEAR);
	dm_caller_suspend(&caller, "lv");
	dm_caller_load(&caller, "lv", "0 8 zero ");
	caller.log[0] = '\0';
	ck_assert_int_eq(say(DM_DEV_REMOVE_CMD, "lv", 0), 0);
	expect_log("count lv;destroy lv;");
	ck_assert(!is_there("lv"));
	/* Its name, number and uuid are free. */
	ck_assert_int_eq(dm_caller_create(&caller, "lv"), 0);
	ck_assert_uint_eq(dm_caller_device(&caller, "lv")->minor, 1);
	ck_assert_uint_ne(dm_caller_device(&caller, "lv")->disk, DM_FIRST_DISK);
}
END_TEST

START_TEST(a_device_that_was_opened_at_the_last_moment_stays)
{
	dm_caller_make(&caller, "lv", LINEAR);
	caller.results[DM_EFFECT_DESTROY] = -EBUSY;
	ck_assert_int_eq(dm_caller_remove(&caller, "lv"), -EBUSY);
	ck_assert_uint_eq(dm_device_size(dm_caller_device(&caller, "lv")), 16);
	/* Whatever else went wrong is said. */
	caller.results[DM_EFFECT_DESTROY] = -EIO;
	ck_assert_int_eq(dm_caller_remove(&caller, "lv"), -EIO);
	caller.results[DM_EFFECT_DESTROY] = 0;
	ck_assert_int_eq(dm_caller_remove(&caller, "lv"), 0);
}
END_TEST

START_TEST(a_deferred_removal_happens_when_the_last_user_has_gone)
{
	dm_caller_make(&caller, "lower", LINEAR);
	dm_caller_make(&caller, "upper", "0 8 linear 7:1 0");
	ck_assert_int_eq(say(DM_DEV_REMOVE_CMD, "lower", DM_DEFERRED_REMOVE), 0);
	ck_assert(answer.header.flags & DM_DEFERRED_REMOVE);
	ck_assert(dm_model_has_deferred(caller.model));
	ck_assert_int_eq(say(DM_DEV_STATUS_CMD, "lower", 0), 0);
	ck_assert(answer.header.flags & DM_DEFERRED_REMOVE);

	dm_caller_sweep(&caller);
	ck_assert(is_there("lower"));
	ck_assert_int_eq(say(DM_DEV_REMOVE_CMD, "upper", DM_DEFERRED_REMOVE), 0);
	ck_assert(!(answer.header.flags & DM_DEFERRED_REMOVE));
	ck_assert(!is_there("upper"));
	dm_caller_sweep(&caller);
	ck_assert(!is_there("lower"));
	ck_assert(!dm_model_has_deferred(caller.model));
}
END_TEST

START_TEST(a_deferred_removal_can_be_cancelled)
{
	struct dm_request request = {
		.nr = DM_TARGET_MSG_CMD, .name = "lv", .text = "@cancel_deferred_remove"
	};

	dm_caller_make(&caller, "lv", LINEAR);
	caller.outside[1] = 1;
	ck_assert_int_eq(say(DM_DEV_REMOVE_CMD, "lv", DM_DEFERRED_REMOVE), 0);
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), 0);
	caller.outside[1] = 0;
	dm_caller_sweep(&caller);
	ck_assert(is_there("lv"));
	request.text = "@stats_list";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EINVAL);
	request.text = "@cancel_deferred_remove now";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EINVAL);
	request.text = " ";
	ck_assert_int_eq(dm_caller_say(&caller, &request, &answer), -EINVAL);
}
END_TEST

START_TEST(all_are_removed_but_those_in_use)
{
	dm_caller_make(&caller, "a-lower", LINEAR);
	dm_caller_make(&caller, "upper", "0 8 linear 7:1 0");
	dm_caller_make(&caller, "held", LINEAR);
	dm_caller_make(&caller, "below-held", LINEAR);
	dm_caller_load(&caller, "held", "0 8 linear 7:4 0");
	caller.outside[3] = 1;
	ck_assert_int_eq(say(DM_REMOVE_ALL_CMD, NULL, 0), 0);
	/* Of the answer only the version is written. */
	ck_assert_uint_eq(answer.length, sizeof answer.header.version);
	ck_assert(!is_there("a-lower") && !is_there("upper"));
	ck_assert(is_there("held") && is_there("below-held"));
	ck_assert(!dm_model_has_deferred(caller.model));

	ck_assert_int_eq(say(DM_REMOVE_ALL_CMD, NULL, DM_DEFERRED_REMOVE), 0);
	caller.outside[3] = 0;
	dm_caller_sweep(&caller);
	ck_assert(!is_there("held") && !is_there("below-held"));
}
END_TEST

static void add_life(TCase *tcase)
{
	tcase_add_test(tcase, a_new_device_has_a_number_and_nothing_else);
	tcase_add_test(tcase, names_and_uuids_are_of_one_device_each);
	tcase_add_test(tcase, some_names_are_no_names_of_nodes);
	tcase_add_test(tcase, a_number_can_be_asked_for);
	tcase_add_test(tcase, without_a_disk_there_is_no_device);
	tcase_add_test(tcase, a_device_is_found_when_it_has_its_disk);
	tcase_add_test(tcase, a_device_that_is_open_is_not_removed);
	tcase_add_test(tcase, a_suspended_device_is_removed_with_both_tables);
	tcase_add_test(tcase, a_device_that_was_opened_at_the_last_moment_stays);
	tcase_add_test(tcase, a_deferred_removal_happens_when_the_last_user_has_gone);
	tcase_add_test(tcase, a_deferred_removal_can_be_cancelled);
	tcase_add_test(tcase, all_are_removed_but_those_in_use);
}

int main(int argc, char **argv)
{
	(void)argc;
	return dm_suite_main("dm devices", argv[0], add_life);
}
