/* SPDX-License-Identifier: Apache-2.0 */
/* The image, or a store, loses data under a mounted volume: an error, never zeros. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/image_bench.h"

static struct engine *const engine = &bench_engine;

START_TEST(an_image_that_is_cut_reads_as_an_error_and_fails_its_snapshots)
{
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF), -EIO);
	bench_expect_failed("s", -EUCLEAN);
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF - 1), 0);
	ck_assert_int_eq(image_bench_read(NULL, BENCH_VOLUME_BYTES - 1), -EIO);
}
END_TEST

START_TEST(a_write_does_not_make_a_cut_image_long_again)
{
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(engine_write(engine, BENCH_VOLUME_BYTES - 512, 512, 3), -EIO);
	ck_assert_int_eq(engine_write(engine, IMAGE_HALF - 512, 1024, 3), -EIO);
	ck_assert_int_eq(engine_write(engine, IMAGE_HALF - 512, 512, 3), 0);
	ck_assert_uint_eq(image_bench_file_bytes(ENGINE_IMAGE), IMAGE_HALF);
	bench_expect_failed("s", -EUCLEAN);
}
END_TEST

START_TEST(what_somebody_puts_in_place_of_lost_data_is_not_shown)
{
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF), -EIO);
	engine_file_resize(engine, ENGINE_IMAGE, BENCH_VOLUME_BYTES);
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF), -EIO);
	ck_assert_int_eq(engine_write(engine, IMAGE_HALF, 512, 3), -EIO);
}
END_TEST

START_TEST(of_an_image_that_has_lost_data_nothing_new_is_taken)
{
	ck_assert_int_eq(engine_delete(engine, "s"), 0);
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(engine_snapshot(engine, "t", NULL, NULL), -EIO);
	ck_assert_ptr_null(volume_snapshot_find(engine->volume, "t"));
	ck_assert_int_eq(engine_grow(engine, BENCH_VOLUME_BYTES * 2, NULL), -EIO);
	ck_assert_uint_eq(image_bench_file_bytes(ENGINE_IMAGE), IMAGE_HALF);
}
END_TEST

/* Nobody has met what is lost yet. */
START_TEST(a_growth_does_not_make_a_cut_image_long_again)
{
	ck_assert_int_eq(engine_delete(engine, "s"), 0);
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(engine_grow(engine, BENCH_VOLUME_BYTES * 2, NULL), -EIO);
	ck_assert_uint_eq(image_bench_file_bytes(ENGINE_IMAGE), IMAGE_HALF);
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF), -EIO);
}
END_TEST

START_TEST(after_the_next_mount_a_cut_image_is_as_long_as_it_is_and_its_snapshots_failed)
{
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF), -EIO);
	for (int round = 0; round < 3; round++) {
		image_bench_reopen();
		ck_assert_uint_eq(volume_bytes(engine->volume), IMAGE_HALF);
		ck_assert(engine_has_failed(engine_find(engine, "s"), NULL));
		ck_assert_int_eq(engine_write(engine, 0, 4096, 4), 0);
		ck_assert_int_eq(image_bench_read("s", 0), -EIO);
	}
	ck_assert_int_eq(engine_delete(engine, "s"), 0);
	ck_assert_int_eq(engine_snapshot(engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(image_bench_read("s", IMAGE_HALF - 1), 0);
}
END_TEST

START_TEST(a_volume_still_grows_by_itself)
{
	ck_assert_int_eq(engine_delete(engine, "s"), 0);
	ck_assert_int_eq(engine_grow(engine, BENCH_VOLUME_BYTES + 4096, NULL), 0);
	ck_assert_int_eq(image_bench_read(NULL, BENCH_VOLUME_BYTES + 4095), 0);
	ck_assert_int_eq(engine_snapshot(engine, "t", NULL, NULL), 0);
	engine_file_resize(engine, ENGINE_IMAGE, BENCH_VOLUME_BYTES);
	ck_assert_int_eq(image_bench_read("t", BENCH_VOLUME_BYTES), -EIO);
	bench_expect_failed("t", -EUCLEAN);
}
END_TEST

START_TEST(a_store_that_is_cut_fails_its_snapshot_and_no_other)
{
	ck_assert_int_eq(engine_snapshot(engine, "t", NULL, NULL), 0);
	memcpy(bench_content, bench_live, BENCH_VOLUME_BYTES);
	engine_file_resize(engine, "s.store", 8192);
	ck_assert_int_eq(image_bench_read("s", IMAGE_PRESERVED_BYTES - 1), -EIO);
	bench_expect_failed("s", -EUCLEAN);
	bench_expect_whole("t");
	bench_write(0, BENCH_VOLUME_BYTES, 5);
	bench_expect_whole("t");
	bench_expect_live();
	image_bench_reopen();
	bench_expect_failed("s", -EUCLEAN);
}
END_TEST

/* Everything of a snapshot that has a copy of every block is its own. */
START_TEST(a_snapshot_that_shares_nothing_outlives_its_image)
{
	bench_write(0, BENCH_VOLUME_BYTES, 5);
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF), -EIO);
	bench_expect_whole("s");
}
END_TEST

START_TEST(what_hangs_on_a_cut_image_in_a_chain_fails_and_a_copy_stays)
{
	ck_assert_int_eq(chain_bench_make(engine, SNAPSHOT_COPIED, "s", "copy"), 0);
	ck_assert_int_eq(chain_bench_make(engine, SNAPSHOT_CLONED, "s", "clone"), 0);
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(image_bench_read("s", IMAGE_HALF), -EIO);
	bench_expect_failed("s", -EUCLEAN);
	bench_expect_failed("clone", -EUCLEAN);
	bench_expect_whole("copy");
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF), -EIO);
	/* What its leaf has is the live view's own. */
	ck_assert_int_eq(image_bench_read(NULL, 0), 0);
	ck_assert_int_eq(engine_write(engine, IMAGE_HALF, 4096, 7), 0);
	ck_assert_int_eq(image_bench_read(NULL, IMAGE_HALF), 0);
	ck_assert_uint_eq(image_bench_file_bytes(ENGINE_IMAGE), IMAGE_HALF);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("image");
	TCase *cow = tcase_create("cow");
	TCase *chain = tcase_create("chain");

	(void)argc;
	tcase_add_checked_fixture(cow, image_bench_open, bench_close);
	tcase_add_checked_fixture(chain, image_bench_open_chain, bench_close);
	tcase_add_test(cow, an_image_that_is_cut_reads_as_an_error_and_fails_its_snapshots);
	tcase_add_test(cow, a_write_does_not_make_a_cut_image_long_again);
	tcase_add_test(cow, what_somebody_puts_in_place_of_lost_data_is_not_shown);
	tcase_add_test(cow, of_an_image_that_has_lost_data_nothing_new_is_taken);
	tcase_add_test(cow, a_growth_does_not_make_a_cut_image_long_again);
	tcase_add_test(
		cow, after_the_next_mount_a_cut_image_is_as_long_as_it_is_and_its_snapshots_failed);
	tcase_add_test(cow, a_volume_still_grows_by_itself);
	tcase_add_test(cow, a_store_that_is_cut_fails_its_snapshot_and_no_other);
	tcase_add_test(cow, a_snapshot_that_shares_nothing_outlives_its_image);
	tcase_add_test(chain, what_hangs_on_a_cut_image_in_a_chain_fails_and_a_copy_stays);
	suite_add_tcase(suite, cow);
	suite_add_tcase(suite, chain);
	return engine_suite_run(suite, argv[0]);
}
