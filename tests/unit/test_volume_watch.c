/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: live writes are held at the instant of a snapshot that somebody else takes. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/volume_watch.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)
#define BLOCK_BYTES  4096u

static struct engine engine;
static unsigned taken_count;

static void open_engine(void)
{
	engine_init(
		&engine, engine_seed(), &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
	taken_count = 0;
}

static void close_engine(void)
{
	engine_deinit(&engine);
}

static void count_taken(struct volume_watch *watch)
{
	(void)watch;
	taken_count++;
}

static void count_and_end(struct volume_watch *watch)
{
	taken_count++;
	volume_watch_end(watch);
}

/* Told of one, it waits for the next of the same name. */
static void count_and_begin(struct volume_watch *watch)
{
	taken_count++;
	volume_watch_end(watch);
	volume_watch_begin(engine.volume, watch);
}

static struct volume_watch watch_of(const char *name)
{
	return (struct volume_watch){ .name = name, .taken = count_taken };
}

static bool created;

static void note_created(struct snapshot_create *create, int result)
{
	(void)create;
	ck_assert_int_eq(result, 0);
	created = true;
}

static void drained(struct volume_barrier *barrier)
{
	(void)barrier;
}

START_TEST(writes_wait_until_the_last_barrier_has_ended)
{
	struct volume_barrier first = { .drained = drained }, second = first;
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);

	volume_barrier_begin(engine.volume, &first);
	volume_barrier_begin(engine.volume, &second);
	engine_submit(&engine, write);
	volume_barrier_end(engine.volume, &first);
	engine_settle(&engine);
	ck_assert(!write->has_ended);
	volume_barrier_end(engine.volume, &second);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	engine_request_free(write);
}
END_TEST

/* Writes come all the while: each is in the snapshot, or it is held. */
START_TEST(no_write_gets_between_the_snapshot_and_the_watch)
{
	enum { WRITES = 64 };
	struct snapshot_create create = { .name = "s", .done = note_created };
	struct volume_watch watch = watch_of("s");
	struct engine_request *writes[WRITES];
	unsigned held_count = 0;
	uint8_t *live, *snapshot;

	created = false;
	volume_watch_begin(engine.volume, &watch);
	volume_snapshot_create(engine.volume, &create);
	for (unsigned i = 0; i < WRITES; i++) {
		writes[i] = engine_write_new(i * BLOCK_BYTES, BLOCK_BYTES, i + 1);
		engine_submit(&engine, writes[i]);
		if (!created)
			engine_step(&engine);
	}
	engine_settle(&engine);
	ck_assert(created && taken_count == 1);
	for (unsigned i = 0; i < WRITES; i++)
		held_count += !writes[i]->has_ended;
	ck_assert_uint_gt(held_count, 0);
	live = engine_content(&engine, NULL);
	snapshot = engine_content(&engine, engine_find(&engine, "s"));
	ck_assert(memcmp(live, snapshot, VOLUME_BYTES) == 0);
	free(live);
	volume_watch_end(&watch);
	for (unsigned i = 0; i < WRITES; i++) {
		ck_assert_int_eq(engine_wait(&engine, writes[i]), 0);
		engine_request_free(writes[i]);
	}
	live = engine_content(&engine, NULL);
	ck_assert(memcmp(live, snapshot, VOLUME_BYTES) != 0);
	free(live);
	free(snapshot);
}
END_TEST

START_TEST(only_the_watches_of_that_name_are_told)
{
	struct volume_watch mine = watch_of("s");
	struct volume_watch other = watch_of("other");
	struct volume_watch also = watch_of("*s"); /* any part, also none */

	also.taken = count_and_end;
	volume_watch_begin(engine.volume, &mine);
	volume_watch_begin(engine.volume, &other);
	volume_watch_begin(engine.volume, &also);
	ck_assert_int_eq(engine_snapshot(&engine, "t", NULL, NULL), 0);
	ck_assert_uint_eq(taken_count, 0);
	ck_assert_int_eq(engine_write(&engine, 0, BLOCK_BYTES, 1), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_uint_eq(taken_count, 2);
	ck_assert(mine.is_taken && !other.is_taken);
	volume_watch_end(&mine);
	volume_watch_end(&other);
	ck_assert_int_eq(engine_write(&engine, 0, BLOCK_BYTES, 2), 0);
}
END_TEST

START_TEST(a_watch_that_has_ended_is_told_nothing_and_holds_nothing)
{
	struct volume_watch watch = watch_of("s");

	volume_watch_begin(engine.volume, &watch);
	volume_watch_end(&watch);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_uint_eq(taken_count, 0);
	ck_assert_int_eq(engine_write(&engine, 0, BLOCK_BYTES, 1), 0);
}
END_TEST

START_TEST(a_snapshot_that_is_not_taken_is_not_told)
{
	struct engine_snapshot_options bad = { .block_bytes = 1000 };
	struct volume_watch watch = watch_of("s");

	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	volume_watch_begin(engine.volume, &watch);
	/* It is there already, and then one cannot be made. */
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), -EEXIST);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", &bad, NULL), -EINVAL);
	ck_assert_uint_eq(taken_count, 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_uint_eq(taken_count, 1);
	volume_watch_end(&watch);
}
END_TEST

START_TEST(a_watch_that_is_begun_when_one_is_told_is_for_the_next)
{
	struct volume_watch watch = watch_of("s");

	watch.taken = count_and_begin;
	volume_watch_begin(engine.volume, &watch);
	for (unsigned i = 1; i <= 3; i++) {
		ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
		ck_assert_uint_eq(taken_count, i);
		ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	}
	volume_watch_end(&watch);
}
END_TEST

START_TEST(a_volume_is_closed_under_a_watch_that_waits)
{
	struct volume_watch watch = watch_of("s");

	volume_watch_begin(engine.volume, &watch);
	engine_settle(&engine);
	ck_assert(volume_idle(engine.volume));
	volume_watch_end(&watch);
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	/* A kill lets it fall. */
	volume_watch_begin(engine.volume, &watch);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	ck_assert_uint_eq(taken_count, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume watch");
	TCase *tcase = tcase_create("watch");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_engine, close_engine);
	tcase_add_test(tcase, writes_wait_until_the_last_barrier_has_ended);
	tcase_add_test(tcase, no_write_gets_between_the_snapshot_and_the_watch);
	tcase_add_test(tcase, only_the_watches_of_that_name_are_told);
	tcase_add_test(tcase, a_watch_that_has_ended_is_told_nothing_and_holds_nothing);
	tcase_add_test(tcase, a_snapshot_that_is_not_taken_is_not_told);
	tcase_add_test(tcase, a_watch_that_is_begun_when_one_is_told_is_for_the_next);
	tcase_add_test(tcase, a_volume_is_closed_under_a_watch_that_waits);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
