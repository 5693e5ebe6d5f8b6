/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of a snapshot's readers: each read once, whatever becomes of it. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/volume/reads.h"
#include "simfs/volume/snapshot_cancel.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK  4096u
#define BLOCKS (BENCH_VOLUME_BYTES / BLOCK)

static void start(void)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile_find("lvm"),
				 .step_ns = NS_PER_MS },
		true);
	bench_write(0, 65536, 2);
}

static json_int_t count_of(const char *name)
{
	struct reads reads;

	ck_assert(volume_reads(bench_engine.volume, "s", &reads));

	json_t *object = reads_json(&reads);
	json_int_t count = json_integer_value(json_object_get(object, name));

	ck_assert(json_object_get(object, name));
	json_decref(object);
	return count;
}

static json_int_t count_of_size(const char *size)
{
	json_t *status = snapshot_status(engine_find(&bench_engine, "s"));
	json_t *sizes = json_object_get(json_object_get(status, "reads"), "sizes");
	json_int_t count = json_integer_value(json_object_get(sizes, size));

	json_decref(status);
	return count;
}

static int read_of(uint64_t offset, size_t length)
{
	uint8_t *bytes = malloc(length);
	size_t done;
	int result = fault_bench_read(
		engine_find(&bench_engine, "s"), offset, length, bytes, &done);

	free(bytes);
	return result;
}

START_TEST(sizes_and_sequence_are_those_of_the_reader)
{
	static const size_t lengths[] = { 1, 512, 513, 1024, 4096, 4097, 8192, 65536 };
	uint64_t at = 0;

	ck_assert_int_eq(count_of("count"), 0);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		ck_assert_int_eq(read_of(at, lengths[i]), 0);
		at += lengths[i];
	}
	ck_assert_int_eq(count_of("count"), 8);
	ck_assert_int_eq(count_of("in_sequence"), 8);
	ck_assert_int_eq(count_of("bytes"), (json_int_t)at);
	ck_assert_int_eq(count_of("errors"), 0);
	ck_assert_int_eq(count_of("in_flight_max"), 1);
	ck_assert_int_eq(count_of_size("512"), 2);
	ck_assert_int_eq(count_of_size("1024"), 2);
	ck_assert_int_eq(count_of_size("4096"), 1);
	ck_assert_int_eq(count_of_size("8192"), 2);
	ck_assert_int_eq(count_of_size("65536"), 1);
	ck_assert_int_eq(count_of_size("2048"), 0);
	ck_assert_int_eq(read_of(at + 1, 1), 0);
	ck_assert_int_eq(count_of("in_sequence"), 8);
}
END_TEST

START_TEST(what_was_read_again_is_counted_whatever_the_pieces)
{
	for (uint64_t at = 0; at + 1000 <= BENCH_VOLUME_BYTES; at += 1000)
		ck_assert_int_eq(read_of(at, 1000), 0);
	ck_assert_int_eq(count_of("bytes_again"), 0);
	for (uint64_t at = 0; at < BENCH_VOLUME_BYTES; at += 512)
		ck_assert_int_eq(read_of(at, 512), 0);
	ck_assert_int_eq(count_of("bytes_again"), BENCH_VOLUME_BYTES - BENCH_VOLUME_BYTES % 1000);
	ck_assert_int_eq(read_of(BLOCK, BLOCK), 0);
	ck_assert_int_eq(
		count_of("bytes_again"), BENCH_VOLUME_BYTES - BENCH_VOLUME_BYTES % 1000 + BLOCK);
}
END_TEST

/* With RULE, a read of two blocks: how many bytes are answered, or an error. */
static const struct {
	const char *rule;
	int result;
	json_int_t bytes;
} struck[] = {
	{ "snapshot.read error=EIO", -EIO, 0 },
	{ "snapshot.read short=513", 0, 513 },
	{ "snapshot.read zero", 0, 8192 },
	{ "snapshot.read stale", 0, 8192 },
	{ "snapshot.read flip=1", 0, 8192 },
	{ "snapshot.read misdirect=64KiB", 0, 8192 },
	{ "snapshot.read delay=1ms", 0, 8192 },
	{ "snapshot.read fail-snapshot", -EIO, 0 },
	{ "snapshot.read error=EIO offset=24KiB..", 0, 4096 },
	{ "snapshot.read stale offset=24KiB..", 0, 8192 },
	{ "origin.read error=EIO offset=70000..", 0, 8192 },
};

START_TEST(a_read_that_is_struck_is_one_read)
{
	uint64_t at = 20480, first = 0, end = 0;
	struct reads reads;

	fault_bench_add(struck[_i].rule);
	ck_assert_int_eq(read_of(at, 8192), struck[_i].result);
	ck_assert_int_eq(count_of("count"), 1);
	ck_assert_int_eq(count_of_size("8192"), 1);
	ck_assert_int_eq(count_of("errors"), struck[_i].result < 0);
	ck_assert_int_eq(count_of("bytes"), struck[_i].bytes);
	ck_assert_int_eq(count_of("in_flight_max"), 1);

	/* And nothing was read but what was asked for. */
	ck_assert(volume_reads(bench_engine.volume, "s", &reads));
	if (reads_next(bench_engine.volume, &reads, 0, &first, &end)) {
		ck_assert_uint_eq(first, at);
		ck_assert(!reads_next(bench_engine.volume, &reads, at + 8192, &first, &end));
	}
	/* Nothing of it is in flight any more. */
	volume_fault_clear(bench_engine.volume);
	read_of(0, 4096);
	ck_assert_int_eq(count_of("in_flight_max"), 1);
}
END_TEST

START_TEST(reads_at_once_are_counted_also_when_they_are_given_up)
{
	struct snapshot *snapshot = engine_find(&bench_engine, "s");
	struct engine_request *reads[3];

	fault_bench_add("snapshot.read hang");
	for (unsigned i = 0; i < 3; i++) {
		reads[i] = engine_read_new(snapshot, (uint64_t)i * BLOCK, BLOCK);
		engine_submit(&bench_engine, reads[i]);
	}
	engine_settle(&bench_engine);
	ck_assert_int_eq(count_of("in_flight_max"), 3);
	ck_assert(volume_request_cancel(&reads[0]->request));
	ck_assert_int_eq(reads[0]->result, -EINTR);
	ck_assert_int_eq(count_of("errors"), 1);
	volume_fault_clear(bench_engine.volume);
	for (unsigned i = 0; i < 3; i++) {
		engine_wait(&bench_engine, reads[i]);
		engine_request_free(reads[i]);
	}
	ck_assert_int_eq(count_of("count"), 3);
	ck_assert_int_eq(count_of("bytes"), 2 * BLOCK);
	ck_assert_int_eq(read_of(0, BLOCK), 0);
	ck_assert_int_eq(count_of("in_flight_max"), 3);
}
END_TEST

START_TEST(what_was_read_is_told_in_ranges)
{
	static bool is_read[BLOCKS];
	uint64_t seed = engine_seed(), from = 0, first, length;
	struct reads reads;

	memset(is_read, 0, sizeof is_read);
	ck_assert(volume_reads(bench_engine.volume, "s", &reads));
	ck_assert(!reads_next(bench_engine.volume, &reads, 0, &first, &length));
	for (uint64_t i = 0; i < BLOCKS / 2; i++) {
		uint64_t block = mix_below(seed, i, BLOCKS);

		is_read[block] = true;
		ck_assert_int_eq(read_of(block * BLOCK, BLOCK), 0);
	}
	while (reads_next(bench_engine.volume, &reads, from, &first, &length)) {
		ck_assert_uint_ge(first, from);
		ck_assert_uint_gt(length, 0);
		for (uint64_t at = from; at < first; at += BLOCK)
			ck_assert(!is_read[at / BLOCK]);
		for (uint64_t at = first; at < first + length; at += BLOCK)
			ck_assert(is_read[at / BLOCK]);
		from = first + length;
	}
	for (uint64_t at = from; at < BENCH_VOLUME_BYTES; at += BLOCK)
		ck_assert(!is_read[at / BLOCK]);
	ck_assert(!reads_next(bench_engine.volume, &reads, UINT64_MAX, &first, &length));
}
END_TEST

static void deleted(struct snapshot_delete *command, int result)
{
	(void)command;
	ck_assert_int_eq(result, 0);
}

/* Of VSS the store is kept for the older one; what is durable takes more steps. */
static const struct {
	const char *profile;
	bool is_durable;
} deletions[] = { { "lvm", false }, { "lvm", true }, { "vss", false }, { "vss", true } };

/* At each step: the one who read it may have ended before it. */
START_TEST(a_snapshot_that_is_being_deleted_can_be_asked_for)
{
	struct snapshot_delete deletion = { .done = deleted };
	struct engine_request *write = engine_write_new(0, BLOCK, 3);
	struct reads reads;

	bench_close();
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile_find(deletions[_i].profile),
				 .durable = deletions[_i].is_durable,
				 .step_ns = NS_PER_MS },
		false);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "older", NULL, NULL), 0);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(read_of(0, BLOCK), 0);
	/* It is waited for. */
	engine_submit(&bench_engine, write);
	volume_snapshot_delete(bench_engine.volume, engine_find(&bench_engine, "s"), &deletion);
	ck_assert_ptr_null(volume_snapshot_find(bench_engine.volume, "s"));
	do {
		ck_assert_int_eq(count_of("count"), 1);
		ck_assert(!volume_reads(bench_engine.volume, "other", &reads));
	} while (engine_step(&bench_engine));
	ck_assert_int_eq(count_of("bytes"), BLOCK);
	/* With the older one what was kept for it goes, too. */
	deletion = (struct snapshot_delete){ .done = deleted };
	volume_snapshot_delete(bench_engine.volume, engine_find(&bench_engine, "older"), &deletion);
	do
		ck_assert_int_eq(count_of("bytes_again"), 0);
	while (engine_step(&bench_engine));
	ck_assert_int_eq(write->result, 0);
	engine_request_free(write);
}
END_TEST

START_TEST(a_deleted_snapshot_that_was_read_can_be_asked_for)
{
	struct reads reads;
	uint64_t first, length;

	ck_assert(!volume_reads(bench_engine.volume, "", &reads));
	ck_assert_int_eq(read_of(BLOCK, 2 * BLOCK), 0);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	ck_assert_int_eq(count_of("count"), 1);
	ck_assert(volume_reads(bench_engine.volume, "s", &reads));
	ck_assert_uint_gt(reads.store_bytes, 0);
	ck_assert(reads_next(bench_engine.volume, &reads, 0, &first, &length));
	ck_assert_uint_eq(first, BLOCK);
	ck_assert_uint_eq(length, 2 * BLOCK);
	ck_assert(!volume_reads(bench_engine.volume, "other", &reads));
	ck_assert(!volume_reads(bench_engine.volume, "", &reads));

	/* One that nobody has read says nothing, and a new one of that name is another. */
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), 0);
	ck_assert_int_eq(engine_delete(&bench_engine, "t"), 0);
	ck_assert_int_eq(count_of("count"), 1);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(count_of("count"), 0);
	ck_assert_int_eq(read_of(0, BLOCK), 0);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
	ck_assert_int_eq(count_of("bytes"), BLOCK);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume_reads");
	TCase *tcase = tcase_create("volume_reads");

	(void)argc;
	tcase_add_checked_fixture(tcase, start, bench_close);
	tcase_add_test(tcase, sizes_and_sequence_are_those_of_the_reader);
	tcase_add_test(tcase, what_was_read_again_is_counted_whatever_the_pieces);
	tcase_add_loop_test(
		tcase, a_read_that_is_struck_is_one_read, 0, sizeof struck / sizeof struck[0]);
	tcase_add_test(tcase, reads_at_once_are_counted_also_when_they_are_given_up);
	tcase_add_test(tcase, what_was_read_is_told_in_ranges);
	tcase_add_test(tcase, a_deleted_snapshot_that_was_read_can_be_asked_for);
	tcase_add_loop_test(tcase, a_snapshot_that_is_being_deleted_can_be_asked_for, 0,
		sizeof deletions / sizeof deletions[0]);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
