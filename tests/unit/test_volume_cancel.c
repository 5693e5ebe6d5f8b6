/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever asked is killed: what had not begun is taken back, and nothing else changes. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/snapshot_cancel.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK 4096u

static const char *const profiles[] = { "plain", "lvm", "vss", "xen" };

#define PROFILES ((int)(sizeof profiles / sizeof profiles[0]))

static void open_as(const char *profile)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile_find(profile),
				 .durable = true,
				 .no_coalesce = true },
		true);
}

static void close_all(void)
{
	engine_deinit(&bench_engine);
}

struct creation {
	struct snapshot_create create;
	unsigned told;
	int result;
};

static void created(struct snapshot_create *create, int result)
{
	struct creation *creation = CONTAINER_OF(create, struct creation, create);

	creation->told++;
	creation->result = result;
}

static void begin_creation(struct creation *creation, const char *name)
{
	*creation = (struct creation){ .create.name = name, .create.done = created };
	volume_snapshot_create(bench_engine.volume, &creation->create);
}

static bool is_there(const char *name)
{
	return volume_snapshot_find(bench_engine.volume, name) != NULL;
}

/* Nothing hangs, live writes go on, and what is cancelled may be asked for again. */
static void check_all_is_well(const char *name)
{
	engine_settle(&bench_engine);
	ck_assert(volume_idle(bench_engine.volume));
	ck_assert_int_eq(engine_write(&bench_engine, 0, BLOCK, 9), 0);
	if (!is_there(name))
		ck_assert_int_eq(engine_snapshot(&bench_engine, name, NULL, NULL), 0);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	ck_assert(is_there("s"));
	ck_assert(is_there(name));
}

/* After STEPS of the disk; whether it was over by then. */
static bool cancel_creation_after(unsigned steps)
{
	struct creation creation;
	struct engine_request *write = engine_write_new(BLOCK + 100, BLOCK, 7);

	engine_submit(&bench_engine, write);
	begin_creation(&creation, "t");
	for (unsigned i = 0; i < steps; i++)
		engine_step(&bench_engine);

	bool was_over = creation.told > 0;

	if (!was_over)
		volume_snapshot_cancel(&creation.create);
	engine_settle(&bench_engine);
	ck_assert_uint_eq(creation.told, 1);
	ck_assert(creation.result == 0 || creation.result == -EINTR);
	ck_assert_int_eq(creation.result == 0, is_there("t"));
	ck_assert_int_eq(engine_wait(&bench_engine, write), 0);
	engine_request_free(write);
	return was_over;
}

START_TEST(a_creation_that_is_cancelled_at_any_step_is_there_or_has_never_been)
{
	bool was_over = false;
	unsigned steps = 0;

	for (; !was_over; steps++) {
		open_as(profiles[_i]);
		was_over = cancel_creation_after(steps);
		check_all_is_well("t");
		close_all();
	}
	/* There was something to cancel. */
	ck_assert_uint_gt(steps, 3);
}
END_TEST

START_TEST(a_creation_that_a_fault_holds_up_ends_at_once)
{
	static const char *const rules[] = { "snapshot.create hang", "snapshot.commit hang" };

	for (size_t i = 0; i < 2; i++) {
		struct creation creation;

		open_as(profiles[_i]);
		fault_bench_add(rules[i]);
		begin_creation(&creation, "t");
		engine_settle(&bench_engine);
		ck_assert_uint_eq(creation.told, 0);
		volume_snapshot_cancel(&creation.create);
		engine_settle(&bench_engine);
		ck_assert_uint_eq(creation.told, 1);
		ck_assert_int_eq(creation.result, -EINTR);
		ck_assert(!is_there("t"));
		volume_fault_clear(bench_engine.volume);
		check_all_is_well("t");
		close_all();
	}
}
END_TEST

START_TEST(a_copy_that_nobody_wants_goes_no_further)
{
	for (unsigned steps = 0; steps < 3; steps++) {
		struct creation creation = {
			.create.name = "t", .create.kind = SNAPSHOT_COPIED, .create.done = created
		};

		open_as("xen");
		creation.create.of = engine_find(&bench_engine, "s");
		volume_snapshot_create(bench_engine.volume, &creation.create);
		for (unsigned i = 0; i < steps; i++)
			engine_step(&bench_engine);
		ck_assert_uint_eq(creation.told, 0);
		volume_snapshot_cancel(&creation.create);
		engine_settle(&bench_engine);
		ck_assert_uint_eq(creation.told, 1);
		ck_assert_int_eq(creation.result, -EINTR);
		ck_assert(!is_there("t"));
		check_all_is_well("t");
		close_all();
	}
}
END_TEST

static int delete_result, open_result;

static void deleted(struct snapshot_delete *command, int result)
{
	(void)command;
	delete_result = result;
}

static void opened(struct snapshot_open *open, struct snapshot *snapshot, int result)
{
	(void)open;
	(void)snapshot;
	open_result = result;
}

/* A snapshot that is being taken changes the chain, and others wait for their turn. */
START_TEST(a_clone_that_is_cancelled_while_it_waits_for_its_turn_has_never_been)
{
	struct creation first, clone;

	open_as("xen");
	fault_bench_add("snapshot.commit hang");
	begin_creation(&first, "t");
	engine_settle(&bench_engine);
	clone = (struct creation){ .create = { .name = "u",
					   .kind = _i == 0 ? SNAPSHOT_CLONED : SNAPSHOT_COPIED,
					   .of = engine_find(&bench_engine, "s"),
					   .done = created } };
	volume_snapshot_create(bench_engine.volume, &clone.create);
	engine_settle(&bench_engine);
	ck_assert_uint_eq(clone.told, 0);
	volume_snapshot_cancel(&clone.create);
	volume_fault_clear(bench_engine.volume);
	engine_settle(&bench_engine);
	ck_assert_int_eq(first.result, 0);
	ck_assert_uint_eq(clone.told, 1);
	ck_assert_int_eq(clone.result, -EINTR);
	ck_assert(!is_there("u"));
	ck_assert(!engine_file_exists(&bench_engine, "u.store.new"));
	check_all_is_well("t");
	close_all();
}
END_TEST

START_TEST(a_deletion_and_an_open_that_a_fault_holds_up_end_at_once)
{
	struct snapshot_delete command = { .done = deleted };
	struct snapshot_open open = { .done = opened };

	open_as(profiles[_i]);
	fault_bench_add("snapshot.delete hang");
	fault_bench_add("snapshot.open hang");
	delete_result = open_result = 1;
	volume_snapshot_delete(bench_engine.volume, engine_find(&bench_engine, "s"), &command);
	volume_snapshot_open(bench_engine.volume, engine_find(&bench_engine, "s"), &open);
	ck_assert_int_eq(delete_result, 1);
	volume_snapshot_open_cancel(&open);
	volume_snapshot_delete_cancel(&command);
	ck_assert_int_eq(delete_result, -EINTR);
	ck_assert_int_eq(open_result, -EINTR);
	volume_fault_clear(bench_engine.volume);
	check_all_is_well("t");
	close_all();
}
END_TEST

/* Submits REQUEST, which waits, and takes it back. */
static void take_back(struct engine_request *request)
{
	engine_submit(&bench_engine, request);
	engine_settle(&bench_engine);
	ck_assert(!request->has_ended);
	ck_assert(volume_request_cancel(&request->request));
	ck_assert(request->has_ended);
	ck_assert_int_eq(request->result, -EINTR);
	engine_request_free(request);
}

START_TEST(a_request_that_waits_for_a_fault_or_a_barrier_is_taken_back)
{
	struct creation creation;
	uint8_t before, after;

	open_as(profiles[_i]);
	ck_assert_int_eq(engine_read(&bench_engine, NULL, 0, &before, 1), 0);
	fault_bench_add("snapshot.read hang");
	fault_bench_add("live.read hang");
	fault_bench_add("live.write hang");
	take_back(engine_read_new(engine_find(&bench_engine, "s"), 0, BLOCK));
	take_back(engine_read_new(NULL, 0, BLOCK));
	take_back(engine_write_new(0, BLOCK, 5));
	volume_fault_clear(bench_engine.volume);

	fault_bench_add("snapshot.commit hang");
	begin_creation(&creation, "t");
	engine_settle(&bench_engine);
	take_back(engine_write_new(0, BLOCK, 6));
	volume_fault_clear(bench_engine.volume);
	engine_settle(&bench_engine);
	ck_assert_int_eq(creation.result, 0);
	ck_assert_int_eq(engine_read(&bench_engine, NULL, 0, &after, 1), 0);
	ck_assert_uint_eq(before, after);
	check_all_is_well("t");
	close_all();
}
END_TEST

START_TEST(a_request_that_has_begun_is_not_taken_back)
{
	struct engine_request *write = engine_write_new(0, BLOCK, 5);

	open_as("plain");
	fault_bench_add("cow.store hang");
	engine_submit(&bench_engine, write);
	engine_settle(&bench_engine);
	ck_assert(!write->has_ended);
	ck_assert(!volume_request_cancel(&write->request));
	volume_fault_clear(bench_engine.volume);
	ck_assert_int_eq(engine_wait(&bench_engine, write), 0);
	engine_request_free(write);
	close_all();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume_cancel");
	TCase *cases = tcase_create("cancel");

	(void)argc;
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases,
		a_creation_that_is_cancelled_at_any_step_is_there_or_has_never_been, 0, PROFILES);
	tcase_add_loop_test(cases, a_creation_that_a_fault_holds_up_ends_at_once, 0, PROFILES);
	tcase_add_test(cases, a_copy_that_nobody_wants_goes_no_further);
	tcase_add_loop_test(
		cases, a_clone_that_is_cancelled_while_it_waits_for_its_turn_has_never_been, 0, 2);
	tcase_add_loop_test(
		cases, a_deletion_and_an_open_that_a_fault_holds_up_end_at_once, 0, PROFILES);
	tcase_add_loop_test(
		cases, a_request_that_waits_for_a_fault_or_a_barrier_is_taken_back, 0, PROFILES);
	tcase_add_test(cases, a_request_that_has_begun_is_not_taken_back);
	suite_add_tcase(suite, cases);
	return engine_suite_run(suite, argv[0]);
}
