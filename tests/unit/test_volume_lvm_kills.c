/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a snapshot of profile lvm: killed at each step, struck at each write, several at a
 * time.  Each has happened as a whole, or not at all. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/lvm/lvm.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK	  4096u
#define STEPS_MAX 64

static const struct lvm_change changes[] = {
	{ .kind = LVM_DETACH },
	{ .kind = LVM_ATTACH },
	{ .kind = LVM_RENAME, .to = "t" },
	{ .kind = LVM_LIMIT, .limit = { .bytes = 65536 } },
};

#define CHANGES (sizeof changes / sizeof changes[0])

/* One that is under way. */
struct running {
	struct lvm_change change;
	bool has_ended;
	int result;
};

static void ended(struct lvm_change *change, int result)
{
	struct running *running = CONTAINER_OF(change, struct running, change);

	ck_assert(!running->has_ended);
	running->has_ended = true;
	running->result = result;
}

static void start(struct running *running, const char *name, const struct lvm_change *change)
{
	*running = (struct running){ .change = *change };
	running->change.done = ended;
	volume_lvm_change(bench_engine.volume, engine_find(&bench_engine, name), &running->change);
}

/* A volume with the snapshot "s", which has its first block, and is as the change finds it. */
static void open_for(const struct lvm_change *change, bool durable, bool power_cuts)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = &profile_lvm,
				 .durable = durable,
				 .power_cuts = power_cuts },
		true);
	bench_write(0, BLOCK, 100);
	if (change->kind == LVM_ATTACH)
		ck_assert_int_eq(engine_change(&bench_engine, "s",
					 &(struct lvm_change){ .kind = LVM_DETACH }),
			0);
	ck_assert_int_eq(engine_flush(&bench_engine), 0);
}

static struct snapshot *the_one(void)
{
	struct snapshot *snapshot = volume_snapshot_next(bench_engine.volume, NULL);

	ck_assert_ptr_nonnull(snapshot);
	ck_assert(!volume_snapshot_next(bench_engine.volume, snapshot));
	return snapshot;
}

/* Whether the only snapshot is as CHANGE makes it; else it is as before, and no third thing. */
static bool is_changed(const struct lvm_change *change)
{
	json_t *status = snapshot_status(the_one());
	bool is_t = strcmp(json_string_value(json_object_get(status, "name")), "t") == 0;
	bool is_attached = json_is_true(json_object_get(status, "attached"));
	json_int_t limit = json_integer_value(
		json_object_get(json_object_get(status, "store"), "limit_bytes"));
	bool ret = false;

	ck_assert_str_eq(json_string_value(json_object_get(status, "state")), "active");
	switch (change->kind) {
	case LVM_DETACH:
		ret = !is_attached;
		break;
	case LVM_ATTACH:
		ret = is_attached;
		break;
	case LVM_RENAME:
		ck_assert(is_t || volume_snapshot_find(bench_engine.volume, "s"));
		ret = is_t;
		break;
	case LVM_LIMIT:
		ret = limit == 65536;
		break;
	}
	json_decref(status);
	return ret;
}

/* What it has kept it has, and it goes on as it says that it is. */
static void expect_it_works(void)
{
	struct snapshot *snapshot = the_one();
	bool is_attached;
	json_t *status = snapshot_status(snapshot);

	is_attached = json_is_true(json_object_get(status, "attached"));
	json_decref(status);
	bench_write(8 * BLOCK, BLOCK, 103);
	if (!is_attached)
		memcpy(bench_content + 8 * BLOCK, bench_live + 8 * BLOCK, BLOCK);
	bench_expect_whole(snapshot_name(snapshot));
	bench_expect_live();
	ck_assert(engine_file_exists(
		&bench_engine, strcmp(snapshot_name(snapshot), "t") == 0 ? "t.store" : "s.store"));
}

START_TEST(a_kill_at_any_step_leaves_the_old_or_the_new)
{
	const struct lvm_change *change = &changes[(size_t)_i % CHANGES];
	bool durable = (size_t)_i / CHANGES;
	bool was_whole = false;

	for (unsigned steps = 0; !was_whole; steps++) {
		struct running running;

		ck_assert_uint_lt(steps, STEPS_MAX);
		open_for(change, durable, false);
		start(&running, "s", change);
		for (unsigned i = 0; i < steps && !running.has_ended; i++)
			engine_step(&bench_engine);
		was_whole = running.has_ended;
		ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
		ck_assert(is_changed(change) || !was_whole);
		expect_it_works();
		bench_close();
	}
}
END_TEST

START_TEST(a_power_cut_takes_back_nothing_that_was_acknowledged)
{
	const struct lvm_change *change = &changes[(size_t)_i % CHANGES];
	bool was_whole = false;

	for (unsigned steps = 0; !was_whole; steps++) {
		struct running running;

		ck_assert_uint_lt(steps, STEPS_MAX);
		open_for(change, true, true);
		start(&running, "s", change);
		for (unsigned i = 0; i < steps && !running.has_ended; i++)
			engine_step(&bench_engine);
		was_whole = running.has_ended;
		engine_power_cut(&bench_engine, steps);
		ck_assert_int_eq(engine_open(&bench_engine), 0);
		ck_assert(is_changed(change) || !was_whole);
		expect_it_works();
		bench_close();
	}
}
END_TEST

START_TEST(an_error_of_the_disk_changes_nothing)
{
	const struct lvm_change *change = &changes[(size_t)_i % CHANGES];
	int result;

	open_for(change, false, false);
	memory_disk_fail(bench_engine.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	result = engine_change(&bench_engine, "s",
		&(struct lvm_change){
			.kind = change->kind, .to = change->to, .limit = change->limit });
	ck_assert_int_eq(result, -EIO);
	ck_assert(!is_changed(change));
	ck_assert_int_eq(engine_kill_and_open(&bench_engine), 0);
	ck_assert(!is_changed(change));
	expect_it_works();
	bench_close();
}
END_TEST

/* ---- several ---- */

START_TEST(changes_have_their_turns)
{
	static const struct lvm_change asked[] = {
		{ .kind = LVM_DETACH },
		{ .kind = LVM_RENAME, .to = "u" },
		{ .kind = LVM_LIMIT, .limit = { .bytes = 65536 } },
		{ .kind = LVM_ATTACH },
		{ .kind = LVM_RENAME, .to = "t" },
	};
	struct running running[sizeof asked / sizeof asked[0]];

	open_for(&changes[LVM_DETACH], false, false);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
		start(&running[i], "s", &asked[i]);
	ck_assert(!volume_idle(bench_engine.volume));
	engine_settle(&bench_engine);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
		ck_assert(running[i].has_ended && running[i].result == 0);
	ck_assert(is_changed(&changes[LVM_RENAME]) && is_changed(&changes[LVM_LIMIT]) &&
		  is_changed(&changes[LVM_ATTACH]));
	expect_it_works();
	bench_close();
}
END_TEST

START_TEST(two_that_want_one_name_do_not_both_get_it)
{
	struct running first, second;

	open_for(&changes[LVM_RENAME], false, false);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "other", NULL, NULL), 0);
	start(&first, "s", &changes[LVM_RENAME]);
	start(&second, "other", &changes[LVM_RENAME]);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), -EEXIST);
	engine_settle(&bench_engine);
	ck_assert_int_eq(first.result, 0);
	ck_assert_int_eq(second.result, -EEXIST);
	ck_assert_ptr_nonnull(volume_snapshot_find(bench_engine.volume, "other"));
	bench_close();
}
END_TEST

static void deleted(struct snapshot_delete *command, int result)
{
	(void)command;
	ck_assert_int_eq(result, 0);
}

START_TEST(a_deletion_waits_for_a_change)
{
	struct snapshot_delete deletion = { .done = deleted };
	struct running running;

	open_for(&changes[(size_t)_i], false, false);
	start(&running, "s", &changes[(size_t)_i]);
	volume_snapshot_delete(bench_engine.volume, engine_find(&bench_engine, "s"), &deletion);
	engine_settle(&bench_engine);
	ck_assert(running.has_ended);
	ck_assert_int_eq(running.result, 0);
	ck_assert(!volume_snapshot_next(bench_engine.volume, NULL));
	ck_assert(!engine_file_exists(&bench_engine, "s.store"));
	ck_assert(!engine_file_exists(&bench_engine, "t.store"));
	bench_close();
}
END_TEST

/* A copy that somebody has put beside it is none of this volume's snapshots. */
START_TEST(a_file_of_another_name_is_given_its_own_unless_that_is_taken)
{
	struct blockio_folder *folder;

	open_for(&changes[LVM_RENAME], false, false);
	ck_assert_int_eq(engine_change(&bench_engine, "s",
				 &(struct lvm_change){ .kind = LVM_RENAME, .to = "t" }),
		0);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	folder = bench_engine.folder;
	ck_assert_int_eq(folder->ops->rename(folder, "t.store", "elsewhere.store"), 0);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	expect_it_works();
	ck_assert_str_eq(snapshot_name(the_one()), "t");
	bench_close();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("lvm changes, killed");
	TCase *tcase = tcase_create("lvm changes, killed");

	(void)argc;
	tcase_add_loop_test(
		tcase, a_kill_at_any_step_leaves_the_old_or_the_new, 0, 2 * (int)CHANGES);
	tcase_add_loop_test(
		tcase, a_power_cut_takes_back_nothing_that_was_acknowledged, 0, (int)CHANGES);
	tcase_add_loop_test(tcase, an_error_of_the_disk_changes_nothing, 0, (int)CHANGES);
	tcase_add_test(tcase, changes_have_their_turns);
	tcase_add_test(tcase, two_that_want_one_name_do_not_both_get_it);
	tcase_add_loop_test(tcase, a_deletion_waits_for_a_change, 0, (int)CHANGES);
	tcase_add_test(tcase, a_file_of_another_name_is_given_its_own_unless_that_is_taken);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
