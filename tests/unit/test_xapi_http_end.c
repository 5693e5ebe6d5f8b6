/* SPDX-License-Identifier: Apache-2.0 */
/* A server of requests ends: what has been taken is answered, and nothing more is taken. */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "tests/unit/http_bench.h"

#define REQUEST(path) "POST " path " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"

static int wait_long(struct wire *wire)
{
	return wire_wait(wire, 3600 * NS_PER_S) ? 0 : -ECANCELED;
}

START_TEST(a_server_that_ends_cancels_its_wires)
{
	AUTO(auto_close) int fd = http_bench_dial();

	http_bench.perform = wait_long;
	http_bench_say(fd, "GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n");
	http_bench_wait(&http_bench.has_worker);
	http_server_quiesce(http_bench.server);
	ck_assert_int_eq(http_bench_join(), -ECANCELED);
}
END_TEST

/* A connection on which a request was answered, and that stays. */
static int dial_and_stay(void)
{
	char said[BENCH_SAID_MAX];
	int fd = http_bench_dial();

	http_bench_say(fd, REQUEST("/"));
	ck_assert_int_gt(recv(fd, said, sizeof said, 0), 0);
	ck_assert_uint_eq(http_bench.requests, 1);
	return fd;
}

static void end(void)
{
	http_server_destroy(http_bench.server);
	http_bench.server = NULL;
}

/* Whoever takes it would find nothing of what serves it. */
START_TEST(a_request_behind_the_end_is_not_taken)
{
	AUTO(auto_close) int fd = dial_and_stay();
	char said[BENCH_SAID_MAX];

	http_server_quiesce(http_bench.server);
	http_bench_say(fd, REQUEST("/"));
	http_bench_hear(fd, said);
	ck_assert_str_eq(said, "");
	end();
	ck_assert_uint_eq(http_bench.requests, 1);
}
END_TEST

START_TEST(a_transfer_behind_the_end_is_not_begun)
{
	AUTO(auto_close) int fd = dial_and_stay();
	char said[BENCH_SAID_MAX];

	http_bench.perform = wait_long;
	http_server_quiesce(http_bench.server);
	http_bench_say(fd, "GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n");
	http_bench_hear(fd, said);
	ck_assert_str_eq(said, "");
	end();
	ck_assert(!http_bench.has_begun);
}
END_TEST

START_TEST(the_end_waits_for_a_request_that_is_being_given_away)
{
	AUTO(auto_close) int fd = http_bench_dial();

	http_bench_say(fd, REQUEST("/slow"));
	while (http_bench.requests == 0)
		usleep(1000);
	http_server_quiesce(http_bench.server);
	ck_assert(http_bench.has_answered);
}
END_TEST

START_TEST(an_answer_at_the_end_comes_through)
{
	AUTO(auto_close) int fd = http_bench_dial();
	char said[BENCH_SAID_MAX];

	http_bench_say(fd, REQUEST("/kept"));
	while (!http_bench.kept)
		usleep(1000);
	http_server_quiesce(http_bench.server);
	http_bench_echo(http_bench.kept);
	end();
	ck_assert_int_eq(http_bench_hear(fd, said), 0);
	ck_assert_str_eq(http_bench_body(said), "hi");
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_http_end");
	TCase *tests = tcase_create("end");

	tcase_add_checked_fixture(tests, http_bench_setup, http_bench_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_server_that_ends_cancels_its_wires);
	tcase_add_test(tests, a_request_behind_the_end_is_not_taken);
	tcase_add_test(tests, a_transfer_behind_the_end_is_not_begun);
	tcase_add_test(tests, the_end_waits_for_a_request_that_is_being_given_away);
	tcase_add_loop_test(tests, an_answer_at_the_end_comes_through, 0, 20);
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
