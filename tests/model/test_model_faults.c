/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything together: copy-on-write and chains, snapshots that come and go, writes to snapshots,
 * coalesce, mounts, kills, and faults of the backend, under a random load, compared with plain
 * arrays: half a million operations, with other limits at each mount.  COUNT is the number of
 * operations, of all runs together; SEED decides each run.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_load.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES	 ((1u << 20) + 512)
#define ROUND_OPERATIONS 250

static const struct run {
	const char *name, *profile, *limit;
	enum chain_sr sr;
	enum chain_format format;
	uint64_t step_ns;
	unsigned snapshot_writes; /* their weight */
	unsigned clones;
} runs[] = {
	{ .name = "plain", .profile = "plain" },
	{ .name = "plain, small", .profile = "plain", .limit = "20%" },
	{ .name = "datto", .profile = "datto", .limit = "40%" },
	{ .name = "lvm", .profile = "lvm", .snapshot_writes = 30 },
	{ .name = "vss", .profile = "vss", .limit = "40%" },
	{ .name = "chain", .profile = "xen", .step_ns = 2 * NS_PER_S },
	{ .name = "chain, slow", .profile = "xen", .step_ns = NS_PER_S / 3 },
	{ .name = "chain, qcow2", .profile = "xen", .format = CHAIN_QCOW2, .step_ns = NS_PER_S },
	{ .name = "chain, clones",
		.profile = "xen",
		.step_ns = NS_PER_S,
		.snapshot_writes = 60,
		.clones = 25 },
	{ .name = "chain, qcow2, clones, full",
		.profile = "xen",
		.format = CHAIN_QCOW2,
		.limit = "4MiB",
		.step_ns = NS_PER_S,
		.snapshot_writes = 60,
		.clones = 25 },
	{ .name = "chain, lvm, full",
		.profile = "xen",
		.sr = CHAIN_SR_LVM,
		.limit = "60MiB",
		.step_ns = 2 * NS_PER_S },
};

#define RUNS ((int)(sizeof runs / sizeof runs[0]))

static struct load load;
static uint64_t faults;

/* In this round, one call of five kinds fails, or many do; in every fourth round none. */
static void fault_set(uint64_t seed, uint64_t round)
{
	static const int errors[] = { -EIO, -ENOSPC };
	uint64_t dice = mix64(seed ^ mix64(round));
	uint64_t nth = 1 + dice / 64 % 150, count = dice / 16384 % 3 == 0 ? 20 : 1;
	int error = errors[dice / 32 % 2];

	if (dice % 4 == 0)
		return;
	if (dice % 32 / 4 == 7)
		engine_folder_fail(load.engine.folder, 1 + nth % 10, 1, error);
	else if (dice % 32 / 4 == 6)
		memory_disk_fail_short(load.engine.disk, BLOCKIO_WRITE, nth, count, error);
	else
		memory_disk_fail(load.engine.disk, (enum blockio_kind)(dice % 32 / 4 % 3), nth,
			count, error);
}

static void faults_end(void)
{
	faults += memory_disk_failed(load.engine.disk) + engine_folder_failed(load.engine.folder);
	memory_disk_fail(load.engine.disk, BLOCKIO_READ, 1, 0, 0);
	engine_folder_fail(load.engine.folder, 1, 0, 0);
}

static void round_run(uint64_t seed, uint64_t round)
{
	fault_set(seed, round);
	if (mix_below(seed, round, 2) == 0)
		load_run(&load, ROUND_OPERATIONS, load.steps + mix_below(seed, ~round, 1500));
	else
		load_run(&load, ROUND_OPERATIONS, UINT64_MAX);
	faults_end();
	/* The volume is busy, or no longer open, or everything is answered. */
	load_kill(&load);
	load_check(&load);
}

START_TEST(faults_kills_and_coalesce_under_load_change_no_acknowledged_byte)
{
	const struct run *run = &runs[_i];
	uint64_t seed = mix64(engine_seed() + (uint64_t)_i), count = engine_count(350000) / RUNS;

	printf("model: %s, SEED=%" PRIu64 "\n", run->name, engine_seed());
	fflush(stdout);
	faults = 0;
	load_init(&load, &(struct load_options){
				 .seed = seed,
				 .engine = { .volume_bytes = VOLUME_BYTES,
					 .profile = profile_find(run->profile),
					 .limit = run->limit,
					 .sr = run->sr,
					 .format = run->format,
					 .step_ns = run->step_ns,
					 .any_limits = true },
				 .depth = 12,
				 .length_max = 64 << 10,
				 .weights = { [LOAD_WRITE] = 100,
					 [LOAD_READ_LIVE] = 20,
					 [LOAD_READ_SNAPSHOT] = 40,
					 [LOAD_WRITE_SNAPSHOT] = run->snapshot_writes,
					 [LOAD_FLUSH] = 3,
					 [LOAD_ZERO] = 10,
					 [LOAD_CREATE] = 12,
					 [LOAD_CLONE] = run->clones,
					 [LOAD_DELETE] = 8,
					 [LOAD_REOPEN] = 1 },
				 .may_fail = true,
			 });
	for (uint64_t round = 0; load.operation < count; round++)
		round_run(seed, round);
	printf("model: %s: %" PRIu64 " operations, %" PRIu64 " faults\n", run->name, load.operation,
		faults);
	ck_assert(faults > 0 || !engine_count_is_full());
	if (run->clones > 0) {
		printf("model: %s: %" PRIu64 " clones, %" PRIu64 " snapshots of some\n", run->name,
			load.clones_made, load.clones_taken_of);
		ck_assert(load.clones_taken_of > 0 || !engine_count_is_full());
	}
	load_deinit(&load);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("model with faults");
	TCase *load_case = tcase_create("faults");

	(void)argc;
	engine_suite_shares_count(RUNS);
	tcase_set_timeout(load_case, 1200);
	tcase_add_loop_test(load_case,
		faults_kills_and_coalesce_under_load_change_no_acknowledged_byte, 0, RUNS);
	suite_add_tcase(suite, load_case);
	return engine_suite_run(suite, argv[0]);
}
