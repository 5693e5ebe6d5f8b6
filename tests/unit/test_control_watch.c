/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches of snapshots, over the control socket.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/commands_bench.h"

#define BLOCK_BYTES 4096u

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
	peer_say(served_peer, line);
	bench_turn_for_ms(5);
}

START_TEST(a_watch_holds_writes_from_the_snapshot_of_another_on)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);
	int other = peer_open();

	watch("s0");
	json_decref(served_ask_by(other, "{'command':'snapshot.create','name':'s1'}"));
	ck_assert(!peer_is_told(served_peer));
	json_decref(served_ask_by(other, "{'command':'snapshot.create','name':'s0'}"));
	peer_expect(served_peer, "{\"id\":7,\"ok\":true,\"result\":{\"name\":\"s0\"}}");
	engine_submit(&served_engine, write);
	ck_assert(!is_served(write));
	served_expect_ok("{'command':'writes.resume'}");
	ck_assert(is_served(write));
	engine_request_free(write);
	close(other);
}
END_TEST

START_TEST(a_watch_that_waits_outlives_a_resume_and_ends_with_its_connection)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);

	watch("s0");
	served_expect_ok("{'command':'writes.resume'}");
	close(served_peer);
	/* The server only looks now and then whether one is gone who is owed an answer. */
	bench_turn_for_ms(500);
	served_peer = peer_open();
	served_expect_ok("{'command':'snapshot.create','name':'s0'}");
	engine_submit(&served_engine, write);
	ck_assert(is_served(write));
	engine_request_free(write);
}
END_TEST

START_TEST(an_unmount_ends_watches_that_wait_and_those_that_hold)
{
	struct engine_request *write = engine_write_new(0, BLOCK_BYTES, 1);
	int other = peer_open();

	watch("s0");
	json_decref(served_ask_by(other, "{'command':'snapshot.create','name':'s0'}"));
	peer_expect(served_peer, "{\"id\":7,\"ok\":true,\"result\":{\"name\":\"s0\"}}");
	watch("s1");
	engine_submit(&served_engine, write);
	ck_assert(!is_served(write));
	commands_end(served_commands);
	ck_assert(is_served(write));
	peer_expect(served_peer, "{\"id\":7,\"ok\":false,\"error\":\"ECANCELED\",\"message\":\"no "
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
	tcase_add_checked_fixture(tests, served_set_up, served_tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_watch_holds_writes_from_the_snapshot_of_another_on);
	tcase_add_test(tests, a_watch_that_waits_outlives_a_resume_and_ends_with_its_connection);
	tcase_add_test(tests, an_unmount_ends_watches_that_wait_and_those_that_hold);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
