/* SPDX-License-Identifier: Apache-2.0 */
/* The chain topology: depth, limits, space, and what coalesce leaves as it was. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/volume/changed.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/engine_views.h"
#include "tests/unit/chain_bench.h"

#define MIB	     (1ull << 20)
#define VOLUME_BYTES (16 * MIB + 512)

static struct engine engine;

static void start(const struct engine_options *options)
{
	chain_bench_init(&engine, VOLUME_BYTES, options);
}

static uint64_t depth(void)
{
	return chain_bench_depth(&engine);
}

static const char *log_text(void)
{
	return chain_bench_log(&engine);
}

static void write_round(unsigned round)
{
	chain_bench_write(&engine, NULL, round);
}

static void take(unsigned index)
{
	chain_bench_take(&engine, index);
}

static void drop(unsigned index)
{
	chain_bench_drop(&engine, index);
}

START_TEST(a_snapshot_keeps_its_content_and_the_live_view_goes_on)
{
	struct views before;

	start(&(struct engine_options){ .no_coalesce = true });
	write_round(1);
	take(0);
	views_take(&engine, &before);
	write_round(2);
	view_check(&engine, engine_find(&engine, "s0"), before.live);
	ck_assert_uint_eq(depth(), 2);
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	view_check(&engine, engine_find(&engine, "s0"), before.live);
	ck_assert_uint_eq(depth(), 2);
	views_free(&before);
	engine_deinit(&engine);
}
END_TEST

START_TEST(twenty_nine_snapshots_succeed_and_the_thirtieth_is_109)
{
	start(&(struct engine_options){ .no_coalesce = true });
	for (unsigned i = 0; i < 29; i++) {
		write_round(i);
		take(i);
		ck_assert_uint_eq(depth(), i + 2);
	}
	write_round(29);
	ck_assert_int_eq(engine_snapshot(&engine, "s29", NULL, NULL), -EMLINK);
	ck_assert_ptr_nonnull(strstr(log_text(), "The snapshot chain is too long"));
	ck_assert_uint_eq(depth(), 30);
	engine_deinit(&engine);
}
END_TEST

START_TEST(deleting_frees_nothing_until_coalesce_has_run)
{
	struct views views;

	start(&(struct engine_options){ .no_coalesce = true });
	for (unsigned i = 0; i < 29; i++) {
		write_round(i);
		take(i);
	}
	write_round(29);
	for (unsigned i = 0; i < 20; i++)
		drop(i);
	ck_assert_uint_eq(depth(), 30);
	views_take(&engine, &views);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(depth(), 10);
	views_check(&engine, &views);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	views_check(&engine, &views);
	ck_assert_uint_eq(depth(), 10);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

START_TEST(without_snapshots_all_goes_back_into_the_image)
{
	struct views views;
	uint64_t size;

	start(&(struct engine_options){ .no_coalesce = true });
	for (unsigned i = 0; i < 5; i++) {
		take(i);
		write_round(i);
	}
	for (unsigned i = 0; i < 5; i++)
		drop(i);
	views_take(&engine, &views);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(depth(), 1);
	views_check(&engine, &views);
	ck_assert_mem_eq(
		memory_disk_bytes(engine.disk, ENGINE_IMAGE, &size), views.live, VOLUME_BYTES);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_snapshot_without_a_write_before_it_makes_a_vhd_chain_no_longer)
{
	start(&(struct engine_options){ .no_coalesce = true });
	write_round(0);
	take(0);
	ck_assert_uint_eq(depth(), 2);
	take(1);
	take(2);
	ck_assert_uint_eq(depth(), 2);
	write_round(1);
	take(3);
	ck_assert_uint_eq(depth(), 3);
	engine_deinit(&engine);
}
END_TEST

START_TEST(but_a_qcow2_chain)
{
	start(&(struct engine_options){ .no_coalesce = true, .format = CHAIN_QCOW2 });
	take(0);
	take(1);
	ck_assert_uint_eq(depth(), 3);
	engine_deinit(&engine);
}
END_TEST

START_TEST(coalesce_waits_for_the_quiet_period_but_for_the_first_time)
{
	start(&(struct engine_options){ 0 });
	write_round(0);
	take(0);
	write_round(1);
	engine_settle(&engine);
	drop(0);
	engine_settle(&engine);
	ck_assert_uint_eq(depth(), 2);
	clock_step_to(clock_now_ns() + 299 * NS_PER_S);
	engine_settle(&engine);
	ck_assert_uint_eq(depth(), 2);
	clock_step_to(clock_now_ns() + 2 * NS_PER_S);
	engine_settle(&engine);
	ck_assert_uint_eq(depth(), 1);
	engine_deinit(&engine);
}
END_TEST

/* What a client does that makes deltas: it keeps the last snapshot until the next one is there. */
START_TEST(a_client_that_keeps_one_snapshot_sees_depth_3_until_coalesce_and_then_2)
{
	start(&(struct engine_options){ .no_coalesce = true });
	write_round(0);
	take(0);
	ck_assert_uint_eq(depth(), 2);
	for (unsigned i = 1; i < 5; i++) {
		write_round(i);
		take(i);
		drop(i - 1);
		ck_assert_uint_eq(depth(), 3);
		chain_bench_coalesce(&engine);
		ck_assert_uint_eq(depth(), 2);
	}
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_full_sr_lets_coalesce_not_begin_and_says_so)
{
	struct views views;

	/* Room for the image, and for two nodes of two blocks each. */
	start(&(struct engine_options){ .no_coalesce = true, .limit = "26MiB" });
	take(0);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
	take(1);
	ck_assert_int_eq(engine_write(&engine, 2 * MIB, 4096, 2), 0);
	take(2);
	ck_assert_int_eq(engine_write(&engine, 4 * MIB, 4096, 3), 0);
	drop(1);
	ck_assert_int_eq(engine_write(&engine, 8 * MIB, 4096, 4), -ENOSPC);
	views_take(&engine, &views);
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(depth(), 4);
	ck_assert_ptr_nonnull(strstr(log_text(), "No space to coalesce"));
	ck_assert_ptr_nonnull(strstr(log_text(), "SM_GC_NO_SPACE"));
	views_check(&engine, &views);
	views_free(&views);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_full_file_sr_refuses_a_snapshot_with_81_and_lvm_with_44)
{
	static const char *const texts[] = {
		[CHAIN_SR_FILE] = "SR_BACKEND_FAILURE_81",
		[CHAIN_SR_LVM] = "Not enough space!",
	};
	static const char *const limits[] = {
		[CHAIN_SR_FILE] = "18919424",
		[CHAIN_SR_LVM] = "30MiB",
	};

	start(&(struct engine_options){
		.no_coalesce = true, .sr = (enum chain_sr)_i, .limit = limits[_i] });
	ck_assert_int_eq(engine_snapshot(&engine, "s0", NULL, NULL), -ENOSPC);
	ck_assert_ptr_nonnull(strstr(log_text(), texts[_i]));
	ck_assert_uint_eq(depth(), 1);
	engine_deinit(&engine);
}
END_TEST

START_TEST(changed_blocks_are_those_of_the_nodes_above)
{
	struct snapshot *snapshot;
	uint64_t offset, length;

	start(&(struct engine_options){ .no_coalesce = true });
	write_round(0);
	take(0);
	ck_assert_int_eq(engine_write(&engine, 5 * 4096, 4096, 1), 0);
	take(1);
	ck_assert_int_eq(engine_write(&engine, 6 * 4096, 8192, 2), 0);
	ck_assert_int_eq(engine_write(&engine, 5 * 4096, 10, 3), 0);
	snapshot = engine_find(&engine, "s0");
	ck_assert_uint_eq(snapshot_changed_blocks(snapshot), 3);
	ck_assert(snapshot_changed_next(snapshot, 0, &offset, &length));
	ck_assert_uint_eq(offset, 5 * 4096);
	ck_assert_uint_eq(length, 3 * 4096);
	ck_assert(!snapshot_changed_next(snapshot, offset + length, &offset, &length));
	engine_deinit(&engine);
}
END_TEST

/* Every place at which the rig can be killed while a chain of five becomes one of two. */
START_TEST(a_kill_at_any_step_of_coalesce_changes_no_view)
{
	unsigned kills = 0;
	bool has_ended = false;

	for (unsigned at = 1; !has_ended; at += (unsigned)engine_stride()) {
		struct views views;
		unsigned steps = 0;

		start(&(struct engine_options){ .no_coalesce = true });
		for (unsigned i = 0; i < 4; i++) {
			write_round(i);
			take(i);
		}
		write_round(4);
		drop(0);
		drop(1);
		drop(_i == 0 ? 2 : 3);
		views_take(&engine, &views);
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		while (steps < at && engine_step(&engine))
			steps++;
		has_ended = steps < at;
		kills++;
		if (engine_kill_and_open(&engine) != 0)
			ck_abort_msg("cannot open after a kill at step %u", at);
		views_check(&engine, &views);
		/* The work is taken up again, and comes to its end. */
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		engine_settle(&engine);
		ck_assert_uint_eq(depth(), 2);
		views_check(&engine, &views);
		views_free(&views);
		engine_deinit(&engine);
	}
	ck_assert_uint_gt(kills * engine_stride(), 20);
}
END_TEST

static void build_four(void)
{
	start(&(struct engine_options){ .no_coalesce = true });
	for (unsigned i = 0; i < 4; i++) {
		write_round(i);
		take(i);
	}
	write_round(4);
	drop(0);
	drop(1);
	drop(3);
}

/* One fault of each kind of transfer, at every place. */
START_TEST(a_disk_error_at_any_step_of_coalesce_changes_no_view)
{
	static const int errors[] = { -EIO, -ENOSPC };
	enum blockio_kind kind = (enum blockio_kind)(_i / 2);
	int error = errors[_i % 2];

	for (uint64_t nth = 1;; nth += engine_stride()) {
		struct views views;
		uint64_t failed;

		build_four();
		views_take(&engine, &views);
		memory_disk_fail(engine.disk, kind, nth, 1, error);
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		engine_settle(&engine);
		failed = memory_disk_failed(engine.disk);
		memory_disk_fail(engine.disk, kind, 1, 0, 0);
		views_check(&engine, &views);
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		views_check(&engine, &views);
		ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
		engine_settle(&engine);
		ck_assert_uint_eq(depth(), 2);
		views_check(&engine, &views);
		views_free(&views);
		engine_deinit(&engine);
		if (failed == 0)
			break;
		ck_assert_uint_lt(nth, 10000);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("chain");
	TCase *all = tcase_create("chain");
	TCase *steps = tcase_create("steps");

	tcase_add_test(all, a_snapshot_keeps_its_content_and_the_live_view_goes_on);
	tcase_add_test(all, twenty_nine_snapshots_succeed_and_the_thirtieth_is_109);
	tcase_add_test(all, deleting_frees_nothing_until_coalesce_has_run);
	tcase_add_test(all, without_snapshots_all_goes_back_into_the_image);
	tcase_add_test(all, a_snapshot_without_a_write_before_it_makes_a_vhd_chain_no_longer);
	tcase_add_test(all, but_a_qcow2_chain);
	tcase_add_test(all, coalesce_waits_for_the_quiet_period_but_for_the_first_time);
	tcase_add_test(
		all, a_client_that_keeps_one_snapshot_sees_depth_3_until_coalesce_and_then_2);
	tcase_add_test(all, a_full_sr_lets_coalesce_not_begin_and_says_so);
	tcase_add_loop_test(all, a_full_file_sr_refuses_a_snapshot_with_81_and_lvm_with_44, 0, 2);
	tcase_add_test(all, changed_blocks_are_those_of_the_nodes_above);
	tcase_add_loop_test(steps, a_kill_at_any_step_of_coalesce_changes_no_view, 0, 2);
	tcase_add_loop_test(steps, a_disk_error_at_any_step_of_coalesce_changes_no_view, 0, 6);
	(void)argc;
	tcase_set_timeout(all, 60);
	tcase_set_timeout(steps, 300);
	suite_add_tcase(suite, all);
	suite_add_tcase(suite, steps);
	return engine_suite_run(suite, argv[0]);
}
