/* SPDX-License-Identifier: Apache-2.0 */
/* The reference client takes a VHD that is whole, and none that is cut or changed anywhere. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scenarios/clients/reference_xapi_vhd.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/vhd_bench.h"

#define B	   VHD_BENCH_BLOCK_BYTES

#define DISK_BYTES (6 * B + 2048)

#define UUID	   "01234567-89ab-cdef-0123-456789abcdef"
#define PARENT	   "fedcba98-7654-3210-fedc-ba9876543210"

/* What is checked lies in a file; the caller closes it. */
static int file_of(const uint8_t *bytes, size_t length)
{
	int fd = memfd_create("vhd", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, length, 0), (ssize_t)length);
	return fd;
}

static void make(struct vhd_bench_file *file, bool has_parent)
{
	struct vhd_order order = {
		.disk_bytes = DISK_BYTES, .uuid = "its own", .has_parent = has_parent
	};
	uint8_t *disk = vhd_bench_disk(DISK_BYTES, 1);

	vhd_bench_write(&order, disk, B, 1, 2, file);
	free(disk);
}

static bool is_taken(const uint8_t *bytes, size_t length, struct xapi_vhd *ret)
{
	int fd = file_of(bytes, length);
	json_t *failure = xapi_vhd_check(fd, length, ret);
	bool is_whole = failure == NULL;

	json_decref(failure);
	close(fd);
	return is_whole;
}

START_TEST(a_whole_one_is_taken_and_told_of)
{
	struct vhd_bench_file file;
	struct xapi_vhd vhd;

	make(&file, _i == 1);
	ck_assert(is_taken(file.bytes, file.length, &vhd));
	ck_assert_uint_eq(vhd.size_bytes, DISK_BYTES);
	ck_assert_uint_eq(vhd.blocks, 3);
	ck_assert_int_eq(vhd.is_differencing, _i == 1);
	ck_assert_uint_eq(vhd.end_footer, file.length - 512);
	vhd_bench_file_deinit(&file);
}
END_TEST

START_TEST(one_that_is_cut_anywhere_is_not_taken)
{
	struct vhd_bench_file file;
	struct xapi_vhd vhd;

	make(&file, false);
	for (size_t length = 0; length < file.length; length += length < 4096 ? 1 : 509)
		ck_assert_msg(!is_taken(file.bytes, length, &vhd), "%zu bytes of it", length);
	ck_assert(!is_taken(file.bytes, file.length - 1, &vhd));
	vhd_bench_file_deinit(&file);
}
END_TEST

/* Its data may end anywhere: what is missed first is always the footer. */
START_TEST(a_file_that_was_cut_has_two_footers_that_differ)
{
	struct vhd_bench_file file;
	struct xapi_vhd vhd;
	char path[64];
	int fd;

	make(&file, false);
	fd = file_of(file.bytes, file.length);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	for (size_t length = file.length - 512; length >= 1024; length /= 2) {
		json_t *failure;

		ck_assert_int_eq(ftruncate(fd, (off_t)length), 0);
		failure = xapi_vhd_check_file(path, &vhd);
		ck_assert_ptr_nonnull(failure);
		ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(failure, "message")),
			"Expected values to be strictly equal"));
		json_decref(failure);
	}
	close(fd);
	vhd_bench_file_deinit(&file);
}
END_TEST

START_TEST(one_of_which_a_byte_of_its_head_or_end_was_changed_is_not_taken)
{
	struct vhd_bench_file file;
	struct xapi_vhd vhd;

	make(&file, true);
	for (size_t at = 0; at < 1536 + 512; at++) {
		size_t place = at < 1536 ? at : file.length - 512 + at - 1536;

		file.bytes[place] ^= 0x10;
		ck_assert_msg(!is_taken(file.bytes, file.length, &vhd), "byte %zu", place);
		file.bytes[place] ^= 0x10;
	}
	vhd_bench_file_deinit(&file);
}
END_TEST

START_TEST(one_gets_its_names_and_is_whole_after_it)
{
	struct vhd_bench_file file;
	struct xapi_vhd vhd, again;
	char path[64], uuid[XAPI_UUID_BYTES];
	json_t *failure;
	int fd;

	make(&file, true);
	ck_assert(is_taken(file.bytes, file.length, &vhd));
	fd = file_of(file.bytes, file.length);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ck_assert_int_eq(xapi_vhd_name(fd, &vhd, UUID, PARENT, "20261129T000000Z.vhd"), 0);
	failure = xapi_vhd_check_file(path, &again);
	ck_assert_ptr_null(failure);
	ck_assert_str_eq(again.uuid, UUID);
	ck_assert_str_eq(again.parent_uuid, PARENT);
	ck_assert_str_eq(again.parent_name, "20261129T000000Z.vhd");
	ck_assert_int_eq(xapi_vhd_uuid(path, uuid), 0);
	ck_assert_str_eq(uuid, UUID);

	/* And whoever reads it by another reader finds its parent. */
	ck_assert_int_eq(pread(fd, file.bytes, file.length, 0), (ssize_t)file.length);
	{
		struct vhd_source source;
		struct vhd_flaw flaw;
		struct vhd *read;
		char text[VHD_UUID_TEXT];

		vhd_bench_source(&file, &source);
		ck_assert_msg(vhd_open(&source, &read, &flaw) == 0, "%s", flaw.text);
		ck_assert_str_eq(vhd_uuid_text(vhd_header(read)->parent_uuid, text), PARENT);
		ck_assert_str_eq(vhd_header(read)->parent_name, "20261129T000000Z.vhd");
		vhd_close(read);
	}
	ck_assert_int_eq(xapi_vhd_name(fd, &vhd, "0123", PARENT, "a"), -EINVAL);
	ck_assert_int_eq(xapi_vhd_name(fd, &vhd, UUID, "no uuid", "a"), -EINVAL);
	close(fd);
	vhd_bench_file_deinit(&file);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("reference_xapi_vhd");
	TCase *tests = tcase_create("vhd");

	(void)argc;
	tcase_add_loop_test(tests, a_whole_one_is_taken_and_told_of, 0, 2);
	tcase_add_test(tests, one_that_is_cut_anywhere_is_not_taken);
	tcase_add_test(tests, a_file_that_was_cut_has_two_footers_that_differ);
	tcase_add_test(tests, one_of_which_a_byte_of_its_head_or_end_was_changed_is_not_taken);
	tcase_add_test(tests, one_gets_its_names_and_is_whole_after_it);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
