/* SPDX-License-Identifier: Apache-2.0 */
/* The pure parts of what stands behind snapshot targets. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/doors/dm/origins/contents.h"
#include "simfs/doors/dm/origins/cow_header.h"
#include "simfs/doors/dm/origins/extents.h"
#include "simfs/doors/dm/origins/names.h"
#include "tests/lib/engine_suite.h"

/* ---- what lies where ---- */

static struct content_part part(uint64_t start, uint64_t length, uint64_t disk, uint64_t offset)
{
	return (struct content_part){
		.start = start, .length = length, .below = { .disk = disk, .offset = offset }
	};
}

static const struct content_part bottom = { .length = 10000, .is_bottom = true };

START_TEST(a_range_is_followed_down_to_the_bottom)
{
	struct contents contents;
	struct disk_place place;
	const struct content_part real = part(0, 1000, 1, 2048);
	const struct content_part top = part(0, 500, 10, 100);

	contents_init(&contents);
	ck_assert_int_eq(contents_set(&contents, 1, &bottom, 1), 0);
	ck_assert_int_eq(contents_set(&contents, 10, &real, 1), 0);
	ck_assert_int_eq(contents_set(&contents, 11, &top, 1), 0);
	ck_assert(contents_place(&contents, 11, 10, 20, &place));
	ck_assert_uint_eq(place.disk, 1);
	ck_assert_uint_eq(place.offset, 2048 + 100 + 10);
	ck_assert(!contents_place(&contents, 11, 490, 20, &place));
	ck_assert_uint_eq(contents_sectors(&contents, 11), 500);
	contents_deinit(&contents);
}
END_TEST

START_TEST(parts_that_follow_each_other_below_are_one_range)
{
	struct contents contents;
	struct disk_place place;
	const struct content_part joined[] = { part(0, 100, 1, 50), part(100, 100, 1, 150) };
	const struct content_part apart[] = { part(0, 100, 1, 50), part(100, 100, 1, 151) };

	contents_init(&contents);
	ck_assert_int_eq(contents_set(&contents, 1, &bottom, 1), 0);
	ck_assert_int_eq(contents_set(&contents, 10, joined, 2), 0);
	ck_assert_int_eq(contents_set(&contents, 11, apart, 2), 0);
	ck_assert(contents_place(&contents, 10, 0, 200, &place));
	ck_assert_uint_eq(place.offset, 50);
	ck_assert(!contents_place(&contents, 11, 0, 200, &place));
	ck_assert(contents_place(&contents, 11, 100, 100, &place));
	contents_deinit(&contents);
}
END_TEST

START_TEST(a_disk_that_is_forgotten_is_a_bottom)
{
	struct contents contents;
	struct disk_place place;
	const struct content_part top = part(0, 500, 10, 100);

	contents_init(&contents);
	ck_assert_int_eq(contents_set(&contents, 11, &top, 1), 0);
	ck_assert(contents_place(&contents, 11, 1, 1, &place));
	ck_assert_uint_eq(place.disk, 10);
	contents_forget(&contents, 11);
	ck_assert_ptr_null(contents_find(&contents, 11));
	ck_assert(contents_place(&contents, 11, 1, 1, &place));
	ck_assert_uint_eq(place.disk, 11);
	contents_deinit(&contents);
}
END_TEST

START_TEST(devices_that_lie_on_themselves_lead_nowhere)
{
	struct contents contents;
	struct disk_place place;
	const struct content_part loop = part(0, 500, 10, 0);

	contents_init(&contents);
	ck_assert_int_eq(contents_set(&contents, 10, &loop, 1), 0);
	ck_assert(!contents_place(&contents, 10, 1, 1, &place));
	contents_deinit(&contents);
}
END_TEST

/* ---- headers ---- */

START_TEST(a_header_is_read_as_it_was_written)
{
	unsigned char sector[COW_HEADER_BYTES];
	struct cow_header read, header = { .is_valid = true, .has_id = true, .chunk_sectors = 16 };
	char text[COW_ID_TEXT_BYTES];
	struct cow_id id;

	for (unsigned i = 0; i < sizeof header.id.bytes; i++)
		header.id.bytes[i] = (unsigned char)(0xf0 + i);
	cow_header_encode(&header, sector);
	ck_assert_int_eq(memcmp(sector, "SnAp\1\0\0\0\1\0\0\0\x10\0\0\0", 16), 0);
	ck_assert_int_eq(cow_header_decode(sector, &read), 0);
	ck_assert(read.is_valid && read.has_id);
	ck_assert_uint_eq(read.chunk_sectors, 16);
	ck_assert_int_eq(memcmp(&read.id, &header.id, sizeof read.id), 0);
	cow_id_write(&read.id, text);
	ck_assert_str_eq(text, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
	ck_assert(cow_id_read(text, &id));
	ck_assert_int_eq(memcmp(&id, &header.id, sizeof id), 0);
}
END_TEST

START_TEST(what_is_no_header_of_ours_is_told_apart)
{
	unsigned char sector[COW_HEADER_BYTES] = { 0 };
	struct cow_header header = { .is_valid = true, .chunk_sectors = 8 };
	struct cow_id id;

	ck_assert_int_eq(cow_header_decode(sector, &header), -ENOENT);
	sector[0] = 1;
	ck_assert_int_eq(cow_header_decode(sector, &header), -ENXIO);
	cow_header_encode(&header, sector);
	ck_assert_int_eq(cow_header_decode(sector, &header), 0);
	ck_assert(!header.has_id);
	sector[8] = 2;
	ck_assert_int_eq(cow_header_decode(sector, &header), -EINVAL);
	sector[8] = 1;
	sector[12] = 9;
	ck_assert_int_eq(cow_header_decode(sector, &header), -EINVAL);
	ck_assert(!cow_id_read("f0f1", &id));
	ck_assert(!cow_id_read("f0f1f2f3f4f5f6f7f8f9fafbfcfdfefg", &id));
}
END_TEST

/* ---- names and numbers ---- */

START_TEST(a_name_of_lvm_is_the_engines_name)
{
	char name[ENGINE_NAME_BYTES];

	engine_name("onapp--aaaaaaaa-backup--b1", 0, name);
	ck_assert_str_eq(name, "onapp--aaaaaaaa-backup--b1");
}
END_TEST

START_TEST(a_name_that_the_engine_does_not_take_becomes_one_of_its_own)
{
	char long_name[120], name[ENGINE_NAME_BYTES], other[ENGINE_NAME_BYTES];

	memset(long_name, 'x', sizeof long_name);
	long_name[119] = '\0';
	engine_name(long_name, 0, name);
	ck_assert_uint_lt(strlen(name), ENGINE_NAME_BYTES);
	long_name[118] = 'y';
	engine_name(long_name, 0, other);
	ck_assert_str_ne(name, other);
	engine_name("a b", 0, name);
	engine_name("a\tb", 0, other);
	ck_assert_int_eq(strncmp(name, "a_b~", 4), 0);
	ck_assert_str_ne(name, other);
	engine_name("b1", 1, other);
	ck_assert_int_eq(strncmp(other, "b1~", 3), 0);
	engine_name(".hidden", 0, other);
	ck_assert_int_eq(strncmp(other, "_hidden~", 8), 0);
}
END_TEST

static void usage_is(uint64_t chunks, bool is_transient, const char *expected)
{
	const struct store_usage usage = { .chunks = chunks,
		.chunk_sectors = 8,
		.total_sectors = 32768,
		.is_transient = is_transient };
	char text[64];

	store_usage_write(&usage, text, sizeof text);
	ck_assert_str_eq(text, expected);
}

START_TEST(usage_is_counted_as_dm_snapshot_does)
{
	usage_is(0, false, "16/32768 16");
	usage_is(1, false, "24/32768 16");
	usage_is(255, false, "2056/32768 16");
	/* The area of 256 exceptions is full, and the next one begun. */
	usage_is(256, false, "2072/32768 24");
	usage_is(0, true, "0/32768 0");
	usage_is(3, true, "24/32768 0");
}
END_TEST

START_TEST(a_transient_store_has_room_for_nothing_but_chunks)
{
	ck_assert_uint_eq(transient_limit_sectors(800, 8), (2 + 100) * 8);
	ck_assert_uint_eq(transient_limit_sectors(8 * 300, 8), (2 + 300 + 1) * 8);
}
END_TEST

/* ---- what is to be merged ---- */

START_TEST(extents_are_taken_from_the_end)
{
	struct extents extents = { 0 };
	struct extents_batch batch;

	ck_assert_int_eq(extents_add(&extents, 0, 4096, UINT64_MAX), 0);
	ck_assert_int_eq(extents_add(&extents, 4096, 4096, UINT64_MAX), 0);
	ck_assert_int_eq(extents_add(&extents, 40960, 8192, UINT64_MAX), 0);
	ck_assert_int_eq(extents_add(&extents, 57344, 4096, UINT64_MAX), 0);
	ck_assert_uint_eq(extents.count, 3);
	ck_assert_uint_eq(extents_blocks(&extents, 4096), 5);
	ck_assert_int_eq(extents_add(&extents, 4096, 4096, UINT64_MAX), -EINVAL);

	batch = extents_last(&extents, 20480, 4096);
	ck_assert_uint_eq(batch.offset, 40960);
	ck_assert_uint_eq(batch.length, 20480);
	ck_assert_uint_eq(batch.first, 1);
	extents_cut(&extents, batch.offset);
	ck_assert_uint_eq(extents.count, 1);
	batch = extents_last(&extents, 4096, 4096);
	ck_assert_uint_eq(batch.offset, 4096);
	ck_assert_uint_eq(batch.length, 4096);
	extents_cut(&extents, batch.offset);
	ck_assert_uint_eq(extents_blocks(&extents, 4096), 1);
	batch = extents_last(&extents, 1024, 4096);
	ck_assert_uint_eq(batch.offset, 0);
	ck_assert_uint_eq(batch.length, 4096);
	extents_cut(&extents, batch.offset);
	ck_assert_uint_eq(extents.count, 0);
	extents_deinit(&extents);
}
END_TEST

START_TEST(extents_behind_the_end_are_done_already)
{
	struct extents extents = { 0 };

	ck_assert_int_eq(extents_add(&extents, 0, 8192, 4096), 0);
	ck_assert_int_eq(extents_add(&extents, 16384, 8192, 4096), 0);
	ck_assert_uint_eq(extents.count, 1);
	ck_assert_uint_eq(extents.list[0].length, 4096);
	extents_deinit(&extents);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_origins");
	TCase *tcase = tcase_create("contents");

	(void)argc;
	tcase_add_test(tcase, a_range_is_followed_down_to_the_bottom);
	tcase_add_test(tcase, parts_that_follow_each_other_below_are_one_range);
	tcase_add_test(tcase, a_disk_that_is_forgotten_is_a_bottom);
	tcase_add_test(tcase, devices_that_lie_on_themselves_lead_nowhere);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("headers");
	tcase_add_test(tcase, a_header_is_read_as_it_was_written);
	tcase_add_test(tcase, what_is_no_header_of_ours_is_told_apart);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("names");
	tcase_add_test(tcase, a_name_of_lvm_is_the_engines_name);
	tcase_add_test(tcase, a_name_that_the_engine_does_not_take_becomes_one_of_its_own);
	tcase_add_test(tcase, usage_is_counted_as_dm_snapshot_does);
	tcase_add_test(tcase, a_transient_store_has_room_for_nothing_but_chunks);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("extents");
	tcase_add_test(tcase, extents_are_taken_from_the_end);
	tcase_add_test(tcase, extents_behind_the_end_are_done_already);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
