/* SPDX-License-Identifier: Apache-2.0 */
/* VHDs that are damaged, cut or lie: refused with what is wrong, or read as what they were. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/vhd_bench.h"

#define B	   VHD_BENCH_BLOCK_BYTES
#define DISK_BYTES (5 * B)
#define HEADER_AT  512u
#define TABLE_AT   1536u

static uint8_t *disk;
static struct vhd_bench_file file;
static uint8_t read_back[2 * DISK_BYTES];
static struct vhd_flaw flaw;

static void setup(void)
{
	struct vhd_order order = { .disk_bytes = DISK_BYTES };

	disk = vhd_bench_disk(DISK_BYTES, 1);
	vhd_bench_write(&order, disk, B, 0, 1, &file);
}

static void teardown(void)
{
	vhd_bench_file_deinit(&file);
	free(disk);
}

/* What vhd_open() says; what it opens must be the disk. */
static int try_open(void)
{
	struct vhd_source source;
	struct vhd *vhd = NULL;
	int error;

	vhd_bench_source(&file, &source);
	error = vhd_open(&source, &vhd, &flaw);
	if (error == 0) {
		ck_assert_int_eq(vhd_chain_read(&vhd, 1, 0, read_back, DISK_BYTES), 0);
		ck_assert_mem_eq(read_back, disk, DISK_BYTES);
		vhd_close(vhd);
	} else {
		ck_assert_int_eq(error, -EBADMSG);
		ck_assert_str_ne(flaw.text, "");
	}
	return error;
}

static int try_stream(void)
{
	int error;

	flaw.text[0] = '\0';
	error = vhd_bench_stream(&file, read_back, DISK_BYTES, &flaw);
	if (error == 0)
		ck_assert_mem_eq(read_back, disk, DISK_BYTES);
	else
		ck_assert_str_ne(flaw.text, "");
	return error;
}

static void footers(void (*change)(uint8_t *footer))
{
	change(file.bytes);
	change(file.bytes + file.length - VHD_FOOTER_BYTES);
}

START_TEST(a_flipped_bit_of_the_metadata_is_noticed)
{
	for (size_t at = 0; at < TABLE_AT; at++) {
		file.bytes[at] ^= 0x10;
		/* The first footer is only a copy. */
		ck_assert_int_eq(try_open(), at < HEADER_AT ? 0 : -EBADMSG);
		ck_assert_int_eq(try_stream(), -EBADMSG);
		file.bytes[at] ^= 0x10;
	}
	for (size_t at = file.length - VHD_FOOTER_BYTES; at < file.length; at++) {
		file.bytes[at] ^= 0x10;
		ck_assert_int_eq(try_open(), 0);
		ck_assert_int_eq(try_stream(), -EBADMSG);
		file.bytes[at] ^= 0x10;
	}
	ck_assert_int_eq(try_open(), 0);
	ck_assert_int_eq(try_stream(), 0);
}
END_TEST

START_TEST(what_is_cut_is_refused_wherever_it_is_cut)
{
	const size_t whole = file.length;

	for (size_t length = 0; length < whole; length += 256) {
		file.length = length;
		ck_assert_int_eq(try_open(), length >= whole - VHD_FOOTER_BYTES ? 0 : -EBADMSG);
		ck_assert_int_eq(try_stream(), -ENODATA);
		if (length >= whole - VHD_FOOTER_BYTES)
			ck_assert_str_eq(flaw.text, "it ends without its last footer");
	}
	file.length = TABLE_AT + 1;
	ck_assert_int_eq(try_stream(), -ENODATA);
	ck_assert_str_eq(flaw.text, "it ends in its table, behind 1536 bytes");
}
END_TEST

/* Of a disk that is larger, of another type, of another uuid. */
START_TEST(a_stream_ends_with_the_footer_that_it_began_with)
{
	static const size_t places[] = { 53, 63, 70 };
	static const uint8_t values[] = { 1, VHD_DIFFERENCING, 7 };
	uint8_t *last = file.bytes + file.length - VHD_FOOTER_BYTES;

	last[places[_i]] = values[_i];
	vhd_footer_seal(last);
	ck_assert_int_eq(try_stream(), -EBADMSG);
	ck_assert_str_eq(flaw.text, "its last footer is another one's");
}
END_TEST

static void make_fixed(uint8_t *footer)
{
	memset(footer + 16, 0xff, 8);
	vhd_put32(footer + 60, VHD_FIXED);
	vhd_footer_seal(footer);
}

static void make_type_5(uint8_t *footer)
{
	vhd_put32(footer + 60, 5);
	vhd_footer_seal(footer);
}

static void make_version_2(uint8_t *footer)
{
	vhd_put32(footer + 12, 0x20000);
	vhd_footer_seal(footer);
}

static void make_huge(uint8_t *footer)
{
	vhd_put32(footer + 48, 1u << 10);
	vhd_footer_seal(footer);
}

static void make_odd(uint8_t *footer)
{
	vhd_put32(footer + 52, DISK_BYTES - 1);
	vhd_footer_seal(footer);
}

static void make_empty(uint8_t *footer)
{
	memset(footer + 48, 0, 8);
	vhd_footer_seal(footer);
}

static void make_header_far(uint8_t *footer)
{
	vhd_put32(footer + 20, 1u << 30);
	vhd_footer_seal(footer);
}

static void make_header_within(uint8_t *footer)
{
	vhd_put32(footer + 20, 100);
	vhd_footer_seal(footer);
}

static void make_cookie(uint8_t *footer)
{
	footer[0] = 'C';
	vhd_footer_seal(footer);
}

static const struct {
	void (*change)(uint8_t *footer);
	const char *says;
} footer_lies[] = {
	{ make_type_5, "its type is 5, not 2, 3 or 4" },
	{ make_version_2, "the version of its footer is 0x20000, not 0x10000" },
	{ make_huge, "its disk has 4398046531584 bytes" },
	{ make_odd, "its disk has 20479 bytes" },
	{ make_empty, "its disk has 0 bytes" },
	{ make_header_far, "its header is at 1073741824, beyond the end" },
	{ make_header_within, "its footer names a header at 100" },
	{ make_cookie, "its footer does not begin with 'conectix'" },
};

START_TEST(a_footer_that_lies_with_the_right_sum_is_refused)
{
	footers(footer_lies[_i].change);
	ck_assert_int_eq(try_open(), -EBADMSG);
	ck_assert_str_eq(flaw.text, footer_lies[_i].says);
	ck_assert_int_lt(try_stream(), 0);
}
END_TEST

/* A field of the header, of four bytes. */
static const struct {
	size_t at;
	uint32_t value;
	const char *says;
} header_lies[] = {
	{ 24, 2, "the version of its header is 0x2, not 0x10000" },
	{ 28, 4, "its table has 4 entries for a disk of 5 blocks" },
	{ 32, 0, "its blocks have 0 bytes" },
	{ 32, 2048, "its blocks have 2048 bytes" },
	{ 32, 12288, "its blocks have 12288 bytes" },
	{ 32, 1u << 27, "its blocks have 134217728 bytes" },
	{ 20, 512, "its table is at 512" },
	{ 20, 1537, "its table is at 1537" },
	{ 20, 1u << 30, "its table extends beyond the end" },
};

START_TEST(a_header_that_lies_with_the_right_sum_is_refused)
{
	vhd_put32(file.bytes + HEADER_AT + header_lies[_i].at, header_lies[_i].value);
	vhd_header_seal(file.bytes + HEADER_AT);
	ck_assert_int_eq(try_open(), -EBADMSG);
	ck_assert_str_eq(flaw.text, header_lies[_i].says);
	ck_assert_int_lt(try_stream(), 0);
}
END_TEST

START_TEST(a_block_that_lies_where_none_can_is_refused)
{
	uint8_t *second = file.bytes + TABLE_AT + 4;

	vhd_put32(second, 1);
	ck_assert_int_eq(try_open(), -EBADMSG);
	ck_assert_str_eq(flaw.text, "block 1 lies at 512, before its table ends");
	ck_assert_int_eq(try_stream(), -EBADMSG);
	vhd_put32(second, VHD_ABSENT - 1);
	ck_assert_int_eq(try_open(), -EBADMSG);
	ck_assert_str_eq(flaw.text, "block 1 ends at 2199023259136, behind its end at 25088");
	ck_assert_int_eq(try_stream(), -ENODATA);
	/* Half of it is that of the first. */
	vhd_put32(second, 4 + 4);
	ck_assert_int_eq(try_open(), -EBADMSG);
	ck_assert_str_eq(flaw.text, "two blocks lie at 2048 and 4096");
	ck_assert_int_eq(try_stream(), -EBADMSG);
	ck_assert_str_eq(flaw.text, "its block at 4096 lies before what has come");
	/* The same place. */
	vhd_put32(second, 4);
	ck_assert_int_eq(try_open(), -EBADMSG);
	ck_assert_int_eq(try_stream(), -EBADMSG);
}
END_TEST

START_TEST(a_fixed_one_needs_all_of_its_disk)
{
	footers(make_fixed);
	/* The disk of a fixed one begins where the file does. */
	memmove(file.bytes, disk, DISK_BYTES);
	ck_assert_int_eq(try_open(), 0);
	memmove(file.bytes + DISK_BYTES - 512, file.bytes + file.length - 512, 512);
	file.length = DISK_BYTES;
	ck_assert_int_eq(try_open(), -EBADMSG);
	ck_assert_str_eq(flaw.text, "it is fixed and has 19968 bytes for a disk of 20480");
}
END_TEST

START_TEST(a_stream_does_not_begin_with_a_fixed_footer)
{
	footers(make_fixed);
	ck_assert_int_eq(try_stream(), -EBADMSG);
	ck_assert_str_eq(flaw.text, "its first footer is a fixed one's");
}
END_TEST

/* Whatever the bytes are, nothing is read outside, and what is read is checked. */
START_TEST(random_damage_is_refused_or_harmless)
{
	uint8_t *kept = malloc(file.length);
	const uint64_t seed = engine_seed(), count = engine_count(3000);

	memcpy(kept, file.bytes, file.length);
	for (uint64_t i = 0; i < count; i++) {
		struct vhd_source source;
		struct vhd *vhd;

		for (uint64_t j = 0; j < 4; j++) {
			uint64_t at = mix_below(seed, i * 8 + 2 * j, TABLE_AT + 24);

			file.bytes[at] = (uint8_t)mix64(seed ^ (i * 8 + 2 * j + 1));
		}
		vhd_footer_seal(file.bytes);
		memcpy(file.bytes + file.length - VHD_FOOTER_BYTES, file.bytes, VHD_FOOTER_BYTES);
		vhd_header_seal(file.bytes + HEADER_AT);
		vhd_bench_source(&file, &source);
		if (vhd_open(&source, &vhd, &flaw) == 0) {
			uint64_t bytes = vhd_footer(vhd)->current_bytes;

			vhd_chain_read(&vhd, 1, 0, read_back,
				bytes < sizeof read_back ? (size_t)bytes : sizeof read_back);
			vhd_close(vhd);
		}
		vhd_bench_stream(&file, read_back, sizeof read_back, &flaw);
		memcpy(file.bytes, kept, file.length);
	}
	free(kept);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("xapi_vhd_damage");
	TCase *tests = tcase_create("damage");

	(void)argc;
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_flipped_bit_of_the_metadata_is_noticed);
	tcase_add_test(tests, what_is_cut_is_refused_wherever_it_is_cut);
	tcase_add_loop_test(tests, a_stream_ends_with_the_footer_that_it_began_with, 0, 3);
	tcase_add_loop_test(tests, a_footer_that_lies_with_the_right_sum_is_refused, 0,
		sizeof footer_lies / sizeof footer_lies[0]);
	tcase_add_loop_test(tests, a_header_that_lies_with_the_right_sum_is_refused, 0,
		sizeof header_lies / sizeof header_lies[0]);
	tcase_add_test(tests, a_block_that_lies_where_none_can_is_refused);
	tcase_add_test(tests, a_fixed_one_needs_all_of_its_disk);
	tcase_add_test(tests, a_stream_does_not_begin_with_a_fixed_footer);
	tcase_add_test(tests, random_damage_is_refused_or_harmless);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
