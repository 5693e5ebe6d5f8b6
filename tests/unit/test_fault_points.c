/* SPDX-License-Identifier: Apache-2.0 */
/* Every point is reached by what its sentence says, and what strikes there acts there. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/volume/changed.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK 4096u

static void open_as(const char *profile, bool durable)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile_find(profile),
				 .durable = durable,
				 .step_ns = NS_PER_MS },
		true);
}

/* ---- every point is reached ---- */

static void read_live(void)
{
	uint8_t byte;

	engine_read(&bench_engine, NULL, 0, &byte, 1);
}

static void write_live(void)
{
	engine_write(&bench_engine, 0, BLOCK, 3);
}

static void flush_live(void)
{
	engine_flush(&bench_engine);
}

static void create(void)
{
	engine_snapshot(&bench_engine, "t", NULL, NULL);
}

static void opened(struct snapshot_open *open, struct snapshot *snapshot, int result)
{
	(void)open;
	if (result == 0)
		snapshot_closed(snapshot);
}

static void open_snapshot(void)
{
	struct snapshot_open open = { .done = opened };

	volume_snapshot_open(bench_engine.volume, engine_find(&bench_engine, "s"), &open);
}

static void read_snapshot(void)
{
	uint8_t byte;

	engine_read(&bench_engine, engine_find(&bench_engine, "s"), 0, &byte, 1);
}

static void write_snapshot(void)
{
	size_t done;

	fault_bench_write(engine_find(&bench_engine, "s"), 0, BLOCK, 3, &done);
}

static void delete (void)
{
	engine_delete(&bench_engine, "s");
}

static void open_again(void)
{
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	ck_assert_int_eq(engine_open(&bench_engine), 0);
}

static void coalesce(void)
{
	engine_write(&bench_engine, 0, BLOCK, 4);
	create();
	delete ();
	volume_coalesce(bench_engine.volume, false);
	engine_settle(&bench_engine);
}

static void ask_writers(void)
{
	const struct engine_snapshot_options options = { .with_writers = true };
	char message[WRITER_MESSAGE_BYTES];

	ck_assert_int_eq(volume_writer_add(bench_engine.volume, "simulated name=w", message), 0);
	engine_snapshot(&bench_engine, "t", &options, NULL);
}

static void told(struct writers_command *command_, int result, const char *why)
{
	(void)command_;
	(void)why;
	ck_assert_int_eq(result, 0);
}

static void tell_writers(void)
{
	struct writers_command notified = { .done = told };
	char message[WRITER_MESSAGE_BYTES];

	ck_assert_int_eq(volume_writer_add(bench_engine.volume, "simulated name=w", message), 0);
	for (size_t notice = 0; writer_notice_name(notice); notice++)
		volume_writers_notify(bench_engine.volume, (enum writer_notice)notice, &notified);
}

static void command_done(struct volume_moment *moment, int result)
{
	(void)moment;
	(void)result;
}

static void command(void)
{
	struct volume_moment moment = { .go = command_done };

	volume_command(bench_engine.volume, &moment);
}

static void ask_as_a_door(void)
{
	struct volume_moment moment = { .go = command_done };

	struct fault_context where = { .device = "vg0-live", .ioctl = "table-load" };

	volume_door_strike(bench_engine.volume, FAULT_DM_IOCTL, &where, &moment);
}

static void tell_udev(void)
{
	struct volume_moment moment = { .go = command_done };

	struct fault_context where = { .device = "vg0-live" };

	volume_door_strike(bench_engine.volume, FAULT_DM_UDEV, &where, &moment);
}

static void be_called(void)
{
	struct volume_moment moment = { .go = command_done };
	struct fault_context where = { .method = "VM.snapshot" };

	volume_door_strike(bench_engine.volume, FAULT_XAPI_CALL, &where, &moment);
}

static void export(void)
{
	struct volume_moment moment = { .go = command_done };
	struct fault_context where = { .length = 0 };

	volume_door_strike(bench_engine.volume, FAULT_XAPI_EXPORT, &where, &moment);
}

static void import(void)
{
	struct volume_moment moment = { .go = command_done };
	struct fault_context where = { .length = 0 };

	volume_door_strike(bench_engine.volume, FAULT_XAPI_IMPORT, &where, &moment);
}

static void tell_a_client(void)
{
	struct volume_moment moment = { .go = command_done };
	struct fault_context where = { .length = 0 };

	volume_door_strike(bench_engine.volume, FAULT_XAPI_EVENT, &where, &moment);
}

static void discard(void)
{
	struct engine_request *request = engine_write_new(0, VOLUME_REQUEST_MAX_BYTES, 0);
	request->request.kind = VOLUME_DISCARD;
	engine_submit(&bench_engine, request);
	ck_assert_int_eq(engine_wait(&bench_engine, request), 0);
	engine_request_free(request);
}

static void seek(void)
{
	struct volume_moment moment = { .go = command_done };

	volume_snapshot_seek(bench_engine.volume, engine_find(&bench_engine, "s"), 0, 0, &moment);
}

static void changed_told(struct changed_ask *ask, struct snapshot *snapshot, int result)
{
	(void)ask;
	(void)snapshot;
	ck_assert_int_eq(result, 0);
}

static void ask_changed(void)
{
	struct changed_ask ask = { .done = changed_told };

	changed_ask(engine_find(&bench_engine, "s"), 0, &ask);
}

static const struct {
	enum fault_point point;
	void (*reach)(void);
	const char *profile;
} ways[FAULT_POINTS] = {
	{ FAULT_LIVE_READ, read_live, "plain" },
	{ FAULT_LIVE_WRITE, write_live, "plain" },
	{ FAULT_LIVE_FLUSH, flush_live, "plain" },
	{ FAULT_LIVE_DISCARD, discard, "plain" },
	{ FAULT_SNAPSHOT_CREATE, create, "plain" },
	{ FAULT_SNAPSHOT_COMMIT, create, "plain" },
	{ FAULT_SNAPSHOT_OPEN, open_snapshot, "plain" },
	{ FAULT_SNAPSHOT_READ, read_snapshot, "plain" },
	{ FAULT_SNAPSHOT_SEEK, seek, "plain" },
	{ FAULT_SNAPSHOT_WRITE, write_snapshot, "lvm" },
	{ FAULT_SNAPSHOT_DELETE, delete, "plain" },
	{ FAULT_CHANGED_READ, ask_changed, "plain" },
	{ FAULT_COW_READ_OLD, write_live, "plain" },
	{ FAULT_COW_STORE, write_live, "plain" },
	{ FAULT_COW_AFTER_STORE, write_live, "plain" },
	{ FAULT_STORE_APPEND, write_live, "plain" },
	{ FAULT_STORE_FLUSH, write_live, "plain" },
	{ FAULT_STORE_RECOVER, open_again, "plain" },
	{ FAULT_ORIGIN_READ, read_live, "plain" },
	{ FAULT_ORIGIN_WRITE, write_live, "plain" },
	{ FAULT_WRITER_IDENTIFY, ask_writers, "plain" },
	{ FAULT_WRITER_PREPARE_BACKUP, ask_writers, "plain" },
	{ FAULT_WRITER_PREPARE_SNAPSHOT, ask_writers, "plain" },
	{ FAULT_WRITER_FREEZE, ask_writers, "plain" },
	{ FAULT_WRITER_THAW, ask_writers, "plain" },
	{ FAULT_WRITER_POST_SNAPSHOT, ask_writers, "plain" },
	{ FAULT_WRITER_BACKUP_COMPLETE, tell_writers, "plain" },
	{ FAULT_WRITER_PRE_RESTORE, tell_writers, "plain" },
	{ FAULT_WRITER_POST_RESTORE, tell_writers, "plain" },
	{ FAULT_WRITER_BACKUP_SHUTDOWN, tell_writers, "plain" },
	{ FAULT_CHAIN_SNAPSHOT, create, "xen" },
	{ FAULT_COALESCE_START, coalesce, "xen" },
	{ FAULT_COALESCE_COPY, coalesce, "xen" },
	{ FAULT_COALESCE_RELINK, coalesce, "xen" },
	{ FAULT_CONTROL_COMMAND, command, "plain" },
	{ FAULT_DM_IOCTL, ask_as_a_door, "lvm" },
	{ FAULT_DM_UDEV, tell_udev, "lvm" },
	{ FAULT_XAPI_CALL, be_called, "xen" },
	{ FAULT_XAPI_EXPORT, export, "xen" },
	{ FAULT_XAPI_IMPORT, import, "xen" },
	{ FAULT_XAPI_EVENT, tell_a_client, "xen" },
};

START_TEST(a_point_is_reached_where_its_sentence_is_true)
{
	char text[64];
	const char *rules[] = { text };

	ck_assert_int_eq(ways[_i].point, _i);
	open_as(ways[_i].profile, ways[_i].point == FAULT_STORE_FLUSH);
	snprintf(text, sizeof text, "%s crash", fault_point_at((size_t)_i)->name);
	bench_engine.volume_options.faults.rules = rules;
	bench_engine.volume_options.faults.rule_count = 1;
	fault_bench_add(text);
	ck_assert_int_eq(fault_bench_count(0, "seen"), 0);
	ways[_i].reach();
	ck_assert_msg(fault_bench_crashes > 0, "%s", text);
	ck_assert_int_eq(fault_bench_count(0, "fired"), fault_bench_crashes);
	bench_engine.volume_options.faults.rule_count = 0;
	bench_close();
}
END_TEST

START_TEST(a_rule_that_cannot_be_read_is_no_volume)
{
	const char *rules[] = { "live.reed zero" };

	open_as("plain", false);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	bench_engine.volume_options.faults.rules = rules;
	bench_engine.volume_options.faults.rule_count = 1;
	ck_assert_int_eq(engine_open(&bench_engine), -EINVAL);
	bench_engine.volume_options.faults.rule_count = 0;
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	bench_close();
}
END_TEST

/* ---- moments ---- */

START_TEST(a_snapshot_fails_when_it_is_opened)
{
	int error;

	open_as("plain", false);
	fault_bench_add("snapshot.open fail-snapshot snapshot=other");
	open_snapshot();
	ck_assert(!engine_has_failed(engine_find(&bench_engine, "s"), NULL));
	fault_bench_add("snapshot.open fail-snapshot");
	open_snapshot();
	ck_assert(engine_has_failed(engine_find(&bench_engine, "s"), &error));
	ck_assert_int_eq(error, -ENOSPC);
	engine_settle(&bench_engine);
	bench_close();
}
END_TEST

START_TEST(snapshots_are_refused_and_kept_by_an_error)
{
	open_as("xen", false);
	fault_bench_add("snapshot.create error=ENOSPC times=1");
	fault_bench_add("chain.snapshot error=EMLINK times=1");
	fault_bench_add("snapshot.delete error=EBUSY times=1");
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), -ENOSPC);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), -EMLINK);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), 0);
	ck_assert_int_eq(engine_delete(&bench_engine, "t"), -EBUSY);
	ck_assert_int_eq(engine_delete(&bench_engine, "t"), 0);
	bench_close();
}
END_TEST

static int last_result;

static void created(struct snapshot_create *create_, int result)
{
	(void)create_;
	last_result = result;
}

START_TEST(what_was_held_up_meets_the_volume_as_it_is_then)
{
	struct snapshot_create late = { .name = "t", .done = created };

	open_as("plain", false);
	last_result = 1;
	fault_bench_add("snapshot.create hang times=1");
	volume_snapshot_create(bench_engine.volume, &late);
	ck_assert_int_eq(last_result, 1);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "t", NULL, NULL), 0);
	volume_fault_release(bench_engine.volume);
	ck_assert_int_eq(last_result, -EEXIST);
	bench_close();
}
END_TEST

START_TEST(the_worker_of_a_chain_is_stopped_and_goes_on_another_time)
{
	static const char *const rules[] = { "coalesce.start error=EIO times=1",
		"coalesce.copy error=EIO times=1", "coalesce.relink error=EIO times=1",
		"coalesce.copy hang times=1" };

	open_as("xen", false);
	fault_bench_add(rules[_i]);
	coalesce();
	ck_assert_int_eq(fault_bench_count(0, "fired"), 1);
	volume_fault_release(bench_engine.volume);
	volume_coalesce(bench_engine.volume, false);
	engine_settle(&bench_engine);
	ck_assert(volume_idle(bench_engine.volume));
	ck_assert_uint_eq(
		gauge_value(volume_gauges(bench_engine.volume), GAUGE_CHAIN_COALESCABLE), 0);
	engine_stamp_fill(bench_live, BLOCK, 4);
	bench_expect_live();
	bench_close();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fault points");
	TCase *tcase = tcase_create("fault points");

	(void)argc;
	tcase_add_loop_test(tcase, a_point_is_reached_where_its_sentence_is_true, 0, FAULT_POINTS);
	tcase_add_test(tcase, a_rule_that_cannot_be_read_is_no_volume);
	tcase_add_test(tcase, a_snapshot_fails_when_it_is_opened);
	tcase_add_test(tcase, snapshots_are_refused_and_kept_by_an_error);
	tcase_add_test(tcase, what_was_held_up_meets_the_volume_as_it_is_then);
	tcase_add_loop_test(tcase, the_worker_of_a_chain_is_stopped_and_goes_on_another_time, 0, 4);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
