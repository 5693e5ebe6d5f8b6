/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/volume/event_file.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_load.h"
#include "tests/lib/engine_suite.h"
#include "tests/sweep/sweep.h"

#define VOLUME_BYTES ((256u << 10) + 512)
#define OPERATIONS   200

/* If COUNT of the environment is at least this, every single request is made to fail. */
#define STRIDE_COUNT  120
#define COUNT_DEFAULT 9

/* Runs with kills per workload: each has its own seed, and one the smallest limits. */
#define KILLED_RUNS 2

/* Calls of the folder are made to fail in addition to the kinds of blockio; writes of the journal
 * separately from all others, because they make nothing else fail. */
#define FAULT_FOLDER  BLOCKIO_KINDS
#define FAULT_JOURNAL (BLOCKIO_KINDS + 1)

/* In the table of faults: until the end. */
#define FROM_THEN_ON UINT64_MAX

static const struct fault {
	int kind;
	int error;
	bool is_short; /* a part of it is transferred first */
	uint64_t count;
} faults[] = {
	{ BLOCKIO_READ, -EIO, false, 1 },
	{ BLOCKIO_READ, -EIO, false, FROM_THEN_ON },
	{ BLOCKIO_READ, -EIO, true, 1 },
	{ BLOCKIO_READ, -EIO, true, FROM_THEN_ON },
	{ BLOCKIO_READ, -ENOSPC, false, 1 },
	{ BLOCKIO_READ, -ENOSPC, false, FROM_THEN_ON },
	{ BLOCKIO_WRITE, -EIO, false, 1 },
	{ BLOCKIO_WRITE, -EIO, false, FROM_THEN_ON },
	{ BLOCKIO_WRITE, -EIO, true, 1 },
	{ BLOCKIO_WRITE, -EIO, true, FROM_THEN_ON },
	{ BLOCKIO_WRITE, -ENOSPC, false, 1 },
	{ BLOCKIO_WRITE, -ENOSPC, false, FROM_THEN_ON },
	{ BLOCKIO_WRITE, -ENOSPC, true, 1 },
	{ BLOCKIO_WRITE, -ENOSPC, true, FROM_THEN_ON },
	{ BLOCKIO_FLUSH, -EIO, false, 1 },
	{ BLOCKIO_FLUSH, -EIO, false, FROM_THEN_ON },
	{ BLOCKIO_FLUSH, -ENOSPC, false, 1 },
	{ BLOCKIO_FLUSH, -ENOSPC, false, FROM_THEN_ON },
	{ BLOCKIO_PUNCH, -EIO, false, 1 },
	{ BLOCKIO_PUNCH, -EIO, false, FROM_THEN_ON },
	{ BLOCKIO_PUNCH, -EOPNOTSUPP, false, FROM_THEN_ON },
	{ FAULT_FOLDER, -EIO, false, 1 },
	{ FAULT_FOLDER, -EIO, false, FROM_THEN_ON },
	{ FAULT_FOLDER, -ENOSPC, false, 1 },
	{ FAULT_FOLDER, -ENOSPC, false, FROM_THEN_ON },
	{ FAULT_JOURNAL, -EIO, true, 1 },
	{ FAULT_JOURNAL, -ENOSPC, false, FROM_THEN_ON },
};

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof *(array)))

static const char *const kind_names[] = {
	[BLOCKIO_READ] = "read",
	[BLOCKIO_WRITE] = "write",
	[BLOCKIO_FLUSH] = "flush",
	[BLOCKIO_PUNCH] = "punch",
	[FAULT_FOLDER] = "call of the folder",
	[FAULT_JOURNAL] = "write of the journal",
};

static struct load load;
static bool smallest; /* the limits are the smallest */
static bool durable;

static const struct sweep_workload *workloads;

static void start_load(uint64_t seed, const struct sweep_workload *workload, bool may_fail)
{
	load_init(&load, &(struct load_options){
				 .seed = seed,
				 .engine = { .volume_bytes = VOLUME_BYTES,
					 .profile = profile_find(workload->profile),
					 .limit = workload->limit,
					 .step_ns = workload->step_ns,
					 .durable = durable,
					 .limits = smallest ? engine_limits_smallest()
							    : &volume_limits_default },
				 .depth = 6,
				 .length_max = 32 << 10,
				 .may_fail = may_fail,
			 });
	memcpy(load.options.weights, workload->weights, sizeof load.options.weights);
}

/* Makes COUNT of what FAULT strikes fail, from the NTH on. */
static void set_fault(const struct fault *fault, uint64_t nth, uint64_t count)
{
	struct memory_disk *disk = load.engine.disk;
	bool is_journal = fault->kind == FAULT_JOURNAL;
	enum blockio_kind kind = is_journal ? BLOCKIO_WRITE : (enum blockio_kind)fault->kind;

	memory_disk_fail_only(disk, is_journal ? EVENT_FILE : NULL);
	if (fault->kind == FAULT_FOLDER)
		engine_folder_fail(load.engine.folder, nth, count, fault->error);
	else if (fault->is_short)
		memory_disk_fail_short(disk, kind, nth, count, fault->error);
	else
		memory_disk_fail(disk, kind, nth, count, fault->error);
}

static uint64_t faults_fired(int kind)
{
	return kind == FAULT_FOLDER ? engine_folder_failed(load.engine.folder)
				    : memory_disk_failed(load.engine.disk);
}

/* After the faults: as it is, after an orderly close, and after a kill. */
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

/* Runs the load with one fault; returns false if the fault was no longer reached. */
static bool fail_nth(const struct sweep_workload *workload, const struct fault *fault, uint64_t nth)
{
	start_load(
		engine_seed(), workload, fault->kind != FAULT_JOURNAL || workload->limit != NULL);
	set_fault(fault, nth, fault->count);
	load_run(&load, OPERATIONS, UINT64_MAX);

	bool fired = faults_fired(fault->kind) > 0;

	set_fault(fault, 1, 0);
	check_three_times();
	load_deinit(&load);
	return fired;
}

static uint64_t stride_of(void)
{
	return engine_stride_of(STRIDE_COUNT, COUNT_DEFAULT);
}

/* The seed decides which ones are skipped. */
static uint64_t first_of(uint64_t stride)
{
	return mix_below(engine_seed(), 1, stride);
}

/* The loop index chooses the workload and the fault. */
START_TEST(after_any_fault_live_is_right_and_snapshots_whole_or_failed)
{
	const struct sweep_workload *workload = &workloads[_i / COUNT_OF(faults)];
	const struct fault *fault = &faults[_i % COUNT_OF(faults)];
	uint64_t stride = stride_of(), first = 1 + first_of(stride), nth = first, tried = 0;

	/* The seed decides which faults of which workloads get them. */
	smallest = (_i + _i / COUNT_OF(faults) + (int)(engine_seed() % 2)) % 2;
	durable = (_i / 2 + _i / COUNT_OF(faults) + (int)(engine_seed() / 2 % 2)) % 2;
	for (; fail_nth(workload, fault, nth); nth += stride)
		tried++;
	/* If there are fewer than are skipped, try the first of them. */
	if (tried == 0 && fail_nth(workload, fault, 1))
		tried++;
	printf("sweep: %s: %s, %s%s, %s: %" PRIu64 " faults tried, of %" PRIu64 "\n",
		workload->name, kind_names[fault->kind], error_name(fault->error),
		fault->is_short ? " and short" : "", fault->count == 1 ? "once" : "from then on",
		tried, nth - first);
	fflush(stdout);
	/* If nothing is closed or flushed, there is no flush to fail. */
	ck_assert(tried > 0 || !engine_count_is_full() || fault->kind == BLOCKIO_FLUSH ||
		  (fault->kind == BLOCKIO_PUNCH && workload->weights[LOAD_ZERO] == 0));
}
END_TEST

/* Runs the load and kills it after STEPS; returns false if it had ended before. */
static bool kill_after(const struct sweep_workload *workload, uint64_t seed, uint64_t steps)
{
	start_load(seed, workload, workload->limit != NULL);

	bool ended = load_run(&load, OPERATIONS, steps);

	load_kill(&load);
	load_check(&load);
	/* It continues from there as if nothing had happened. */
	load_run(&load, 20, UINT64_MAX);
	load_check(&load);
	load_kill(&load);
	load_check(&load);
	load_deinit(&load);
	return !ended;
}

START_TEST(a_kill_after_any_step_leaves_snapshots_whole_and_every_acknowledged_write)
{
	const struct sweep_workload *workload = &workloads[_i / KILLED_RUNS];
	uint64_t stride = stride_of(), steps = first_of(stride);

	smallest = _i % KILLED_RUNS;
	durable = (_i + (int)(engine_seed() / 2)) % 2;
	while (kill_after(workload, engine_seed() + (uint64_t)(_i % KILLED_RUNS), steps))
		steps += stride;
	printf("sweep: %s: killed after each of %" PRIu64 " steps, in steps of %" PRIu64 "\n",
		workload->name, steps, stride);
	fflush(stdout);
	ck_assert(steps > OPERATIONS / 4 || !engine_count_is_full());
}
END_TEST

int sweep_run(const char *name, const struct sweep_workload *all, int count, const char *program)
{
	Suite *suite = suite_create(name);
	TCase *after = tcase_create("faults");
	TCase *kills = tcase_create("kills");

	workloads = all;
	tcase_set_timeout(after, 60);
	tcase_set_timeout(kills, 60);
	tcase_add_loop_test(after, after_any_fault_live_is_right_and_snapshots_whole_or_failed, 0,
		count * COUNT_OF(faults));
	tcase_add_loop_test(kills,
		a_kill_after_any_step_leaves_snapshots_whole_and_every_acknowledged_write, 0,
		count * KILLED_RUNS);
	suite_add_tcase(suite, after);
	suite_add_tcase(suite, kills);
	return engine_suite_run(suite, program);
}
