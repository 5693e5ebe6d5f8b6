/* SPDX-License-Identifier: Apache-2.0 */
/* What strikes while old bytes are preserved: what becomes of the snapshot, and of the write. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/volume/changed.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK 4096u

static void start(void)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .step_ns = NS_PER_MS },
		true);
}

static bool snapshot_has_failed(int *ret_error)
{
	return engine_has_failed(engine_find(&bench_engine, "s"), ret_error);
}

/* A rule, and what becomes of the snapshot; the live write succeeds in any case. */
static const struct {
	const char *rule;
	int error;     /* of the snapshot; 0: it is active */
	bool is_whole; /* and reads as before */
} preserving[] = {
	{ "cow.read-old error=EIO", -EIO, false },
	{ "cow.read-old zero", 0, false },
	{ "cow.read-old flip=1", 0, false },
	{ "cow.read-old misdirect=64KiB", 0, false },
	{ "cow.read-old delay=1ms", 0, true },
	{ "cow.store error=ENOSPC", -ENOSPC, false },
	{ "cow.store fail-snapshot", -ENOSPC, false },
	{ "cow.store drop", 0, false },
	{ "cow.store delay=1ms", 0, true },
	{ "cow.store error=EIO snapshot=other", 0, true },
	{ "cow.after-store delay=1ms", 0, true },
	{ "store.append error=EIO times=1", -EIO, false },
	{ "store.append delay=1ms", 0, true },
};

START_TEST(a_write_that_is_struck_while_it_preserves)
{
	const char *rule = preserving[_i].rule;
	uint8_t *content;
	int error = 0;

	fault_bench_add(rule);
	bench_write(0, BLOCK, 3);
	ck_assert_msg(fault_bench_count(0, "fired") > 0 || strstr(rule, "other"), "%s", rule);
	volume_fault_clear(bench_engine.volume);
	bench_expect_live();
	ck_assert_msg(snapshot_has_failed(&error) == (preserving[_i].error < 0), "%s", rule);
	if (error < 0) {
		ck_assert_msg(error == preserving[_i].error, "%s: %d", rule, error);
	} else {
		content = engine_content(&bench_engine, engine_find(&bench_engine, "s"));
		ck_assert_msg((memcmp(content, bench_content, BENCH_VOLUME_BYTES) == 0) ==
				      preserving[_i].is_whole,
			"%s", rule);
		free(content);
	}
}
END_TEST

START_TEST(what_a_flip_below_the_store_has_spoilt_is_never_handed_out)
{
	uint8_t bytes[BLOCK];
	int error = 0;

	fault_bench_add("store.append flip=1 times=1 offset=8KiB..");
	bench_write(0, BLOCK, 3);
	ck_assert_int_eq(fault_bench_count(0, "fired"), 1);
	ck_assert(!snapshot_has_failed(&error));
	ck_assert_int_eq(
		engine_read(&bench_engine, engine_find(&bench_engine, "s"), 0, bytes, sizeof bytes),
		-EIO);
	engine_settle(&bench_engine);
	ck_assert(snapshot_has_failed(&error));
	ck_assert_int_eq(error, -EUCLEAN);
	bench_expect_live();
}
END_TEST

START_TEST(an_error_when_all_is_preserved_costs_the_write_and_nothing_else)
{
	size_t done;

	fault_bench_add("cow.after-store error=EIO times=1");
	ck_assert_int_eq(fault_bench_write(NULL, 0, BLOCK, 3, &done), -EIO);
	bench_expect_live();
	bench_expect_whole("s");
	bench_write(0, BLOCK, 4);
	bench_expect_whole("s");
}
END_TEST

START_TEST(a_write_that_hangs_before_a_store_goes_on_with_that_store)
{
	struct engine_request *write = engine_write_new(0, BLOCK, 3);

	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), 0);
	fault_bench_add("cow.store hang snapshot=t");
	engine_submit(&bench_engine, write);
	engine_settle(&bench_engine);
	ck_assert(!write->has_ended);
	ck_assert_uint_eq(snapshot_changed_blocks(engine_find(&bench_engine, "t")), 0);
	ck_assert_uint_eq(volume_fault_release(bench_engine.volume), 1);
	ck_assert_int_eq(engine_wait(&bench_engine, write), 0);
	bench_expect_whole("s");
	bench_expect_whole("t");
	engine_request_free(write);
}
END_TEST

START_TEST(a_torn_append_is_cut_off_by_the_next_mount)
{
	fault_bench_add("store.append tear=4KiB times=1");
	bench_write(0, BLOCK, 3);
	bench_write(BLOCK, BLOCK, 4);
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	bench_expect_live();
	/* The block that was torn away cannot be told from one that nobody preserved. */
	ck_assert(snapshot_has_failed(NULL) ||
		  snapshot_changed_blocks(engine_find(&bench_engine, "s")) < 2);
}
END_TEST

START_TEST(a_store_that_cannot_be_read_is_a_failed_snapshot_after_the_mount)
{
	const char *rules[] = { "store.recover zero snapshot=s" };
	int error;

	bench_write(0, BLOCK, 3);
	bench_engine.volume_options.faults.rules = rules;
	bench_engine.volume_options.faults.rule_count = 1;
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	ck_assert(snapshot_has_failed(&error));
	ck_assert_int_eq(error, -EUCLEAN);
	bench_expect_live();
	bench_engine.volume_options.faults.rule_count = 0;
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fault cow");
	TCase *tcase = tcase_create("fault cow");

	(void)argc;
	tcase_add_checked_fixture(tcase, start, bench_close);
	tcase_add_loop_test(tcase, a_write_that_is_struck_while_it_preserves, 0,
		sizeof preserving / sizeof preserving[0]);
	tcase_add_test(tcase, what_a_flip_below_the_store_has_spoilt_is_never_handed_out);
	tcase_add_test(tcase, an_error_when_all_is_preserved_costs_the_write_and_nothing_else);
	tcase_add_test(tcase, a_write_that_hangs_before_a_store_goes_on_with_that_store);
	tcase_add_test(tcase, a_torn_append_is_cut_off_by_the_next_mount);
	tcase_add_test(tcase, a_store_that_cannot_be_read_is_a_failed_snapshot_after_the_mount);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
