/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fault makes of what is told: where a snapshot has data, and which blocks have
 * changed since.  Whatever the lie, who asks on from what he was told gets on.
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/volume/changed.h"
#include "simfs/volume/snapshot_cancel.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define VOLUME_BYTES ((256u << 10) + 512)
#define BLOCK	     4096u
#define BLOCKS	     (VOLUME_BYTES / BLOCK + 1)

static struct engine engine;

/* Data at 64 to 96 KiB and at 128 to 160 KiB. */
static void start(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){
			.volume_bytes = VOLUME_BYTES, .step_ns = NS_PER_MS, .tells_holes = true });
	ck_assert_int_eq(engine_write(&engine, 64 << 10, 32 << 10, 1), 0);
	ck_assert_int_eq(engine_write(&engine, 128 << 10, 32 << 10, 2), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
}

static void end(void)
{
	engine_deinit(&engine);
}

static struct snapshot *snapshot(void)
{
	return engine_find(&engine, "s");
}

static void add(const char *rule)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_msg(volume_fault_add(engine.volume, rule, &id, message) == 0, "%s", message);
}

/* ---- data and holes ---- */

/* Of what is told in KiB, range by range, from FROM on. */
static void expect_told(
	const struct fault_decision *lie, uint64_t from, const uint64_t *wanted, size_t count)
{
	uint64_t first, end_;
	size_t found = 0;

	while (volume_next_told(engine.volume, snapshot(), lie, from << 10, &first, &end_)) {
		ck_assert_uint_ge(first, from << 10);
		ck_assert_uint_lt(first, end_);
		ck_assert_uint_le(end_, VOLUME_BYTES);
		ck_assert_uint_lt(found + 1, count + 1);
		ck_assert_uint_eq(first >> 10, wanted[found]);
		ck_assert_uint_eq(end_ >> 10, wanted[found + 1]);
		found += 2;
		from = end_ >> 10;
		if (end_ == VOLUME_BYTES)
			break;
	}
	ck_assert_uint_eq(found, count);
}

#define EXPECT_TOLD(lie, from, ...)                                                                \
	expect_told((lie), (from), (const uint64_t[]){ __VA_ARGS__ },                              \
		sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static struct fault_decision lie_of(enum fault_action action, uint64_t first_kib, uint64_t end_kib)
{
	return (struct fault_decision){
		.action = action,
		.first = first_kib << 10,
		.end = end_kib == UINT64_MAX ? UINT64_MAX : end_kib << 10,
	};
}

START_TEST(a_hole_is_told_for_data_in_the_range_and_nowhere_else)
{
	struct fault_decision truth = { 0 };
	struct fault_decision inside = lie_of(FAULT_HOLE, 72, 80);
	struct fault_decision over = lie_of(FAULT_HOLE, 80, 136);
	struct fault_decision in_hole = lie_of(FAULT_HOLE, 100, 110);
	struct fault_decision to_end = lie_of(FAULT_HOLE, 80, UINT64_MAX);
	struct fault_decision all = lie_of(FAULT_HOLE, 0, UINT64_MAX);

	EXPECT_TOLD(&truth, 0, 64, 96, 128, 160);
	EXPECT_TOLD(&inside, 0, 64, 72, 80, 96, 128, 160);
	EXPECT_TOLD(&inside, 76, 80, 96, 128, 160);
	EXPECT_TOLD(&over, 0, 64, 80, 136, 160);
	EXPECT_TOLD(&over, 96, 136, 160);
	EXPECT_TOLD(&in_hole, 0, 64, 96, 128, 160);
	EXPECT_TOLD(&to_end, 0, 64, 80);
	expect_told(&all, 0, NULL, 0);
}
END_TEST

START_TEST(data_are_told_for_a_hole_in_the_range_and_nowhere_else)
{
	struct fault_decision inside = lie_of(FAULT_DATA, 100, 110);
	struct fault_decision before = lie_of(FAULT_DATA, 0, 10);
	struct fault_decision to_end = lie_of(FAULT_DATA, 200, UINT64_MAX);
	struct fault_decision all = lie_of(FAULT_DATA, 0, UINT64_MAX);

	EXPECT_TOLD(&inside, 0, 64, 96, 100, 110, 128, 160);
	EXPECT_TOLD(&inside, 105, 105, 110, 128, 160);
	EXPECT_TOLD(&before, 0, 0, 10, 64, 96, 128, 160);
	EXPECT_TOLD(&to_end, 0, 64, 96, 128, 160, 200, VOLUME_BYTES >> 10);
	EXPECT_TOLD(&all, 0, 0, VOLUME_BYTES >> 10);
}
END_TEST

static int seek_result;
static struct fault_decision seek_decision;
static struct volume_moment seek_moment;

static void sought(struct volume_moment *moment, int result)
{
	seek_result = result;
	seek_decision = moment->decision;
}

static void seek(uint64_t first, uint64_t last)
{
	seek_result = 1;
	volume_moment_arm(&seek_moment, sought);
	volume_snapshot_seek(engine.volume, snapshot(), first, last, &seek_moment);
}

START_TEST(a_seek_is_struck_that_goes_over_a_byte_of_the_range)
{
	add("snapshot.seek hole offset=64KiB..65KiB");
	seek(0, 65535);
	ck_assert_int_eq(seek_result, 0);
	ck_assert_int_eq(seek_decision.action, FAULT_NO_ACTION);
	seek(0, 65536);
	ck_assert_int_eq(seek_decision.action, FAULT_HOLE);
	ck_assert_uint_eq(seek_decision.first, 65536);
	ck_assert_uint_eq(seek_decision.end, 66560);
	seek(66559, 70000);
	ck_assert_int_eq(seek_decision.action, FAULT_HOLE);
	seek(66560, 70000);
	ck_assert_int_eq(seek_decision.action, FAULT_NO_ACTION);
	volume_fault_clear(engine.volume);
	add("snapshot.seek data");
	seek(5, 5);
	ck_assert_int_eq(seek_decision.action, FAULT_DATA);
	ck_assert_uint_eq(seek_decision.first, 0);
	ck_assert_uint_eq(seek_decision.end, UINT64_MAX);
}
END_TEST

START_TEST(a_seek_fails_or_waits_and_can_be_cancelled)
{
	add("snapshot.seek error=ENXIO times=1");
	seek(0, 0);
	ck_assert_int_eq(seek_result, -ENXIO);
	add("snapshot.seek hang times=1");
	seek(0, 0);
	ck_assert_int_eq(seek_result, 1);
	ck_assert(volume_moment_cancel(&seek_moment));
	ck_assert_int_eq(seek_result, -EINTR);
	ck_assert(!volume_moment_cancel(&seek_moment));
	add("snapshot.seek fail-snapshot");
	seek(0, 0);
	ck_assert(engine_has_failed(snapshot(), NULL));
	engine_settle(&engine);
}
END_TEST

/* ---- changed blocks ---- */

static int ask_result;

static void asked(struct changed_ask *ask, struct snapshot *of, int result)
{
	(void)ask;
	(void)of;
	ask_result = result;
}

static struct changed_ask ask;

static void ask_from(uint64_t from_bytes)
{
	ask_result = 1;
	ask = (struct changed_ask){ .done = asked };
	changed_ask(snapshot(), from_bytes, &ask);
}

/* Which blocks are told, at or after FROM; how many. */
static uint64_t told(uint64_t from_bytes, bool *ret)
{
	struct changed_walk walk;
	uint64_t offset, length, at = from_bytes, count = 0;

	memset(ret, 0, BLOCKS * sizeof *ret);
	changed_walk_begin(&walk, snapshot(), NULL, from_bytes);
	while (changed_walk_next(&walk, &offset, &length)) {
		ck_assert_uint_ge(offset, at);
		ck_assert_uint_gt(length, 0);
		at = offset + length;
		ck_assert_uint_le(at, VOLUME_BYTES);
		for (uint64_t block = offset / BLOCK; block <= (at - 1) / BLOCK; block++) {
			ck_assert(!ret[block]);
			ret[block] = true;
			count++;
		}
	}
	return count;
}

/* Every third block and the last one. */
static uint64_t change_some(bool *ret)
{
	uint64_t count = 0;

	memset(ret, 0, BLOCKS * sizeof *ret);
	for (uint64_t block = 0; block < BLOCKS; block++) {
		if (block % 3 && block != BLOCKS - 1 && block % 16 != 4)
			continue;
		ck_assert_int_eq(engine_write(&engine, block * BLOCK, 1, block), 0);
		ret[block] = true;
		count++;
	}
	return count;
}

/* From wherever it is asked, the rest of the same is told. */
static void expect_one_answer(const bool *all)
{
	bool some[BLOCKS];

	for (uint64_t from = 1; from < VOLUME_BYTES; from += BLOCK / 2) {
		ask_from(from);
		ck_assert_int_eq(ask_result, 0);
		told(from, some);
		for (uint64_t block = 0; block < BLOCKS; block++)
			ck_assert(some[block] == (all[block] && (block + 1) * BLOCK > from));
	}
}

START_TEST(without_a_fault_what_has_changed_is_told)
{
	bool changed[BLOCKS], found[BLOCKS];
	uint64_t count = change_some(changed);

	ask_from(0);
	ck_assert_uint_eq(told(0, found), count);
	ck_assert_mem_eq(found, changed, sizeof found);
	ck_assert_uint_eq(changed_told_blocks(snapshot(), NULL), count);
	expect_one_answer(changed);
}
END_TEST

START_TEST(so_many_blocks_are_missing_and_all_others_are_told)
{
	bool changed[BLOCKS], found[BLOCKS];
	uint64_t count = change_some(changed);
	char rule[64];

	for (uint64_t missing = 1; missing <= count + 1; missing++) {
		uint64_t left = missing < count ? count - missing : 0;

		volume_fault_clear(engine.volume);
		snprintf(rule, sizeof rule, "changed.read missing=%u", (unsigned)missing);
		add(rule);
		ask_from(0);
		ck_assert_uint_eq(told(0, found), left);
		ck_assert_uint_eq(changed_told_blocks(snapshot(), NULL), left);
		for (uint64_t block = 0; block < BLOCKS; block++)
			ck_assert(!found[block] || changed[block]);
		expect_one_answer(found);
	}
	/* The truth is as it was. */
	ck_assert_uint_eq(snapshot_changed_blocks(snapshot()), count);
}
END_TEST

START_TEST(so_many_blocks_are_added_and_all_that_changed_are_told)
{
	bool changed[BLOCKS], found[BLOCKS];
	uint64_t count = change_some(changed);
	char rule[64];

	for (uint64_t added = 1; added <= BLOCKS - count + 1; added++) {
		uint64_t all = added < BLOCKS - count ? count + added : BLOCKS;

		volume_fault_clear(engine.volume);
		snprintf(rule, sizeof rule, "changed.read added=%u", (unsigned)added);
		add(rule);
		ask_from(0);
		ck_assert_uint_eq(told(0, found), all);
		ck_assert_uint_eq(changed_told_blocks(snapshot(), NULL), all);
		for (uint64_t block = 0; block < BLOCKS; block++)
			ck_assert(!changed[block] || found[block]);
		expect_one_answer(found);
	}
}
END_TEST

START_TEST(the_whole_map_is_lost_until_it_is_asked_for_again)
{
	bool changed[BLOCKS], found[BLOCKS];
	uint64_t count = change_some(changed);

	add("changed.read lost times=1");
	ask_from(0);
	ck_assert_uint_eq(told(0, found), 0);
	ck_assert_uint_eq(changed_told_blocks(snapshot(), NULL), 0);
	expect_one_answer(found);
	ask_from(0);
	ck_assert_uint_eq(told(0, found), count);
}
END_TEST

START_TEST(a_map_without_changes_can_be_lied_about)
{
	bool found[BLOCKS];

	add("changed.read missing=3 times=1");
	ask_from(0);
	ck_assert_uint_eq(told(0, found), 0);
	add("changed.read added=2 times=1");
	ask_from(0);
	ck_assert_uint_eq(told(0, found), 2);
}
END_TEST

START_TEST(the_same_seed_lies_about_the_same_blocks)
{
	bool changed[BLOCKS], first[BLOCKS], again[BLOCKS], other[BLOCKS];

	change_some(changed);
	add("changed.read missing=5 times=1 name=a");
	ask_from(0);
	told(0, first);
	ck_assert_int_eq(volume_fault_remove(engine.volume, "a"), 0);
	add("changed.read missing=5 times=1 name=b");
	ask_from(0);
	told(0, again);
	ck_assert_mem_eq(first, again, sizeof first);
	add("changed.read missing=5 after=1 name=b");
	ask_from(0);
	ask_from(0);
	told(0, other);
	ck_assert_mem_ne(first, other, sizeof first);
}
END_TEST

START_TEST(who_asks_is_refused_or_waits_and_can_go)
{
	add("changed.read error=EIO times=1");
	ask_from(0);
	ck_assert_int_eq(ask_result, -EIO);
	add("changed.read hang times=1");
	ask_from(0);
	ck_assert_int_eq(ask_result, 1);
	ck_assert(volume_moment_cancel(&ask.moment));
	ck_assert_int_eq(ask_result, -EINTR);
	add("changed.read hang times=1");
	ask_from(0);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	volume_fault_release(engine.volume);
	ck_assert_int_eq(ask_result, -ENOENT);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume lies");
	TCase *tcase = tcase_create("volume lies");

	(void)argc;
	tcase_add_checked_fixture(tcase, start, end);
	tcase_add_test(tcase, a_hole_is_told_for_data_in_the_range_and_nowhere_else);
	tcase_add_test(tcase, data_are_told_for_a_hole_in_the_range_and_nowhere_else);
	tcase_add_test(tcase, a_seek_is_struck_that_goes_over_a_byte_of_the_range);
	tcase_add_test(tcase, a_seek_fails_or_waits_and_can_be_cancelled);
	tcase_add_test(tcase, without_a_fault_what_has_changed_is_told);
	tcase_add_test(tcase, so_many_blocks_are_missing_and_all_others_are_told);
	tcase_add_test(tcase, so_many_blocks_are_added_and_all_that_changed_are_told);
	tcase_add_test(tcase, the_whole_map_is_lost_until_it_is_asked_for_again);
	tcase_add_test(tcase, a_map_without_changes_can_be_lied_about);
	tcase_add_test(tcase, the_same_seed_lies_about_the_same_blocks);
	tcase_add_test(tcase, who_asks_is_refused_or_waits_and_can_go);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
