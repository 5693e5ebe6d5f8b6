/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies that are too long or too many, and clients that others do not wait for. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "tests/unit/http_bench.h"

#define HOST "Host: x\r\n"

static int say_body(int fd, const char *head, size_t length)
{
	AUTO(auto_free) char *body = malloc(length + 1);

	memset(body, 'x', length);
	body[length] = '\0';
	http_bench_say(fd, head);
	return (int)send(fd, body, length, MSG_NOSIGNAL);
}

/* Longer than what the library reads ahead: the end of its connection would be a reset. */
START_TEST(a_client_that_sends_too_much_gets_to_read_that_it_does)
{
	static const char *const heads[] = {
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 7900\r\n\r\n",
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1EDC\r\n",
	};
	AUTO(auto_close) int fd = http_bench_dial();
	char said[BENCH_SAID_MAX];

	say_body(fd, heads[_i], 7900);
	http_bench_say(fd, _i == 1 ? "\r\n0\r\n\r\n" : "");
	ck_assert_int_eq(http_bench_hear(fd, said), 0);
	ck_assert_ptr_nonnull(strstr(said, " 413 "));
	ck_assert_uint_eq(http_bench.requests, 0);
}
END_TEST

START_TEST(a_body_without_end_is_ended)
{
	AUTO(auto_close) int fd = http_bench_dial();
	char said[BENCH_SAID_MAX];
	size_t sent = 0;

	http_bench_say(fd, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1073741824\r\n\r\n");
	memset(said, 'x', sizeof said);
	while (sent < 1 << 30 && send(fd, said, sizeof said, MSG_NOSIGNAL) > 0)
		sent += sizeof said;
	ck_assert_uint_lt(sent, 64 << 20);
}
END_TEST

START_TEST(whoever_asks_before_he_sends_too_much_is_told_at_once)
{
	char said[BENCH_SAID_MAX];

	ck_assert_int_eq(http_bench_ask("POST / HTTP/1.1\r\n" HOST
					"Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n",
				 said),
		0);
	ck_assert_int_eq(strncmp(said, "HTTP/1.1 413 ", strlen("HTTP/1.1 413 ")), 0);
}
END_TEST

START_TEST(all_bodies_together_have_a_limit)
{
	static const char head[] = "POST / HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n";
	char said[BENCH_SAID_MAX];
	int fds[3];

	for (size_t at = 0; at < 3; at++) {
		fds[at] = http_bench_dial();
		ck_assert_int_eq(say_body(fds[at], head, 900), 900);
	}
	usleep(50000);

	AUTO(auto_close) int fd = http_bench_dial();

	say_body(fd, head, 1000);
	ck_assert_int_eq(http_bench_hear(fd, said), 0);
	ck_assert_ptr_nonnull(strstr(said, " 503 "));
	for (size_t at = 0; at < 3; at++)
		close(fds[at]);
	usleep(50000);

	AUTO(auto_close) int later = http_bench_dial();

	say_body(later, head, 1000);
	ck_assert_int_gt(recv(later, said, sizeof said, 0), 0);
	ck_assert_ptr_nonnull(strstr(said, " 200 "));
}
END_TEST

/* ---- the library's thread ---- */

static int send_for_ever(struct wire *wire)
{
	static char much[1 << 20];
	struct iovec iov = { much, sizeof much };
	int error = wire_head(wire, &(struct wire_head){ .status = 200, .framing = WIRE_CLOSE });

	while (error == 0)
		error = wire_write(wire, &iov, 1);
	return error;
}

START_TEST(a_client_that_does_not_read_holds_up_no_other)
{
	AUTO(auto_close) int fd = http_bench_dial();
	char said[BENCH_SAID_MAX];

	http_bench.perform = send_for_ever;
	http_bench_say(fd, "GET /transfer?now=1 HTTP/1.1\r\n" HOST "\r\n");
	http_bench_ask("GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", said);
	ck_assert_int_eq(http_bench.outcome, -EAGAIN);
}
END_TEST

START_TEST(requests_that_come_at_once_are_answered_in_their_order)
{
	char said[BENCH_SAID_MAX];
	const char *first;

	http_bench_ask("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\none"
		       "POST /slow HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\ntwo"
		       "POST / HTTP/1.1\r\n" HOST
		       "Connection: close\r\nContent-Length: 5\r\n\r\nthree",
		said);
	first = strstr(said, "\r\n\r\none");
	ck_assert_ptr_nonnull(first);
	first = strstr(first, "\r\n\r\ntwo");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(strstr(first, "\r\n\r\nthree"));
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_http_body");
	TCase *tests = tcase_create("body");

	tcase_add_checked_fixture(tests, http_bench_setup, http_bench_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_client_that_sends_too_much_gets_to_read_that_it_does, 0, 2);
	tcase_add_test(tests, a_body_without_end_is_ended);
	tcase_add_test(tests, whoever_asks_before_he_sends_too_much_is_told_at_once);
	tcase_add_test(tests, all_bodies_together_have_a_limit);
	tcase_add_test(tests, a_client_that_does_not_read_holds_up_no_other);
	tcase_add_test(tests, requests_that_come_at_once_are_answered_in_their_order);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
