/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/damage_bench.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "tests/lib/engine_suite.h"

const struct damage_segment damage_segments[DAMAGE_SEGMENTS + 1] = {
	{ 3, 2, 1 }, { 40, 1, 4 }, { 10, 4, 6 }, { 0, 1, 11 }, { 100, 3, 13 },
	{ .unit = 17 }, /* the end; in a closed store a summary */
};

struct store_bench damage_bench;
uint8_t *damage_saved;
uint64_t damage_saved_bytes;

static void open_bench(void)
{
	store_bench_init(&damage_bench, engine_seed(), 1 << 20, 4096);
	for (int i = 0; i < DAMAGE_SEGMENTS; i++) {
		store_bench_append(
			&damage_bench, damage_segments[i].first, damage_segments[i].count);
		store_bench_settle(&damage_bench);
		ck_assert_uint_eq(store_file_bytes(damage_bench.store),
			damage_segments[i + 1].unit * STORE_UNIT_BYTES);
	}
}

/* Leaves the file as a kill does, or closed. */
static void save(bool clean)
{
	if (clean)
		ck_assert_int_eq(store_bench_close(&damage_bench), 0);
	else
		store_bench_leave(&damage_bench);
	damage_saved = store_bench_save(&damage_bench, &damage_saved_bytes);
}

void damage_open_killed(void)
{
	open_bench();
	save(false);
}

void damage_open_closed(void)
{
	open_bench();
	save(true);
}

void damage_close(void)
{
	store_bench_deinit(&damage_bench);
	free(damage_saved);
}

void damage_expect_segments(int count)
{
	uint64_t blocks = 0;

	for (int i = 0; i < DAMAGE_SEGMENTS; i++) {
		if (i < count) {
			ck_assert(store_bench_has(
				&damage_bench, damage_segments[i].first, damage_segments[i].count));
			blocks += damage_segments[i].count;
		} else {
			for (uint64_t j = 0; j < damage_segments[i].count; j++)
				ck_assert(!store_bench_has(
					&damage_bench, damage_segments[i].first + j, 1));
		}
	}
	ck_assert_uint_eq(store_blocks(damage_bench.store), blocks);
}

int damage_whole_before(uint64_t offset)
{
	int count = 0;

	while (count < DAMAGE_SEGMENTS &&
		damage_segments[count + 1].unit * STORE_UNIT_BYTES <= offset)
		count++;
	return count;
}

void damage_expect(uint64_t offset)
{
	ck_assert_int_eq(store_bench_open(&damage_bench), -EUCLEAN);
	ck_assert_ptr_nonnull(damage_bench.findings.damage);
	ck_assert_uint_eq(damage_bench.findings.damage_offset, offset);
	if (offset == 0)
		ck_assert_ptr_null(damage_bench.store);
	else
		ck_assert_int_eq(store_error(damage_bench.store), -EUCLEAN);
	if (damage_bench.store)
		store_bench_leave(&damage_bench);
}

void damage_expect_places(void)
{
	ck_assert_int_eq(store_bench_open(&damage_bench), 0);
	for (int i = 0; i < DAMAGE_SEGMENTS; i++) {
		for (uint64_t j = 0; j < damage_segments[i].count; j++)
			ck_assert_uint_eq(
				store_offset(damage_bench.store, damage_segments[i].first + j),
				(damage_segments[i].unit + 1 + j) * STORE_UNIT_BYTES);
	}
	store_bench_leave(&damage_bench);
}
