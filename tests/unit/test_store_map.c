/* SPDX-License-Identifier: Apache-2.0 */
/* The map: right against a plain array, and no larger than map.h promises. */
#include <check.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "simfs/store/map.h"
#include "tests/lib/engine_store.h"
#include "tests/lib/engine_suite.h"

#define BLOCKS	   (5u * MAP_CHUNK_BLOCKS - 77)
#define TIB_BLOCKS (1ull << 28)

/* By which the C library's heap grows, and a page. */
#define ALLOCATOR_STEP (132u << 10)

static struct store_map map;

/* ------------------------------------------------------- allocations that fail */

static uint64_t allocations_left = UINT64_MAX;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ALLOCATIONS_CAN_FAIL 1

void *__libc_malloc(size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

static bool allocation_fails(void)
{
	if (allocations_left == 0) {
		errno = ENOMEM;
		return true;
	}
	if (allocations_left != UINT64_MAX)
		allocations_left--;
	return false;
}

/* In place of the C library's: the map asks for its memory with these two. */
void *malloc(size_t bytes)
{
	return allocation_fails() ? NULL : __libc_malloc(bytes);
}

void *realloc(void *old, size_t bytes)
{
	return allocation_fails() ? NULL : __libc_realloc(old, bytes);
}
#else
#define ALLOCATIONS_CAN_FAIL 0
#endif

/* ---------------------------------------------------------------- what it knows */

static void check_against(const uint32_t *positions)
{
	uint64_t known = BLOCKS, unknown = BLOCKS;

	/* Downwards, so that the next of each kind is at hand. */
	for (uint64_t block = BLOCKS; block-- > 0;) {
		if (positions[block] == MAP_ABSENT)
			unknown = block;
		else
			known = block;
		ck_assert_uint_eq(store_map_get(&map, block), positions[block]);
		ck_assert_uint_eq(store_map_next(&map, block, true), known);
		ck_assert_uint_eq(store_map_next(&map, block, false), unknown);
	}
	ck_assert_uint_eq(store_map_next(&map, BLOCKS, true), BLOCKS);
}

/* How a test walks over the blocks. */
enum walk { WALK_UP, WALK_DOWN, WALK_RANDOM, WALK_CLUSTERS, WALKS };

static uint64_t walk_block(enum walk walk, uint64_t seed, uint64_t step)
{
	switch (walk) {
	case WALK_UP:
		return step % BLOCKS;
	case WALK_DOWN:
		return BLOCKS - 1 - step % BLOCKS;
	case WALK_CLUSTERS:
		return (mix_below(seed, step / 16, BLOCKS) + step % 16) % BLOCKS;
	default:
		return mix_below(seed, step, BLOCKS);
	}
}

START_TEST(it_knows_what_a_plain_array_knows)
{
	static uint32_t positions[BLOCKS];
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i);

	memset(positions, 0, sizeof positions);
	ck_assert_int_eq(store_map_init(&map, BLOCKS), 0);
	for (uint64_t step = 0; step < 4 * BLOCKS; step++) {
		uint64_t block = walk_block((enum walk)(_i % WALKS), seed, step);

		if (positions[block] == MAP_ABSENT) {
			positions[block] = (uint32_t)mix64(seed ^ ~step) | 1;
			ck_assert_int_eq(store_map_add(&map, block, positions[block]), 0);
		} else if (mix64(seed ^ step) % 4 == 0) {
			positions[block] = MAP_ABSENT;
			store_map_remove(&map, block);
		}
		if (step % (BLOCKS / 3) == 1000)
			check_against(positions);
	}
	check_against(positions);
	store_map_deinit(&map);
}
END_TEST

START_TEST(no_memory_leaves_it_as_it_was)
{
	static uint32_t positions[BLOCKS];
	uint64_t refused = 0;

	if (!ALLOCATIONS_CAN_FAIL)
		return;
	memset(positions, 0, sizeof positions);
	ck_assert_int_eq(store_map_init(&map, BLOCKS), 0);
	for (uint64_t step = 0; step < 2 * BLOCKS; step++) {
		uint64_t block = mix_below(engine_seed(), step, BLOCKS);

		if (positions[block] != MAP_ABSENT)
			continue;
		allocations_left = mix64(step) % 2;

		int error = store_map_add(&map, block, (uint32_t)step + 2);

		allocations_left = UINT64_MAX;
		ck_assert(error == 0 || error == -ENOMEM);
		if (error == 0)
			positions[block] = (uint32_t)step + 2;
		else
			refused++;
	}
	ck_assert_uint_gt(refused, 100);
	check_against(positions);
	store_map_deinit(&map);
}
END_TEST

START_TEST(a_store_without_memory_for_its_map_ends_and_maps_no_half_segment)
{
	static struct store_bench bench;

	if (!ALLOCATIONS_CAN_FAIL)
		return;
	/* 40 blocks in roots of their own; the Nth allocation of a segment fails. */
	store_bench_init(&bench, engine_seed(), 42ull * MAP_ROOT_BLOCKS * 4096, 4096);
	store_bench_append(&bench, 0, 1);

	struct store_bench_append *appends[40];

	for (uint64_t i = 0; i < 40; i++)
		appends[i] = store_bench_append(&bench, (i + 1) * MAP_ROOT_BLOCKS, 1);
	memory_disk_step(bench.disk);
	ck_assert_uint_eq(store_blocks(bench.store), 1);
	/* The first one is the memory disk's, for the file. */
	allocations_left = 1 + (uint64_t)_i;
	store_bench_settle(&bench);
	allocations_left = UINT64_MAX;
	for (uint64_t i = 0; i < 40; i++) {
		ck_assert(appends[i]->has_ended);
		ck_assert_int_eq(appends[i]->result, -ENOMEM);
		ck_assert(!store_bench_has(&bench, (i + 1) * MAP_ROOT_BLOCKS, 1));
	}
	ck_assert_int_eq(store_error(bench.store), -ENOMEM);
	ck_assert_uint_eq(store_blocks(bench.store), 1);
	ck_assert(store_bench_has(&bench, 0, 1));
	store_resume(bench.store);
	store_bench_append(&bench, MAP_CHUNK_BLOCKS, 2);
	store_bench_settle(&bench);
	ck_assert(store_bench_has(&bench, MAP_CHUNK_BLOCKS, 2));
	store_bench_deinit(&bench);
}
END_TEST

START_TEST(more_blocks_than_can_be_walked_are_refused)
{
	ck_assert_int_eq(store_map_init(&map, MAP_BLOCKS_MAX + 1), -EFBIG);
	ck_assert_int_eq(store_map_init(&map, MAP_BLOCKS_MAX), 0);
	ck_assert_int_eq(store_map_add(&map, MAP_BLOCKS_MAX - 1, 5), 0);
	ck_assert_uint_eq(store_map_next(&map, 0, true), MAP_BLOCKS_MAX - 1);
	ck_assert_uint_eq(store_map_get(&map, MAP_BLOCKS_MAX - 1), 5);
	store_map_deinit(&map);
}
END_TEST

/* ------------------------------------------------------------------ how large */

/* What map.h promises for COUNT blocks in ROOTS, of a volume of 32 TiB at most. */
static void check_size(uint64_t count, uint64_t roots)
{
	if (store_map_bytes(&map) > 8 * count + 64 * roots + 4096)
		ck_abort_msg("%llu bytes for %llu blocks",
			(unsigned long long)store_map_bytes(&map), (unsigned long long)count);
}

START_TEST(a_scatter_over_a_tebibyte_takes_8_bytes_a_block_however_many_there_are)
{
	uint64_t roots = TIB_BLOCKS / MAP_ROOT_BLOCKS, count = 0;
#if ALLOCATIONS_CAN_FAIL
	struct mallinfo2 before = mallinfo2();
#endif

	ck_assert_int_eq(store_map_init(&map, TIB_BLOCKS), 0);
	for (uint64_t i = 0; i < 1000000; i++) {
		uint64_t block = mix_below(engine_seed(), i, TIB_BLOCKS);

		if (store_map_get(&map, block) != MAP_ABSENT)
			continue;
		ck_assert_int_eq(store_map_add(&map, block, (uint32_t)i + 2), 0);
		count++;
		check_size(count, roots);
	}
#if ALLOCATIONS_CAN_FAIL
	/* And not by its own account only, nor by what is in use alone: what was given back must
	 * be taken again.  The allocator takes its memory in steps. */
	struct mallinfo2 after = mallinfo2();

	ck_assert_uint_le(after.uordblks - before.uordblks, 8 * count + 64 * roots);
	ck_assert_uint_le(after.arena - before.arena, 8 * count + 64 * roots + ALLOCATOR_STEP);
#endif
	store_map_deinit(&map);
}
END_TEST

START_TEST(every_density_takes_8_bytes_a_block)
{
	/* One chunk, filled to the last block in three orders; checked at every count. */
	for (uint64_t order = 0; order < 3; order++) {
		ck_assert_int_eq(store_map_init(&map, MAP_CHUNK_BLOCKS), 0);
		for (uint64_t i = 0; i < MAP_CHUNK_BLOCKS; i++) {
			uint64_t block = order == 0   ? i
					 : order == 1 ? MAP_CHUNK_BLOCKS - 1 - i
						      : i * 1031 % MAP_CHUNK_BLOCKS;

			ck_assert_int_eq(store_map_add(&map, block, (uint32_t)i + 2), 0);
			check_size(i + 1, 1);
		}
		store_map_deinit(&map);
	}
}
END_TEST

/* What costs leaves most: each is cut down to the chunk with all in it, and then its other
 * halves get one block each. */
START_TEST(the_worst_places_take_8_bytes_a_block)
{
	uint64_t count = 0;

	ck_assert_int_eq(store_map_init(&map, TIB_BLOCKS), 0);
	for (uint64_t first = 0; first < TIB_BLOCKS; first += MAP_ROOT_BLOCKS) {
		for (uint64_t i = 0; i <= MAP_LEAF_BLOCKS; i++) {
			ck_assert_int_eq(store_map_add(&map, first + i * 7, 2), 0);
			check_size(++count, first / MAP_ROOT_BLOCKS + 1);
		}
		for (uint64_t half = MAP_CHUNK_BLOCKS; half < MAP_ROOT_BLOCKS; half *= 2) {
			ck_assert_int_eq(store_map_add(&map, first + half, 2), 0);
			check_size(++count, first / MAP_ROOT_BLOCKS + 1);
		}
	}
	store_map_deinit(&map);
}
END_TEST

START_TEST(a_dense_million_takes_8_bytes_a_block)
{
	ck_assert_int_eq(store_map_init(&map, TIB_BLOCKS), 0);
	for (uint64_t i = 0; i < 1000000; i++) {
		ck_assert_int_eq(store_map_add(&map, 12345678 + i, (uint32_t)i + 2), 0);
		check_size(i + 1, 2);
	}
	ck_assert_uint_eq(store_map_next(&map, 0, true), 12345678);
	ck_assert_uint_eq(store_map_next(&map, 12345678, false), 13345678);
	store_map_deinit(&map);
}
END_TEST

/* Bytes that the map takes, and that it says it takes: the same to the byte. */
static const struct {
	uint64_t count;
	uint64_t bytes;
} figures[] = { { 1, 4160 }, { 1000, 12320 }, { 50000, 378688 }, { 1000000, 7440192 } };

START_TEST(it_takes_exactly_so_many_bytes)
{
	ck_assert_int_eq(store_map_init(&map, TIB_BLOCKS), 0);
	for (uint64_t i = 0; i < figures[_i].count; i++)
		ck_assert_int_eq(store_map_add(&map, i * 165904841 % TIB_BLOCKS, 2), 0);
	ck_assert_uint_eq(store_map_bytes(&map), figures[_i].bytes);
	store_map_deinit(&map);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("store map");
	TCase *tests = tcase_create("map");

	(void)argc;
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, it_knows_what_a_plain_array_knows, 0, WALKS);
	tcase_add_test(tests, no_memory_leaves_it_as_it_was);
	tcase_add_loop_test(
		tests, a_store_without_memory_for_its_map_ends_and_maps_no_half_segment, 0, 2 * 40);
	tcase_add_test(tests, more_blocks_than_can_be_walked_are_refused);
	tcase_add_test(
		tests, a_scatter_over_a_tebibyte_takes_8_bytes_a_block_however_many_there_are);
	tcase_add_test(tests, every_density_takes_8_bytes_a_block);
	tcase_add_test(tests, the_worst_places_take_8_bytes_a_block);
	tcase_add_test(tests, a_dense_million_takes_8_bytes_a_block);
	tcase_add_loop_test(
		tests, it_takes_exactly_so_many_bytes, 0, sizeof figures / sizeof figures[0]);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
