/* SPDX-License-Identifier: Apache-2.0 */
/* A volume that becomes longer: each step fails, or is the last one before a kill or a power cut.
 */
#include <check.h>
#include <errno.h>

#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/grow_bench.h"

/* ---- undone ---- */

static struct blockio_ops origin_ops;
static int (*origin_resize)(struct blockio *io, uint64_t bytes);
static bool cuts_fail, growths_fail;

static int failing_resize(struct blockio *io, uint64_t bytes)
{
	if (bytes > io->size_bytes ? growths_fail : cuts_fail)
		return -ENOSPC;
	return origin_resize(io, bytes);
}

static void resize_fails(bool of_growths, bool of_cuts)
{
	origin_ops = *grow_engine.origin->ops;
	origin_resize = origin_ops.resize;
	origin_ops.resize = failing_resize;
	grow_engine.origin->ops = &origin_ops;
	growths_fail = of_growths;
	cuts_fail = of_cuts;
}

enum failure {
	FAIL_RESIZE,
	FAIL_OPEN,
	FAIL_WRITE,
	FAIL_SHORT_WRITE,
	FAIL_FLUSH,
	FAIL_RENAME,
	FAIL_SYNC,
	FAILURES,
};

/* The calls of the folder are: remove, open, rename, sync. */
static void strike(enum failure failure, uint64_t count)
{
	memory_disk_fail_only(grow_engine.disk, "volume.new");
	switch (failure) {
	case FAIL_RESIZE:
		resize_fails(true, false);
		break;
	case FAIL_OPEN:
		engine_folder_fail(grow_engine.folder, 2, count, -ENOSPC);
		break;
	case FAIL_WRITE:
		memory_disk_fail(grow_engine.disk, BLOCKIO_WRITE, 1, count, -ENOSPC);
		break;
	case FAIL_SHORT_WRITE:
		memory_disk_fail_short(grow_engine.disk, BLOCKIO_WRITE, 1, count, -ENOSPC);
		break;
	case FAIL_FLUSH:
		memory_disk_fail(grow_engine.disk, BLOCKIO_FLUSH, 1, count, -ENOSPC);
		break;
	case FAIL_RENAME:
		engine_folder_fail(grow_engine.folder, 3, count, -ENOSPC);
		break;
	case FAIL_SYNC:
		engine_folder_fail(grow_engine.folder, 4, count, -ENOSPC);
		break;
	case FAILURES:
		break;
	}
}

static void strike_no_more(void)
{
	growths_fail = cuts_fail = false;
	engine_folder_fail(grow_engine.folder, 1, 0, 0);
	memory_disk_fail(grow_engine.disk, BLOCKIO_WRITE, 1, 0, 0);
	memory_disk_fail_only(grow_engine.disk, NULL);
}

START_TEST(a_growth_any_step_of_which_fails_leaves_the_volume_as_it_was)
{
	grow_open("plain");
	strike((enum failure)_i, 1);
	ck_assert_int_eq(grow_to(GROW_TO_BYTES), -ENOSPC);
	strike_no_more();
	/* The journal may still be on its way. */
	engine_settle(&grow_engine);
	ck_assert(volume_idle(grow_engine.volume));
	grow_expect_sound(GROW_FROM_BYTES);
	/* The next one is as any. */
	ck_assert_int_eq(engine_delete(&grow_engine, "after"), 0);
	ck_assert_int_eq(
		engine_write(&grow_engine, GROW_FROM_BYTES - GROW_PART_BYTES, GROW_PART_BYTES, 1),
		0);
	ck_assert_int_eq(grow_to(GROW_TO_BYTES), 0);
	grow_expect_sound(GROW_TO_BYTES);
	engine_deinit(&grow_engine);
}
END_TEST

START_TEST(a_growth_that_was_undone_is_unmounted_as_any_volume)
{
	grow_open("plain");
	strike((enum failure)_i, 1);
	ck_assert_int_eq(grow_to(GROW_TO_BYTES), -ENOSPC);
	strike_no_more();
	ck_assert_int_eq(engine_close(&grow_engine), 0);
	ck_assert_int_eq(engine_open(&grow_engine), 0);
	grow_expect_sound(GROW_FROM_BYTES);
	engine_deinit(&grow_engine);
}
END_TEST

/* Its store and the record would be of two lengths, and the next mount believe neither. */
START_TEST(no_snapshot_is_taken_while_the_record_may_be_of_another_length)
{
	grow_open("plain");
	strike(FAIL_SYNC, 100);
	ck_assert_int_eq(grow_to(GROW_TO_BYTES), -ENOSPC);
	strike_no_more();
	ck_assert_uint_eq(volume_bytes(grow_engine.volume), GROW_FROM_BYTES);
	ck_assert_uint_eq(grow_image_bytes(), GROW_FROM_BYTES);
	ck_assert_int_eq(engine_snapshot(&grow_engine, "s", NULL, NULL), -EIO);
	if (_i == 0) {
		ck_assert_int_eq(grow_to(GROW_TO_BYTES), 0);
		grow_expect_sound(GROW_TO_BYTES);
	} else {
		ck_assert_int_eq(
			_i == 1 ? engine_kill_and_open(&grow_engine) : engine_close(&grow_engine),
			0);
		if (_i == 2)
			ck_assert_int_eq(engine_open(&grow_engine), 0);
		grow_expect_sound(GROW_FROM_BYTES);
	}
	engine_deinit(&grow_engine);
}
END_TEST

START_TEST(what_cannot_be_undone_is_found_by_the_next_mount)
{
	grow_open("plain");
	resize_fails(false, true);
	strike(FAIL_WRITE, 1);
	ck_assert_int_eq(grow_to(GROW_TO_BYTES), -ENOSPC);
	strike_no_more();
	ck_assert_uint_eq(volume_bytes(grow_engine.volume), GROW_FROM_BYTES);
	ck_assert_uint_eq(grow_image_bytes(), GROW_TO_BYTES);
	ck_assert_int_eq(
		engine_write(&grow_engine, GROW_FROM_BYTES - GROW_PART_BYTES, GROW_PART_BYTES, 1),
		0);
	ck_assert_int_eq(engine_kill_and_open(&grow_engine), 0);
	grow_expect_sound(GROW_TO_BYTES);
	engine_deinit(&grow_engine);
}
END_TEST

START_TEST(an_image_that_is_cut_while_it_grows_is_not_made_long_again)
{
	grow_open("plain");
	engine_folder_fail(grow_engine.folder, 4, 1, -EIO);
	engine_folder_hold_syncs(grow_engine.folder, true);
	grow_begin();
	engine_settle(&grow_engine);
	engine_file_resize(&grow_engine, ENGINE_IMAGE, GROW_FROM_BYTES / 2);
	engine_folder_hold_syncs(grow_engine.folder, false);
	engine_settle(&grow_engine);
	ck_assert(grow_has_ended && grow_result == -EIO);
	ck_assert_uint_eq(grow_image_bytes(), GROW_FROM_BYTES / 2);
	ck_assert_int_eq(
		engine_write(&grow_engine, GROW_FROM_BYTES - GROW_PART_BYTES, GROW_PART_BYTES, 3),
		-EIO);
	engine_deinit(&grow_engine);
}
END_TEST

/* ---- killed, and without power ---- */

/* Grows, so that FAILURE strikes, and is ended after so many steps: by a kill, or, with a seed, by
 * a power cut.  Whether it was over before. */
static bool cut_off(enum failure failure, uint64_t at, uint64_t cut_seed)
{
	uint64_t bytes;
	bool was_over;

	grow_open_seeded("plain", engine_seed() + at);
	strike(failure, 1);
	grow_begin();
	grow_steps(at);
	was_over = grow_has_ended;
	if (was_over)
		ck_assert_int_eq(grow_result, failure == FAILURES ? 0 : -ENOSPC);
	strike_no_more();
	if (was_over && cut_seed) {
		bytes = volume_bytes(grow_engine.volume);
		ck_assert_int_eq(
			engine_write(&grow_engine, bytes - GROW_PART_BYTES, GROW_PART_BYTES, 1), 0);
		ck_assert_int_eq(engine_flush(&grow_engine), 0);
	}
	if (cut_seed)
		engine_power_cut(&grow_engine, cut_seed);
	else
		engine_kill(&grow_engine);
	ck_assert_int_eq(engine_open(&grow_engine), 0);
	bytes = volume_bytes(grow_engine.volume);
	ck_assert(bytes == GROW_FROM_BYTES || bytes == GROW_TO_BYTES);
	if (was_over)
		ck_assert_uint_eq(bytes, failure == FAILURES ? GROW_TO_BYTES : GROW_FROM_BYTES);
	grow_expect_sound(bytes);
	engine_deinit(&grow_engine);
	return was_over;
}

START_TEST(a_kill_at_any_step_leaves_one_length_or_the_other)
{
	uint64_t at = 0;

	while (!cut_off((enum failure)_i, at, 0))
		ck_assert_uint_lt(++at, GROW_STEPS_MAX);
}
END_TEST

START_TEST(a_power_cut_at_any_step_leaves_one_length_or_the_other)
{
	for (uint64_t seed = 1; seed <= 16; seed++) {
		uint64_t at = 0;

		while (!cut_off((enum failure)_i, at, engine_seed() + seed))
			ck_assert_uint_lt(++at, GROW_STEPS_MAX);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("growth that is undone");
	TCase *tcase = tcase_create("growing");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(
		tcase, a_growth_any_step_of_which_fails_leaves_the_volume_as_it_was, 0, FAILURES);
	tcase_add_loop_test(
		tcase, a_growth_that_was_undone_is_unmounted_as_any_volume, 0, FAILURES);
	tcase_add_loop_test(
		tcase, no_snapshot_is_taken_while_the_record_may_be_of_another_length, 0, 3);
	tcase_add_test(tcase, what_cannot_be_undone_is_found_by_the_next_mount);
	tcase_add_test(tcase, an_image_that_is_cut_while_it_grows_is_not_made_long_again);
	tcase_add_loop_test(
		tcase, a_kill_at_any_step_leaves_one_length_or_the_other, 0, FAILURES + 1);
	tcase_add_loop_test(
		tcase, a_power_cut_at_any_step_leaves_one_length_or_the_other, 0, FAILURES + 1);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
