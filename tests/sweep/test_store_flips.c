/* SPDX-License-Identifier: Apache-2.0 */
/* One flipped bit anywhere in a store file: recovered, or refused with the place. */
#include <check.h>
#include <errno.h>
#include <malloc.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/damage_bench.h"

#define COUNT_DEFAULT 8

/* Restores the file with one bit flipped. */
static void flip(uint64_t bit)
{
	uint64_t size_bytes;

	store_bench_restore(&damage_bench, damage_saved, damage_saved_bytes);
	memory_disk_bytes(damage_bench.disk, STORE_BENCH_NAME,
		&size_bytes)[bit / 8] ^= (uint8_t)(1u << (bit % 8));
}

/* Returns whether the unit at OFFSET is the header of a segment or the content of a summary. */
static bool is_header(uint64_t offset)
{
	return damage_segments[damage_whole_before(offset)].unit == offset / STORE_UNIT_BYTES;
}

static bool is_data(uint64_t offset)
{
	return damage_whole_before(offset) < DAMAGE_SEGMENTS && !is_header(offset);
}

/*
 * Returns the next bit to flip.  Every bit of the superblock; every third of every header and of
 * the summary, or all with a higher COUNT; some of the data.  With a sanitizer, every seventh of
 * them, so that each bit of a byte has its turn.
 */
static uint64_t flip_next(uint64_t bit)
{
	uint64_t offset = bit / 8, within = offset % STORE_UNIT_BYTES;
	uint64_t step = 8 * 97 + 1;

	if (offset < STORE_UNIT_BYTES)
		step = within < sizeof(struct store_superblock) ? 1 : step;
	else if (!is_data(offset))
		step = engine_count(COUNT_DEFAULT) > COUNT_DEFAULT ? 1 : 3;
	return bit + (engine_count(COUNT_DEFAULT) < COUNT_DEFAULT ? 7 * step : step);
}

START_TEST(a_turned_bit_in_the_superblock_is_found)
{
	for (uint64_t bit = 0; bit < 8 * STORE_UNIT_BYTES; bit = flip_next(bit)) {
		flip(bit);
		if (bit < 8 * sizeof(struct store_superblock)) {
			damage_expect(0);
			continue;
		}
		/* Nothing is kept after it. */
		ck_assert_int_eq(store_bench_open(&damage_bench), 0);
		damage_expect_segments(DAMAGE_SEGMENTS);
		store_bench_leave(&damage_bench);
	}
}
END_TEST

/* The place reported for a flipped bit at OFFSET: the segment of a header, the unit of data. */
static uint64_t place_of(uint64_t offset)
{
	uint64_t segment = damage_segments[damage_whole_before(offset)].unit * STORE_UNIT_BYTES;

	return is_data(offset) ? offset / STORE_UNIT_BYTES * STORE_UNIT_BYTES : segment;
}

START_TEST(a_turned_bit_in_a_verified_closed_store_is_refused_with_its_place)
{
	damage_bench.open_options.verify_data = true;
	for (uint64_t bit = 8 * STORE_UNIT_BYTES; bit < 8 * damage_saved_bytes;
		bit = flip_next(bit)) {
		flip(bit);
		damage_expect(place_of(bit / 8));
	}
}
END_TEST

START_TEST(a_turned_bit_in_a_closed_store_is_refused_or_harms_nothing_but_its_byte)
{
	for (uint64_t bit = 8 * STORE_UNIT_BYTES; bit < 8 * damage_saved_bytes;
		bit = flip_next(bit)) {
		flip(bit);
		if (damage_whole_before(bit / 8) == DAMAGE_SEGMENTS)
			damage_expect(damage_segments[DAMAGE_SEGMENTS].unit * STORE_UNIT_BYTES);
		else
			damage_expect_places();
	}
}
END_TEST

START_TEST(a_turned_bit_in_a_killed_store_is_refused_or_looks_like_a_torn_tail)
{
	damage_bench.open_options.verify_data = _i != 0;
	for (uint64_t bit = 8 * STORE_UNIT_BYTES; bit < 8 * damage_saved_bytes;
		bit = flip_next(bit)) {
		int segment = damage_whole_before(bit / 8);

		flip(bit);
		if (segment < DAMAGE_SEGMENTS - 1 && is_data(bit / 8) && _i == 0) {
			damage_expect_places();
			continue;
		}
		if (segment < DAMAGE_SEGMENTS - 1) {
			damage_expect(place_of(bit / 8));
			continue;
		}
		ck_assert_int_eq(store_bench_open(&damage_bench), 0);
		damage_expect_segments(DAMAGE_SEGMENTS - 1);
		store_bench_leave(&damage_bench);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store flips");
	TCase *killed = tcase_create("killed");
	TCase *closed = tcase_create("closed");

	(void)argc;
	/* Each opening needs some MiB briefly, and there are many. */
	mallopt(M_MMAP_THRESHOLD, 64 << 20);
	mallopt(M_TRIM_THRESHOLD, 256 << 20);
	tcase_add_checked_fixture(killed, damage_open_killed, damage_close);
	tcase_add_checked_fixture(closed, damage_open_closed, damage_close);
	tcase_set_timeout(killed, 120);
	tcase_set_timeout(closed, 120);
	tcase_add_test(closed, a_turned_bit_in_the_superblock_is_found);
	tcase_add_test(closed, a_turned_bit_in_a_verified_closed_store_is_refused_with_its_place);
	tcase_add_test(
		closed, a_turned_bit_in_a_closed_store_is_refused_or_harms_nothing_but_its_byte);
	tcase_add_loop_test(
		killed, a_turned_bit_in_a_killed_store_is_refused_or_looks_like_a_torn_tail, 0, 2);
	suite_add_tcase(suite, killed);
	suite_add_tcase(suite, closed);
	return engine_suite_run(suite, argv[0]);
}
