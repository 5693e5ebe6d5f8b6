/* SPDX-License-Identifier: Apache-2.0 */
/* Where there is data: what passes over holes comes to the end, and has missed nothing. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define PAGE_BYTES 4096u

/* No multiple of any block, of the smallest but one, of any but the smallest. */
static const uint64_t sizes[] = { 5000704, 1049088, 8389120 };

#define SIZES (sizeof sizes / sizeof sizes[0])

static struct engine engine;

static void start(const struct profile *profile, uint64_t bytes, uint32_t block_bytes)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = bytes,
			.profile = profile,
			.block_bytes = block_bytes,
			.limit = profile->chain ? NULL : "200%",
			.no_coalesce = true,
			.tells_holes = true });
}

static void write_at(uint64_t offset, size_t length)
{
	ck_assert_int_eq(engine_write(&engine, offset, length, offset + 1), 0);
}

static void take(const char *name)
{
	ck_assert_int_eq(engine_snapshot(&engine, name, NULL, NULL), 0);
}

/* The next data, of which must hold what volume.h promises. */
static bool next(struct snapshot *of, uint64_t from, uint64_t *ret_first, uint64_t *ret_end)
{
	if (!volume_next_data(engine.volume, of, from, ret_first, ret_end))
		return false;
	ck_assert_uint_ge(*ret_first, from);
	ck_assert_uint_lt(*ret_first, *ret_end);
	ck_assert_uint_le(*ret_end, volume_bytes(engine.volume));
	return true;
}

/* The end of the bytes from AT on, no further than END, that are all zeros. */
static uint64_t zeros_end(const uint8_t *content, uint64_t at, uint64_t end)
{
	while (at < end && content[at] == 0)
		at++;
	return at;
}

/* Holes of OF read as zeros; with EXACT there is no page of zeros in its data. */
static void check_holes(struct snapshot *of, bool exact)
{
	uint8_t *content = engine_content(&engine, of);
	uint64_t bytes = volume_bytes(engine.volume), at = 0, first, end;

	while (next(of, at, &first, &end)) {
		ck_assert_uint_eq(zeros_end(content, at, first), first);
		for (uint64_t page = first; exact && page + PAGE_BYTES <= end; page += PAGE_BYTES)
			ck_assert_uint_lt(zeros_end(content, page, end), page + PAGE_BYTES);
		at = end;
	}
	ck_assert_uint_eq(zeros_end(content, at, bytes), bytes);
	free(content);
}

static void check_all(bool exact)
{
	check_holes(NULL, exact);
	for (struct snapshot *at = NULL; (at = volume_snapshot_next(engine.volume, at));)
		check_holes(at, exact);
}

/* Some writes at odd places, and the very end. */
static void scatter(uint64_t salt)
{
	uint64_t sectors = volume_bytes(engine.volume) / 512;

	for (unsigned i = 0; i < 12; i++)
		write_at(mix_below(engine_seed() + salt, i, sectors - 16) * 512,
			512 * (1 + mix_below(engine_seed() - salt, i, 16)));
	write_at(volume_bytes(engine.volume) - 512, 512);
}

static void passes_over(const struct profile *profile, uint64_t bytes, uint32_t block_bytes)
{
	start(profile, bytes, block_bytes);
	check_all(true);
	scatter(1);
	take("a");
	check_all(true);
	scatter(2);
	if (profile->snapshots_max != 1) {
		take("b");
		scatter(3);
	}
	check_all(false);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	check_all(false);
	engine_deinit(&engine);
}

START_TEST(every_profile_tells_holes_from_data_at_every_size)
{
	passes_over(profile_at((size_t)_i / SIZES), sizes[(size_t)_i % SIZES], 0);
}
END_TEST

START_TEST(blocks_of_any_size_tell_holes_from_data_at_every_size)
{
	passes_over(profile_find((unsigned)_i / SIZES % 2 ? "lvm" : "plain"),
		sizes[(size_t)_i % SIZES], 4096u << (unsigned)_i / SIZES / 2);
}
END_TEST

START_TEST(at_the_end_and_behind_it_there_is_nothing)
{
	const struct profile *profile = profile_at((size_t)_i);
	uint64_t first, end;

	start(profile, 1049088, 0);
	take("a");
	write_at(1048576, 512);
	for (struct snapshot *of = NULL;; of = engine_find(&engine, "a")) {
		ck_assert(!next(of, 1049088, &first, &end));
		ck_assert(!next(of, 1049089, &first, &end));
		ck_assert(!next(of, UINT64_MAX, &first, &end));
		if (of)
			break;
	}
	/* A store has its last block, which reaches beyond the end; a chain's snapshot has none. */
	ck_assert(next(NULL, 1048576, &first, &end));
	ck_assert_uint_eq(first, 1048576);
	ck_assert_uint_eq(end, 1049088);
	ck_assert(next(engine_find(&engine, "a"), 1048577, &first, &end) == !profile->chain);
	engine_deinit(&engine);
}
END_TEST

/* ---- a snapshot and its nodes ---- */

static void expect(const char *name, const char *pages)
{
	struct snapshot *of = name ? engine_find(&engine, name) : NULL;
	uint64_t first, end, at = 0;
	char found[256] = "";

	for (; next(of, at * PAGE_BYTES, &first, &end); at = end / PAGE_BYTES)
		snprintf(found + strlen(found), sizeof found - strlen(found), "%u-%u ",
			(unsigned)(first / PAGE_BYTES), (unsigned)(end / PAGE_BYTES));
	ck_assert_str_eq(found, pages);
}

START_TEST(a_view_of_a_chain_has_the_data_of_its_nodes_and_of_no_other)
{
	start(profile_find("xen"), 1u << 20, 0);
	write_at(PAGE_BYTES, PAGE_BYTES);
	take("a");
	write_at(0, 512);
	write_at(8ul * PAGE_BYTES, 2 * PAGE_BYTES);
	take("b");
	ck_assert_int_eq(
		engine_snapshot(&engine, "c",
			&(struct engine_snapshot_options){ .kind = SNAPSHOT_CLONED, .of = "a" },
			NULL),
		0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 4ul * PAGE_BYTES, PAGE_BYTES, 7), 0);
	write_at(20ul * PAGE_BYTES, PAGE_BYTES);
	expect("a", "1-2 ");
	expect("b", "0-1 1-2 8-10 ");
	expect("c", "1-2 4-5 ");
	expect(NULL, "0-1 1-2 8-10 20-21 ");
	engine_deinit(&engine);
}
END_TEST

START_TEST(what_was_discarded_is_a_hole_but_in_the_snapshot)
{
	struct engine_request *request;

	start(&profile_plain, 1u << 20, 0);
	write_at(0, 4 * PAGE_BYTES);
	take("a");
	request = engine_write_new(PAGE_BYTES, VOLUME_REQUEST_MAX_BYTES - PAGE_BYTES, 0);
	request->request.kind = VOLUME_DISCARD;
	request->request.length = 2 * PAGE_BYTES;
	engine_submit(&engine, request);
	ck_assert_int_eq(engine_wait(&engine, request), 0);
	engine_request_free(request);
	expect(NULL, "0-1 3-4 ");
	expect("a", "0-1 1-3 3-4 ");
	engine_deinit(&engine);
}
END_TEST

/* Whoever passes over its holes must not take it for a snapshot of zeros. */
START_TEST(a_snapshot_that_cannot_be_read_is_data_everywhere)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){
			.volume_bytes = 1u << 20, .limit = "64KiB", .tells_holes = true });
	take("a");
	expect("a", "");
	for (uint64_t at = 0; at < 1u << 20; at += 32u * PAGE_BYTES)
		write_at(at, 16 * PAGE_BYTES);
	ck_assert(engine_has_failed(engine_find(&engine, "a"), NULL));
	expect("a", "0-256 ");
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	expect("a", "0-256 ");
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume seek");
	TCase *sizes_case = tcase_create("sizes"), *views = tcase_create("views");
	int profiles = 0;

	(void)argc;
	while (profile_at((size_t)profiles))
		profiles++;
	tcase_set_timeout(sizes_case, 60);
	tcase_add_loop_test(sizes_case, every_profile_tells_holes_from_data_at_every_size, 0,
		profiles * (int)SIZES);
	/* 4 KiB to 512 KiB, of two profiles; two of the largest fit in no store that lvm allows. */
	tcase_add_loop_test(sizes_case, blocks_of_any_size_tell_holes_from_data_at_every_size, 0,
		(8 * 2 - 1) * (int)SIZES);
	tcase_add_loop_test(sizes_case, at_the_end_and_behind_it_there_is_nothing, 0, profiles);
	tcase_add_test(views, a_view_of_a_chain_has_the_data_of_its_nodes_and_of_no_other);
	tcase_add_test(views, what_was_discarded_is_a_hole_but_in_the_snapshot);
	tcase_add_test(views, a_snapshot_that_cannot_be_read_is_data_everywhere);
	suite_add_tcase(suite, sizes_case);
	suite_add_tcase(suite, views);
	return engine_suite_run(suite, argv[0]);
}
