/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/doors/dm/origins/group_layout.h"
#include "simfs/doors/dm/origins/lvm_text.h"
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

/* ---- LVM's own metadata ---- */

#define HEAD_BYTES  (64 * 1024)
#define AREA_AT	    4096
#define AREA_BYTES  (HEAD_BYTES - AREA_AT)
#define HEADER_SIZE 512

static const char metadata[] =
	"vg0 {\nextent_size = 8192\nmax_lv = 0\nphysical_volumes {\npv0 {\nid = \"x\"\n"
	"pe_start = 2048\npe_count = 32\n}\n}\nlogical_volumes {\nlive {\n"
	"segment1 {\nstart_extent = 0\nextent_count = 4\ntype = \"striped\"\n"
	"stripes = [\n\"pv0\", 0\n]\n}\n}\n"
	"snapshot0 {\nsegment1 {\nstart_extent = 0\nextent_count = 4\ntype = \"snapshot\"\n}\n}\n"
	"b1 {\nsegment1 {\nextent_count = 1\nstripes = [\n\"pv0\", 6\n]\n}\n}\n}\n}\n"
	"description = \"lvcreate --addtag extent_count = 99 \\\"pv0\\\", 0\"\n";

static void put_number(unsigned char *at, uint64_t number)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (unsigned char)(number >> (8 * i));
}

/* A physical volume whose text begins at PLACE of its ring. */
static unsigned char *physical_volume(uint64_t place, const char *text)
{
	unsigned char *head = calloc(1, HEAD_BYTES);
	unsigned char *area = head + AREA_AT;

	ck_assert_ptr_nonnull(head);
	memcpy(area + 4, " LVM2 x[5A%r0N*>", 16);
	put_number(area + 32, AREA_BYTES);
	put_number(area + 40, place);
	put_number(area + 48, strlen(text));
	for (size_t i = 0; text[i]; i++) {
		uint64_t at = place + i;

		area[at < AREA_BYTES ? at : at - AREA_BYTES + HEADER_SIZE] = (unsigned char)text[i];
	}
	return head;
}

static void sectors_are_told(uint64_t place)
{
	unsigned char *head = physical_volume(place, metadata);
	char *text = lvm_text_read(head, HEAD_BYTES);

	ck_assert_ptr_nonnull(text);
	ck_assert(lvm_text_has(text, 2048));
	ck_assert(lvm_text_has(text, 2048 + 4 * 8192 - 1));
	ck_assert(!lvm_text_has(text, 2048 + 4 * 8192));
	ck_assert(!lvm_text_has(text, 2048 + 6 * 8192 - 1));
	ck_assert(lvm_text_has(text, 2048 + 6 * 8192));
	ck_assert(!lvm_text_has(text, 2048 + 7 * 8192));
	free(text);
	free(head);
}

START_TEST(lvms_text_tells_which_extents_are_used)
{
	sectors_are_told(HEADER_SIZE);
	sectors_are_told(AREA_BYTES - 100);
}
END_TEST

START_TEST(what_lvms_text_does_not_tell_is_taken_for_used)
{
	unsigned char *head = physical_volume(HEADER_SIZE, "");
	char *text = lvm_text_read(head, HEAD_BYTES);

	/* Without a group nothing is used. */
	ck_assert_str_eq(text, "");
	ck_assert(!lvm_text_has(text, 2048));
	free(text);
	ck_assert_ptr_null(lvm_text_read(head, 1000));
	put_number(head + AREA_AT + 48, AREA_BYTES);
	ck_assert_ptr_null(lvm_text_read(head, HEAD_BYTES));
	head[AREA_AT + 4] = 'x';
	ck_assert_ptr_null(lvm_text_read(head, HEAD_BYTES));
	free(head);
	ck_assert(lvm_text_has("vg0 {\nextent_size = 8\npe_start = 8\npv1 {\n}\n", 5000));
	ck_assert(lvm_text_has("vg0 {\n", 5000));
	ck_assert(lvm_text_has("extent_size = 0\npe_start = 8\n", 5000));
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
	tcase = tcase_create("metadata");
	tcase_add_test(tcase, lvms_text_tells_which_extents_are_used);
	tcase_add_test(tcase, what_lvms_text_does_not_tell_is_taken_for_used);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
