/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever has asked for a snapshot, or for its end, and leaves before it was answered. */
#include <check.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/commands_bench.h"

/* Until the server has seen it leave: it looks now and then only. */
#define SEEN_MS 400

static bool is_there(const char *name)
{
	return volume_snapshot_find(served_engine.volume, name) != NULL;
}

/* A peer that asks for COMMAND, which the rule that is there holds up. */
static int asker_of(const char *command)
{
	int peer = peer_open();

	peer_say(peer, command);
	bench_turn_for_ms(20);
	ck_assert(!peer_is_told(peer));
	return peer;
}

static void rule(const char *text)
{
	char line[256];

	snprintf(line, sizeof line, "{'command':'fault.add','rule':'%s'}", text);
	served_expect_ok(line);
}

#define CREATE "{\"id\":9,\"command\":\"snapshot.create\",\"name\":\"s\"}\n"
#define CREATE_HOLD                                                                                \
	"{\"id\":9,\"command\":\"snapshot.create\",\"name\":\"s\",\"hold_writes\":true}\n"
#define DELETE "{\"id\":9,\"command\":\"snapshot.delete\",\"name\":\"s\"}\n"

START_TEST(a_snapshot_does_not_come_when_who_asked_has_left)
{
	static const char *const rules[] = { "snapshot.create hang", "snapshot.commit hang",
		"control.command hang" };
	static const char *const commands[] = { CREATE, CREATE_HOLD };

	for (size_t i = 0; i < 2 * sizeof rules / sizeof rules[0]; i++) {
		struct engine_request *write = engine_write_new(0, 4096, 1);

		rule(rules[i / 2]);
		close(asker_of(commands[i % 2]));
		bench_turn_for_ms(SEEN_MS);
		/* Live writes do not wait for it. */
		engine_submit(&served_engine, write);
		ck_assert_int_eq(engine_wait(&served_engine, write), 0);
		served_expect_ok("{'command':'fault.clear'}");
		bench_turn_for_ms(20);
		ck_assert(!is_there("s"));
		engine_request_free(write);
	}
	served_expect_ok("{'command':'snapshot.create','name':'s'}");
}
END_TEST

START_TEST(a_snapshot_stays_when_who_wanted_it_deleted_has_left)
{
	static const char *const rules[] = { "snapshot.delete hang", "control.command hang" };

	served_expect_ok("{'command':'snapshot.create','name':'s'}");
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		rule(rules[i]);
		close(asker_of(DELETE));
		bench_turn_for_ms(SEEN_MS);
		served_expect_ok("{'command':'fault.clear'}");
		bench_turn_for_ms(20);
		ck_assert(is_there("s"));
	}
	served_expect_ok("{'command':'snapshot.delete','name':'s'}");
	ck_assert(!is_there("s"));
}
END_TEST

/* The next request is there before the ring has told of the end. */
START_TEST(who_has_just_left_is_seen_to_have_left_before_the_next_command_acts)
{
	static const char *const rules[] = { "snapshot.delete hang", "control.command hang" };
	int other = peer_open(), peer;

	json_decref(served_ask_by(other, "{'command':'snapshot.create','name':'s'}"));
	rule(rules[_i]);
	peer = peer_open();
	peer_say(peer, DELETE);
	close(peer);
	json_decref(served_ask_by(other, "{'command':'fault.clear'}"));
	bench_turn_for_ms(SEEN_MS);
	ck_assert(is_there("s"));
	close(other);
}
END_TEST

START_TEST(who_only_sends_no_more_gets_what_was_asked_for)
{
	int peer;

	rule("snapshot.create hang");
	peer = asker_of(CREATE);
	ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
	bench_turn_for_ms(SEEN_MS);
	served_expect_ok("{'command':'fault.clear'}");
	ck_assert_ptr_nonnull(strstr(peer_hear(peer), "\"ok\":true"));
	ck_assert(is_there("s"));
	close(peer);
}
END_TEST

START_TEST(who_leaves_when_it_is_there_leaves_it)
{
	int peer = peer_open();

	json_decref(served_ask_by(peer, "{'command':'snapshot.create','name':'s'}"));
	close(peer);
	bench_turn_for_ms(SEEN_MS);
	ck_assert(is_there("s"));
	/* The request may be answered while nobody is there any more. */
	rule("snapshot.create hang");
	peer = asker_of("{\"id\":9,\"command\":\"snapshot.create\",\"name\":\"t\"}\n");
	served_expect_ok("{'command':'fault.clear'}");
	close(peer);
	bench_turn_for_ms(SEEN_MS);
	ck_assert(is_there("t"));
}
END_TEST

START_TEST(an_unmount_ends_what_hangs_and_nobody_waits_for)
{
	rule("snapshot.create hang");
	close(asker_of(CREATE));
	commands_end(served_commands);
	bench_turn_for_ms(SEEN_MS);
	ck_assert(!is_there("s"));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("control leave");
	TCase *tests = tcase_create("leave");

	(void)argc;
	tcase_add_checked_fixture(tests, served_set_up, served_tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_snapshot_does_not_come_when_who_asked_has_left);
	tcase_add_test(tests, a_snapshot_stays_when_who_wanted_it_deleted_has_left);
	tcase_add_loop_test(
		tests, who_has_just_left_is_seen_to_have_left_before_the_next_command_acts, 0, 2);
	tcase_add_test(tests, who_only_sends_no_more_gets_what_was_asked_for);
	tcase_add_test(tests, who_leaves_when_it_is_there_leaves_it);
	tcase_add_test(tests, an_unmount_ends_what_hangs_and_nobody_waits_for);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
