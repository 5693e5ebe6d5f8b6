/* SPDX-License-Identifier: Apache-2.0 */
/* Discards and zeroing of the live view. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/volume/changed.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (4u << 20)

static struct engine engine;
static uint8_t live[VOLUME_BYTES], taken[VOLUME_BYTES];

static void write_live(uint64_t offset, size_t length, uint64_t stamp)
{
	ck_assert_int_eq(engine_write(&engine, offset, length, stamp), 0);
	engine_stamp_fill(live + offset, length, stamp);
}

static void start(const char *profile)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile_find(profile),
			.limit = strcmp(profile, "xen") == 0 ? NULL : "200%",
			.step_ns = NS_PER_MS });
	for (uint64_t at = 0; at < VOLUME_BYTES; at += 1u << 20)
		write_live(at, 1u << 20, at + 1);
}

static void snapshot(const char *name)
{
	ck_assert_int_eq(engine_snapshot(&engine, name, NULL, NULL), 0);
	memcpy(taken, live, sizeof live);
}

static struct engine_request *zero_new(enum volume_kind kind, uint64_t offset, size_t length)
{
	/* Room for what the volume writes into it. */
	struct engine_request *request = engine_write_new(offset, VOLUME_REQUEST_MAX_BYTES, 0);

	request->request.kind = kind;
	request->request.length = length;
	return request;
}

static int zero(enum volume_kind kind, uint64_t offset, size_t length)
{
	struct engine_request *request = zero_new(kind, offset, length);
	int error;

	engine_submit(&engine, request);
	error = engine_wait(&engine, request);
	engine_request_free(request);
	if (error == 0)
		memset(live + offset, 0, length);
	return error;
}

static void check(struct snapshot *of, const uint8_t *expected)
{
	uint8_t *content = engine_content(&engine, of);

	uint64_t at = 0;

	/* An assertion for each byte takes minutes. */
	while (at < VOLUME_BYTES && content[at] == expected[at])
		at++;
	ck_assert_msg(at == VOLUME_BYTES, "byte %lu", (unsigned long)at);
	free(content);
}

static uint64_t punches(void)
{
	return memory_disk_completed(engine.disk, BLOCKIO_PUNCH);
}

/* ---- what it does ---- */

static const struct {
	uint64_t offset;
	size_t length;
} ranges[] = {
	{ 0, VOLUME_BYTES },
	{ 0, 512 },
	{ 4096, 8192 },
	{ 1, 1 },
	{ 100, 411 },
	{ 100, 413 },
	{ 511, 514 },
	{ 5000, 2500000 },
	{ VOLUME_BYTES - 700, 700 },
	{ (1u << 20) - 1, (2u << 20) + 2 },
};

#define RANGES ((int)(sizeof ranges / sizeof ranges[0]))

START_TEST(exactly_the_range_reads_as_zeros_and_snapshots_are_whole)
{
	static const char *const profiles[] = { "plain", "lvm", "vss" };

	for (int kind = VOLUME_DISCARD; kind <= VOLUME_ZERO; kind++) {
		for (int i = 0; i < RANGES; i++) {
			start(profiles[_i]);
			snapshot("s");
			ck_assert_int_eq(
				zero((enum volume_kind)kind, ranges[i].offset, ranges[i].length),
				0);
			check(NULL, live);
			check(engine_find(&engine, "s"), taken);
			ck_assert_int_eq(engine_kill_and_open(&engine), 0);
			check(NULL, live);
			check(engine_find(&engine, "s"), taken);
			engine_deinit(&engine);
		}
	}
}
END_TEST

/* It is as with the driver: the snapshot drifts, and nobody is told. */
START_TEST(dattobd_traces_zeroing_and_no_discard)
{
	static const char *const profiles[] = { "datto", "actiphy", "elastio" };

	start(profiles[_i]);
	snapshot("s");
	ck_assert_int_eq(zero(VOLUME_ZERO, 8192, 4096), 0);
	check(engine_find(&engine, "s"), taken);
	ck_assert_int_eq(zero(VOLUME_DISCARD, 16000, 40000), 0);
	memset(taken + 16000, 0, 40000);
	check(engine_find(&engine, "s"), taken);
	check(NULL, live);
	ck_assert_uint_eq(snapshot_changed_blocks(engine_find(&engine, "s")), 1);
	engine_deinit(&engine);
}
END_TEST

START_TEST(without_a_snapshot_all_goes_at_once)
{
	start("plain");
	ck_assert_int_eq(zero(VOLUME_DISCARD, 512, VOLUME_BYTES - 512), 0);
	ck_assert_uint_eq(punches(), 1);
	check(NULL, live);
	snapshot("s");
	ck_assert_int_eq(zero(VOLUME_DISCARD, 0, VOLUME_BYTES), 0);
	ck_assert_uint_eq(punches(), 1 + VOLUME_BYTES / VOLUME_REQUEST_MAX_BYTES);
	engine_deinit(&engine);
}
END_TEST

static void add(const char *rule)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_msg(volume_fault_add(engine.volume, rule, &id, message) == 0, "%s", message);
}

START_TEST(a_fault_strikes_a_discard_and_a_zeroing_and_no_write)
{
	for (int kind = VOLUME_DISCARD; kind <= VOLUME_ZERO; kind++) {
		start("plain");
		snapshot("s");
		add("live.discard error=EIO times=1 offset=8KiB..12KiB");
		ck_assert_int_eq(engine_write(&engine, 8192, 4096, 1), 0);
		ck_assert_int_eq(zero((enum volume_kind)kind, 0, 8192), 0);
		ck_assert_int_eq(zero((enum volume_kind)kind, 0, 16384), -EIO);
		engine_stamp_fill(live + 8192, 4096, 1);
		check(NULL, live);
		ck_assert_int_eq(zero((enum volume_kind)kind, 0, 16384), 0);
		check(NULL, live);
		check(engine_find(&engine, "s"), taken);
		engine_deinit(&engine);
	}
}
END_TEST

START_TEST(a_discard_is_dropped_or_waits)
{
	static uint8_t before[sizeof live];

	start("plain");
	snapshot("s");
	memcpy(before, live, sizeof live);
	add("live.discard drop times=1");
	ck_assert_int_eq(zero(VOLUME_DISCARD, 4096, 1000000), 0);
	check(NULL, before);
	memcpy(live, before, sizeof live);
	add("live.discard delay=1ms times=1");
	ck_assert_int_eq(zero(VOLUME_DISCARD, 4096, 1000000), 0);
	check(NULL, live);
	check(engine_find(&engine, "s"), taken);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_discard_fails_all_snapshots)
{
	int error;

	start("plain");
	snapshot("s");
	snapshot("t");
	snapshot("u");
	add("live.discard fail-snapshot");
	ck_assert_int_eq(engine_write(&engine, 0, 512, 1), 0);
	ck_assert(!engine_has_failed(engine_find(&engine, "s"), NULL));
	ck_assert_int_eq(zero(VOLUME_DISCARD, 0, 4096), 0);
	for (const char *name = "stu"; *name; name++) {
		ck_assert(engine_has_failed(
			engine_find(&engine, (const char[]){ *name, '\0' }), &error));
		ck_assert_int_eq(error, -ENOSPC);
	}
	check(NULL, live);
	engine_deinit(&engine);
}
END_TEST

/* There one that fails takes all with it. */
START_TEST(a_discard_fails_snapshots_that_go_together)
{
	start("vss");
	snapshot("s");
	snapshot("t");
	add("live.discard fail-snapshot");
	ck_assert_int_eq(zero(VOLUME_DISCARD, 0, 4096), 0);
	engine_settle(&engine);
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "t"));
	check(NULL, live);
	engine_deinit(&engine);
}
END_TEST

START_TEST(where_the_disk_cannot_punch_zeros_are_written)
{
	start("plain");
	snapshot("s");
	memory_disk_fail(engine.disk, BLOCKIO_PUNCH, 1, UINT64_MAX, -EOPNOTSUPP);
	ck_assert_int_eq(zero(VOLUME_DISCARD, 100, 3000000), 0);
	ck_assert_uint_eq(memory_disk_failed(engine.disk), 1);
	ck_assert_int_eq(zero(VOLUME_ZERO, 3100000, 5000), 0);
	ck_assert_uint_eq(memory_disk_failed(engine.disk), 1);
	check(NULL, live);
	check(engine_find(&engine, "s"), taken);
	engine_deinit(&engine);
}
END_TEST

START_TEST(an_error_of_the_disk_is_answered_and_costs_no_snapshot)
{
	start("plain");
	snapshot("s");
	memory_disk_fail(engine.disk, BLOCKIO_PUNCH, 2, 1, -EIO);
	ck_assert_int_eq(zero(VOLUME_DISCARD, 0, VOLUME_BYTES), -EIO);
	check(engine_find(&engine, "s"), taken);
	ck_assert_int_eq(zero(VOLUME_DISCARD, 0, VOLUME_BYTES), 0);
	check(NULL, live);
	check(engine_find(&engine, "s"), taken);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_chain_zeroes_and_has_no_discard)
{
	start("xen");
	for (unsigned i = 0; i < 3; i++) {
		char name[] = { 's', (char)('0' + i), '\0' };

		snapshot(name);
		ck_assert_int_eq(zero(VOLUME_DISCARD, 0, 4096), -EOPNOTSUPP);
		ck_assert_int_eq(zero(VOLUME_ZERO, i * 5000 + 77, 1234567), 0);
		check(NULL, live);
		check(engine_find(&engine, name), taken);
	}
	ck_assert_uint_eq(punches(), 0);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_snapshot_in_the_middle_of_a_discard_is_of_one_instant)
{
	bool has_ended = false;
	unsigned partial = 0;

	for (unsigned steps = 0; !has_ended; steps++) {
		struct engine_request *request = zero_new(VOLUME_DISCARD, 0, VOLUME_BYTES);
		uint64_t zeroed = 0;
		uint8_t *content;

		start("plain");
		snapshot("before");
		engine_submit(&engine, request);
		for (unsigned i = 0; i < steps && !request->has_ended; i++)
			engine_step(&engine);
		has_ended = request->has_ended;
		ck_assert_int_eq(engine_snapshot(&engine, "within", NULL, NULL), 0);
		ck_assert_int_eq(engine_wait(&engine, request), 0);
		engine_request_free(request);
		content = engine_content(&engine, engine_find(&engine, "within"));
		while (zeroed < VOLUME_BYTES && content[zeroed] == 0)
			zeroed++;
		/* A stamp may begin with a zero. */
		zeroed &= ~(uint64_t)(VOLUME_REQUEST_MAX_BYTES - 1);
		ck_assert_mem_eq(content + zeroed, live + zeroed, VOLUME_BYTES - zeroed);
		partial += zeroed > 0 && zeroed < VOLUME_BYTES;
		free(content);
		check(engine_find(&engine, "before"), taken);
		engine_deinit(&engine);
	}
	ck_assert_uint_gt(partial, 0);
}
END_TEST

START_TEST(a_kill_in_the_middle_leaves_old_or_zeros)
{
	for (unsigned steps = 0; steps < 20; steps++) {
		struct engine_request *request = zero_new(VOLUME_DISCARD, 700, VOLUME_BYTES - 1400);
		uint8_t *content;

		start("plain");
		snapshot("s");
		engine_submit(&engine, request);
		for (unsigned i = 0; i < steps && !request->has_ended; i++)
			engine_step(&engine);
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		engine_request_free(request);
		content = engine_content(&engine, NULL);
		uint64_t at = 0;

		while (at < VOLUME_BYTES &&
			(content[at] == live[at] ||
				(content[at] == 0 && at >= 700 && at < VOLUME_BYTES - 700)))
			at++;
		ck_assert_uint_eq(at, VOLUME_BYTES);
		free(content);
		check(engine_find(&engine, "s"), taken);
		engine_deinit(&engine);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("zero");
	TCase *zeroing = tcase_create("zeroing");

	(void)argc;
	tcase_set_timeout(zeroing, 120);
	tcase_add_loop_test(
		zeroing, exactly_the_range_reads_as_zeros_and_snapshots_are_whole, 0, 3);
	tcase_add_loop_test(zeroing, dattobd_traces_zeroing_and_no_discard, 0, 3);
	tcase_add_test(zeroing, without_a_snapshot_all_goes_at_once);
	tcase_add_test(zeroing, a_fault_strikes_a_discard_and_a_zeroing_and_no_write);
	tcase_add_test(zeroing, a_discard_is_dropped_or_waits);
	tcase_add_test(zeroing, a_discard_fails_all_snapshots);
	tcase_add_test(zeroing, a_discard_fails_snapshots_that_go_together);
	tcase_add_test(zeroing, where_the_disk_cannot_punch_zeros_are_written);
	tcase_add_test(zeroing, an_error_of_the_disk_is_answered_and_costs_no_snapshot);
	tcase_add_test(zeroing, a_chain_zeroes_and_has_no_discard);
	tcase_add_test(zeroing, a_snapshot_in_the_middle_of_a_discard_is_of_one_instant);
	tcase_add_test(zeroing, a_kill_in_the_middle_leaves_old_or_zeros);
	suite_add_tcase(suite, zeroing);
	return engine_suite_run(suite, argv[0]);
}
