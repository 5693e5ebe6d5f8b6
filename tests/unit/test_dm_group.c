/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <errno.h>

#include "simfs/doors/dm/origins/group_layout.h"
#include "tests/lib/engine_suite.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

static struct group_layout made(uint64_t volume_bytes, uint64_t free_bytes, bool is_empty)
{
	struct group_layout layout;

	ck_assert_int_eq(group_layout_make(volume_bytes / 512, free_bytes, is_empty, &layout), 0);
	return layout;
}

START_TEST(extents_are_of_4_mib_where_the_volume_is_made_of_such)
{
	struct group_layout layout = made(64 * MIB, 64 * MIB, false);

	ck_assert_uint_eq(layout.extent_sectors, 8192);
	ck_assert_uint_eq(layout.live_sectors, 131072);
	ck_assert_uint_eq(layout.padding_sectors, 0);
	ck_assert_uint_eq(group_layout_live_extents(&layout), 16);
	ck_assert_uint_eq(group_layout_sectors(&layout), 2048 + 2 * 131072);
}
END_TEST

START_TEST(extents_are_smaller_where_the_volume_wants_them_to_be)
{
	ck_assert_uint_eq(made(66 * MIB, MIB, false).extent_sectors, 4096);
	ck_assert_uint_eq(made(64 * MIB + 1 * KIB, MIB, false).extent_sectors, 2);
	ck_assert_uint_eq(made(64 * MIB + 1 * KIB, MIB, false).padding_sectors, 0);
}
END_TEST

START_TEST(a_volume_of_odd_sectors_is_padded_to_a_kib)
{
	struct group_layout layout = made(MIB + 512, MIB, false);

	ck_assert_uint_eq(layout.extent_sectors, 2);
	ck_assert_uint_eq(layout.live_sectors, 2049);
	ck_assert_uint_eq(layout.padding_sectors, 1);
	ck_assert_uint_eq(group_layout_live_extents(&layout), 1025);
}
END_TEST

START_TEST(free_room_is_whole_extents_and_never_less_than_asked)
{
	ck_assert_uint_eq(made(64 * MIB, 10 * MIB, false).free_sectors, 3 * 8192);
	ck_assert_uint_eq(made(64 * MIB, 0, false).free_sectors, 0);
}
END_TEST

START_TEST(an_empty_group_is_free_room_alone)
{
	struct group_layout layout = made(MIB + 512, 64 * MIB, true);

	ck_assert_uint_eq(layout.extent_sectors, 8192);
	ck_assert_uint_eq(layout.live_sectors, 0);
	ck_assert_uint_eq(group_layout_sectors(&layout), 2048 + 131072);
}
END_TEST

START_TEST(more_extents_than_lvm_counts_are_refused)
{
	struct group_layout layout;

	ck_assert_int_eq(group_layout_make(2, UINT64_MAX, false, &layout), -ERANGE);
	ck_assert_int_eq(group_layout_make(2, INT64_MAX / 2, false, &layout), -ERANGE);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_group");
	TCase *tcase = tcase_create("layout");

	(void)argc;
	tcase_add_test(tcase, extents_are_of_4_mib_where_the_volume_is_made_of_such);
	tcase_add_test(tcase, extents_are_smaller_where_the_volume_wants_them_to_be);
	tcase_add_test(tcase, a_volume_of_odd_sectors_is_padded_to_a_kib);
	tcase_add_test(tcase, free_room_is_whole_extents_and_never_less_than_asked);
	tcase_add_test(tcase, an_empty_group_is_free_room_alone);
	tcase_add_test(tcase, more_extents_than_lvm_counts_are_refused);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
