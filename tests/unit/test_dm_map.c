/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of disks: what is no map, where requests are cut, what a patch leaves. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/doors/dm/disks/map.h"
#include "simfs/doors/dm/disks/walk.h"
#include "simfs/doors/dm/disks/wire.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/disk_pieces.h"

static const struct disk_place three[] = { { 1, 100 }, { 2, 200 }, { 3, 300 } };

static struct disk_piece piece_striped(uint64_t start, uint64_t length, uint64_t chunk)
{
	return (struct disk_piece){
		.start = start,
		.length = length,
		.kind = DISK_PIECE_STRIPED,
		.striped = { .stripes = three, .count = 3, .chunk = chunk },
	};
}

static struct disk_walk begin(
	const struct disk_map *map, enum disk_op op, uint64_t offset, uint64_t length)
{
	struct disk_walk walk;

	disk_walk_start(&walk, map, op, offset, length);
	return walk;
}

#define NEXT(walk, kind_, id_, offset_, length_, from_)                                            \
	do {                                                                                       \
		struct disk_step step_;                                                            \
		ck_assert(disk_walk_next(walk, &step_));                                           \
		ck_assert_int_eq(step_.kind, kind_);                                               \
		ck_assert_uint_eq(step_.id, id_);                                                  \
		ck_assert_uint_eq(step_.offset, offset_);                                          \
		ck_assert_uint_eq(step_.length, length_);                                          \
		ck_assert_uint_eq(step_.from, from_);                                              \
	} while (0)

#define NO_MORE(walk)                                                                              \
	do {                                                                                       \
		struct disk_step step_;                                                            \
		ck_assert(!disk_walk_next(walk, &step_));                                          \
	} while (0)

START_TEST(pieces_that_do_not_follow_each_other_are_refused)
{
	struct disk_piece bad[][2] = {
		{ piece_zero(1, 8), piece_zero(9, 8) },
		{ piece_zero(0, 8), piece_zero(9, 8) },
		{ piece_zero(0, 8), piece_zero(7, 8) },
		{ piece_zero(0, 8), piece_zero(8, 0) },
		{ piece_zero(0, 8), piece_zero(8, DISK_SECTORS_MAX) },
		{ piece_zero(0, 8), piece_file(8, 8, 1, DISK_SECTORS_MAX) },
		{ piece_zero(0, 8), piece_disk(8, 8, 1, UINT64_MAX) },
		{ piece_zero(0, 8), piece_striped(8, 25, 4) },
		{ piece_zero(0, 8), piece_striped(8, 24, 5) },
		{ piece_zero(0, 8), piece_striped(8, 24, 0) },
		{ piece_zero(0, 8), { .start = 8, .length = 8, .kind = DISK_PIECE_KINDS } },
	};
	struct disk_map map;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(disk_map_make(bad[i], 2, &map), -EINVAL);
	ck_assert_int_eq(disk_map_make(NULL, 0, &map), 0);
	ck_assert_uint_eq(map.sectors, 0);
	disk_map_clear(&map);
}
END_TEST

START_TEST(a_request_is_cut_at_the_pieces)
{
	struct disk_piece pieces[] = {
		piece_zero(0, 8),
		piece_file(8, 8, 5, 1000),
		piece_disk(16, 8, 6, 2000),
		{ .start = 24, .length = 8, .kind = DISK_PIECE_ERROR },
	};
	struct disk_map map;

	ck_assert_int_eq(disk_map_make(pieces, 4, &map), 0);
	ck_assert_uint_eq(map.sectors, 32);

	struct disk_walk walk = begin(&map, DISK_OP_READ, 4 * S, 24 * S);

	NEXT(&walk, DISK_STEP_ZERO, 0, 0, 4 * S, 0);
	NEXT(&walk, DISK_STEP_FILE, 5, 1000 * S, 8 * S, 4 * S);
	NEXT(&walk, DISK_STEP_DISK, 6, 2000 * S, 8 * S, 12 * S);
	NEXT(&walk, DISK_STEP_ERROR, 0, 0, 4 * S, 20 * S);
	NO_MORE(&walk);
	walk = begin(&map, DISK_OP_READ, 9 * S + 1, 3);
	NEXT(&walk, DISK_STEP_FILE, 5, 1001 * S + 1, 3, 0);
	NO_MORE(&walk);
	disk_map_clear(&map);
}
END_TEST

START_TEST(stripes_take_turns)
{
	struct disk_piece piece = piece_striped(0, 24, 4);
	struct disk_map map;

	ck_assert_int_eq(disk_map_make(&piece, 1, &map), 0);

	struct disk_walk walk = begin(&map, DISK_OP_WRITE, 2 * S, 15 * S);

	NEXT(&walk, DISK_STEP_DISK, 1, 102 * S, 2 * S, 0);
	NEXT(&walk, DISK_STEP_DISK, 2, 200 * S, 4 * S, 2 * S);
	NEXT(&walk, DISK_STEP_DISK, 3, 300 * S, 4 * S, 6 * S);
	NEXT(&walk, DISK_STEP_DISK, 1, 104 * S, 4 * S, 10 * S);
	NEXT(&walk, DISK_STEP_DISK, 2, 204 * S, 1 * S, 14 * S);
	NO_MORE(&walk);
	disk_map_clear(&map);
}
END_TEST

START_TEST(what_has_no_data_is_one_range_of_each_stripe)
{
	struct disk_piece pieces[] = { piece_striped(0, 24, 4), piece_zero(24, 8) };
	struct disk_map map;

	ck_assert_int_eq(disk_map_make(pieces, 2, &map), 0);

	struct disk_walk walk = begin(&map, DISK_OP_DISCARD, 2 * S, 24 * S);

	NEXT(&walk, DISK_STEP_DISK, 1, 102 * S, 6 * S, 0);
	NEXT(&walk, DISK_STEP_DISK, 2, 200 * S, 8 * S, 0);
	NEXT(&walk, DISK_STEP_DISK, 3, 300 * S, 8 * S, 0);
	NEXT(&walk, DISK_STEP_ZERO, 0, 0, 2 * S, 0);
	NO_MORE(&walk);
	/* A range that misses a stripe. */
	walk = begin(&map, DISK_OP_ZERO, 5 * S, 2 * S);
	NEXT(&walk, DISK_STEP_DISK, 2, 201 * S, 2 * S, 0);
	NO_MORE(&walk);
	disk_map_clear(&map);
}
END_TEST

/* By sector: whether a walk with OP over [START, START + LENGTH) comes to it, of three disks. */
static void touched(const struct disk_map *map, enum disk_op op, uint64_t start, uint64_t length,
	char sectors[4][512])
{
	struct disk_walk walk = begin(map, op, start * S, length * S);
	struct disk_step step;

	memset(sectors, 0, 4 * sizeof sectors[0]);
	while (disk_walk_next(&walk, &step))
		for (uint64_t at = step.offset / S; at < (step.offset + step.length) / S; at++)
			sectors[step.id][at]++;
}

START_TEST(what_has_no_data_touches_what_data_would)
{
	static char data[4][512], range[4][512];
	uint64_t seed = engine_seed();

	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t chunk = 1 + mix_below(seed, 5 * i, 8);
		struct disk_piece piece = piece_striped(0, 0, chunk);
		uint64_t cut, start, length;
		struct disk_map whole, map;

		piece.length = 3 * chunk * (1 + mix_below(seed, 5 * i + 1, 7));
		cut = mix_below(seed, 5 * i + 2, piece.length);
		ck_assert_int_eq(disk_map_make(&piece, 1, &whole), 0);

		struct disk_piece patch = piece_zero(cut, 1);

		ck_assert_int_eq(disk_map_patched(&whole, &patch, &map), 0);
		start = mix_below(seed, 5 * i + 3, piece.length);
		length = 1 + mix_below(seed, 5 * i + 4, piece.length - start);
		touched(&map, DISK_OP_WRITE, start, length, data);
		touched(&map, DISK_OP_DISCARD, start, length, range);
		ck_assert_mem_eq(data[1], range[1], 3 * sizeof data[1]);
		disk_map_clear(&whole);
		disk_map_clear(&map);
	}
}
END_TEST

START_TEST(a_delay_has_a_place_for_each_kind_of_request)
{
	struct disk_piece piece = {
		.start = 0,
		.length = 8,
		.kind = DISK_PIECE_DELAY,
		.delayed = { { { 1, 10 }, 100 }, { { 2, 20 }, 200 }, { { 3, 30 }, 300 } },
	};
	struct disk_map map;
	struct disk_step step;

	ck_assert_int_eq(disk_map_make(&piece, 1, &map), 0);

	struct disk_walk walk = begin(&map, DISK_OP_READ, S, S);

	ck_assert(disk_walk_next(&walk, &step));
	ck_assert_uint_eq(step.id, 1);
	ck_assert_uint_eq(step.offset, 11 * S);
	ck_assert_uint_eq(step.ms, 100);
	walk = begin(&map, DISK_OP_DISCARD, S, S);
	ck_assert(disk_walk_next(&walk, &step));
	ck_assert_uint_eq(step.id, 2);
	ck_assert_uint_eq(step.offset, 21 * S);
	ck_assert_uint_eq(step.ms, 200);
	walk = begin(&map, DISK_OP_FLUSH, 0, 0);
	for (uint64_t id = 1; id <= 3; id++) {
		ck_assert(disk_walk_next(&walk, &step));
		ck_assert_uint_eq(step.id, id);
		ck_assert_uint_eq(step.ms, 300);
	}
	NO_MORE(&walk);
	disk_map_clear(&map);
}
END_TEST

START_TEST(a_flush_goes_to_each_place_once)
{
	struct disk_piece pieces[] = {
		piece_file(0, 8, 7, 0),
		piece_zero(8, 8),
		piece_disk(16, 8, 7, 0),
		piece_file(24, 8, 7, 64),
		piece_striped(32, 24, 4),
		piece_disk(56, 8, 2, 0),
	};
	struct disk_map map;

	ck_assert_int_eq(disk_map_make(pieces, 6, &map), 0);

	struct disk_walk walk = begin(&map, DISK_OP_FLUSH, 0, 0);

	NEXT(&walk, DISK_STEP_FILE, 7, 0, 0, 0);
	NEXT(&walk, DISK_STEP_DISK, 7, 0, 0, 0);
	NEXT(&walk, DISK_STEP_DISK, 1, 0, 0, 0);
	NEXT(&walk, DISK_STEP_DISK, 2, 0, 0, 0);
	NEXT(&walk, DISK_STEP_DISK, 3, 0, 0, 0);
	NO_MORE(&walk);
	disk_map_clear(&map);
}
END_TEST

START_TEST(a_patch_leaves_what_is_before_and_behind_it)
{
	struct disk_piece pieces[] = { piece_file(0, 20, 1, 500), piece_striped(20, 24, 4) };
	struct disk_piece patch = piece_disk(10, 15, 9, 0);
	struct disk_map map, patched, again;

	ck_assert_int_eq(disk_map_make(pieces, 2, &map), 0);
	ck_assert_int_eq(disk_map_patched(&map, &patch, &patched), 0);
	ck_assert_uint_eq(patched.sectors, 44);

	struct disk_walk walk = begin(&patched, DISK_OP_READ, 0, 44 * S);

	NEXT(&walk, DISK_STEP_FILE, 1, 500 * S, 10 * S, 0);
	NEXT(&walk, DISK_STEP_DISK, 9, 0, 15 * S, 10 * S);
	/* Stripes go on in their turn, though the first ones are gone. */
	NEXT(&walk, DISK_STEP_DISK, 2, 201 * S, 3 * S, 25 * S);
	NEXT(&walk, DISK_STEP_DISK, 3, 300 * S, 4 * S, 28 * S);

	patch = piece_file(0, 45, 1, 0);
	ck_assert_int_eq(disk_map_patched(&patched, &patch, &again), -EINVAL);
	patch = piece_file(0, 44, 1, 0);
	ck_assert_int_eq(disk_map_patched(&patched, &patch, &again), 0);
	ck_assert_uint_eq(again.count, 1);
	ck_assert_uint_eq(again.target_count, 1);
	disk_map_clear(&map);
	disk_map_clear(&patched);
	disk_map_clear(&again);
}
END_TEST

START_TEST(neighbours_that_continue_each_other_become_one)
{
	struct disk_piece pieces[] = { piece_file(0, 8, 1, 100), piece_file(8, 8, 2, 0),
		piece_file(16, 8, 1, 116) };
	struct disk_piece patch = piece_file(8, 8, 1, 108);
	struct disk_map map, patched;

	ck_assert_int_eq(disk_map_make(pieces, 3, &map), 0);
	ck_assert_uint_eq(map.count, 3);
	ck_assert_int_eq(disk_map_patched(&map, &patch, &patched), 0);
	ck_assert_uint_eq(patched.count, 1);
	patch = piece_file(8, 8, 1, 109);
	disk_map_clear(&patched);
	ck_assert_int_eq(disk_map_patched(&map, &patch, &patched), 0);
	ck_assert_uint_eq(patched.count, 3);
	disk_map_clear(&map);
	disk_map_clear(&patched);
}
END_TEST

START_TEST(pieces_are_the_same_on_the_other_side)
{
	struct disk_piece pieces[] = { piece_striped(0, 24, 4), piece_file(24, 8, 1, 2),
		piece_striped(32, 12, 2) };
	struct disk_piece *again;
	size_t length, count;
	void *bytes;

	ck_assert_int_eq(wire_pack(pieces, 3, &bytes, &length), 0);
	ck_assert_int_eq(wire_unpack(bytes, length, &again, &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_mem_eq(&again[1], &pieces[1], sizeof pieces[1]);
	for (size_t i = 0; i < 3; i += 2) {
		ck_assert_uint_eq(again[i].striped.chunk, pieces[i].striped.chunk);
		ck_assert_mem_eq(again[i].striped.stripes, three, sizeof three);
	}
	free(again);
	for (size_t cut = 0; cut < length; cut++)
		ck_assert_int_eq(wire_unpack(bytes, cut, &again, &count), -EINVAL);
	free(bytes);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_map");
	TCase *tests = tcase_create("map");

	(void)argc;
	tcase_add_test(tests, pieces_that_do_not_follow_each_other_are_refused);
	tcase_add_test(tests, a_request_is_cut_at_the_pieces);
	tcase_add_test(tests, stripes_take_turns);
	tcase_add_test(tests, what_has_no_data_is_one_range_of_each_stripe);
	tcase_add_test(tests, what_has_no_data_touches_what_data_would);
	tcase_add_test(tests, a_delay_has_a_place_for_each_kind_of_request);
	tcase_add_test(tests, a_flush_goes_to_each_place_once);
	tcase_add_test(tests, a_patch_leaves_what_is_before_and_behind_it);
	tcase_add_test(tests, neighbours_that_continue_each_other_become_one);
	tcase_add_test(tests, pieces_are_the_same_on_the_other_side);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
