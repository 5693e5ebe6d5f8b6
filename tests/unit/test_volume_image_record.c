/* SPDX-License-Identifier: Apache-2.0 */
/* The image is not what the last unmount left: no snapshot of it is shown. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/image_bench.h"

static struct engine *const engine = &bench_engine;

/* Somebody else writes a byte of the image, or only touches its name. */
static void edit(uint64_t offset)
{
	uint64_t size_bytes;

	engine_file(engine, ENGINE_IMAGE, &size_bytes)[offset] ^= 1;
	bench_live[offset] ^= 1;
	memory_disk_touch(engine->disk, ENGINE_IMAGE, true);
}

static void move(void)
{
	memory_disk_touch(engine->disk, ENGINE_IMAGE, false);
}

START_TEST(an_image_edited_between_mounts_fails_its_snapshots_for_good)
{
	ck_assert_int_eq(engine_close(engine), 0);
	edit(IMAGE_HALF);
	for (int round = 0; round < 3; round++) {
		ck_assert_int_eq(engine_open(engine), 0);
		bench_expect_failed("s", -EUCLEAN);
		bench_expect_live();
		if (round == 1)
			engine_kill(engine);
		else
			ck_assert_int_eq(engine_close(engine), 0);
	}
	ck_assert_int_eq(engine_open(engine), 0);
	ck_assert_int_eq(engine_snapshot(engine, "t", NULL, NULL), 0);
	image_bench_reopen();
	ck_assert(!engine_has_failed(engine_find(engine, "t"), NULL));
}
END_TEST

START_TEST(a_mount_that_is_told_to_trust_keeps_the_snapshots)
{
	ck_assert_int_eq(engine_close(engine), 0);
	memory_disk_touch(engine->disk, ENGINE_IMAGE, true);
	engine->volume_options.image_policy = IMAGE_TRUST;
	ck_assert_int_eq(engine_open(engine), 0);
	bench_expect_whole("s");
	engine->volume_options.image_policy = IMAGE_COMPARE;
	image_bench_reopen();
	bench_expect_whole("s");
}
END_TEST

/* Of what lies in the folder; the image is none of it. */
static uint64_t state_digest(void)
{
	static const char *const names[] = { "volume", "s.store" };
	uint64_t digest = 0;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		uint64_t size_bytes;
		const uint8_t *bytes = engine_file(engine, names[i], &size_bytes);

		for (uint64_t at = 0; at < size_bytes; at++)
			digest = digest * 31 + bytes[at];
	}
	return digest;
}

START_TEST(an_image_that_may_be_another_is_refused_and_nothing_is_touched)
{
	uint64_t digest;

	ck_assert_int_eq(engine_close(engine), 0);
	digest = state_digest();
	move();
	for (int round = 0; round < 2; round++) {
		ck_assert_int_eq(engine_open(engine), -ESTALE);
		ck_assert_uint_eq(state_digest(), digest);
	}
	engine->volume_options.image_policy = IMAGE_TRUST;
	ck_assert_int_eq(engine_open(engine), 0);
	bench_expect_whole("s");
	engine->volume_options.image_policy = IMAGE_COMPARE;
	image_bench_reopen();
	bench_expect_whole("s");
}
END_TEST

START_TEST(an_image_that_may_be_another_can_be_used_without_its_snapshots)
{
	ck_assert_int_eq(engine_close(engine), 0);
	move();
	engine->volume_options.image_policy = IMAGE_FAIL;
	ck_assert_int_eq(engine_open(engine), 0);
	bench_expect_failed("s", -EUCLEAN);
	bench_expect_live();
	engine->volume_options.image_policy = IMAGE_COMPARE;
	image_bench_reopen();
	bench_expect_failed("s", -EUCLEAN);
	/* Nobody believes the image any more: it may change. */
	ck_assert_int_eq(engine_close(engine), 0);
	move();
	ck_assert_int_eq(engine_open(engine), 0);
}
END_TEST

START_TEST(without_snapshots_an_image_may_be_any)
{
	ck_assert_int_eq(engine_delete(engine, "s"), 0);
	ck_assert_int_eq(engine_close(engine), 0);
	edit(0);
	ck_assert_int_eq(engine_open(engine), 0);
	ck_assert_int_eq(engine_close(engine), 0);
	move();
	ck_assert_int_eq(engine_open(engine), 0);
	ck_assert_int_eq(engine_close(engine), 0);
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(engine_open(engine), 0);
	ck_assert_uint_eq(volume_bytes(engine->volume), IMAGE_HALF);
}
END_TEST

/* The rig changed the image itself, so nothing tells. */
START_TEST(after_a_kill_nothing_is_compared)
{
	bench_write(IMAGE_HALF, 4096, 5);
	engine_kill(engine);
	memory_disk_touch(engine->disk, ENGINE_IMAGE, true);
	ck_assert_int_eq(engine_open(engine), 0);
	bench_expect_whole("s");
	/* But its length always does. */
	engine_kill(engine);
	engine_file_resize(engine, ENGINE_IMAGE, BENCH_VOLUME_BYTES + 4096);
	ck_assert_int_eq(engine_open(engine), 0);
	ck_assert(engine_has_failed(engine_find(engine, "s"), NULL));
}
END_TEST

/* It shares nothing, and is as long as the volume was. */
START_TEST(of_an_image_of_another_length_also_a_snapshot_that_shares_nothing_fails)
{
	bench_write(0, BENCH_VOLUME_BYTES, 5);
	ck_assert_int_eq(engine_close(engine), 0);
	engine_file_resize(engine, ENGINE_IMAGE, _i == 0 ? IMAGE_HALF : 2 * BENCH_VOLUME_BYTES);
	ck_assert_int_eq(engine_open(engine), 0);
	ck_assert(engine_has_failed(engine_find(engine, "s"), NULL));
	ck_assert_int_eq(image_bench_read("s", 0), -EIO);
}
END_TEST

START_TEST(what_the_rig_writes_after_a_clean_end_is_no_change_to_it)
{
	for (int round = 0; round < 4; round++) {
		image_bench_reopen();
		bench_write(IMAGE_HALF + (uint64_t)round * 4096, 4096, 6);
		if (round % 2)
			engine_kill(engine);
		else
			ck_assert_int_eq(engine_close(engine), 0);
		ck_assert_int_eq(engine_open(engine), 0);
		bench_expect_whole("s");
		bench_expect_live();
	}
}
END_TEST

START_TEST(an_edited_root_fails_what_hangs_on_it_and_the_live_view_goes_on)
{
	ck_assert_int_eq(chain_bench_make(engine, SNAPSHOT_COPIED, "s", "copy"), 0);
	ck_assert_int_eq(chain_bench_make(engine, SNAPSHOT_CLONED, "s", "clone"), 0);
	ck_assert_int_eq(engine_close(engine), 0);
	edit(IMAGE_HALF);
	ck_assert_int_eq(engine_open(engine), 0);
	bench_expect_failed("s", -EUCLEAN);
	bench_expect_failed("clone", -EUCLEAN);
	bench_expect_whole("copy");
	bench_expect_live();
	bench_write(0, IMAGE_HALF, 8);
	image_bench_reopen();
	bench_expect_live();
	bench_expect_failed("s", -EUCLEAN);
}
END_TEST

START_TEST(a_chain_whose_root_has_another_length_is_refused)
{
	ck_assert_int_eq(engine_close(engine), 0);
	engine_file_resize(engine, ENGINE_IMAGE, IMAGE_HALF);
	ck_assert_int_eq(engine_open(engine), -EUCLEAN);
	engine_file_resize(engine, ENGINE_IMAGE, BENCH_VOLUME_BYTES);
}
END_TEST

/* ---- the power goes ---- */

/*
 * That the image is in use is on the disk before it is written to: else a record
 * that came back would hold the rig's own writes for somebody else's.
 */
START_TEST(a_record_of_a_clean_end_does_not_come_back)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		engine_init(engine, seed,
			&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				.step_ns = NS_PER_MS,
				.durable = true,
				.power_cuts = true });
		bench_fill();
		ck_assert_int_eq(engine_snapshot(engine, "s", NULL, NULL), 0);
		image_bench_reopen();
		bench_write(0, 4096, 2);
		engine_power_cut(engine, seed);
		ck_assert_int_eq(engine_open(engine), 0);
		bench_expect_whole("s");
		engine_deinit(engine);
	}
}
END_TEST

/* A mark that a power cut may take back must not let a later mount believe the snapshot. */
START_TEST(a_snapshot_failed_by_a_mount_stays_failed_through_a_power_cut)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		engine_init(engine, seed,
			&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				.step_ns = NS_PER_MS,
				.durable = true,
				.power_cuts = true });
		bench_fill();
		ck_assert_int_eq(engine_snapshot(engine, "s", NULL, NULL), 0);
		ck_assert_int_eq(engine_close(engine), 0);
		edit(IMAGE_HALF);
		ck_assert_int_eq(engine_open(engine), 0);
		engine_power_cut(engine, seed);
		ck_assert_int_eq(engine_open(engine), 0);
		bench_expect_failed("s", -EUCLEAN);
		engine_deinit(engine);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("image record");
	TCase *cow = tcase_create("cow");
	TCase *chain = tcase_create("chain");
	TCase *power = tcase_create("power");

	(void)argc;
	tcase_add_checked_fixture(cow, image_bench_open, bench_close);
	tcase_add_checked_fixture(chain, image_bench_open_chain, bench_close);
	tcase_add_test(cow, an_image_edited_between_mounts_fails_its_snapshots_for_good);
	tcase_add_test(cow, a_mount_that_is_told_to_trust_keeps_the_snapshots);
	tcase_add_test(cow, an_image_that_may_be_another_is_refused_and_nothing_is_touched);
	tcase_add_test(cow, an_image_that_may_be_another_can_be_used_without_its_snapshots);
	tcase_add_test(cow, without_snapshots_an_image_may_be_any);
	tcase_add_test(cow, after_a_kill_nothing_is_compared);
	tcase_add_loop_test(
		cow, of_an_image_of_another_length_also_a_snapshot_that_shares_nothing_fails, 0, 2);
	tcase_add_test(cow, what_the_rig_writes_after_a_clean_end_is_no_change_to_it);
	tcase_add_test(chain, an_edited_root_fails_what_hangs_on_it_and_the_live_view_goes_on);
	tcase_add_test(chain, a_chain_whose_root_has_another_length_is_refused);
	tcase_add_test(power, a_record_of_a_clean_end_does_not_come_back);
	tcase_add_test(power, a_snapshot_failed_by_a_mount_stays_failed_through_a_power_cut);
	suite_add_tcase(suite, cow);
	suite_add_tcase(suite, chain);
	suite_add_tcase(suite, power);
	return engine_suite_run(suite, argv[0]);
}
