/* SPDX-License-Identifier: Apache-2.0 */
/* At the unmount many stores are closed, many at a time, and at the mount they are flushed so. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (64u << 10)
#define SNAPSHOTS    150u /* more than are closed at a time */

static struct engine engine;

/* Of stores: all, those that have begun and not ended, and how many requests in a row. */
static unsigned flushes, under_way_max, flushes_in_a_row, flushes_in_a_row_max;

static uint64_t ended_before;

static void note(void *context, const char *name, const struct blockio_request *request)
{
	(void)context;
	if (!strstr(name, ".store"))
		return;
	if (request->kind == BLOCKIO_FLUSH) {
		uint64_t ended = memory_disk_completed(engine.disk, BLOCKIO_FLUSH) - ended_before;

		flushes++;
		if (flushes - ended > under_way_max)
			under_way_max = (unsigned)(flushes - ended);
	}
	flushes_in_a_row = request->kind == BLOCKIO_FLUSH ? flushes_in_a_row + 1 : 0;
	if (flushes_in_a_row > flushes_in_a_row_max)
		flushes_in_a_row_max = flushes_in_a_row;
}

static void setup(void)
{
	char name[16];

	engine_init(
		&engine, engine_seed(), &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
	ck_assert_int_eq(engine_write(&engine, 0, VOLUME_BYTES, 1), 0);
	for (unsigned i = 0; i < SNAPSHOTS; i++) {
		snprintf(name, sizeof name, "s%u", i);
		ck_assert_int_eq(engine_snapshot(&engine, name, NULL, NULL), 0);
	}
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 2), 0);
}

static void teardown(void)
{
	engine_deinit(&engine);
}

static void check_all(void)
{
	static uint8_t wanted[VOLUME_BYTES];
	unsigned count = 0;

	engine_stamp_fill(wanted, sizeof wanted, 1);
	for (struct snapshot *at = volume_snapshot_next(engine.volume, NULL); at;
		at = volume_snapshot_next(engine.volume, at)) {
		uint8_t *content = engine_content(&engine, at);

		ck_assert_mem_eq(content, wanted, sizeof wanted);
		free(content);
		count++;
	}
	ck_assert_uint_eq(count, SNAPSHOTS);
}

START_TEST(many_stores_are_closed_at_a_time_and_all_of_them_are)
{
	engine_folder_watch(engine.folder, note, NULL);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine_folder_watch(engine.folder, NULL, NULL);
	ck_assert_uint_gt(flushes_in_a_row_max, 2);
	ck_assert_int_eq(engine_open(&engine), 0);
	check_all();
}
END_TEST

START_TEST(one_that_cannot_be_closed_is_told_and_keeps_no_other_from_it)
{
	memory_disk_fail_only(engine.disk, ".store");
	memory_disk_fail(engine.disk, BLOCKIO_FLUSH, 70, 1, -EIO);
	ck_assert_int_eq(engine_close(&engine), -EIO);
	ck_assert_uint_eq(memory_disk_failed(engine.disk), 1);
	ck_assert_int_eq(engine_open(&engine), 0);
	check_all();
}
END_TEST

START_TEST(many_stores_are_flushed_at_a_time_when_they_are_opened)
{
	ck_assert_int_eq(engine_close(&engine), 0);
	flushes = under_way_max = 0;
	ended_before = memory_disk_completed(engine.disk, BLOCKIO_FLUSH);
	engine_folder_watch(engine.folder, note, NULL);
	ck_assert_int_eq(engine_open(&engine), 0);
	engine_folder_watch(engine.folder, NULL, NULL);
	ck_assert_uint_gt(under_way_max, 2);
	ck_assert_uint_eq(flushes, SNAPSHOTS);
	check_all();
}
END_TEST

START_TEST(one_that_cannot_be_flushed_is_no_mount)
{
	ck_assert_int_eq(engine_close(&engine), 0);
	memory_disk_fail_only(engine.disk, ".store");
	memory_disk_fail(engine.disk, BLOCKIO_FLUSH, 70, 1, -EIO);
	ck_assert_int_eq(engine_open(&engine), -EIO);
	ck_assert_uint_eq(memory_disk_failed(engine.disk), 1);
	ck_assert_int_eq(engine_open(&engine), 0);
	check_all();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume closing");
	TCase *tcase = tcase_create("closing");

	(void)argc;
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, many_stores_are_closed_at_a_time_and_all_of_them_are);
	tcase_add_test(tcase, one_that_cannot_be_closed_is_told_and_keeps_no_other_from_it);
	tcase_add_test(tcase, many_stores_are_flushed_at_a_time_when_they_are_opened);
	tcase_add_test(tcase, one_that_cannot_be_flushed_is_no_mount);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
