/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One load, again and again: the first, second, third … request of each kind
 * fails, once or from then on, until none is left to fail; and the same load
 * killed after each of its steps.  Whatever happens, the live view is right, and
 * each snapshot reads as it was or says that it has failed.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_load.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((256u << 10) + 512)
#define OPERATIONS   200

/* Runs of the kills; each has its own seed. */
#define KILLED_RUNS 3

/* Calls of the folder are failed beside the three kinds of blockio. */
#define FAULT_FOLDER (BLOCKIO_FLUSH + 1)
#define FAULT_KINDS  (FAULT_FOLDER + 1)

static struct load load;

static void start_load(uint64_t seed, const char *limit, bool may_fail)
{
	load_init(&load, &(struct load_options){
				 .seed = seed,
				 .engine = { .volume_bytes = VOLUME_BYTES, .limit = limit },
				 .depth = 6,
				 .length_max = 32 << 10,
				 .weights = { [LOAD_WRITE] = 50,
					 [LOAD_READ_LIVE] = 5,
					 [LOAD_READ_SNAPSHOT] = 20,
					 [LOAD_FLUSH] = 3,
					 [LOAD_CREATE] = 15,
					 [LOAD_DELETE] = 4,
					 [LOAD_REOPEN] = 2 },
				 .may_fail = may_fail,
			 });
}

/* From the NTH on (0: none), COUNT of KIND fail with ERROR. */
static void set_fault(int kind, uint64_t nth, uint64_t count, int error)
{
	if (kind == FAULT_FOLDER)
		engine_folder_fail(load.engine.folder, nth, count, error);
	else
		memory_disk_fail(load.engine.disk, (enum blockio_kind)kind, nth, count, error);
}

static uint64_t faults_fired(int kind)
{
	return kind == FAULT_FOLDER ? engine_folder_failed(load.engine.folder)
				    : memory_disk_failed(load.engine.disk);
}

/* After the faults: as it is, closed in order, and killed. */
static void check_three_times(void)
{
	if (load.engine.volume)
		load_check(&load);
	else
		load_kill(&load);
	load_check(&load);
	ck_assert_int_eq(engine_close(&load.engine), 0);
	ck_assert_int_eq(engine_open(&load.engine), 0);
	load_settle_snapshots(&load);
	load_check(&load);
	load_run(&load, 20, UINT64_MAX);
	load_kill(&load);
	load_check(&load);
}

/* Runs the load with one fault; false when it was not reached any more. */
static bool fail_nth(uint64_t seed, int kind, uint64_t nth, uint64_t count, int error)
{
	start_load(seed, NULL, true);
	set_fault(kind, nth, count, error);
	load_run(&load, OPERATIONS, UINT64_MAX);

	bool fired = faults_fired(kind) > 0;

	set_fault(kind, 1, 0, 0);
	check_three_times();
	load_deinit(&load);
	return fired;
}

/* The loop index chooses kind, error and duration. */
START_TEST(after_any_fault_live_is_right_and_snapshots_whole_or_failed)
{
	int kind = _i % FAULT_KINDS;
	int error = (_i / FAULT_KINDS) % 2 ? -ENOSPC : -EIO;
	uint64_t count = (_i / FAULT_KINDS / 2) % 2 ? UINT64_MAX : 1;
	uint64_t stride = 120 / engine_count(120), nth = 1;

	if (stride == 0)
		stride = 1;
	while (fail_nth(engine_seed(), kind, nth, count, error))
		nth += stride;
	printf("sweep: kind %d, %s, %s: %" PRIu64 " faults in steps of %" PRIu64 "\n", kind,
		error_name(error), count == 1 ? "once" : "from then on", nth - 1, stride);
	fflush(stdout);
	ck_assert_uint_gt(nth, 1);
}
END_TEST

/* Runs the load and kills it after STEPS; false when it had ended before. */
static bool kill_after(uint64_t seed, const char *limit, uint64_t steps)
{
	start_load(seed, limit, limit != NULL);

	bool ended = load_run(&load, OPERATIONS, steps);

	load_kill(&load);
	load_check(&load);
	/* It goes on from there as if nothing had been. */
	load_run(&load, 20, UINT64_MAX);
	load_check(&load);
	load_kill(&load);
	load_check(&load);
	load_deinit(&load);
	return !ended;
}

static void kill_everywhere(uint64_t seed, const char *limit)
{
	uint64_t stride = 120 / engine_count(120), steps = 0;

	if (stride == 0)
		stride = 1;
	while (kill_after(seed, limit, steps))
		steps += stride;
	printf("sweep: killed after each of %" PRIu64 " steps, in steps of %" PRIu64 "\n", steps,
		stride);
	fflush(stdout);
	ck_assert_uint_gt(steps, OPERATIONS / 2);
}

START_TEST(a_kill_after_any_step_changes_no_snapshot_and_no_acknowledged_write)
{
	kill_everywhere(engine_seed() + (uint64_t)_i, NULL);
}
END_TEST

START_TEST(a_kill_after_any_step_around_overflows_leaves_snapshots_whole_or_failed)
{
	kill_everywhere(engine_seed() + (uint64_t)_i, "10%");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("sweep");
	TCase *faults = tcase_create("faults");
	TCase *kills = tcase_create("kills");

	(void)argc;
	tcase_set_timeout(faults, 60);
	tcase_set_timeout(kills, 60);
	tcase_add_loop_test(faults, after_any_fault_live_is_right_and_snapshots_whole_or_failed, 0,
		FAULT_KINDS * 4);
	tcase_add_loop_test(kills,
		a_kill_after_any_step_changes_no_snapshot_and_no_acknowledged_write, 0,
		KILLED_RUNS);
	tcase_add_loop_test(kills,
		a_kill_after_any_step_around_overflows_leaves_snapshots_whole_or_failed, 0,
		KILLED_RUNS);
	suite_add_tcase(suite, faults);
	suite_add_tcase(suite, kills);
	return engine_suite_run(suite, argv[0]);
}
