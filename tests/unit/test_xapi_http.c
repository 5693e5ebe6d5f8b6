/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and wires on a socket of 127.0.0.1, with small limits. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "tests/unit/http_bench.h"

#define PAIRS 8

START_TEST(a_request_is_answered)
{
	char said[BENCH_SAID_MAX];

	http_bench_ask(
		"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
		said);
	ck_assert_ptr_nonnull(strstr(said, " 200 "));
	ck_assert_str_eq(http_bench_body(said), "hello");
}
END_TEST

START_TEST(a_body_that_is_too_long_is_refused)
{
	char text[3000], said[BENCH_SAID_MAX];
	int length = snprintf(text, sizeof text,
		"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1001\r\n\r\n");

	memset(text + length, 'x', 1001);
	text[length + 1001] = '\0';
	http_bench_ask(text, said);
	ck_assert_ptr_nonnull(strstr(said, " 413 "));
}
END_TEST

START_TEST(half_a_request_is_dropped_in_time)
{
	char said[BENCH_SAID_MAX];
	uint64_t begun_ns = clock_now_ns();

	http_bench_ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe", said);
	ck_assert_uint_ge(clock_now_ns() - begun_ns, NS_PER_S / 2);
}
END_TEST

static int send_framed(struct wire *wire, enum wire_framing framing)
{
	struct iovec iov[2] = { { (void *)"ab", 2 }, { (void *)"cde", 3 } };
	int error = wire_head(
		wire, &(struct wire_head){ .status = 200, .framing = framing, .length = 7 });

	if (error == 0)
		error = wire_write(wire, iov, 2);
	if (error == 0)
		error = wire_write(wire, iov, 1);
	return error;
}

static int send_old(struct wire *wire)
{
	return send_framed(wire, WIRE_OLD_CLOSE);
}

static int send_length(struct wire *wire)
{
	return send_framed(wire, WIRE_LENGTH);
}

static int send_chunked(struct wire *wire)
{
	return send_framed(wire, WIRE_CHUNKED);
}

START_TEST(a_wire_is_framed_as_it_is_told)
{
	static const struct {
		int (*perform)(struct wire *wire);
		const char *head, *body;
	} rows[] = {
		{ send_old, "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n", "abcdeab" },
		{ send_length, "Content-Length: 7\r\n", "abcdeab" },
		{ send_chunked, "Transfer-Encoding: chunked\r\n",
			"5\r\nabcde\r\n2\r\nab\r\n0\r\n\r\n" },
	};
	char said[BENCH_SAID_MAX];

	http_bench.perform = rows[_i].perform;
	ck_assert_int_eq(
		http_bench_ask("GET /transfer?a=%2Fb HTTP/1.1\r\nHost: x\r\n\r\n", said), 0);
	ck_assert_ptr_nonnull(strstr(said, rows[_i].head));
	ck_assert_str_eq(http_bench_body(said), rows[_i].body);
}
END_TEST

START_TEST(a_wire_that_is_cut_has_no_last_chunk)
{
	char said[BENCH_SAID_MAX];

	http_bench.perform = send_chunked;
	http_bench.end_kind = WIRE_CUT;
	ck_assert_int_eq(http_bench_ask("GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n", said), 0);
	ck_assert_str_eq(http_bench_body(said), "5\r\nabcde\r\n2\r\nab\r\n");
}
END_TEST

START_TEST(a_wire_that_is_reset_is_no_end)
{
	char said[BENCH_SAID_MAX];

	http_bench.perform = send_chunked;
	http_bench.end_kind = WIRE_RESET;
	ck_assert_int_eq(
		http_bench_ask("GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n", said), -ECONNRESET);
}
END_TEST

static int read_all(struct wire *wire)
{
	char text[64];
	const void *bytes;
	size_t length, all = 0;
	int error;

	while ((error = wire_read(wire, &bytes, &length)) == 0 && length > 0)
		all += length;
	/* The end stays the end. */
	if (error == 0)
		error = wire_read(wire, &bytes, &length);
	if (error < 0)
		return error;
	snprintf(text, sizeof text, "HTTP/1.0 200 OK\r\n\r\n%zu", all);
	return wire_raw(wire, text, strlen(text));
}

START_TEST(the_body_of_a_request_comes_in_pieces)
{
	AUTO(auto_close) int fd = http_bench_dial();
	char piece[10000], said[BENCH_SAID_MAX];

	http_bench.perform = read_all;
	memset(piece, 'x', sizeof piece - 1);
	piece[sizeof piece - 1] = '\0';
	http_bench_say(fd, "PUT /transfer HTTP/1.1\r\nHost: x\r\nContent-Length: 99990\r\n\r\n");
	for (int at = 0; at < 10; at++)
		http_bench_say(fd, piece);
	ck_assert_int_eq(http_bench_hear(fd, said), 0);
	ck_assert_str_eq(http_bench_body(said), "99990");
}
END_TEST

START_TEST(a_client_that_goes_before_the_end_of_its_body_is_noticed)
{
	int fd = http_bench_dial();

	http_bench.perform = read_all;
	http_bench_say(fd, "PUT /transfer HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
	http_bench_wait(&http_bench.has_worker);
	close(fd);
	ck_assert_int_eq(http_bench_join(), -ECONNRESET);
}
END_TEST

START_TEST(a_client_that_goes_before_its_body_begins_is_told_of)
{
	int fd = http_bench_dial();

	http_bench_say(fd, "PUT /transfer?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
	close(fd);
	http_bench_wait(&http_bench.has_lost);
	ck_assert(!http_bench.has_begun);
}
END_TEST

static _Atomic bool has_read, may_write, is_there;

/* As an import does that has failed: a status, whatever the client is. */
static int answer_late(struct wire *wire)
{
	const void *bytes;
	size_t length;

	while (wire_read(wire, &bytes, &length) == 0)
		;
	has_read = true;
	http_bench_wait(&may_write);
	is_there = wire_wait(wire, 0);
	return wire_head(wire, &(struct wire_head){ .status = 500, .framing = WIRE_LENGTH });
}

/* The descriptor of the connection is another's by then. */
START_TEST(what_is_said_to_a_client_that_has_gone_goes_nowhere)
{
	int fd = http_bench_dial(), pairs[PAIRS][2];
	char byte;

	http_bench.perform = answer_late;
	http_bench_say(fd, "PUT /transfer HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
	http_bench_wait(&http_bench.has_worker);
	close(fd);
	http_bench_wait(&has_read);
	usleep(20000); /* until the library has closed it */
	for (size_t at = 0; at < PAIRS; at++)
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pairs[at]), 0);
	may_write = true;
	ck_assert_int_eq(http_bench_join(), -ECONNRESET);
	ck_assert(!is_there);
	for (size_t at = 0; at < PAIRS; at++) {
		for (size_t end = 0; end < 2; end++)
			ck_assert_int_eq(recv(pairs[at][end], &byte, 1, 0), -1);
		close(pairs[at][0]);
		close(pairs[at][1]);
	}
}
END_TEST

static int send_for_ever(struct wire *wire)
{
	static char much[1 << 20];
	struct iovec iov = { much, sizeof much };
	int error = wire_head(wire, &(struct wire_head){ .status = 200, .framing = WIRE_CLOSE });

	while (error == 0)
		error = wire_write(wire, &iov, 1);
	return error;
}

START_TEST(a_client_that_never_reads_is_given_up)
{
	AUTO(auto_close) int fd = http_bench_dial();

	http_bench.perform = send_for_ever;
	http_bench_say(fd, "GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n");
	http_bench_wait(&http_bench.has_worker);
	ck_assert_int_eq(http_bench_join(), -ETIMEDOUT);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_http");
	TCase *tests = tcase_create("http");

	tcase_add_checked_fixture(tests, http_bench_setup, http_bench_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_request_is_answered);
	tcase_add_test(tests, a_body_that_is_too_long_is_refused);
	tcase_add_test(tests, half_a_request_is_dropped_in_time);
	tcase_add_loop_test(tests, a_wire_is_framed_as_it_is_told, 0, 3);
	tcase_add_test(tests, a_wire_that_is_cut_has_no_last_chunk);
	tcase_add_test(tests, a_wire_that_is_reset_is_no_end);
	tcase_add_test(tests, the_body_of_a_request_comes_in_pieces);
	tcase_add_test(tests, a_client_that_goes_before_the_end_of_its_body_is_noticed);
	tcase_add_test(tests, a_client_that_goes_before_its_body_begins_is_told_of);
	tcase_add_test(tests, what_is_said_to_a_client_that_has_gone_goes_nowhere);
	tcase_add_test(tests, a_client_that_never_reads_is_given_up);
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
