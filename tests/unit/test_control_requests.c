/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control server on a real ring and real sockets: requests, answers, and all that a peer may
 * send or leave unread.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/control/protocol.h"
#include "simfs/control/server.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/control_bench.h"

/* ---- requests and answers ---- */

START_TEST(answers_with_the_id_and_the_result)
{
	int peer = peer_open();

	peer_say(peer, "{\"id\": 1, \"command\": \"echo\", \"text\": [1, 2]}\n");
	peer_expect(peer, "{\"id\":1,\"ok\":true,\"result\":[1,2]}");
	peer_say(peer, "{\"id\": {\"a\": null}, \"command\": \"echo\"}\n");
	peer_expect(peer, "{\"id\":{\"a\":null},\"ok\":true,\"result\":{}}");
	peer_say(peer, "{\"command\": \"refuse\"}\n");
	peer_expect(peer, "{\"id\":null,\"ok\":false,\"error\":\"EEXIST\","
			  "\"message\":\"snapshot 's0' exists already\"}");
	close(peer);
}
END_TEST

START_TEST(answers_come_in_the_order_of_the_work)
{
	int peer = peer_open();

	peer_say(peer, "{\"id\":1,\"command\":\"later\"}\n{\"id\":2,\"command\":\"later\"}\n"
		       "{\"id\":3,\"command\":\"echo\"}\n");
	peer_expect(peer, "{\"id\":3,\"ok\":true,\"result\":{}}");
	ck_assert_uint_eq(bench.kept_count, 2);
	control_request_answer(bench.kept[1], json_true());
	control_request_refuse(bench.kept[0], -EIO, "gone");
	peer_expect(peer, "{\"id\":2,\"ok\":true,\"result\":true}");
	peer_expect(peer, "{\"id\":1,\"ok\":false,\"error\":\"EIO\",\"message\":\"gone\"}");
	close(peer);
}
END_TEST

START_TEST(a_request_may_come_byte_by_byte)
{
	const char *request = "{\"id\":7,\"command\":\"echo\",\"text\":\"slow\"}\n";
	int peer = peer_open();

	for (const char *at = request; *at; at++) {
		ck_assert_int_eq(send(peer, at, 1, MSG_NOSIGNAL), 1);
		bench_turn_for_ms(1);
	}
	peer_expect(peer, "{\"id\":7,\"ok\":true,\"result\":\"slow\"}");
	close(peer);
}
END_TEST

START_TEST(a_peer_that_sends_no_more_still_gets_its_answers)
{
	int peer = peer_open();

	peer_say(peer, "{\"id\":1,\"command\":\"later\"}\n{\"id\":2,\"command\":\"echo\"}\n");
	shutdown(peer, SHUT_WR);
	peer_expect(peer, "{\"id\":2,\"ok\":true,\"result\":{}}");
	bench_turn_for_ms(5);
	ck_assert(!peer_is_told(peer));
	control_request_answer(bench.kept[0], NULL);
	peer_expect(peer, "{\"id\":1,\"ok\":true,\"result\":{}}");
	peer_expect_end(peer);
	close(peer);
}
END_TEST

START_TEST(a_peer_that_sends_no_more_and_dies_is_noticed)
{
	int peer = peer_open();

	peer_say(peer, "{\"command\":\"hold\"}\n{\"command\":\"later\"}\n");
	shutdown(peer, SHUT_WR);
	TURN_UNTIL(bench.kept_count == 1);
	bench_turn_for_ms(50);
	ck_assert_uint_eq(bench.leases_let_go, 0);
	close(peer);
	TURN_UNTIL(bench.leases_let_go == 1);
	control_request_answer(bench.kept[0], NULL);
}
END_TEST

START_TEST(a_message_that_is_no_utf8_is_still_answered)
{
	int peer = peer_open();

	peer_say(peer, "{\"id\":1,\"command\":\"later\"}\n");
	TURN_UNTIL(bench.kept_count == 1);
	control_request_refuse(bench.kept[0], -EIO, "cannot read 'a\xff\xc3'");
	peer_expect(peer,
		"{\"id\":1,\"ok\":false,\"error\":\"EIO\",\"message\":\"cannot read 'a?\?'\"}");
	close(peer);
}
END_TEST

/* ---- bad input ---- */

static const struct {
	const char *line;
	const char *answer; /* its beginning */
} bad_lines[] = {
	{ "garbage\n", "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\",\"message\":\"cannot read" },
	{ "\n", "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\"" },
	{ "\xff\xfe\n", "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\"" },
	{ "[1]\n", "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\",\"message\":\"cannot read the "
		   "request: it is not a JSON object" },
	{ "{\"id\":1,\"id\":2}\n", "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\"" },
	{ "{\"id\":5}\n", "{\"id\":5,\"ok\":false,\"error\":\"EINVAL\",\"message\":\"the request "
			  "has no command\"}" },
	{ "{\"id\":5,\"command\":6}\n", "{\"id\":5,\"ok\":false,\"error\":\"EINVAL\"" },
	{ "{\"id\":5,\"command\":\"eco\"}\n", "{\"id\":5,\"ok\":false,\"error\":\"EOPNOTSUPP\","
					      "\"message\":\"unknown command 'eco'\"}" },
	{ "{\"id\":5,\"command\":\"echo\",\"txet\":1}\n",
		"{\"id\":5,\"ok\":false,\"error\":\"EINVAL\",\"message\":\"unknown argument 'txet' "
		"of 'echo'\"}" },
	{ "{\"id\":5,\"command\":\"later\",\"text\":1}\n", "{\"id\":5,\"ok\":false" },
};

START_TEST(a_bad_line_is_answered_and_the_next_is_served)
{
	const char *answer = bad_lines[_i].answer;
	int peer = peer_open();

	peer_say(peer, bad_lines[_i].line);
	ck_assert_msg(strncmp(peer_hear(peer), answer, strlen(answer)) == 0, "line %d: not '%s'",
		_i, answer);
	peer_expect_served(peer);
	ck_assert_uint_eq(bench.kept_count, 0);
	close(peer);
}
END_TEST

START_TEST(half_a_line_is_never_executed)
{
	int peer = peer_open();

	peer_say(peer, "{\"id\":1,\"command\":\"later\"}");
	shutdown(peer, SHUT_WR);
	peer_expect(peer, "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\","
			  "\"message\":\"the last line has no end\"}");
	peer_expect_end(peer);
	ck_assert_uint_eq(bench.kept_count, 0);
	close(peer);
}
END_TEST

/* Sends COUNT times BYTE, turning the loop, until the server hung up. */
static void peer_pour(int fd, char byte, size_t count)
{
	char bytes[1000];

	memset(bytes, byte, sizeof bytes);
	while (count > 0) {
		ssize_t sent = send(fd, bytes, count < sizeof bytes ? count : sizeof bytes,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent > 0)
			count -= (size_t)sent;
		else if (errno != EAGAIN)
			return;
		bench_turn();
	}
}

START_TEST(a_line_without_end_is_refused_and_the_peer_disconnected)
{
	int peer = peer_open();
	int other = peer_open();

	peer_pour(peer, 'a', 1000000);
	peer_expect(peer, "{\"id\":null,\"ok\":false,\"error\":\"EINVAL\","
			  "\"message\":\"the line is longer than 65536 bytes\"}");
	peer_expect_end(peer);
	peer_expect_served(other);
	close(peer);
	close(other);
}
END_TEST

START_TEST(the_longest_line_is_served)
{
	static char line[PROTOCOL_LINE_MAX_BYTES + 2];
	const char *head = "{\"id\":1,\"command\":\"echo\",\"text\":\"";
	int peer = peer_open();

	memset(line, 'x', PROTOCOL_LINE_MAX_BYTES);
	memcpy(line, head, strlen(head));
	memcpy(line + PROTOCOL_LINE_MAX_BYTES - 2, "\"}\n", 4);
	peer_say(peer, line);

	const char *answer = peer_hear(peer);

	ck_assert_uint_eq(strlen(answer), PROTOCOL_LINE_MAX_BYTES - strlen(head) - 2 +
						  strlen("{'id':1,'ok':true,'result':''}"));
	close(peer);
}
END_TEST

START_TEST(a_peer_that_never_reads_is_disconnected)
{
	const char *request = "{\"command\":\"flood\"}\n";
	int peer = peer_open();
	int other = peer_open();
	unsigned sent = 0;

	while (send(peer, request, strlen(request), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
		ck_assert_uint_lt(sent++, 1000);
		bench_turn_for_ms(2);
	}
	ck_assert_int_eq(errno, EPIPE);

	/* The backlog, what the kernel took, and no more. */
	ck_assert_uint_gt(sent, PROTOCOL_BACKLOG_MAX_BYTES / FLOOD_BYTES);
	ck_assert_uint_lt(sent, 4 * PROTOCOL_BACKLOG_MAX_BYTES / FLOOD_BYTES);
	peer_expect_served(other);
	close(peer);
	close(other);
}
END_TEST

START_TEST(a_peer_that_reads_late_gets_everything)
{
	int peer = peer_open();

	for (unsigned at = 0; at < 15; at++)
		peer_say(peer, "{\"command\":\"flood\"}\n");
	bench_turn_for_ms(20);
	for (unsigned at = 0; at < 15; at++)
		ck_assert_uint_gt(strlen(peer_hear(peer)), FLOOD_BYTES - 1);
	close(peer);
}
END_TEST

START_TEST(too_many_waiting_requests_are_refused)
{
	int peer = peer_open();

	for (unsigned at = 0; at <= CONTROL_REQUESTS_MAX; at++)
		peer_say(peer, "{\"id\":1,\"command\":\"later\"}\n");
	ck_assert_ptr_nonnull(strstr(peer_hear(peer), "EBUSY"));
	ck_assert_uint_eq(bench.kept_count, CONTROL_REQUESTS_MAX);
	for (unsigned at = 0; at < bench.kept_count; at++)
		control_request_answer(bench.kept[at], NULL);
	close(peer);
}
END_TEST

static TCase *requests_case(void)
{
	TCase *tests = tcase_create("requests");

	tcase_add_checked_fixture(tests, bench_set_up, bench_tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, answers_with_the_id_and_the_result);
	tcase_add_test(tests, answers_come_in_the_order_of_the_work);
	tcase_add_test(tests, a_request_may_come_byte_by_byte);
	tcase_add_test(tests, a_peer_that_sends_no_more_still_gets_its_answers);
	tcase_add_test(tests, a_peer_that_sends_no_more_and_dies_is_noticed);
	tcase_add_test(tests, a_message_that_is_no_utf8_is_still_answered);
	tcase_add_loop_test(tests, a_bad_line_is_answered_and_the_next_is_served, 0,
		(int)(sizeof bad_lines / sizeof bad_lines[0]));
	tcase_add_test(tests, half_a_line_is_never_executed);
	tcase_add_test(tests, a_line_without_end_is_refused_and_the_peer_disconnected);
	tcase_add_test(tests, the_longest_line_is_served);
	tcase_add_test(tests, a_peer_that_never_reads_is_disconnected);
	tcase_add_test(tests, a_peer_that_reads_late_gets_everything);
	tcase_add_test(tests, too_many_waiting_requests_are_refused);
	return tests;
}

int main(int argc, char **argv)
{
	Suite *suite = suite_create("control requests");

	(void)argc;

	suite_add_tcase(suite, requests_case());
	return engine_suite_run(suite, argv[0]);
}
