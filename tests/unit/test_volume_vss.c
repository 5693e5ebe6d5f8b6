/* SPDX-License-Identifier: Apache-2.0 */
/* The profile vss: how all snapshots go at once. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/vss_bench.h"

static bool was_logged(const char *line)
{
	const struct text_log *log = volume_kernel_log(vss_engine.volume);

	return log->length > 0 && memmem(log->text, log->length, line, strlen(line)) != NULL;
}

static void check_all_gone(void)
{
	engine_settle(&vss_engine);
	ck_assert_ptr_null(volume_snapshot_next(vss_engine.volume, NULL));
	ck_assert(!engine_file_exists(&vss_engine, "s0.store"));
	ck_assert(!engine_file_exists(&vss_engine, "s1.store"));
	vss_check(NULL, vss_stamps);
}

START_TEST(exactly_full_is_fine_and_one_block_more_costs_all)
{
	vss_start("160KiB");
	vss_snapshot("s0");
	for (unsigned i = 0; i < 4; i++)
		vss_write(i, 100 + i);
	vss_snapshot("s1");
	for (unsigned i = 0; i < 6; i++)
		vss_write(i, 200 + i);
	ck_assert_uint_eq(vss_area_bytes(), 10 * VSS_BLOCK);
	vss_write(5, 300);
	ck_assert_ptr_nonnull(volume_snapshot_find(vss_engine.volume, "s0"));
	vss_write(6, 206);
	check_all_gone();
	ck_assert(was_logged("VolSnap 36: The shadow copies of volume C: were aborted because the "
			     "shadow copy storage could not grow due to a user imposed limit."));
	/* The next one is as the first. */
	vss_snapshot("s1");
	vss_write(7, 400);
	ck_assert_uint_eq(vss_area_bytes(), VSS_BLOCK);
	engine_deinit(&vss_engine);
}
END_TEST

START_TEST(an_error_of_the_disk_costs_all_and_never_the_live_view)
{
	static const struct {
		enum blockio_kind kind;
		int error;
		const char *line;
	} rows[] = {
		{ BLOCKIO_READ, -EIO, "VolSnap 14: " },
		{ BLOCKIO_WRITE, -EIO, "VolSnap 14: " },
		{ BLOCKIO_WRITE, -ENOSPC, "VolSnap 35: " },
		{ BLOCKIO_WRITE, -ENOMEM, "VolSnap 15: " },
	};

	vss_start(VSS_NO_LIMIT);
	vss_snapshot("s0");
	vss_snapshot("s1");
	memory_disk_fail(vss_engine.disk, rows[_i].kind, 1, 1, rows[_i].error);
	vss_write(3, 100);
	check_all_gone();
	ck_assert(was_logged(rows[_i].line));
	engine_deinit(&vss_engine);
}
END_TEST

START_TEST(an_open_one_reads_eio_and_goes_when_it_is_closed)
{
	struct snapshot *open;
	uint8_t block[VSS_BLOCK];

	vss_start("32KiB");
	vss_snapshot("s0");
	vss_snapshot("s1");
	open = engine_find(&vss_engine, "s0");
	snapshot_opened(open);
	for (unsigned i = 0; i < 3; i++)
		vss_write(i, 100 + i);
	engine_settle(&vss_engine);
	ck_assert_ptr_null(volume_snapshot_next(vss_engine.volume, NULL));
	ck_assert(engine_file_exists(&vss_engine, "s0.store"));
	ck_assert(!engine_file_exists(&vss_engine, "s1.store"));
	if (_i == 0) {
		snapshot_closed(open);
	} else {
		/* The mount goes away with the reader, or is killed. */
		ck_assert_int_eq(_i == 1 ? engine_close(&vss_engine) : 0, 0);
		ck_assert_int_eq(
			_i == 1 ? engine_open(&vss_engine) : engine_kill_and_open(&vss_engine), 0);
	}
	ck_assert_int_eq(engine_read(&vss_engine, NULL, 0, block, VSS_BLOCK), 0);
	check_all_gone();
	engine_deinit(&vss_engine);
}
END_TEST

START_TEST(a_kill_at_any_step_leaves_all_of_them_whole_or_none)
{
	unsigned outcomes[2] = { 0 };
	bool has_ended = false;

	for (unsigned steps = 0; !has_ended; steps++) {
		uint64_t first[VSS_BLOCKS], second[VSS_BLOCKS];

		vss_start("64KiB");
		memcpy(first, vss_stamps, sizeof vss_stamps);
		vss_snapshot("s0");
		vss_write(0, 100);
		vss_write(1, 101);
		memcpy(second, vss_stamps, sizeof vss_stamps);
		vss_snapshot("s1");
		vss_write(0, 200);

		struct engine_request *write = engine_write_new(VSS_BLOCK, 4 * VSS_BLOCK, 300);

		engine_submit(&vss_engine, write);
		for (unsigned i = 0; i < steps && !has_ended; i++)
			has_ended = !engine_step(&vss_engine);
		ck_assert_int_eq(engine_kill_and_open(&vss_engine), 0);
		engine_request_free(write);

		bool is_there = volume_snapshot_next(vss_engine.volume, NULL) != NULL;

		outcomes[is_there]++;
		ck_assert(is_there == (volume_snapshot_find(vss_engine.volume, "s0") != NULL));
		ck_assert(is_there == (volume_snapshot_find(vss_engine.volume, "s1") != NULL));
		ck_assert(is_there == engine_file_exists(&vss_engine, "s0.store"));
		if (is_there) {
			vss_check(engine_find(&vss_engine, "s0"), first);
			vss_check(engine_find(&vss_engine, "s1"), second);
		}
		engine_deinit(&vss_engine);
	}
	ck_assert_uint_gt(outcomes[0], 1);
	ck_assert_uint_gt(outcomes[1], 1);
}
END_TEST

START_TEST(a_file_that_cannot_be_removed_goes_at_the_next_mount)
{
	vss_start("16KiB");
	vss_snapshot("s0");
	vss_snapshot("s1");
	vss_write(0, 100);
	engine_folder_fail(vss_engine.folder, 1, 1, -EIO);
	vss_write(1, 101);
	engine_settle(&vss_engine);
	ck_assert(engine_has_failed(volume_snapshot_next(vss_engine.volume, NULL), NULL));
	engine_folder_fail(vss_engine.folder, 1, 0, 0);
	ck_assert_int_eq(engine_close(&vss_engine), 0);
	ck_assert_int_eq(engine_open(&vss_engine), 0);
	check_all_gone();
	engine_deinit(&vss_engine);
}
END_TEST

START_TEST(the_65th_costs_the_oldest)
{
	uint64_t expected[VSS_BLOCKS];
	char name[16];

	vss_start(VSS_NO_LIMIT);
	for (unsigned i = 0; i < 64; i++) {
		snprintf(name, sizeof name, "s%u", i);
		if (i == 1)
			memcpy(expected, vss_stamps, sizeof vss_stamps);
		vss_snapshot(name);
		vss_write(i % 32, 1000 + i);
	}
	ck_assert_ptr_nonnull(volume_snapshot_find(vss_engine.volume, "s0"));
	ck_assert(!was_logged("VolSnap"));
	vss_snapshot("s64");
	engine_settle(&vss_engine);
	ck_assert(was_logged("VolSnap 58: The oldest shadow copy of volume C: was deleted to keep "
			     "the total number of shadow copies of volume C: below a limit."));
	ck_assert_ptr_null(volume_snapshot_find(vss_engine.volume, "s0"));
	vss_check(engine_find(&vss_engine, "s1"), expected);
	ck_assert_int_eq(engine_kill_and_open(&vss_engine), 0);
	ck_assert_ptr_null(volume_snapshot_find(vss_engine.volume, "s0"));
	vss_check(engine_find(&vss_engine, "s1"), expected);
	engine_deinit(&vss_engine);
}
END_TEST

/* It counts no more from when it is dropped, though its reader keeps it. */
START_TEST(a_dropped_one_that_is_open_counts_no_more)
{
	struct snapshot *open;
	uint64_t bytes;
	char name[16];

	vss_start("200%");
	for (unsigned i = 0; i < 64; i++) {
		snprintf(name, sizeof name, "s%u", i);
		vss_snapshot(name);
		vss_write(i % 32, 1000 + i);
	}
	open = engine_find(&vss_engine, "s0");
	snapshot_opened(open);
	for (unsigned i = 64; i < 70; i++) {
		snprintf(name, sizeof name, "s%u", i);
		vss_snapshot(name);
		vss_write(i % 32, 1000 + i);
		/* One block for each of the 64 that are left. */
		ck_assert_uint_eq(vss_area_bytes(), 64 * VSS_BLOCK);
	}
	bytes = vss_area_bytes();
	snapshot_closed(open);
	engine_settle(&vss_engine);
	ck_assert_uint_eq(vss_area_bytes(), bytes);
	ck_assert_int_eq(engine_kill_and_open(&vss_engine), 0);
	ck_assert_uint_eq(vss_area_bytes(), bytes);
	engine_deinit(&vss_engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("vss");
	TCase *all = tcase_create("vss");

	(void)argc;
	tcase_set_timeout(all, 120);
	tcase_add_test(all, exactly_full_is_fine_and_one_block_more_costs_all);
	tcase_add_loop_test(all, an_error_of_the_disk_costs_all_and_never_the_live_view, 0, 4);
	tcase_add_loop_test(all, an_open_one_reads_eio_and_goes_when_it_is_closed, 0, 3);
	tcase_add_test(all, a_kill_at_any_step_leaves_all_of_them_whole_or_none);
	tcase_add_test(all, a_file_that_cannot_be_removed_goes_at_the_next_mount);
	tcase_add_test(all, the_65th_costs_the_oldest);
	tcase_add_test(all, a_dropped_one_that_is_open_counts_no_more);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
