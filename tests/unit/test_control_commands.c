/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the control commands do to a volume, which lies on a memory disk.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/control/protocol.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/commands_bench.h"

#define BLOCK_BYTES 4096u

static void expect_refusal(const char *request, const char *error, const char *message)
{
	json_t *answer = served_ask_by(served_peer, request);

	ck_assert_str_eq(json_string_value(json_object_get(answer, "error")), error);
	ck_assert_str_eq(json_string_value(json_object_get(answer, "message")), message);
	json_decref(answer);
}

static bool is_served(struct engine_request *request)
{
	bench_turn_for_ms(3);
	return request->has_ended;
}

/* ---- the simple ones ---- */

START_TEST(ping_tells_version_and_process)
{
	json_t *answer = served_ask_by(served_peer, "{'id':1,'command':'ping'}");
	const char *version;
	int pid;

	ck_assert_int_eq(
		json_unpack(answer, "{s:{s:s, s:i}}", "result", "version", &version, "pid", &pid),
		0);
	ck_assert_int_eq(pid, getpid());
	ck_assert_uint_gt(strlen(version), 0);
	json_decref(answer);
}
END_TEST

START_TEST(status_describes_the_volume)
{
	static const char *const questions[] = { "{'command':'status'}", "{'command':'peek'}" };

	for (size_t i = 0; i < 2; i++) {
		json_t *answer = served_ask_by(served_peer, questions[i]);
		json_t *result = json_object_get(answer, "result");
		json_t *expected = volume_status(served_engine.volume);
		json_int_t time_ns = json_integer_value(json_object_get(result, "time_ns"));

		ck_assert_int_gt(time_ns, 0);
		ck_assert_int_ge(json_integer_value(json_object_get(expected, "time_ns")), time_ns);
		json_object_del(result, "time_ns");
		json_object_del(expected, "time_ns");
		ck_assert(json_equal(result, expected));
		json_decref(expected);
		json_decref(answer);
	}
}
END_TEST

START_TEST(a_gauge_is_feigned_until_it_is_released)
{
	json_t *answer = served_ask_by(
		served_peer, "{'command':'gauge.set','gauge':'memory.used','value':'85%'}");

	ck_assert_str_eq(
		json_string_value(json_object_get(json_object_get(answer, "result"), "value")),
		"85%");
	json_decref(answer);
	ck_assert_uint_eq(
		gauge_value(volume_gauges(served_engine.volume), GAUGE_MEMORY_USED), 850000);
	served_expect_ok("{'command':'gauge.release','gauge':'memory.used'}");
	ck_assert_uint_eq(gauge_value(volume_gauges(served_engine.volume), GAUGE_MEMORY_USED), 0);
}
END_TEST

static const struct {
	const char *request;
	const char *error;
	const char *message;
} mistakes[] = {
	{ "{'command':'snapshot.create'}", "EINVAL",
		"argument 'name' of 'snapshot.create' is missing" },
	{ "{'command':'snapshot.create','name':7}", "EINVAL",
		"argument 'name' of 'snapshot.create' must be a string" },
	{ "{'command':'snapshot.create','name':'a','hold_writes':1}", "EINVAL",
		"argument 'hold_writes' of 'snapshot.create' must be true or false" },
	{ "{'command':'snapshot.create','name':'a','limit':'10MB'}", "EINVAL",
		"cannot read the limit '10MB' (try 10MiB)" },
	{ "{'command':'snapshot.create','name':'a','block':'0'}", "EINVAL",
		"cannot read the block size '0' (try 4KiB)" },
	{ "{'command':'snapshot.watch','name':'a/b'}", "EINVAL", "'a/b' cannot name a snapshot" },
	{ "{'command':'snapshot.delete','name':'nobody'}", "ENOENT",
		"no snapshot 'nobody' (there is none)" },
	{ "{'command':'snapshot.reads','name':'nobody'}", "ENOENT",
		"no snapshot 'nobody' (there is none)" },
	{ "{'command':'snapshot.reads','name':'s','from':-1}", "EINVAL",
		"argument 'from' of 'snapshot.reads' must be a number of bytes" },
	{ "{'command':'gauge.set','gauge':'moon','value':'1'}", "ENOENT",
		"unknown gauge 'moon' ('snaprig list gauges' prints them)" },
	{ "{'command':'gauge.set','gauge':'memory.used','value':'85'}", "EINVAL",
		"cannot read the value '85' of gauge 'memory.used' (try 85%)" },
	{ "{'command':'gauge.set','gauge':'ops','value':'29%'}", "EINVAL",
		"cannot read the value '29%' of gauge 'ops' (try 29)" },
	{ "{'command':'hold','gauge':'ops'}", "EINVAL",
		"argument 'at_least' of 'hold' is missing" },
};

START_TEST(a_mistake_is_named)
{
	expect_refusal(mistakes[_i].request, mistakes[_i].error, mistakes[_i].message);
	ck_assert_ptr_null(volume_snapshot_next(served_engine.volume, NULL));
}
END_TEST

/* ---- snapshots ---- */

START_TEST(a_snapshot_comes_and_goes)
{
	json_t *answer = served_ask_by(
		served_peer, "{'command':'snapshot.create','name':'s0','limit':'10%'}");
	struct snapshot *snapshot = volume_snapshot_find(served_engine.volume, "s0");
	json_t *expected = snapshot_status(snapshot);

	ck_assert(json_equal(json_object_get(answer, "result"), expected));
	json_decref(expected);
	json_decref(answer);

	expect_refusal("{'command':'snapshot.create','name':'s0'}", "EEXIST",
		"snapshot 's0' exists already");
	answer = served_ask_by(served_peer, "{'command':'snapshot.list'}");
	ck_assert_uint_eq(
		json_array_size(json_object_get(json_object_get(answer, "result"), "snapshots")),
		1);
	json_decref(answer);

	snapshot_opened(snapshot);
	expect_refusal(
		"{'command':'snapshot.delete','name':'s0'}", "EBUSY", "snapshot 's0' is in use");
	snapshot_closed(snapshot);
	served_expect_ok("{'command':'snapshot.delete','name':'s0'}");
	ck_assert_ptr_null(volume_snapshot_find(served_engine.volume, "s0"));
}
END_TEST

/* The extents of an answer to REQUEST, which are COUNT; what it says to go on from. */
static json_int_t reads_answered(const char *request, size_t count)
{
	json_t *answer = served_ask_by(served_peer, request);
	json_t *result = json_object_get(answer, "result");
	json_t *next = json_object_get(result, "next");
	json_int_t from = json_is_null(next) ? -1 : json_integer_value(next);

	ck_assert_uint_eq(json_array_size(json_object_get(result, "extents")), count);
	json_decref(answer);
	return from;
}

/* Every other block of 4 KiB is more than an answer takes, if the volume is large enough. */
START_TEST(what_was_read_is_answered_in_pieces)
{
	uint64_t bytes = 2 * (PROTOCOL_EXTENTS_MAX + 5) * (uint64_t)BLOCK_BYTES;
	struct snapshot *snapshot;
	uint8_t byte;

	ck_assert_int_eq(engine_grow(&served_engine, bytes, NULL), 0);
	served_expect_ok("{'command':'snapshot.create','name':'s'}");
	snapshot = volume_snapshot_find(served_engine.volume, "s");
	ck_assert_int_eq(reads_answered("{'command':'snapshot.reads','name':'s'}", 0), -1);
	for (uint64_t at = 0; at < bytes; at += 2 * BLOCK_BYTES)
		ck_assert_int_eq(engine_read(&served_engine, snapshot, at, &byte, 1), 0);
	ck_assert_int_eq(
		reads_answered("{'command':'snapshot.reads','name':'s'}", PROTOCOL_EXTENTS_MAX),
		2 * PROTOCOL_EXTENTS_MAX * BLOCK_BYTES);
	ck_assert_int_eq(
		reads_answered("{'command':'snapshot.reads','name':'s','from':8192000}", 5), -1);

	json_t *answer = served_ask_by(served_peer, "{'command':'snapshot.reads','name':'s'}");
	json_t *reads = json_object_get(json_object_get(answer, "result"), "reads");
	json_t *status = snapshot_status(snapshot);

	ck_assert(json_equal(reads, json_object_get(status, "reads")));
	ck_assert_int_eq(
		json_integer_value(json_object_get(reads, "count")), PROTOCOL_EXTENTS_MAX + 5);
	json_decref(status);
	json_decref(answer);
}
END_TEST

START_TEST(a_bad_name_is_refused_with_a_reason)
{
	json_t *answer = served_ask_by(served_peer, "{'command':'snapshot.create','name':'a/b'}");
	const char *message = json_string_value(json_object_get(answer, "message"));

	ck_assert_str_eq(json_string_value(json_object_get(answer, "error")), "EINVAL");
	ck_assert_ptr_nonnull(strstr(message, "cannot take snapshot 'a/b': "));
	json_decref(answer);
}
END_TEST

/* ---- held writes ---- */

START_TEST(writes_are_held_until_they_may_resume)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);

	served_expect_ok("{'command':'snapshot.create','name':'s0','hold_writes':true}");
	engine_submit(&served_engine, write);
	ck_assert(!is_served(write));
	served_expect_ok("{'command':'writes.resume'}");
	ck_assert(is_served(write));
	engine_request_free(write);
}
END_TEST

START_TEST(held_writes_go_on_when_the_holder_leaves)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);

	served_expect_ok("{'command':'snapshot.create','name':'s0','hold_writes':true}");
	engine_submit(&served_engine, write);
	ck_assert(!is_served(write));
	close(served_peer);
	ck_assert(is_served(write));
	served_peer = peer_open();
	engine_request_free(write);
}
END_TEST

START_TEST(writes_are_not_held_for_one_who_left_before)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);

	bench.turned = NULL;
	peer_say(served_peer,
		"{\"command\":\"snapshot.create\",\"name\":\"s0\",\"hold_writes\":true}\n");
	bench_turn_for_ms(5);
	close(served_peer);
	bench_turn_for_ms(5);
	bench.turned = served_step;
	engine_submit(&served_engine, write);
	ck_assert(is_served(write));
	served_peer = peer_open();
	engine_request_free(write);
}
END_TEST

/* ---- held reads ---- */

START_TEST(a_hold_stops_the_reader_that_reaches_the_value)
{
	struct engine_request *reads[2];
	struct snapshot *snapshot;

	ck_assert_int_eq(engine_snapshot(&served_engine, "s0", NULL, &snapshot), 0);
	peer_say(served_peer,
		"{\"id\":1,\"command\":\"hold\",\"gauge\":\"read.offset\",\"at_least\":"
		"\"50%\"}\n");
	for (unsigned at = 0; at < 2; at++)
		reads[at] = engine_read_new(
			snapshot, at * SERVED_VOLUME_BYTES * 3 / 4, BLOCK_BYTES);

	bench_turn_for_ms(5);
	engine_submit(&served_engine, reads[0]);
	ck_assert(is_served(reads[0]));
	ck_assert(!peer_is_told(served_peer));

	engine_submit(&served_engine, reads[1]);
	peer_expect(served_peer,
		"{\"id\":1,\"ok\":true,\"result\":{\"gauge\":\"read.offset\",\"value\":"
		"\"75%\"}}");
	ck_assert(!is_served(reads[1]));
	served_expect_ok("{'command':'resume'}");
	ck_assert(is_served(reads[1]));
	for (unsigned at = 0; at < 2; at++)
		engine_request_free(reads[at]);
}
END_TEST

START_TEST(held_reads_go_on_when_the_holder_leaves)
{
	struct engine_request *read;
	struct snapshot *snapshot;

	ck_assert_int_eq(engine_snapshot(&served_engine, "s0", NULL, &snapshot), 0);
	served_expect_ok("{'command':'hold','gauge':'ops','at_least':'0'}");
	read = engine_read_new(snapshot, 0, BLOCK_BYTES);
	engine_submit(&served_engine, read);
	ck_assert(!is_served(read));
	close(served_peer);
	ck_assert(is_served(read));
	served_peer = peer_open();
	engine_request_free(read);
}
END_TEST

START_TEST(resume_gives_up_waiting_for_ones_own_gauge_only)
{
	const char *hold = "{\"id\":1,\"command\":\"hold\",\"gauge\":\"ops\","
			   "\"at_least\":\"1000\"}\n";
	int other = peer_open();

	/* It waits already when the other one resumes. */
	peer_say(other, hold);
	bench_turn_for_ms(5);
	peer_say(served_peer, hold);
	peer_say(served_peer, "{\"id\":2,\"command\":\"resume\"}\n");
	ck_assert_ptr_nonnull(strstr(peer_hear(served_peer), "ECANCELED"));
	peer_expect(served_peer, "{\"id\":2,\"ok\":true,\"result\":{}}");
	bench_turn_for_ms(5);
	ck_assert(!peer_is_told(other));
	close(other);
}
END_TEST

START_TEST(the_end_releases_all_and_refuses_the_rest)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);

	served_expect_ok("{'command':'snapshot.create','name':'s0','hold_writes':true}");
	served_expect_ok("{'command':'hold','gauge':'ops','at_least':'0'}");
	engine_submit(&served_engine, write);
	ck_assert(!is_served(write));
	commands_end(served_commands);
	ck_assert(is_served(write));
	expect_refusal("{'command':'status'}", "ESHUTDOWN", "the volume is being unmounted");
	served_expect_ok("{'command':'ping'}");
	engine_request_free(write);
}
END_TEST

static Suite *commands_suite(void)
{
	Suite *suite = suite_create("control commands");
	TCase *tests = tcase_create("commands");

	tcase_add_checked_fixture(tests, served_set_up, served_tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, ping_tells_version_and_process);
	tcase_add_test(tests, status_describes_the_volume);
	tcase_add_test(tests, a_gauge_is_feigned_until_it_is_released);
	tcase_add_loop_test(
		tests, a_mistake_is_named, 0, (int)(sizeof mistakes / sizeof mistakes[0]));
	tcase_add_test(tests, a_snapshot_comes_and_goes);
	tcase_add_test(tests, what_was_read_is_answered_in_pieces);
	tcase_add_test(tests, a_bad_name_is_refused_with_a_reason);
	tcase_add_test(tests, writes_are_held_until_they_may_resume);
	tcase_add_test(tests, held_writes_go_on_when_the_holder_leaves);
	tcase_add_test(tests, writes_are_not_held_for_one_who_left_before);
	tcase_add_test(tests, a_hold_stops_the_reader_that_reaches_the_value);
	tcase_add_test(tests, held_reads_go_on_when_the_holder_leaves);
	tcase_add_test(tests, resume_gives_up_waiting_for_ones_own_gauge_only);
	tcase_add_test(tests, the_end_releases_all_and_refuses_the_rest);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(int argc, char **argv)
{
	(void)argc;
	return engine_suite_run(commands_suite(), argv[0]);
}
