/* SPDX-License-Identifier: Apache-2.0 */
/* Holds: snapshot reads stop at the very request at which a gauge reaches a value. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)

static struct engine engine;
static struct snapshot *snapshot;
static unsigned reached_count;

static void open_engine(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES, .limit = "32KiB" });
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, &snapshot), 0);
	reached_count = 0;
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

static void count_reached(struct volume_read_hold *hold)
{
	(void)hold;
	reached_count++;
}

static struct volume_read_hold hold_of(enum gauge gauge, uint64_t at_least)
{
	return (struct volume_read_hold){
		.gauge = gauge, .at_least = at_least, .reached = count_reached
	};
}

static int read_byte(struct snapshot *of, uint64_t offset)
{
	uint8_t byte;

	return engine_read(&engine, of, offset, &byte, 1);
}

START_TEST(a_value_that_is_there_already_is_reached_at_once)
{
	struct volume_read_hold hold = hold_of(GAUGE_SNAPSHOT_COUNT, 1);

	volume_read_hold_begin(engine.volume, &hold);
	ck_assert_uint_eq(reached_count, 1);
	ck_assert(hold.is_reached);
	volume_read_hold_end(engine.volume, &hold);
}
END_TEST

START_TEST(the_read_that_reaches_the_value_is_held_and_those_before_are_not)
{
	struct volume_read_hold hold = hold_of(GAUGE_READ_OFFSET, 250000);
	struct engine_request *at = engine_read_new(snapshot, VOLUME_BYTES / 4, 4096);
	struct engine_request *later = engine_read_new(snapshot, 0, 4096);

	volume_read_hold_begin(engine.volume, &hold);
	ck_assert_int_eq(read_byte(snapshot, VOLUME_BYTES / 4 - 1), 0);
	ck_assert_uint_eq(reached_count, 0);
	engine_submit(&engine, at);
	engine_submit(&engine, later);
	engine_settle(&engine);
	ck_assert_uint_eq(reached_count, 1);
	ck_assert(!at->has_ended && !later->has_ended);
	ck_assert(!volume_idle(engine.volume));
	/* The live view is not held. */
	ck_assert_int_eq(read_byte(NULL, 0), 0);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
	volume_read_hold_end(engine.volume, &hold);
	ck_assert_int_eq(engine_wait(&engine, at), 0);
	ck_assert_int_eq(engine_wait(&engine, later), 0);
	/* What was written meanwhile is not in the snapshot. */
	ck_assert_uint_eq((uint8_t)later->request.data[0], 0);
	engine_request_free(at);
	engine_request_free(later);
}
END_TEST

/* What was read counts, wherever it lies; and it is told when the last of it was. */
START_TEST(reads_are_held_when_as_much_was_read)
{
	struct volume_read_hold hold = hold_of(GAUGE_READ_PROGRESS, 250000);
	struct engine_request *next = engine_read_new(snapshot, 0, 4096);

	volume_read_hold_begin(engine.volume, &hold);
	ck_assert_int_eq(read_byte(snapshot, VOLUME_BYTES - 1), 0);
	for (uint64_t block = 1; block < VOLUME_BYTES / 4096 / 4; block++) {
		ck_assert_uint_eq(reached_count, 0);
		ck_assert_int_eq(read_byte(snapshot, block * 4096), 0);
		if (reached_count == 0)
			ck_assert_int_eq(read_byte(snapshot, block * 4096 + 7), 0);
	}
	ck_assert_uint_eq(reached_count, 1);
	engine_submit(&engine, next);
	engine_settle(&engine);
	ck_assert(!next->has_ended);
	volume_read_hold_end(engine.volume, &hold);
	ck_assert_int_eq(engine_wait(&engine, next), 0);
	engine_request_free(next);
}
END_TEST

/* All of it is no read's beginning, and is reached all the same. */
START_TEST(a_hold_is_told_when_all_was_read)
{
	struct volume_read_hold hold = hold_of(GAUGE_READ_PROGRESS, 1000000);

	volume_read_hold_begin(engine.volume, &hold);
	for (uint64_t at = 0; at < VOLUME_BYTES; at += 4096) {
		ck_assert_uint_eq(reached_count, 0);
		ck_assert_int_eq(read_byte(snapshot, at), 0);
	}
	ck_assert_uint_eq(reached_count, 1);
	volume_read_hold_end(engine.volume, &hold);
}
END_TEST

static void add(const char *rule)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_int_eq(volume_fault_add(engine.volume, rule, &id, message), 0);
}

static uint64_t progress(void)
{
	return gauge_value(volume_gauges(engine.volume), GAUGE_READ_PROGRESS);
}

/* A reader that is given the live view has read, too; one that is given an error has not. */
START_TEST(what_a_fault_gives_counts_as_read_and_an_error_does_not)
{
	const uint64_t block = 1000000 / (VOLUME_BYTES / 4096);

	add("snapshot.read stale offset=4KiB..8KiB");
	add("snapshot.read error=EIO offset=8KiB..");
	ck_assert_int_eq(read_byte(snapshot, 8192), -EIO);
	ck_assert_uint_eq(progress(), 0);
	ck_assert_int_eq(read_byte(snapshot, 4096), 0);
	ck_assert_uint_eq(progress(), block);
	ck_assert_int_eq(read_byte(snapshot, 0), 0);
	ck_assert_uint_eq(progress(), 2 * block);
}
END_TEST

START_TEST(held_reads_of_a_snapshot_that_fails_meanwhile_get_eio)
{
	struct volume_read_hold hold = hold_of(GAUGE_READ_PROGRESS, 0);
	struct engine_request *read = engine_read_new(snapshot, 0, 4096);

	volume_read_hold_begin(engine.volume, &hold);
	engine_submit(&engine, read);
	ck_assert_int_eq(engine_write(&engine, 0, 65536, 1), 0);
	ck_assert(engine_has_failed(snapshot, NULL));
	ck_assert(!read->has_ended);
	volume_read_hold_end(engine.volume, &hold);
	ck_assert_int_eq(engine_wait(&engine, read), -EIO);
	engine_request_free(read);
}
END_TEST

START_TEST(the_last_reached_hold_lets_the_reads_go)
{
	struct volume_read_hold first = hold_of(GAUGE_SNAPSHOT_COUNT, 1);
	struct volume_read_hold second = hold_of(GAUGE_SNAPSHOT_COUNT, 1);
	struct volume_read_hold never = hold_of(GAUGE_SNAPSHOT_COUNT, 100);
	struct engine_request *read = engine_read_new(snapshot, 0, 4096);

	volume_read_hold_begin(engine.volume, &never);
	volume_read_hold_begin(engine.volume, &first);
	volume_read_hold_begin(engine.volume, &second);
	ck_assert_uint_eq(reached_count, 2);
	engine_submit(&engine, read);
	volume_read_hold_end(engine.volume, &first);
	engine_settle(&engine);
	ck_assert(!read->has_ended);
	volume_read_hold_end(engine.volume, &second);
	ck_assert_int_eq(engine_wait(&engine, read), 0);
	volume_read_hold_end(engine.volume, &never);
	engine_request_free(read);
}
END_TEST

/* What each gauge needs to reach the value of a hold, and nothing more. */
static void write_a_block(void)
{
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
}

static void take_another(void)
{
	ck_assert_int_eq(engine_snapshot(&engine, "t", NULL, NULL), 0);
}

static void read_live(void)
{
	ck_assert_int_eq(read_byte(NULL, 0), 0);
}

static void feign_memory(void)
{
	volume_gauge_feign(engine.volume, GAUGE_MEMORY_USED, 850000);
}

START_TEST(each_gauge_is_reached_by_what_moves_it)
{
	static const struct {
		enum gauge gauge;
		uint64_t at_least;
		void (*act)(void);
	} rows[] = {
		{ GAUGE_STORE_USED, 125000, write_a_block },
		{ GAUGE_STORE_BYTES, 4096, write_a_block },
		{ GAUGE_LIVE_WRITTEN, 4096, write_a_block },
		{ GAUGE_SNAPSHOT_COUNT, 2, take_another },
		{ GAUGE_OPS, 1, read_live },
		{ GAUGE_OPS, 1, write_a_block },
		{ GAUGE_MEMORY_USED, 850000, feign_memory },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct volume_read_hold hold = hold_of(rows[i].gauge, rows[i].at_least);

		close_engine();
		open_engine();
		volume_read_hold_begin(engine.volume, &hold);
		ck_assert_msg(reached_count == 0, "row %zu: too early", i);
		rows[i].act();
		ck_assert_msg(reached_count == 1, "row %zu: not reached", i);
		volume_read_hold_end(engine.volume, &hold);
	}
}
END_TEST

/* The clock stands still after this, so it is the last one. */
START_TEST(the_age_is_that_of_the_oldest_snapshot)
{
	uint64_t now_ns = clock_now_ns();

	clock_step_to(now_ns + NS_PER_S);
	ck_assert_int_eq(engine_snapshot(&engine, "younger", NULL, NULL), 0);
	clock_step_to(now_ns + 61 * NS_PER_S);
	ck_assert_uint_ge(
		gauge_value(volume_gauges(engine.volume), GAUGE_SNAPSHOT_AGE), 61 * NS_PER_S);
	ck_assert_uint_lt(
		gauge_value(volume_gauges(engine.volume), GAUGE_SNAPSHOT_AGE), 120 * NS_PER_S);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	ck_assert_uint_eq(
		gauge_value(volume_gauges(engine.volume), GAUGE_SNAPSHOT_AGE), 60 * NS_PER_S);
	ck_assert_int_eq(engine_delete(&engine, "younger"), 0);
	ck_assert_uint_eq(gauge_value(volume_gauges(engine.volume), GAUGE_SNAPSHOT_AGE), 0);
}
END_TEST

START_TEST(gauges_tell_what_the_volume_holds)
{
	const struct gauges *gauges;

	write_a_block();
	ck_assert_int_eq(read_byte(snapshot, VOLUME_BYTES / 2), 0);
	ck_assert_int_eq(read_byte(snapshot, 0), 0);
	gauges = volume_gauges(engine.volume);
	ck_assert_uint_eq(gauge_value(gauges, GAUGE_STORE_USED), 125000);
	ck_assert_uint_eq(gauge_value(gauges, GAUGE_STORE_BYTES), 4096);
	ck_assert_uint_eq(gauge_value(gauges, GAUGE_LIVE_WRITTEN), 4096);
	ck_assert_uint_eq(gauge_value(gauges, GAUGE_READ_OFFSET), 500000);
	ck_assert_uint_eq(
		gauge_value(gauges, GAUGE_READ_PROGRESS), 2 * 1000000ull / (VOLUME_BYTES / 4096));
	ck_assert_uint_eq(gauge_value(gauges, GAUGE_SNAPSHOT_COUNT), 1);
	ck_assert_uint_eq(gauge_value(gauges, GAUGE_OPS), 3);
	volume_gauge_feign(engine.volume, GAUGE_OPS, 1);
	ck_assert_uint_eq(gauge_value(gauges, GAUGE_OPS), 1);
	volume_gauge_release(engine.volume, GAUGE_OPS);
	ck_assert_uint_eq(gauge_value(gauges, GAUGE_OPS), 3);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume hold");
	TCase *tcase = tcase_create("hold");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_engine, close_engine);
	tcase_add_test(tcase, a_value_that_is_there_already_is_reached_at_once);
	tcase_add_test(tcase, the_read_that_reaches_the_value_is_held_and_those_before_are_not);
	tcase_add_test(tcase, reads_are_held_when_as_much_was_read);
	tcase_add_test(tcase, a_hold_is_told_when_all_was_read);
	tcase_add_test(tcase, what_a_fault_gives_counts_as_read_and_an_error_does_not);
	tcase_add_test(tcase, held_reads_of_a_snapshot_that_fails_meanwhile_get_eio);
	tcase_add_test(tcase, the_last_reached_hold_lets_the_reads_go);
	tcase_add_test(tcase, each_gauge_is_reached_by_what_moves_it);
	tcase_add_test(tcase, gauges_tell_what_the_volume_holds);
	tcase_add_test(tcase, the_age_is_that_of_the_oldest_snapshot);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
