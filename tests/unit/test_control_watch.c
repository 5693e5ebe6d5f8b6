/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches of snapshots, over the control socket.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/control/commands.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/control_bench.h"

#define VOLUME_BYTES (1u << 20)
#define BLOCK_BYTES  4096u

static struct engine engine;
static struct commands *commands;
static int peer;

static void step_engine(void)
{
	engine_settle(&engine);
}

static void set_up(void)
{
	const struct engine_options options = { .volume_bytes = VOLUME_BYTES };

	engine_init(&engine, 1, &options);
	ck_assert_int_eq(commands_create(NULL, engine.volume, &commands), 0);
	bench_set_up_with(commands_table, commands);
	bench.turned = step_engine;
	peer = peer_open();
}

static void tear_down(void)
{
	commands_end(commands);
	engine_settle(&engine);
	ck_assert(volume_idle(engine.volume));
	ck_assert_int_eq(engine_close(&engine), 0);
	bench_tear_down();
	commands_destroy(commands);
	engine_deinit(&engine);
	close(peer);
}

/* Sends REQUEST, with ' for ", and gives back the answer (the caller's). */
static json_t *ask_by(int fd, const char *request)
{
	char line[512];

	snprintf(line, sizeof line, "%s\n", request);
	for (char *at = line; *at; at++)
		if (*at == '\'')
			*at = '"';
	peer_say(fd, line);

	json_t *answer = json_loads(peer_hear(fd), 0, NULL);

	ck_assert(json_is_object(answer));
	return answer;
}

static void expect_ok(const char *request)
{
	json_t *answer = ask_by(peer, request);

	ck_assert_msg(json_is_true(json_object_get(answer, "ok")), "%s: %s", request,
		json_string_value(json_object_get(answer, "message")));
	json_decref(answer);
}

static bool is_served(struct engine_request *request)
{
	bench_turn_for_ms(3);
	return request->has_ended;
}

static void watch(const char *name)
{
	char line[128];

	snprintf(line, sizeof line, "{\"id\":7,\"command\":\"snapshot.watch\",\"name\":\"%s\"}\n",
		name);
	peer_say(peer, line);
	bench_turn_for_ms(5);
}

START_TEST(a_watch_holds_writes_from_the_snapshot_of_another_on)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);
	int other = peer_open();

	watch("s0");
	json_decref(ask_by(other, "{'command':'snapshot.create','name':'s1'}"));
	ck_assert(!peer_is_told(peer));
	json_decref(ask_by(other, "{'command':'snapshot.create','name':'s0'}"));
	peer_expect(peer, "{\"id\":7,\"ok\":true,\"result\":{\"name\":\"s0\"}}");
	engine_submit(&engine, write);
	ck_assert(!is_served(write));
	expect_ok("{'command':'writes.resume'}");
	ck_assert(is_served(write));
	engine_request_free(write);
	close(other);
}
END_TEST

START_TEST(a_watch_that_waits_outlives_a_resume_and_ends_with_its_connection)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);

	watch("s0");
	expect_ok("{'command':'writes.resume'}");
	close(peer);
	/* The server only looks now and then whether one is gone who is owed an answer. */
	bench_turn_for_ms(500);
	peer = peer_open();
	expect_ok("{'command':'snapshot.create','name':'s0'}");
	engine_submit(&engine, write);
	ck_assert(is_served(write));
	engine_request_free(write);
}
END_TEST

START_TEST(an_unmount_ends_watches_that_wait_and_those_that_hold)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);
	int other = peer_open();

	watch("s0");
	json_decref(ask_by(other, "{'command':'snapshot.create','name':'s0'}"));
	peer_expect(peer, "{\"id\":7,\"ok\":true,\"result\":{\"name\":\"s0\"}}");
	watch("s1");
	engine_submit(&engine, write);
	ck_assert(!is_served(write));
	commands_end(commands);
	ck_assert(is_served(write));
	peer_expect(peer, "{\"id\":7,\"ok\":false,\"error\":\"ECANCELED\",\"message\":\"no "
			  "snapshot 's1' was taken\"}");
	engine_request_free(write);
	close(other);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("control watch");
	TCase *tests = tcase_create("watch");

	(void)argc;
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_watch_holds_writes_from_the_snapshot_of_another_on);
	tcase_add_test(tests, a_watch_that_waits_outlives_a_resume_and_ends_with_its_connection);
	tcase_add_test(tests, an_unmount_ends_watches_that_wait_and_those_that_hold);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
