/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A volume whose blocks are written in place, on a disk that has no room for their
 * sums, or fails: the writer is told, and every view reads as before.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/store/read.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"

#define VOLUME_BYTES (256u << 10)

static struct engine engine;
static struct views views;

static const int errors[] = { -ENOSPC, -EIO };

/* What is written in place: the live view of a chain, or a snapshot of lvm's. */
static const struct {
	const char *profile;
	const char *written; /* NULL: the live view */
} kinds[] = { { "xen", NULL }, { "lvm", "s" } };

static int write_in_place(int kind, uint64_t offset, size_t length, uint64_t stamp)
{
	if (kinds[kind].written)
		return engine_write_to(&engine, kinds[kind].written, offset, length, stamp);
	return engine_write(&engine, offset, length, stamp);
}

static void start(int kind)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile_find(kinds[kind].profile),
			.limit = kinds[kind].written ? "200%" : NULL,
			.no_coalesce = true });
	ck_assert_int_eq(engine_write(&engine, 0, VOLUME_BYTES, 1), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(engine_write(&engine, 0, 40000, 2), 0);
	ck_assert_int_eq(write_in_place(kind, 0, 20000, 3), 0);
}

static void teardown(void)
{
	engine_deinit(&engine);
}

static void again(unsigned how)
{
	if (how == 0)
		return;
	if (how == 1) {
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		return;
	}
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
}

/* Of kind, error, whether in the middle, and what comes then: 2 * 2 * 2 * 3. */
START_TEST(a_write_without_room_for_its_sums_is_refused_and_changes_no_view)
{
	int kind = _i % 2, error = errors[_i / 2 % 2];
	bool is_short = _i / 4 % 2 == 1;

	start(kind);
	for (unsigned round = 0; round < 4; round++) {
		int result;

		views_take(&engine, &views);
		memory_disk_fail_only(engine.disk, STORE_SUMS_SUFFIX);
		if (is_short)
			memory_disk_fail_short(engine.disk, BLOCKIO_WRITE, 1, 1, error);
		else
			memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 1, error);
		result = write_in_place(kind, round * 4096, 4096, 100 + round);
		ck_assert_uint_eq(memory_disk_failed(engine.disk), 1);
		ck_assert_int_eq(result, error);
		ck_assert(!engine_has_failed(engine_find(&engine, "s"), NULL));
		views_check(&engine, &views);
		again((unsigned)_i / 8);
		views_check(&engine, &views);
		views_free(&views);
		ck_assert_int_eq(write_in_place(kind, round * 4096, 4096, 100 + round), 0);
	}
}
END_TEST

/* A disk that fails in the middle of a write in place: whatever is there, it is read. */
START_TEST(a_write_in_place_that_fails_half_way_makes_nothing_unreadable)
{
	int kind = _i % 2;

	start(kind);
	for (unsigned round = 0; round < 12; round++) {
		struct snapshot *view;
		uint8_t *content;
		int result;

		memory_disk_fail_only(engine.disk, kind == 0 ? ".node" : "s.store");
		memory_disk_fail_short(engine.disk, BLOCKIO_WRITE, 1, 1, -EIO);
		result = write_in_place(kind, 0, 16384, 100 + round);
		ck_assert_int_eq(result, -EIO);
		for (unsigned how = 0; how < 3; how++) {
			again(how);
			view = kinds[kind].written ? engine_find(&engine, "s") : NULL;
			if (view)
				ck_assert(!engine_has_failed(view, NULL));
			content = engine_content(&engine, view);
			free(content);
		}
		ck_assert_int_eq(write_in_place(kind, 0, 16384, 200 + round), 0);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume sums");
	TCase *tests = tcase_create("sums");

	(void)argc;
	tcase_add_checked_fixture(tests, NULL, teardown);
	tcase_set_timeout(tests, 30);
	tcase_add_loop_test(
		tests, a_write_without_room_for_its_sums_is_refused_and_changes_no_view, 0, 24);
	tcase_add_loop_test(
		tests, a_write_in_place_that_fails_half_way_makes_nothing_unreadable, 0, 2);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
