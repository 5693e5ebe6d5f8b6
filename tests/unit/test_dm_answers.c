/* SPDX-License-Identifier: Apache-2.0 */
/* What is written back of lists and tables. */
#include <check.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/dm_suite.h"

#define HEADER	     ((uint32_t)sizeof(struct dm_ioctl))
#define HEADER_BYTES ((uint32_t)offsetof(struct dm_ioctl, data))

/* ---- lists ----------------------------------------------------------------- */

/* "a:1 b:2" - names and event numbers, with uuids if they are there. */
static const char *listed(void)
{
	static char text[1024];
	const char *at = answer.bytes + answer.header.data_start;
	size_t used = 0;

	text[0] = '\0';
	for (;;) {
		uint64_t dev;
		uint32_t next, tail[2];
		const char *name = at + offsetof(struct dm_name_list, name);
		size_t name_end = (offsetof(struct dm_name_list, name) + strlen(name) + 1 + 7) &
				  ~7UL;

		memcpy(&dev, at, sizeof dev);
		memcpy(&next, at + 8, sizeof next);
		memcpy(tail, at + name_end, sizeof tail);
		if (!dev)
			return text;
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%x:%u",
			used ? " " : "", name, (unsigned int)dev, tail[0]);
		if (tail[1] & DM_NAME_LIST_FLAG_HAS_UUID)
			used += (size_t)snprintf(text + used, sizeof text - used, ":%s",
				at + name_end + sizeof tail);
		if (tail[1] & DM_NAME_LIST_FLAG_DOESNT_HAVE_UUID)
			used += (size_t)snprintf(text + used, sizeof text - used, ":-");
		if (!next)
			return text;
		at += next;
	}
}

START_TEST(devices_are_listed_by_name_with_what_is_asked_for)
{
	struct dm_request request = { .nr = DM_LIST_DEVICES_CMD };

	ck_assert_int_eq(ask(&request), 0);
	ck_assert_str_eq(listed(), "");
	ck_assert_uint_eq(answer.length, HEADER);

	dm_caller_create(&caller, "vg-b");
	ask(&(struct dm_request){ .nr = DM_DEV_CREATE_CMD, .name = "vg-a", .uuid = "LVM-1" });
	dm_caller_create(&caller, "other");
	dm_model_event(dm_caller_device(&caller, "vg-b"));
	ck_assert_int_eq(ask(&request), 0);
	ck_assert_str_eq(listed(), "other:703:0 vg-a:702:0 vg-b:701:1");
	request.flags = DM_UUID_FLAG;
	ask(&request);
	ck_assert_str_eq(listed(), "other:703:0:- vg-a:702:0:LVM-1 vg-b:701:1:-");

	/* Names that are given are beginnings, and may both be. */
	request.name = "vg-";
	ask(&request);
	ck_assert_str_eq(listed(), "vg-a:702:0:LVM-1 vg-b:701:1:-");
	request.uuid = "LVM";
	ck_assert_int_eq(ask(&request), 0);
	ck_assert_str_eq(listed(), "vg-a:702:0:LVM-1");
}
END_TEST

START_TEST(what_has_no_room_is_said_to_be_full_and_asked_for_again)
{
	static const unsigned int nrs[] = { DM_LIST_DEVICES_CMD, DM_LIST_VERSIONS_CMD,
		DM_TABLE_DEPS_CMD, DM_TABLE_STATUS_CMD };

	/* Even that there is nothing takes a number. */
	ck_assert_int_eq(
		ask(&(struct dm_request){ .nr = DM_LIST_DEVICES_CMD, .data_size = HEADER + 7 }), 0);
	ck_assert(answer.header.flags & DM_BUFFER_FULL_FLAG);
	dm_caller_make(&caller, "lv", "0 8 linear 259:0 0; 8 8 snapshot 259:0 259:1 P 8");
	for (size_t i = 0; i < sizeof nrs / sizeof *nrs; i++) {
		bool lists = nrs[i] == DM_LIST_DEVICES_CMD || nrs[i] == DM_LIST_VERSIONS_CMD;
		struct dm_request request = { .nr = nrs[i], .name = lists ? NULL : "lv" };

		ck_assert_int_eq(ask(&request), 0);
		struct dm_answer whole = answer;
		ck_assert(!(whole.header.flags & DM_BUFFER_FULL_FLAG));
		bool was_full = true;
		for (request.data_size = HEADER_BYTES; request.data_size < whole.length + 16;
			request.data_size++) {
			ck_assert_int_eq(ask(&request), 0);
			ck_assert_uint_le(answer.length, request.data_size);
			bool full = answer.header.flags & DM_BUFFER_FULL_FLAG;
			/* Once it is enough it stays enough. */
			ck_assert(was_full || !full);
			was_full = full;
			if (full)
				continue;
			ck_assert_uint_ge(request.data_size, whole.length);
			ck_assert_uint_eq(answer.length, whole.length);
			ck_assert_int_eq(memcmp(answer.bytes + HEADER, whole.bytes + HEADER,
						 whole.length - HEADER),
				0);
		}
		ck_assert(!was_full);
	}
}
END_TEST

START_TEST(versions_of_targets_are_listed_and_asked_for)
{
	static const char *const names[] = { "snapshot-merge", "snapshot-origin", "snapshot",
		"delay", "zero", "striped", "linear", "error" };
	const size_t count = sizeof names / sizeof *names;
	size_t at;

	ck_assert_int_eq(ask(&(struct dm_request){ .nr = DM_LIST_VERSIONS_CMD }), 0);
	at = answer.header.data_start;
	for (size_t i = 0; i < count; i++) {
		struct dm_target_versions head;
		memcpy(&head, answer.bytes + at, sizeof head);
		ck_assert_str_eq(answer.bytes + at + sizeof head, names[i]);
		ck_assert_uint_ge(head.version[0], 1);
		ck_assert((head.next == 0) == (i == count - 1));
		at += head.next;
	}
	ck_assert_int_eq(
		ask(&(struct dm_request){ .nr = DM_GET_TARGET_VERSION_CMD, .name = "zero" }), 0);
	ck_assert_str_eq(answer.bytes + HEADER + sizeof(struct dm_target_versions), "zero");
	ck_assert_int_eq(
		ask(&(struct dm_request){ .nr = DM_GET_TARGET_VERSION_CMD, .name = "thin" }),
		-EINVAL);
}
END_TEST

/* ---- tables ---------------------------------------------------------------- */

START_TEST(devices_below_are_told_once_each_the_last_one_first)
{
	struct dm_request request = { .nr = DM_TABLE_DEPS_CMD, .name = "lv" };
	uint64_t devs[2];
	uint32_t count;

	dm_caller_make(
		&caller, "lv", "0 8 linear 259:0 0; 8 8 linear 259:1 0; 16 8 linear 259:0 8");
	dm_caller_load(&caller, "lv", "0 8 linear 259:1 0");
	ck_assert_int_eq(ask(&request), 0);
	memcpy(&count, answer.bytes + HEADER, sizeof count);
	memcpy(devs, answer.bytes + HEADER + 8, sizeof devs);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(devs[0], 0x10301);
	ck_assert_uint_eq(devs[1], 0x10300);
	ck_assert_uint_eq(answer.length, HEADER + 8 + sizeof devs);

	request.flags = DM_QUERY_INACTIVE_TABLE_FLAG;
	ask(&request);
	memcpy(&count, answer.bytes + HEADER, sizeof count);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(answer.header.target_count, 1);
}
END_TEST

START_TEST(status_is_asked_of_those_who_know_it)
{
	dm_caller_make(&caller, "lv",
		"0 8 linear 259:0 0; 8 8 snapshot 259:0 259:1 P 8; 16 8 delay 259:0 0 5; "
		"24 8 striped 2 4 259:0 0 259:1 0");
	ck_assert_str_eq(dm_caller_table(&caller, "lv", DM_SKIP_BDGET_FLAG),
		"0 8 linear ; 8 8 snapshot 16/32768 16; 16 8 delay 0 0 0; "
		"24 8 striped 2 259:0 259:1 1 AA");
	ck_assert_str_eq(caller.log, "status lv;");
	caller.results[DM_EFFECT_STATUS] = -EIO;
	ck_assert_ptr_nonnull(strstr(dm_caller_table(&caller, "lv", 0), "8 8 snapshot Unknown;"));
	ck_assert_str_eq(dm_caller_table(&caller, "lv", DM_QUERY_INACTIVE_TABLE_FLAG), "");
}
END_TEST

START_TEST(the_chunk_size_of_a_store_is_told_and_not_that_of_the_table)
{
	static const uint32_t chunk = 16;

	dm_caller_make(&caller, "lv", "0 8 snapshot 259:0 259:1 P 8 1 discard_zeroes_cow");
	caller.chunk = &chunk;
	ck_assert_str_eq(dm_caller_table(&caller, "lv", DM_STATUS_TABLE_FLAG),
		"0 8 snapshot 259:0 259:1 P 16 1 discard_zeroes_cow");
}
END_TEST

START_TEST(a_geometry_is_checked_and_forgotten)
{
	struct dm_request request = { .nr = DM_DEV_SET_GEOMETRY_CMD, .name = "lv" };
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{ "10 16 63 0", 0 },
		{ "10 16 63", -EINVAL },
		{ "10 16 63 0 0", -EINVAL },
		{ "65536 1 1 0", -EINVAL },
		{ "1 256 1 0", -EINVAL },
		{ "1 1 256 0", -EINVAL },
		{ "1 1 1 2", -EINVAL },
		{ "a b c d", -EINVAL },
	};

	dm_caller_create(&caller, "lv");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		request.text = cases[i].text;
		ck_assert_msg(ask(&request) == cases[i].error, "%s", cases[i].text);
	}
	request.name = "nix";
	ck_assert_int_eq(ask(&request), -ENXIO);
	ck_assert_int_eq(ask(&(struct dm_request){ .nr = DM_DEV_ARM_POLL_CMD }), 0);
}
END_TEST

static void add_answers(TCase *tcase)
{
	tcase_add_test(tcase, devices_are_listed_by_name_with_what_is_asked_for);
	tcase_add_test(tcase, what_has_no_room_is_said_to_be_full_and_asked_for_again);
	tcase_add_test(tcase, versions_of_targets_are_listed_and_asked_for);
	tcase_add_test(tcase, devices_below_are_told_once_each_the_last_one_first);
	tcase_add_test(tcase, status_is_asked_of_those_who_know_it);
	tcase_add_test(tcase, a_geometry_is_checked_and_forgotten);
	tcase_add_test(tcase, the_chunk_size_of_a_store_is_told_and_not_that_of_the_table);
}

int main(int argc, char **argv)
{
	(void)argc;
	return dm_suite_main("dm answers", argv[0], add_answers);
}
