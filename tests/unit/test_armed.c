/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who waits for one thing does not begin to wait for another: each kind that can
 * be armed, armed while it is, ends the program, in every build.
 */
#include <check.h>
#include <signal.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/blockio/fault_site.h"
#include "simfs/blockio/file.h"
#include "simfs/volume/core.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot_cancel.h"
#include "simfs/volume/volume_watch.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)

static struct engine engine;
static struct snapshot *snapshot;
static _Alignas(4096) char bytes[4096];

static void setup(void)
{
	engine_init(
		&engine, engine_seed(), &(struct engine_options){ .volume_bytes = VOLUME_BYTES });
	MUST(engine_snapshot(&engine, "s", NULL, &snapshot) == 0);
}

static void rule(const char *text)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	MUST(volume_fault_add(engine.volume, text, &id, message) == 0);
}

/* ---- of the ring and the files ---- */

static unsigned ended;

static void op_done(struct ring_op *op, int result, uint32_t flags)
{
	(void)op;
	(void)result;
	(void)flags;
	ended++;
}

static void start_nothing(struct ring *ring, struct ring_op *op)
{
	struct io_uring_sqe *sqe = ring_sqe(ring);

	io_uring_prep_nop(sqe);
	ring_start(ring, sqe, op);
}

START_TEST(an_operation_of_the_ring_is_started_again_when_it_has_ended)
{
	struct ring_op op = { .done = op_done };
	struct ring *ring;

	MUST(ring_create(&ring) == 0);
	for (unsigned i = 1; i <= 3; i++) {
		start_nothing(ring, &op);
		MUST(ring_run_once(ring) == 0);
		ck_assert_uint_eq(ended, i);
	}
	ring_destroy(ring);
}
END_TEST

START_TEST(an_operation_of_the_ring_is_not_started_while_it_is_under_way)
{
	struct ring_op op = { .done = op_done };
	struct ring *ring;

	MUST(ring_create(&ring) == 0);
	start_nothing(ring, &op);
	start_nothing(ring, &op);
}
END_TEST

static void io_done(struct blockio_request *request, int result)
{
	(void)request;
	(void)result;
	ended++;
}

START_TEST(a_transfer_is_started_again_when_it_has_ended)
{
	struct blockio_request request = { .done = io_done };

	for (unsigned i = 1; i <= 3; i++) {
		blockio_start(engine.volume->origin, &request, BLOCKIO_READ, 0, bytes, 4096);
		engine_settle(&engine);
		ck_assert_uint_eq(ended, i);
	}
}
END_TEST

START_TEST(a_transfer_is_not_started_while_it_is_under_way)
{
	struct blockio_request request = { .done = io_done };

	blockio_start(engine.volume->origin, &request, BLOCKIO_READ, 0, bytes, 4096);
	blockio_start(engine.volume->origin, &request, BLOCKIO_READ, 4096, bytes, 4096);
}
END_TEST

/* One that a fault holds up is under way, too. */
START_TEST(a_transfer_that_a_fault_holds_up_is_not_started_again)
{
	struct blockio_request request = { .done = io_done };

	rule("origin.read hang times=1");
	blockio_start(engine.volume->origin, &request, BLOCKIO_READ, 0, bytes, 4096);
	blockio_start(engine.volume->origin, &request, BLOCKIO_READ, 4096, bytes, 4096);
}
END_TEST

START_TEST(a_file_in_memory_does_not_go_with_a_request_under_way)
{
	struct blockio_request request = { .done = io_done };
	struct blockio_folder *folder;
	struct memory_disk *disk;
	struct blockio *file;

	MUST(memory_disk_create(1, 512, &disk) == 0);
	MUST(memory_folder_create(disk, &folder) == 0);
	MUST(folder->ops->open(folder, "file", true, &file) == 0);
	blockio_start(file, &request, BLOCKIO_WRITE, 0, bytes, 4096);
	blockio_destroy(file);
}
END_TEST

/* ---- of faults ---- */

static void go(struct fault_wait *wait)
{
	(void)wait;
}

START_TEST(who_waits_for_a_fault_does_not_wait_for_another)
{
	struct fault_decision decision = { .action = FAULT_HANG };
	struct fault_wait wait = { 0 };

	fault_wait_for(&engine.volume->faults, &wait, &decision, go);
	fault_wait_for(&engine.volume->faults, &wait, &decision, go);
}
END_TEST

START_TEST(who_waits_for_a_fault_does_not_wait_for_a_tick)
{
	struct fault_decision decision = { .action = FAULT_HANG };
	struct fault_wait wait = { 0 };

	fault_wait_for(&engine.volume->faults, &wait, &decision, go);
	fault_wait_tick(&engine.volume->faults, &wait, go);
}
END_TEST

START_TEST(who_does_not_wait_for_a_fault_is_not_let_go)
{
	struct fault_wait wait = { 0 };

	fault_wait_cancel(&wait);
}
END_TEST

static void moment_go(struct volume_moment *moment, int result)
{
	(void)moment;
	(void)result;
}

START_TEST(a_moment_that_a_fault_holds_up_is_not_begun_again)
{
	struct volume_moment moment = { 0 };

	rule("control.command hang times=1");
	volume_moment_arm(&moment, moment_go);
	volume_command(engine.volume, &moment);
	volume_moment_arm(&moment, moment_go);
}
END_TEST

static void opened(struct snapshot_open *open, struct snapshot *of, int result)
{
	(void)open;
	(void)of;
	(void)result;
}

START_TEST(an_open_that_a_fault_holds_up_is_not_begun_again)
{
	struct snapshot_open open = { .done = opened };

	rule("snapshot.open hang times=1");
	volume_snapshot_open(engine.volume, snapshot, &open);
	volume_snapshot_open(engine.volume, snapshot, &open);
}
END_TEST

static void deleted(struct snapshot_delete *command, int result)
{
	(void)command;
	(void)result;
}

START_TEST(a_deletion_that_a_fault_holds_up_is_not_begun_again)
{
	struct snapshot_delete command = { .done = deleted };

	rule("snapshot.delete hang times=1");
	volume_snapshot_delete(engine.volume, snapshot, &command);
	volume_snapshot_delete(engine.volume, snapshot, &command);
}
END_TEST

static void created(struct snapshot_create *create, int result)
{
	(void)create;
	(void)result;
}

START_TEST(a_creation_that_a_fault_holds_up_is_not_begun_again)
{
	struct snapshot_create create = { .name = "t", .done = created };

	rule("snapshot.create hang times=1");
	volume_snapshot_create(engine.volume, &create);
	volume_snapshot_create(engine.volume, &create);
}
END_TEST

/* ---- of the volume ---- */

static void drained(struct volume_barrier *barrier)
{
	(void)barrier;
}

START_TEST(a_barrier_is_not_begun_twice)
{
	struct volume_barrier barrier = { .drained = drained };

	volume_barrier_begin(engine.volume, &barrier);
	volume_barrier_begin(engine.volume, &barrier);
}
END_TEST

START_TEST(a_barrier_is_not_ended_twice)
{
	struct volume_barrier barrier = { .drained = drained };

	volume_barrier_begin(engine.volume, &barrier);
	volume_barrier_end(engine.volume, &barrier);
	volume_barrier_end(engine.volume, &barrier);
}
END_TEST

static void reached(struct volume_read_hold *hold)
{
	(void)hold;
}

START_TEST(a_hold_is_not_begun_twice)
{
	struct volume_read_hold hold = {
		.gauge = GAUGE_SNAPSHOT_COUNT, .at_least = 9, .reached = reached
	};

	volume_read_hold_begin(engine.volume, &hold);
	volume_read_hold_begin(engine.volume, &hold);
}
END_TEST

static void taken(struct volume_watch *watch)
{
	(void)watch;
}

START_TEST(a_watch_is_not_begun_twice)
{
	struct volume_watch watch = { .name = "t", .taken = taken };

	volume_watch_begin(engine.volume, &watch);
	volume_watch_begin(engine.volume, &watch);
}
END_TEST

static void written(struct volume_request *request, int result)
{
	(void)request;
	(void)result;
}

START_TEST(a_write_is_not_submitted_while_it_is_under_way)
{
	struct volume_request request = {
		.kind = VOLUME_WRITE, .length = 4096, .buffer = bytes, .done = written
	};

	volume_submit(engine.volume, &request);
	volume_submit(engine.volume, &request);
}
END_TEST

START_TEST(a_read_is_not_submitted_while_it_is_under_way)
{
	struct volume_request request = {
		.kind = VOLUME_READ, .length = 4096, .buffer = bytes, .done = written
	};

	volume_submit(engine.volume, &request);
	volume_submit(engine.volume, &request);
}
END_TEST

static void right(TCase *tcase)
{
	tcase_add_test(tcase, an_operation_of_the_ring_is_started_again_when_it_has_ended);
	tcase_add_test(tcase, a_transfer_is_started_again_when_it_has_ended);
}

#define WRONG(name) tcase_add_test_raise_signal(tcase, name, SIGABRT)

static void wrong(TCase *tcase)
{
	WRONG(an_operation_of_the_ring_is_not_started_while_it_is_under_way);
	WRONG(a_transfer_is_not_started_while_it_is_under_way);
	WRONG(a_transfer_that_a_fault_holds_up_is_not_started_again);
	WRONG(a_file_in_memory_does_not_go_with_a_request_under_way);
	WRONG(who_waits_for_a_fault_does_not_wait_for_another);
	WRONG(who_waits_for_a_fault_does_not_wait_for_a_tick);
	WRONG(who_does_not_wait_for_a_fault_is_not_let_go);
	WRONG(a_moment_that_a_fault_holds_up_is_not_begun_again);
	WRONG(an_open_that_a_fault_holds_up_is_not_begun_again);
	WRONG(a_deletion_that_a_fault_holds_up_is_not_begun_again);
	WRONG(a_creation_that_a_fault_holds_up_is_not_begun_again);
	WRONG(a_barrier_is_not_begun_twice);
	WRONG(a_barrier_is_not_ended_twice);
	WRONG(a_hold_is_not_begun_twice);
	WRONG(a_watch_is_not_begun_twice);
	WRONG(a_write_is_not_submitted_while_it_is_under_way);
	WRONG(a_read_is_not_submitted_while_it_is_under_way);
}

int main(int argc, char **argv)
{
	Suite *suite = suite_create("armed");
	TCase *tcase = tcase_create("again");

	(void)argc;
	tcase_add_checked_fixture(tcase, setup, NULL);
	right(tcase);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("twice");
	tcase_add_checked_fixture(tcase, setup, NULL);
	wrong(tcase);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
