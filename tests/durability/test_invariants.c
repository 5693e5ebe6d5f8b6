/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The invariants of docs/architecture.md 5.2 and the promises of volume.h, each
 * looked at where it holds or breaks: when a request is submitted, and after each step.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_load.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES ((256u << 10) + 512)
#define OPERATIONS   400

static struct load load;
static uint64_t looked; /* places at which the invariant was looked at */

static void start_load(uint64_t seed, const struct profile *profile, const char *limit)
{
	looked = 0;
	load_init(&load, &(struct load_options){
				 .seed = seed,
				 .engine = { .volume_bytes = VOLUME_BYTES,
					 .profile = profile,
					 .limit = limit,
					 .limits = seed % 2 ? engine_limits_smallest()
							    : &volume_limits_default },
				 .depth = 8,
				 .length_max = 32 << 10,
				 .weights = { [LOAD_WRITE] = 50,
					 [LOAD_READ_LIVE] = 5,
					 [LOAD_READ_SNAPSHOT] = 20,
					 [LOAD_FLUSH] = 2,
					 [LOAD_CREATE] = 15,
					 [LOAD_DELETE] = 2,
					 [LOAD_REOPEN] = 2 },
				 .may_fail = true,
			 });
}

/* Every snapshot that is active, and none that is being deleted: its file may be gone. */
static struct snapshot *next_active(struct snapshot *snapshot)
{
	do {
		snapshot = volume_snapshot_next(load.engine.volume, snapshot);
	} while (snapshot && (snapshot->state != SNAPSHOT_ACTIVE || snapshot->deletion));
	return snapshot;
}

/* ---------------------------------------------------------- when submitted */

static uint64_t request_length(const struct blockio_request *request)
{
	uint64_t length = 0;

	for (unsigned i = 0; i < request->iov_count; i++)
		length += request->iov[i].iov_len;
	return length;
}

static void expect_preserved(const struct snapshot *snapshot, const struct blockio_request *request)
{
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t last = (request->offset + request_length(request) - 1) / block_bytes;

	for (uint64_t block = request->offset / block_bytes; block <= last; block++) {
		if (!store_has_data(snapshot->store, block))
			load_fail(&load, "block %" PRIu64 " of '%s' is replaced, not preserved",
				block, snapshot->name);
		looked++;
	}
}

static void watch_image(void *context, const char *name, const struct blockio_request *request)
{
	(void)context;
	ck_assert_str_eq(name, ENGINE_IMAGE);
	if (request->kind != BLOCKIO_WRITE || !load.engine.volume)
		return;
	for (struct snapshot *at = next_active(NULL); at; at = next_active(at))
		expect_preserved(at, request);
}

/* Also promise 2 of volume.h. */
START_TEST(invariant_1_a_block_is_in_every_store_before_its_replacement_is_submitted)
{
	start_load(engine_seed() + (uint64_t)_i, NULL, _i % 2 ? "60%" : NULL);
	engine_folder_watch(load.engine.image_folder, watch_image, NULL);
	load_run(&load, OPERATIONS, UINT64_MAX);
	load_check(&load);
	load_deinit(&load);
	ck_assert_uint_gt(looked, 20);
}
END_TEST

static bool is_file_of(const struct snapshot *snapshot, const char *name)
{
	char file[STORE_NAME_BYTES + 16];

	snapshot_file_name(snapshot->name, file, sizeof file);
	return strcmp(file, name) == 0;
}

static void watch_stores(void *context, const char *name, const struct blockio_request *request)
{
	(void)context;
	if (request->kind != BLOCKIO_WRITE || !load.engine.volume)
		return;
	for (struct snapshot *at = next_active(NULL); at; at = next_active(at)) {
		uint64_t end = request->offset + request_length(request);
		uint64_t first, count;

		if (!is_file_of(at, name))
			continue;
		for (uint64_t from = 0; store_next_run(at->store, from, &first, &count);
			from = first + count) {
			for (uint64_t block = first; block < first + count; block++) {
				uint64_t position = store_offset(at->store, block);

				if (position < end &&
					request->offset < position + snapshot_block_bytes(at))
					load_fail(&load, "'%s' is rewritten at %" PRIu64, name,
						position);
				looked++;
			}
		}
	}
}

START_TEST(invariant_2_no_position_that_a_snapshot_can_read_is_written_again)
{
	start_load(engine_seed() + (uint64_t)_i, NULL, _i % 2 ? "60%" : NULL);
	engine_folder_watch(load.engine.folder, watch_stores, NULL);
	load_run(&load, OPERATIONS, UINT64_MAX);
	load_check(&load);
	load_deinit(&load);
	ck_assert_uint_gt(looked, 20);
}
END_TEST

/* --------------------------------------------------------- after each step */

/* What the map of SNAPSHOT names must lie on the disk with the bytes that it had. */
static void expect_on_disk(const struct snapshot *snapshot, const uint8_t *content)
{
	char file[STORE_NAME_BYTES + 16];
	uint64_t size_bytes, first, count, block_bytes = snapshot_block_bytes(snapshot);

	snapshot_file_name(snapshot->name, file, sizeof file);

	const uint8_t *bytes = engine_file(&load.engine, file, &size_bytes);

	for (uint64_t from = 0; store_next_run(snapshot->store, from, &first, &count);
		from = first + count) {
		for (uint64_t block = first; block < first + count; block++) {
			uint64_t position = store_offset(snapshot->store, block);
			uint64_t start = block * block_bytes, length = block_bytes;

			if (length > VOLUME_BYTES - start)
				length = VOLUME_BYTES - start;
			if (position + length > size_bytes ||
				memcmp(bytes + position, content + start, length) != 0)
				load_fail(&load, "'%s' names other bytes for block %" PRIu64, file,
					block);
			looked++;
		}
	}
}

static const struct load_snapshot *load_snapshot_of(const struct snapshot *snapshot)
{
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++) {
		if (strcmp(load.snapshots[i].name, snapshot->name) == 0)
			return &load.snapshots[i];
	}
	ck_abort_msg("a snapshot that nobody took");
	abort();
}

static void expect_all_on_disk(void)
{
	for (struct snapshot *at = next_active(NULL); at; at = next_active(at)) {
		const struct load_snapshot *known = load_snapshot_of(at);

		if (known->state == LOAD_THERE)
			expect_on_disk(at, known->content);
	}
}

/* Errors and torn transfers beside it: what was not acknowledged is never named. */
START_TEST(invariant_3_the_map_names_only_bytes_that_the_file_acknowledged)
{
	start_load(engine_seed() + (uint64_t)_i, NULL, _i % 2 ? "60%" : NULL);
	for (uint64_t step = 0; !load_run(&load, OPERATIONS - load.operation, step); step++) {
		if (step % 97 == 96)
			memory_disk_fail_short(load.engine.disk, BLOCKIO_WRITE, 1, 1, -EIO);
		if (!load.engine.volume)
			load_kill(&load);
		expect_all_on_disk();
	}
	load_deinit(&load);
	ck_assert_uint_gt(looked, 100);
}
END_TEST

/* The block that begins within the limit may end behind it by less than PAST_BLOCKS. */
static void expect_within_limit(unsigned past_blocks)
{
	for (struct snapshot *at = volume_snapshot_next(load.engine.volume, NULL); at;
		at = volume_snapshot_next(load.engine.volume, at)) {
		struct profile_snapshot facts = snapshot_for_profile(at);

		if (facts.limit_bytes == 0)
			continue;

		uint64_t most = facts.limit_bytes;

		if (past_blocks > 0)
			most += past_blocks * facts.block_bytes - 1;
		if (at->profile->used_bytes(&facts) > most)
			load_fail(&load, "'%s' has grown past its limit", at->name);
		looked++;
	}
}

/* dattobd looks where a block begins (docs/real-systems.md 1.3): the last may pass the limit. */
static const struct {
	const char *profile;
	const char *limit;
	unsigned past_blocks;
} limited[] = {
	{ "plain", "10%", 0 },
	{ "plain", "50%", 0 },
	{ "lvm", "256KiB", 0 },
	{ "datto", "30%", 1 },
	{ "actiphy", "30%", 1 },
};

/* Writes all over the volume under one snapshot, which must overflow. */
static void overflow_one(unsigned past_blocks)
{
	struct snapshot *snapshot;

	while ((snapshot = volume_snapshot_next(load.engine.volume, NULL)))
		ck_assert_int_eq(engine_delete(&load.engine, snapshot_name(snapshot)), 0);
	ck_assert_int_eq(engine_snapshot(&load.engine, "s0", NULL, &snapshot), 0);
	for (uint64_t at = 0; at + 8192 <= VOLUME_BYTES; at += 8192) {
		ck_assert_int_eq(engine_write(&load.engine, at, 8192, at), 0);
		expect_within_limit(past_blocks);
	}
	ck_assert(engine_has_failed(snapshot, NULL));
}

START_TEST(invariant_5_a_store_never_grows_past_its_limit)
{
	start_load(engine_seed(), profile_find(limited[_i].profile), limited[_i].limit);
	for (uint64_t step = 0; !load_run(&load, OPERATIONS - load.operation, step); step++)
		expect_within_limit(limited[_i].past_blocks);
	overflow_one(limited[_i].past_blocks);
	load_deinit(&load);
	ck_assert_uint_gt(looked, 100);
}
END_TEST

/* ------------------------------------------------------------ what is damaged */

/* One bit of one store, anywhere, after an orderly end. */
static void flip_and_open(uint64_t seed)
{
	char file[16];
	uint64_t size_bytes;
	unsigned index = (unsigned)mix_below(seed, 0, LOAD_SNAPSHOTS_MAX);

	snprintf(file, sizeof file, "%s.store", load.snapshots[index].name);
	ck_assert_int_eq(engine_close(&load.engine), 0);
	load.engine.volume = NULL;

	uint8_t *bytes = memory_disk_bytes(load.engine.disk, file, &size_bytes);

	if (bytes)
		bytes[mix_below(seed, 1, size_bytes)] ^= (uint8_t)(1u << mix_below(seed, 2, 8));
	ck_assert_int_eq(engine_open(&load.engine), 0);
}

START_TEST(invariant_6_a_flipped_bit_is_found_or_changes_nothing)
{
	uint64_t count = engine_count(300), found = 0;

	for (uint64_t i = 0; i < count; i++) {
		start_load(engine_seed() + i, NULL, NULL);
		load.engine.volume_options.verify = true;
		load.options.weights[LOAD_DELETE] = 0;
		load_run(&load, 80, UINT64_MAX);
		flip_and_open(engine_seed() ^ mix64(i));
		for (unsigned s = 0; s < LOAD_SNAPSHOTS_MAX; s++) {
			struct load_snapshot *known = &load.snapshots[s];
			struct snapshot *there = volume_snapshot_find(
				load.engine.volume, known->name);
			int error;

			ck_assert(known->state != LOAD_THERE || there);
			if (!there || !engine_has_failed(there, &error))
				continue;
			ck_assert_int_eq(error, -EUCLEAN);
			ck_assert_int_eq(engine_delete(&load.engine, known->name), 0);
			known->state = LOAD_ABSENT;
			found++;
		}
		load_check(&load);
		load_deinit(&load);
	}
	ck_assert(found > count / 10 || !engine_count_is_full());
}
END_TEST

/* -------------------------------------------------------- promises of volume.h */

/* Each kind of fault on each store, none on the image: ENOSPC as of a full disk. */
START_TEST(promise_3_nothing_that_happens_to_a_store_fails_a_live_write)
{
	static const int errors[] = { -ENOSPC, -EIO };
	enum blockio_kind kind = (enum blockio_kind)(_i % 3);
	uint64_t seed = engine_seed() + (uint64_t)_i;

	start_load(seed, NULL, NULL);
	load_run(&load, 100, UINT64_MAX);
	memory_disk_fail_only(load.engine.disk, ".store");
	if (_i / 6)
		memory_disk_fail_short(load.engine.disk, kind, 1, UINT64_MAX, errors[_i / 3 % 2]);
	else
		memory_disk_fail(load.engine.disk, kind, 1, UINT64_MAX, errors[_i / 3 % 2]);
	for (uint64_t i = 0; i < 200; i++) {
		uint64_t offset = mix_below(seed, i, VOLUME_BYTES - 8192);
		size_t length = 1 + (size_t)mix_below(seed, ~i, 8192);

		ck_assert_int_eq(engine_write(&load.engine, offset, length, i), 0);
		engine_stamp_fill(load.live + offset, length, i);
	}
	memory_disk_fail(load.engine.disk, kind, 1, 0, 0);
	load_check(&load);
	load_deinit(&load);
}
END_TEST

/* ENOSPC is what the snapshot then says of itself. */
START_TEST(promise_3_a_full_disk_under_a_store_fails_the_snapshot_and_says_enospc)
{
	struct engine engine;
	int error;

	engine_init(
		&engine, engine_seed(), &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	memory_disk_fail_only(engine.disk, ".store");
	memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 1, -ENOSPC);
	ck_assert_int_eq(engine_write(&engine, 0, 8192, 1), 0);
	ck_assert(engine_has_failed(engine_find(&engine, "s"), &error));
	ck_assert_int_eq(error, -ENOSPC);
	/* Promise 4: it stays so, whatever comes. */
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert(engine_has_failed(engine_find(&engine, "s"), &error));
	ck_assert_int_eq(error, -ENOSPC);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("invariants");
	TCase *tcase = tcase_create("invariants");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase,
		invariant_1_a_block_is_in_every_store_before_its_replacement_is_submitted, 0, 6);
	tcase_add_loop_test(
		tcase, invariant_2_no_position_that_a_snapshot_can_read_is_written_again, 0, 6);
	tcase_add_loop_test(
		tcase, invariant_3_the_map_names_only_bytes_that_the_file_acknowledged, 0, 6);
	tcase_add_loop_test(tcase, invariant_5_a_store_never_grows_past_its_limit, 0,
		(int)(sizeof limited / sizeof *limited));
	tcase_add_test(tcase, invariant_6_a_flipped_bit_is_found_or_changes_nothing);
	tcase_add_loop_test(
		tcase, promise_3_nothing_that_happens_to_a_store_fails_a_live_write, 0, 12);
	tcase_add_test(
		tcase, promise_3_a_full_disk_under_a_store_fails_the_snapshot_and_says_enospc);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
