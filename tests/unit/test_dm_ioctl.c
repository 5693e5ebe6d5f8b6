/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an ioctl: what is read of a caller, and what is refused. */
#include <check.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "tests/lib/dm_suite.h"

#define HEADER	      ((uint32_t)sizeof(struct dm_ioctl))
#define HEADER_BYTES  ((uint32_t)offsetof(struct dm_ioctl, data))
#define VERSION_BYTES (3 * sizeof(uint32_t))

/* One call with exactly those bytes, which are changed; effects are performed. */
static int send(unsigned int nr, void *bytes, size_t length, size_t *written)
{
	struct dm_call *call = dm_call_begin(caller.model, nr, bytes, length, NULL);

	for (struct dm_effect *effect; (effect = dm_call_next(call));)
		dm_caller_perform(&caller, effect);
	return dm_call_end(call, written);
}

/* ---- the version ----------------------------------------------------------- */

START_TEST(a_foreign_version_is_refused_and_told_ours)
{
	static const struct {
		uint32_t major, minor;
		int error;
	} cases[] = {
		{ 4, 0, 0 },
		{ 4, 47, 0 },
		{ 4, 48, -EINVAL },
		{ 3, 0, -EINVAL },
		{ 5, 0, -EINVAL },
		{ 0, 0, -EINVAL },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t version[3] = { cases[i].major, cases[i].minor, 9 };
		size_t written;

		ck_assert_uint_eq(dm_call_wants(DM_VERSION_CMD, NULL, 0), sizeof version);
		ck_assert_uint_eq(
			dm_call_wants(DM_VERSION_CMD, version, sizeof version), sizeof version);
		ck_assert_int_eq(
			send(DM_VERSION_CMD, version, sizeof version, &written), cases[i].error);
		ck_assert_uint_eq(written, sizeof version);
		ck_assert_uint_eq(version[0], 4);
		ck_assert_uint_eq(version[1], 47);
		ck_assert_uint_eq(version[2], 0);
	}
}
END_TEST

START_TEST(an_unknown_ioctl_is_told_the_version_and_refused)
{
	uint32_t version[3] = { 4, 0, 0 };
	size_t written;

	ck_assert_ptr_null(dm_ioctl_name(18));
	ck_assert_uint_eq(dm_call_wants(18, version, sizeof version), sizeof version);
	ck_assert_int_eq(send(18, version, sizeof version, &written), -ENOTTY);
	ck_assert_uint_eq(written, sizeof version);
	version[0] = 3;
	ck_assert_int_eq(send(255, version, sizeof version, &written), -EINVAL);
}
END_TEST

START_TEST(of_an_error_only_the_version_is_written_back)
{
	ck_assert_int_eq(
		ask(&(struct dm_request){ .nr = DM_DEV_STATUS_CMD, .name = "nix" }), -ENXIO);
	ck_assert_uint_eq(answer.length, VERSION_BYTES);
}
END_TEST

/* ---- sizes ----------------------------------------------------------------- */

START_TEST(no_more_is_read_than_the_ioctl_needs)
{
	struct dm_ioctl header = { .version = { 4, 0, 0 }, .data_size = 16384 };

	ck_assert_uint_eq(dm_call_wants(DM_DEV_CREATE_CMD, &header, VERSION_BYTES), HEADER_BYTES);
	ck_assert_uint_eq(dm_call_wants(DM_DEV_CREATE_CMD, &header, HEADER_BYTES), HEADER_BYTES);
	ck_assert_uint_eq(dm_call_wants(DM_TABLE_LOAD_CMD, &header, HEADER_BYTES), 16384);
	ck_assert_uint_eq(dm_call_wants(DM_TABLE_LOAD_CMD, &header, 16384), 16384);
	header.data_size = DM_DATA_MAX + 1;
	ck_assert_uint_eq(dm_call_wants(DM_TABLE_LOAD_CMD, &header, HEADER_BYTES), HEADER_BYTES);
	header.data_size = 4;
	ck_assert_uint_eq(dm_call_wants(DM_TABLE_LOAD_CMD, &header, HEADER_BYTES), HEADER_BYTES);
}
END_TEST

START_TEST(a_buffer_that_is_no_header_or_too_large_is_refused)
{
	static const struct {
		uint32_t data_size;
		int error;
	} cases[] = {
		{ 0, -EINVAL },
		{ HEADER_BYTES - 1, -EINVAL },
		{ HEADER_BYTES, -ENXIO },
		{ DM_DATA_MAX + 1, -ENOMEM },
		{ UINT32_MAX, -ENOMEM },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dm_ioctl header = { .version = { 4, 0, 0 },
			.data_size = cases[i].data_size };
		size_t written;

		snprintf(header.name, sizeof header.name, "nix");
		ck_assert_int_eq(
			send(DM_TABLE_DEPS_CMD, &header, HEADER_BYTES, &written), cases[i].error);
		ck_assert_uint_eq(written, VERSION_BYTES);
	}
	/* Who has nothing behind his header is not asked how large it is. */
	struct dm_ioctl header = { .version = { 4, 0, 0 }, .data_size = UINT32_MAX };
	size_t written;
	snprintf(header.name, sizeof header.name, "nix");
	ck_assert_int_eq(send(DM_DEV_STATUS_CMD, &header, HEADER_BYTES, &written), -ENXIO);
}
END_TEST

START_TEST(names_that_are_not_ended_are_cut_off)
{
	struct dm_ioctl header = { .version = { 4, 0, 0 }, .data_size = sizeof header };
	size_t written;

	memset(header.name, 'n', sizeof header.name);
	memset(header.uuid, 'u', sizeof header.uuid);
	ck_assert_int_eq(send(DM_DEV_CREATE_CMD, &header, HEADER_BYTES, &written), 0);
	struct dm_device *device = dm_model_next(caller.model, NULL);
	ck_assert_uint_eq(strlen(device->name), DM_NAME_LEN - 1);
	ck_assert_uint_eq(strlen(device->uuid), DM_UUID_LEN - 1);
}
END_TEST

START_TEST(some_flags_are_the_drivers_own)
{
	const uint32_t own = DM_BUFFER_FULL_FLAG | DM_UEVENT_GENERATED_FLAG | DM_SECURE_DATA_FLAG |
			     DM_DATA_OUT_FLAG | DM_ACTIVE_PRESENT_FLAG | DM_INACTIVE_PRESENT_FLAG |
			     DM_SUSPEND_FLAG | DM_READONLY_FLAG | DM_INTERNAL_SUSPEND_FLAG;

	dm_caller_create(&caller, "lv");
	ck_assert_int_eq(ask(&(struct dm_request){
				 .nr = DM_DEV_STATUS_CMD, .name = "lv", .flags = own | 4 }),
		0);
	ck_assert_uint_eq(answer.header.flags, 4);
	ck_assert_uint_eq(answer.length, HEADER_BYTES);
}
END_TEST

START_TEST(a_uevent_is_told_when_one_was_made)
{
	struct dm_request request = {
		.nr = DM_DEV_CREATE_CMD, .name = "lv", .event_nr = 0xd4d0001
	};
	size_t length, written;
	AUTO(auto_free) char *bytes = dm_request_bytes(&request, &length);
	struct dm_call *call = dm_call_begin(caller.model, request.nr, bytes, length, NULL);

	ck_assert_uint_eq(dm_call_event_nr(call), 0xd4d0001);
	for (struct dm_effect *effect; (effect = dm_call_next(call));)
		dm_caller_perform(&caller, effect);
	dm_call_uevent(call);
	ck_assert_int_eq(dm_call_end(call, &written), 0);
	ck_assert(((struct dm_ioctl *)bytes)->flags & DM_UEVENT_GENERATED_FLAG);
	/* An event number is answered, not the cookie. */
	ck_assert_uint_eq(((struct dm_ioctl *)bytes)->event_nr, 0);
}
END_TEST

/* ---- which device ---------------------------------------------------------- */

START_TEST(a_device_is_found_by_one_of_its_names)
{
	const struct {
		const char *name, *uuid;
		uint64_t dev;
		int error;
	} cases[] = {
		{ "lv", NULL, 0, 0 },
		{ NULL, "LVM-1", 0, 0 },
		{ NULL, NULL, 0x701, 0 },
		{ NULL, NULL, 0, -ENXIO },
		{ "nix", NULL, 0, -ENXIO },
		{ NULL, "LVM-", 0, -ENXIO },
		{ NULL, NULL, 0x702, -ENXIO },
		{ NULL, NULL, 0x801, -ENXIO },
		{ NULL, NULL, 0x10000000000701, -ENXIO },
		{ "lv", "LVM-1", 0, -EINVAL },
		{ "lv", NULL, 0x701, -ENXIO },
		{ NULL, "LVM-1", 0x701, -ENXIO },
	};

	ask(&(struct dm_request){ .nr = DM_DEV_CREATE_CMD, .name = "lv", .uuid = "LVM-1" });
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_int_eq(ask(&(struct dm_request){ .nr = DM_DEV_STATUS_CMD,
					 .name = cases[i].name,
					 .uuid = cases[i].uuid,
					 .dev = cases[i].dev }),
			cases[i].error);
		if (cases[i].error)
			continue;
		ck_assert_str_eq(answer.header.name, "lv");
		ck_assert_str_eq(answer.header.uuid, "LVM-1");
		ck_assert_uint_eq(answer.header.dev, 0x701);
	}
}
END_TEST

START_TEST(a_call_says_what_it_is_about_before_it_begins)
{
	static const struct {
		unsigned int nr;
		uint32_t flags;
		const char *name;
	} cases[] = {
		{ DM_DEV_SUSPEND_CMD, 0, "resume" },
		{ DM_DEV_SUSPEND_CMD, DM_SUSPEND_FLAG, "suspend" },
		{ DM_TABLE_LOAD_CMD, 0, "table-load" },
		{ DM_DEV_REMOVE_CMD, 0, "remove" },
	};

	dm_caller_create(&caller, "lv");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct dm_request request = {
			.nr = cases[i].nr, .flags = cases[i].flags, .dev = 0x701
		};
		size_t length;
		AUTO(auto_free) char *bytes = dm_request_bytes(&request, &length);
		struct dm_call *call = dm_call_begin(caller.model, request.nr, bytes, length, NULL);

		ck_assert_str_eq(dm_call_ioctl(call), cases[i].name);
		ck_assert_str_eq(dm_call_device(call), "lv");
		dm_call_fail(call, -ENOSPC);
		ck_assert_ptr_null(dm_call_next(call));
		ck_assert_int_eq(dm_call_end(call, &length), -ENOSPC);
		ck_assert_uint_eq(length, VERSION_BYTES);
	}
}
END_TEST

/* ---- data behind the header ------------------------------------------------- */

/* Specifications whose places are wrong: FIRST and NEXT are offsets, COUNT how many are said. */
static int load_at(uint32_t first, uint32_t next, uint32_t count, bool ended)
{
	struct dm_target_spec spec = { .length = 8, .next = next, .target_type = "zero" };
	char bytes[HEADER + 3 * (sizeof spec + 8)];
	struct dm_ioctl header = { .version = { 4, 0, 0 },
		.data_size = sizeof bytes,
		.data_start = first,
		.target_count = count,
		.flags = DM_SKIP_BDGET_FLAG,
		.name = "lv" };
	size_t written;

	memset(bytes, ended ? 0 : 'x', sizeof bytes);
	memcpy(bytes, &header, sizeof header);
	for (uint32_t i = 0; i < count && i < 3; i++) {
		spec.sector_start = 8ULL * i;
		memcpy(bytes + HEADER + i * (sizeof spec + 8), &spec, sizeof spec);
	}
	return send(DM_TABLE_LOAD_CMD, bytes, sizeof bytes, &written);
}

START_TEST(specifications_of_targets_lie_within_the_buffer_one_after_another)
{
	const uint32_t step = sizeof(struct dm_target_spec) + 8;

	dm_caller_create(&caller, "lv");
	ck_assert_int_eq(load_at(HEADER, step, 3, true), 0);
	ck_assert_int_eq(load_at(HEADER, step, 0, true), -EINVAL);
	ck_assert_int_eq(load_at(HEADER, step, 4, true), -EINVAL);
	ck_assert_int_eq(load_at(HEADER, step, UINT32_MAX, true), -EINVAL);
	ck_assert_int_eq(load_at(HEADER, 0, 2, true), -EINVAL);
	ck_assert_int_eq(load_at(HEADER, sizeof(struct dm_target_spec), 2, true), -EINVAL);
	ck_assert_int_eq(load_at(HEADER, UINT32_MAX, 2, true), -EINVAL);
	ck_assert_int_eq(load_at(0, step, 1, true), -EINVAL);
	ck_assert_int_eq(load_at(HEADER - 1, step, 1, true), -EINVAL);
	ck_assert_int_eq(load_at(HEADER + 3 * step, step, 1, true), -EINVAL);
	ck_assert_int_eq(load_at(UINT32_MAX, step, 1, true), -EINVAL);
	ck_assert_int_eq(load_at(HEADER, step, 1, false), -EINVAL);
}
END_TEST

/* The parameters of the first are the beginning of the second. */
START_TEST(specifications_of_targets_do_not_overlap)
{
	struct dm_target_spec first = { .length = 8, .next = sizeof first, .target_type = "error" };
	struct dm_target_spec second = { .sector_start = 8, .length = 8, .target_type = "zero" };
	char bytes[HEADER + sizeof first + sizeof second + 8] = "";
	struct dm_ioctl header = { .version = { 4, 0, 0 },
		.data_size = sizeof bytes,
		.data_start = HEADER,
		.target_count = 2,
		.name = "lv" };
	size_t written;

	dm_caller_create(&caller, "lv");
	memcpy(bytes, &header, sizeof header);
	memcpy(bytes + HEADER, &first, sizeof first);
	memcpy(bytes + HEADER + sizeof first, &second, sizeof second);
	ck_assert_int_eq(send(DM_TABLE_LOAD_CMD, bytes, sizeof bytes, &written), -EINVAL);
}
END_TEST

START_TEST(strings_that_are_not_ended_are_refused)
{
	static const unsigned int nrs[] = { DM_DEV_RENAME_CMD, DM_TARGET_MSG_CMD,
		DM_DEV_SET_GEOMETRY_CMD };

	dm_caller_create(&caller, "lv");
	for (size_t i = 0; i < sizeof nrs / sizeof *nrs; i++) {
		for (uint32_t start = 0; start < HEADER + 32; start += 8) {
			char bytes[HEADER + 32];
			struct dm_ioctl header = { .version = { 4, 0, 0 },
				.data_size = sizeof bytes,
				.data_start = start,
				.name = "lv" };
			size_t written;

			memset(bytes, '1', sizeof bytes);
			memcpy(bytes, &header, HEADER_BYTES);
			ck_assert_int_eq(send(nrs[i], bytes, sizeof bytes, &written), -EINVAL);
		}
	}
}
END_TEST

static void add_bytes(TCase *tcase)
{
	tcase_add_test(tcase, a_foreign_version_is_refused_and_told_ours);
	tcase_add_test(tcase, an_unknown_ioctl_is_told_the_version_and_refused);
	tcase_add_test(tcase, of_an_error_only_the_version_is_written_back);
	tcase_add_test(tcase, no_more_is_read_than_the_ioctl_needs);
	tcase_add_test(tcase, a_buffer_that_is_no_header_or_too_large_is_refused);
	tcase_add_test(tcase, names_that_are_not_ended_are_cut_off);
	tcase_add_test(tcase, some_flags_are_the_drivers_own);
	tcase_add_test(tcase, a_uevent_is_told_when_one_was_made);
	tcase_add_test(tcase, a_device_is_found_by_one_of_its_names);
	tcase_add_test(tcase, a_call_says_what_it_is_about_before_it_begins);
	tcase_add_test(tcase, specifications_of_targets_lie_within_the_buffer_one_after_another);
	tcase_add_test(tcase, specifications_of_targets_do_not_overlap);
	tcase_add_test(tcase, strings_that_are_not_ended_are_refused);
}

int main(int argc, char **argv)
{
	(void)argc;
	return dm_suite_main("dm ioctls", argv[0], add_bytes);
}
