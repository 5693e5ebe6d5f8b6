/* SPDX-License-Identifier: Apache-2.0 */
/* What is written as a VHD is read from it, alone, as a chain and as it comes by. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/vhd_bench.h"

#define B VHD_BENCH_BLOCK_BYTES

/* Ten blocks and a half. */
#define DISK_BYTES (10 * B + 2048)

static uint8_t read_back[64 * B];

static struct vhd *open_file(struct vhd_bench_file *file)
{
	struct vhd_source source;
	struct vhd_flaw flaw;
	struct vhd *vhd = NULL;

	vhd_bench_source(file, &source);
	ck_assert_msg(vhd_open(&source, &vhd, &flaw) == 0, "%s", flaw.text);
	return vhd;
}

/* DISK with zeros in place of the blocks that vhd_bench_write() leaves out. */
static uint8_t *only(const uint8_t *disk, size_t length, uint32_t first, uint32_t step)
{
	uint8_t *wanted = calloc(1, length);

	for (size_t block = first; block * B < length; block += step)
		memcpy(wanted + block * B, disk + block * B,
			length - block * B < B ? length - block * B : B);
	return wanted;
}

static void assert_reads(
	struct vhd *const *chain, size_t count, const uint8_t *wanted, size_t length)
{
	ck_assert_int_eq(vhd_chain_read(chain, count, 0, read_back, length), 0);
	ck_assert_mem_eq(read_back, wanted, length);
	/* And in the pieces that nothing is aligned to but sectors. */
	for (size_t at = 0; at < length; at += 3 * VHD_SECTOR_BYTES) {
		size_t now = length - at < 3 * VHD_SECTOR_BYTES ? length - at
								: 3 * VHD_SECTOR_BYTES;

		ck_assert_int_eq(vhd_chain_read(chain, count, at, read_back, now), 0);
		ck_assert_mem_eq(read_back, wanted + at, now);
	}
}

START_TEST(a_full_one_is_read_as_the_disk_that_it_is_of)
{
	struct vhd_order order = { .disk_bytes = DISK_BYTES, .uuid = "full", .timestamp = 77 };
	uint8_t *disk = vhd_bench_disk(DISK_BYTES, 1), *wanted = only(disk, DISK_BYTES, 1, 3);
	struct vhd_bench_file file;
	struct vhd *vhd;

	vhd_bench_write(&order, disk, B, 1, 3, &file);
	vhd = open_file(&file);
	ck_assert(vhd_has_tail(vhd));
	ck_assert_int_eq(vhd_footer(vhd)->type, VHD_DYNAMIC);
	ck_assert_uint_eq(vhd_footer(vhd)->current_bytes, DISK_BYTES);
	ck_assert_uint_eq(vhd_footer(vhd)->timestamp, 77);
	ck_assert_mem_eq(vhd_footer(vhd)->uuid, order.uuid, sizeof order.uuid);
	for (uint32_t block = 0; block < 12; block++)
		ck_assert_int_eq(vhd_has_block(vhd, block), block % 3 == 1 && block < 11);
	assert_reads(&vhd, 1, wanted, DISK_BYTES);
	vhd_close(vhd);
	vhd_bench_file_deinit(&file);
	free(wanted);
	free(disk);
}
END_TEST

START_TEST(a_disk_of_which_nothing_is_there_is_zeros)
{
	struct vhd_order order = { .disk_bytes = DISK_BYTES };
	uint8_t *disk = vhd_bench_disk(DISK_BYTES, 1), *wanted = calloc(1, DISK_BYTES);
	uint64_t offset, length;
	struct vhd_bench_file file;
	struct vhd *vhd;

	vhd_bench_write(&order, disk, B, 99, 1, &file);
	ck_assert_uint_eq(file.length, 1536 + 512 + 512);
	vhd = open_file(&file);
	assert_reads(&vhd, 1, wanted, DISK_BYTES);
	ck_assert(!vhd_chain_next(&vhd, 1, 0, &offset, &length));
	vhd_close(vhd);
	vhd_bench_file_deinit(&file);
	free(wanted);
	free(disk);
}
END_TEST

/* root: every second block, and half of its last; middle: every third, of a larger disk; leaf:
 * block 6 on, every 4th. */
START_TEST(a_chain_reads_each_sector_from_the_first_that_has_it)
{
	const uint32_t first[] = { 6, 0, 1 }, step[] = { 4, 3, 2 };
	const size_t sizes[] = { DISK_BYTES, DISK_BYTES, 5 * B + 2048 };
	uint8_t *disks[3], *wanted = calloc(1, DISK_BYTES);
	struct vhd_bench_file files[3];
	struct vhd *chain[3];

	for (int i = 2; i >= 0; i--) {
		struct vhd_order order = { .disk_bytes = sizes[i], .has_parent = i < 2 };

		disks[i] = vhd_bench_disk(DISK_BYTES, (uint64_t)i + 10);
		vhd_bench_write(&order, disks[i], B, first[i], step[i], &files[i]);
		chain[i] = open_file(&files[i]);
		for (size_t block = first[i]; block * B < sizes[i]; block += step[i])
			memcpy(wanted + block * B, disks[i] + block * B,
				sizes[i] - block * B < B ? sizes[i] - block * B : B);
	}
	/* What lies behind the end of a disk is none of it. */
	memset(files[2].bytes + files[2].length - VHD_FOOTER_BYTES - (B - 2048), 0xaa, B - 2048);
	assert_reads(chain, 3, wanted, DISK_BYTES);
	for (int i = 0; i < 3; i++) {
		vhd_close(chain[i]);
		vhd_bench_file_deinit(&files[i]);
		free(disks[i]);
	}
	free(wanted);
}
END_TEST

START_TEST(a_sector_that_a_bitmap_leaves_out_is_the_parents)
{
	struct vhd_order root = { .disk_bytes = 2 * B },
			 leaf = { .disk_bytes = 2 * B, .has_parent = true };
	uint8_t *old = vhd_bench_disk(2 * B, 1), *new = vhd_bench_disk(2 * B, 2);
	uint8_t wanted[2 * B];
	struct vhd_bench_file files[2];
	struct vhd *chain[2];

	vhd_bench_write(&root, old, B, 0, 1, &files[1]);
	vhd_bench_write(&leaf, new, B, 1, 1, &files[0]);

	/* Of block 1, which is the only one: sectors 2 and 3 of its eight. */
	size_t bitmap = files[0].length - VHD_FOOTER_BYTES - B - VHD_SECTOR_BYTES;

	ck_assert_uint_eq(files[0].bytes[bitmap], 0xff);
	files[0].bytes[bitmap] = 0x30;
	memcpy(wanted, old, sizeof wanted);
	memcpy(wanted + B + 1024, new + B + 1024, 1024);
	for (int i = 0; i < 2; i++)
		chain[i] = open_file(&files[i]);
	assert_reads(chain, 2, wanted, sizeof wanted);
	/* As it comes by, too, onto what is there. */
	memcpy(read_back, old, sizeof wanted);
	struct vhd_flaw flaw;

	ck_assert_int_eq(vhd_bench_stream(&files[0], read_back, sizeof wanted, &flaw), 0);
	ck_assert_mem_eq(read_back, wanted, sizeof wanted);
	for (int i = 0; i < 2; i++) {
		vhd_close(chain[i]);
		vhd_bench_file_deinit(&files[i]);
	}
	free(old);
	free(new);
}
END_TEST

START_TEST(what_comes_by_leaves_the_disk_as_it_was_and_zeros_the_rest)
{
	struct vhd_order order = { .disk_bytes = DISK_BYTES };
	uint8_t *disk = vhd_bench_disk(DISK_BYTES, 3), *wanted = only(disk, DISK_BYTES, 2, 4);
	struct vhd_bench_file file;
	struct vhd_flaw flaw;

	vhd_bench_write(&order, disk, B, 2, 4, &file);
	memset(read_back, 0x55, sizeof read_back);
	/* Onto a disk that is larger: what lies behind is zeros, too. */
	ck_assert_int_eq(vhd_bench_stream(&file, read_back, DISK_BYTES + B, &flaw), 0);
	ck_assert_mem_eq(read_back, wanted, DISK_BYTES);
	for (size_t i = DISK_BYTES; i < DISK_BYTES + B; i++)
		ck_assert_uint_eq(read_back[i], 0);
	ck_assert_uint_eq(read_back[DISK_BYTES + B], 0x55);
	/* And all of it has come. */
	ck_assert_uint_eq(file.length, file.at);

	ck_assert_int_eq(vhd_bench_stream(&file, read_back, DISK_BYTES - 512, &flaw), -EBADMSG);
	ck_assert_str_eq(flaw.text, "its disk has 43008 bytes, and there are 42496");
	vhd_bench_file_deinit(&file);
	free(wanted);
	free(disk);
}
END_TEST

START_TEST(blocks_come_by_in_the_order_of_the_file_and_not_of_the_disk)
{
	struct vhd_order order = { .disk_bytes = 3 * B };
	uint8_t *disk = vhd_bench_disk(3 * B, 4);
	uint8_t *table, first[4];
	struct vhd_bench_file file;
	struct vhd_flaw flaw;

	vhd_bench_write(&order, disk, B, 0, 1, &file);
	table = file.bytes + 1536;
	memcpy(first, table, 4);
	memmove(table, table + 4, 8);
	memcpy(table + 8, first, 4);
	ck_assert_int_eq(vhd_bench_stream(&file, read_back, 3 * B, &flaw), 0);
	ck_assert_mem_eq(read_back + 2 * B, disk, B);
	ck_assert_mem_eq(read_back, disk + B, 2 * B);
	vhd_bench_file_deinit(&file);
	free(disk);
}
END_TEST

START_TEST(a_parent_is_named_by_a_path_and_a_url)
{
	struct vhd_order order = {
		.disk_bytes = B,
		.has_parent = true,
		.parent_uuid = { 0xa1, 0xb2, [15] = 0xff },
		.parent_timestamp = 99,
	};
	uint8_t *disk = vhd_bench_disk(B, 4);
	char path[200];
	struct vhd_bench_file file;
	struct vhd *vhd;

	vhd_bench_write(&order, disk, B, 0, 1, &file);
	vhd = open_file(&file);
	ck_assert_int_eq(vhd_footer(vhd)->type, VHD_DIFFERENCING);
	ck_assert_mem_eq(vhd_header(vhd)->parent_uuid, order.parent_uuid, VHD_UUID_BYTES);
	ck_assert_uint_eq(vhd_header(vhd)->parent_timestamp, 99);
	ck_assert_str_eq(vhd_header(vhd)->parent_name, "a1b20000-0000-0000-0000-0000000000ff.vhd");
	for (unsigned int i = 0; i < 2; i++) {
		ck_assert(vhd_parent_path(vhd, i, path, sizeof path));
		ck_assert_str_eq(path, "./a1b20000-0000-0000-0000-0000000000ff.vhd");
	}
	ck_assert(!vhd_parent_path(vhd, 2, path, sizeof path));
	/* What has no room is none. */
	ck_assert(!vhd_parent_path(vhd, 0, path, 42));
	ck_assert(vhd_parent_path(vhd, 0, path, 43));
	vhd_close(vhd);
	vhd_bench_file_deinit(&file);
	free(disk);
}
END_TEST

START_TEST(without_its_last_footer_it_is_read_by_the_copy_and_says_so)
{
	struct vhd_order order = { .disk_bytes = DISK_BYTES };
	uint8_t *disk = vhd_bench_disk(DISK_BYTES, 5);
	struct vhd_bench_file file;
	struct vhd *vhd;

	vhd_bench_write(&order, disk, B, 0, 1, &file);
	file.length -= VHD_FOOTER_BYTES;
	vhd = open_file(&file);
	ck_assert(!vhd_has_tail(vhd));
	assert_reads(&vhd, 1, disk, DISK_BYTES);
	vhd_close(vhd);
	/* As is one whose last block was cut where the disk ends. */
	file.length -= B - 2048;
	vhd = open_file(&file);
	assert_reads(&vhd, 1, disk, DISK_BYTES);
	vhd_close(vhd);
	vhd_bench_file_deinit(&file);
	free(disk);
}
END_TEST

START_TEST(the_ranges_of_a_chain_are_those_of_all_its_files)
{
	const uint32_t first[] = { 4, 1 };
	uint8_t *disk = vhd_bench_disk(DISK_BYTES, 6);
	uint64_t offset = 0, length = 0;
	struct vhd_bench_file files[2];
	struct vhd *chain[2];

	for (int i = 0; i < 2; i++) {
		struct vhd_order order = { .disk_bytes = DISK_BYTES, .has_parent = i == 0 };

		vhd_bench_write(&order, disk, B, first[i], 6, &files[i]);
		chain[i] = open_file(&files[i]);
	}
	const uint64_t wanted[][2] = { { B, B }, { 4 * B, B }, { 7 * B, B }, { 10 * B, 2048 } };

	for (size_t i = 0; i < 4; i++) {
		ck_assert(vhd_chain_next(chain, 2, offset + length, &offset, &length));
		ck_assert_uint_eq(offset, wanted[i][0]);
		ck_assert_uint_eq(length, wanted[i][1]);
	}
	ck_assert(!vhd_chain_next(chain, 2, offset + length, &offset, &length));
	ck_assert(vhd_chain_next(chain, 2, B + 512, &offset, &length));
	ck_assert_uint_eq(offset, B + 512);
	ck_assert_uint_eq(length, B - 512);
	for (int i = 0; i < 2; i++) {
		vhd_close(chain[i]);
		vhd_bench_file_deinit(&files[i]);
	}
	free(disk);
}
END_TEST

START_TEST(uuids_are_written_as_they_are_read)
{
	static const char text[] = "01234567-89ab-cdef-0123-456789abcdef";
	uint8_t uuid[VHD_UUID_BYTES];
	char again[VHD_UUID_TEXT];

	ck_assert_int_eq(vhd_uuid_parse(text, uuid), 0);
	ck_assert_str_eq(vhd_uuid_text(uuid, again), text);
	ck_assert_int_eq(vhd_uuid_parse("01234567-89AB-CDEF-0123-456789ABCDEF", uuid), 0);
	ck_assert_str_eq(vhd_uuid_text(uuid, again), text);
	ck_assert_int_eq(vhd_uuid_parse("", uuid), -EINVAL);
	ck_assert_int_eq(vhd_uuid_parse("01234567-89ab-cdef-0123-456789abcde", uuid), -EINVAL);
	ck_assert_int_eq(vhd_uuid_parse("01234567-89ab-cdef-0123-456789abcdef0", uuid), -EINVAL);
	ck_assert_int_eq(vhd_uuid_parse("01234567-89ab-cdef-0123+456789abcdef", uuid), -EINVAL);
	ck_assert_int_eq(vhd_uuid_parse("\x10\x31"
					"234567-89ab-cdef-0123-456789abcdef",
				 uuid),
		-EINVAL);
	ck_assert_int_eq(vhd_uuid_parse("0123456g-89ab-cdef-0123-456789abcdef", uuid), -EINVAL);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("xapi_vhd");
	TCase *tests = tcase_create("vhd");

	(void)argc;
	tcase_add_test(tests, a_full_one_is_read_as_the_disk_that_it_is_of);
	tcase_add_test(tests, a_disk_of_which_nothing_is_there_is_zeros);
	tcase_add_test(tests, a_chain_reads_each_sector_from_the_first_that_has_it);
	tcase_add_test(tests, a_sector_that_a_bitmap_leaves_out_is_the_parents);
	tcase_add_test(tests, what_comes_by_leaves_the_disk_as_it_was_and_zeros_the_rest);
	tcase_add_test(tests, blocks_come_by_in_the_order_of_the_file_and_not_of_the_disk);
	tcase_add_test(tests, a_parent_is_named_by_a_path_and_a_url);
	tcase_add_test(tests, without_its_last_footer_it_is_read_by_the_copy_and_says_so);
	tcase_add_test(tests, the_ranges_of_a_chain_are_those_of_all_its_files);
	tcase_add_test(tests, uuids_are_written_as_they_are_read);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
