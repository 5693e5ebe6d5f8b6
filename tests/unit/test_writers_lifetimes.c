/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_writers_lifetimes.c - a snapshot is visible before its writers have
 * thawed, and may be deleted, or go of itself, from then on.
 */
#include <check.h>
#include <errno.h>

#include "simfs/base/clock.h"
#include "simfs/volume/volume_faults.h"
#include "simfs/volume/writers/writers.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define BLOCK 16384u

struct asked {
	struct snapshot_create create;
	struct snapshot *made; /* with a file open, while keeps_open */
	bool keeps_open;
	bool has_ended;
	int result;
	unsigned order;
};

struct deleting {
	struct snapshot_delete command;
	bool has_ended;
	int result;
	unsigned order;
};

static struct engine engine;
static struct asked asked;
static struct deleting deleting;
static unsigned answers;

static void created(struct snapshot_create *create, int result)
{
	struct asked *asking = CONTAINER_OF(create, struct asked, create);

	asking->has_ended = true;
	asking->result = result;
	asking->order = ++answers;
	if (result < 0) {
		ck_assert_ptr_null(create->snapshot);
		return;
	}
	/* What a mount does: it is there, whatever was asked meanwhile. */
	ck_assert_uint_gt(snapshot_id(create->snapshot), 0);
	ck_assert_str_eq(snapshot_name(create->snapshot), "s");
	if (asking->keeps_open) {
		snapshot_opened(create->snapshot);
		asking->made = create->snapshot;
	}
}

static void created_another(struct snapshot_create *create, int result)
{
	(void)result;
	CONTAINER_OF(create, struct asked, create)->has_ended = true;
}

static void deleted(struct snapshot_delete *command, int result)
{
	struct deleting *of = CONTAINER_OF(command, struct deleting, command);

	of->has_ended = true;
	of->result = result;
	of->order = ++answers;
}

static void open_with(const struct profile *profile, const char *limit, const char *writer)
{
	char message[WRITER_MESSAGE_BYTES];

	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = 1u << 20,
			.profile = profile,
			.limit = limit,
			.step_ns = NS_PER_MS,
			.jump_ns = 100 * NS_PER_S });
	for (unsigned i = 0; i < 64; i++)
		ck_assert_int_eq(engine_write(&engine, i * (uint64_t)BLOCK, BLOCK, i), 0);
	ck_assert_int_eq(volume_writer_add(engine.volume, writer, message), 0);
}

/* Takes "s"; it is visible afterwards, and its writers thaw. */
static struct snapshot *take_until_visible(void)
{
	struct snapshot *snapshot = NULL;

	asked.create = (struct snapshot_create){
		.name = "s", .with_writers = true, .done = created
	};
	volume_snapshot_create(engine.volume, &asked.create);
	while (!(snapshot = volume_snapshot_find(engine.volume, "s")))
		ck_assert(engine_step(&engine));
	ck_assert(!asked.has_ended);
	return snapshot;
}

static void ask_to_delete(struct snapshot *snapshot)
{
	deleting.command = (struct snapshot_delete){ .done = deleted };
	volume_snapshot_delete(engine.volume, snapshot, &deleting.command);
}

static void close_engine(void)
{
	engine_settle(&engine);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine_deinit(&engine);
}

START_TEST(a_deletion_waits_until_whoever_takes_it_was_told)
{
	open_with(&profile_plain, NULL, "simulated name=W thaw=3s");
	ask_to_delete(take_until_visible());
	ck_assert_ptr_null(volume_snapshot_find(engine.volume, "s"));
	while (!asked.has_ended || !deleting.has_ended)
		ck_assert(engine_step(&engine));
	ck_assert_int_eq(asked.result, 0);
	ck_assert_int_eq(deleting.result, 0);
	ck_assert_uint_lt(asked.order, deleting.order);
	ck_assert(!engine_file_exists(&engine, "s.store"));
	close_engine();
}
END_TEST

START_TEST(who_was_told_of_a_snapshot_may_open_it_although_it_is_deleted_already)
{
	asked.keeps_open = true;
	open_with(&profile_plain, NULL, "simulated name=W thaw=3s");
	ask_to_delete(take_until_visible());
	while (!asked.has_ended)
		ck_assert(engine_step(&engine));
	engine_settle(&engine);
	ck_assert(!deleting.has_ended);
	snapshot_closed(asked.made);
	engine_settle(&engine);
	ck_assert(deleting.has_ended && deleting.result == 0);
	close_engine();
}
END_TEST

START_TEST(a_set_that_fails_leaves_the_snapshot_to_who_deletes_it_already)
{
	open_with(&profile_plain, NULL, "simulated name=W thaw=3s limit=2s");
	ask_to_delete(take_until_visible());
	while (!asked.has_ended || !deleting.has_ended)
		ck_assert(engine_step(&engine));
	ck_assert_int_lt(asked.result, 0);
	ck_assert_int_eq(deleting.result, 0);
	ck_assert_ptr_null(volume_snapshot_next(engine.volume, NULL));
	close_engine();
}
END_TEST

static void expect_failure_but_a_snapshot_in_use(struct snapshot *snapshot)
{
	for (unsigned i = 0; i < 10000 && !asked.has_ended; i++)
		engine_step(&engine);
	ck_assert_msg(asked.has_ended, "whoever asked waits for who uses the snapshot");
	ck_assert_int_lt(asked.result, 0);
	ck_assert_ptr_null(volume_snapshot_next(engine.volume, NULL));
	ck_assert(snapshot_is_going(snapshot));
}

/* The writers are free, and nothing of the failed one is left. */
static void expect_another(void)
{
	engine_settle(&engine);
	ck_assert(!engine_file_exists(&engine, "s.store"));
	asked.has_ended = false;
	take_until_visible();
	engine_settle(&engine);
	ck_assert(asked.has_ended);
	close_engine();
}

START_TEST(a_set_that_fails_does_not_wait_for_who_has_its_snapshot_open)
{
	struct snapshot *snapshot;

	open_with(&profile_plain, NULL, "simulated name=W thaw=3s limit=2s");
	snapshot = take_until_visible();
	snapshot_opened(snapshot);
	expect_failure_but_a_snapshot_in_use(snapshot);
	/* Nor do the next ones, though the name is not free yet. */
	asked.has_ended = false;
	asked.create = (struct snapshot_create){
		.name = "t", .with_writers = true, .done = created_another
	};
	volume_snapshot_create(engine.volume, &asked.create);
	engine_settle(&engine);
	ck_assert(asked.has_ended);
	snapshot_closed(snapshot);
	expect_another();
}
END_TEST

START_TEST(a_set_that_fails_does_not_wait_for_a_read_that_hangs)
{
	struct engine_request *read = engine_read_new(NULL, 0, BLOCK);
	char message[RULE_MESSAGE_BYTES];
	struct snapshot *snapshot;
	uint64_t id;

	open_with(&profile_plain, NULL, "simulated name=W thaw=3s limit=2s");
	ck_assert_int_eq(
		volume_fault_add(engine.volume, "snapshot.read hang times=1", &id, message), 0);
	snapshot = take_until_visible();
	read->request.snapshot = snapshot;
	engine_submit(&engine, read);
	expect_failure_but_a_snapshot_in_use(snapshot);
	ck_assert(!read->has_ended);
	ck_assert_uint_eq(volume_fault_release(engine.volume), 1);
	engine_settle(&engine);
	ck_assert(read->has_ended);
	engine_request_free(read);
	expect_another();
}
END_TEST

START_TEST(a_copy_that_overflows_while_its_writers_thaw_goes_when_its_taker_was_told)
{
	open_with(&profile_vss, "128KiB", "simulated name=W thaw=3s");
	take_until_visible();
	for (unsigned i = 0; i < 16; i++)
		ck_assert_int_eq(engine_write(&engine, i * (uint64_t)BLOCK, BLOCK, 100 + i), 0);
	while (!asked.has_ended)
		ck_assert(engine_step(&engine));
	engine_settle(&engine);
	ck_assert_ptr_null(volume_snapshot_next(engine.volume, NULL));
	ck_assert(!engine_file_exists(&engine, "s.store"));
	close_engine();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("snapshots while writers thaw");
	TCase *thaw = tcase_create("thaw");

	(void)argc;
	tcase_add_test(thaw, a_deletion_waits_until_whoever_takes_it_was_told);
	tcase_add_test(thaw, who_was_told_of_a_snapshot_may_open_it_although_it_is_deleted_already);
	tcase_add_test(thaw, a_set_that_fails_leaves_the_snapshot_to_who_deletes_it_already);
	tcase_add_test(thaw, a_set_that_fails_does_not_wait_for_who_has_its_snapshot_open);
	tcase_add_test(thaw, a_set_that_fails_does_not_wait_for_a_read_that_hangs);
	tcase_add_test(
		thaw, a_copy_that_overflows_while_its_writers_thaw_goes_when_its_taker_was_told);
	suite_add_tcase(suite, thaw);
	return engine_suite_run(suite, argv[0]);
}
