/* SPDX-License-Identifier: Apache-2.0 */
/* The profile elastio: which blocks of a snapshot are stale, and which are not. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/volume/changed.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define BLOCK  4096
#define BLOCKS 200

static struct engine engine;
static uint32_t memory_used;

static uint32_t read_memory(void)
{
	return memory_used;
}

static void start(void)
{
	memory_used = 0;
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = BLOCKS * BLOCK,
			.profile = profile_find("elastio"),
			.memory_used = read_memory });
	for (unsigned i = 0; i < BLOCKS; i++)
		ck_assert_int_eq(engine_write(&engine, i * BLOCK, BLOCK, i), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s0", NULL, NULL), 0);
}

static const char *state(void)
{
	static char text[32];
	json_t *status = snapshot_status(engine_find(&engine, "s0"));

	snprintf(text, sizeof text, "%s", json_string_value(json_object_get(status, "state")));
	json_decref(status);
	return text;
}

/* What was written before KEPT blocks were is as it was, the rest as it is. */
static void check_stale(unsigned kept, unsigned written)
{
	uint8_t *content = engine_content(&engine, engine_find(&engine, "s0"));
	uint8_t expected[BLOCK];

	for (unsigned i = 0; i < BLOCKS; i++) {
		engine_stamp_fill(expected, BLOCK, i >= kept && i < written ? 1000 + i : i);
		ck_assert_msg(memcmp(content + (size_t)i * BLOCK, expected, BLOCK) == 0,
			"block %u is not what it should be", i);
	}
	free(content);
}

static void overwrite(unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++)
		ck_assert_int_eq(engine_write(&engine, i * BLOCK, BLOCK, 1000 + i), 0);
}

START_TEST(at_the_limit_reads_go_on_with_what_the_live_view_has)
{
	int error;

	start();
	/* 10 % of 200 blocks, of data alone. */
	overwrite(0, 20);
	ck_assert_str_eq(state(), "active");
	check_stale(20, 20);
	overwrite(20, 30);
	ck_assert_str_eq(state(), "stale");
	ck_assert(engine_has_failed(engine_find(&engine, "s0"), &error));
	ck_assert_int_eq(error, -EFBIG);
	check_stale(20, 30);
	ck_assert_int_eq(snapshot_changed_error(engine_find(&engine, "s0")), -EFBIG);
	engine_deinit(&engine);
}
END_TEST

START_TEST(below_a_fifth_of_memory_too_and_memory_that_comes_back_does_not_help)
{
	start();
	overwrite(0, 5);
	memory_used = 810000;
	clock_step_to(clock_now_ns() + NS_PER_S);
	overwrite(5, 6);
	ck_assert_str_eq(state(), "stale");
	memory_used = 0;
	clock_step_to(clock_now_ns() + NS_PER_S);
	overwrite(6, 10);
	check_stale(5, 10);
	engine_deinit(&engine);
}
END_TEST

START_TEST(stale_lasts_over_a_mount_and_a_kill)
{
	start();
	overwrite(0, 30);
	if (_i == 0) {
		ck_assert_int_eq(engine_close(&engine), 0);
		ck_assert_int_eq(engine_open(&engine), 0);
	} else {
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	}
	ck_assert_str_eq(state(), "stale");
	overwrite(30, 40);
	check_stale(20, 40);
	ck_assert_int_eq(engine_delete(&engine, "s0"), 0);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_disk_error_of_the_source_is_no_staleness)
{
	int error;

	start();
	memory_disk_fail(engine.disk, BLOCKIO_READ, 1, 1, -EIO);
	overwrite(0, 1);
	ck_assert_str_eq(state(), "failed");
	ck_assert(engine_has_failed(engine_find(&engine, "s0"), &error));
	ck_assert_int_eq(
		engine_read(&engine, engine_find(&engine, "s0"), 0, (uint8_t[BLOCK]){ 0 }, BLOCK),
		-EIO);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("stale");
	TCase *all = tcase_create("stale");

	(void)argc;
	tcase_add_test(all, at_the_limit_reads_go_on_with_what_the_live_view_has);
	tcase_add_test(all, below_a_fifth_of_memory_too_and_memory_that_comes_back_does_not_help);
	tcase_add_loop_test(all, stale_lasts_over_a_mount_and_a_kill, 0, 2);
	tcase_add_test(all, a_disk_error_of_the_source_is_no_staleness);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
