/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and wires on a socket of 127.0.0.1, with small limits. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/doors/xapi/http/http.h"
#include "simfs/doors/xapi/http/wire.h"

#define SAID_MAX 65536

static const struct http_limits limits = { .body_bytes = 1000,
	.header_bytes = 4096,
	.connections = 10,
	.idle_seconds = 1,
	.patience_ns = 200 * NS_PER_MS };

static struct http_server *server;
static pthread_t worker;
static _Atomic bool has_worker, has_begun, has_lost;
/* What becomes of a transfer, and what came of it. */
static int (*perform)(struct wire *wire);
static enum wire_end end_kind;
static int outcome;

static bool is_transfer(void *context, const char *method, const char *path)
{
	(void)context;
	(void)method;
	return strcmp(path, "/transfer") == 0;
}

/* The body again. */
static void echo(void *context, struct http_request *request)
{
	size_t length;
	const char *body = http_request_body(request, &length);
	char *copy = malloc(length + 1);

	(void)context;
	memcpy(copy, body, length + 1);
	http_answer(request, 200, "text/plain", copy, length);
}

static void *work(void *context)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	outcome = perform(context);
	wire_end(context, end_kind);
	return NULL;
}

static void transfer(void *context, struct wire *wire)
{
	(void)context;
	has_begun = true;
	ck_assert_int_eq(pthread_create(&worker, NULL, work, wire), 0);
	has_worker = true;
}

static void lost(void *context, struct wire *wire)
{
	(void)context;
	ck_assert_str_eq(wire_query(wire, "a"), "b");
	has_lost = true;
}

static void setup(void)
{
	const struct http_handlers handlers = {
		.is_transfer = is_transfer, .request = echo, .transfer = transfer, .lost = lost
	};

	has_worker = has_begun = has_lost = false;
	end_kind = WIRE_CLEAN;
	ck_assert_int_eq(http_server_create("127.0.0.1:0", &server), 0);
	ck_assert(!http_server_is_open(server));
	ck_assert_int_eq(http_server_begin(server, &limits, &handlers), 0);
}

static void teardown(void)
{
	http_server_quiesce(server);
	/* A client may have its answer before who began the worker knows of it. */
	while (has_begun && !has_worker)
		usleep(1000);
	if (has_worker)
		pthread_join(worker, NULL);
	http_server_destroy(server);
}

static int dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons(
		(uint16_t)strtoul(strrchr(http_server_url(server), ':') + 1, NULL, 10));
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
}

/* All that comes until the end, into SAID: 0, or -errno. */
static int hear(int fd, char *said)
{
	size_t length = 0;
	ssize_t more;

	while ((more = recv(fd, said + length, SAID_MAX - 1 - length, 0)) > 0)
		length += (size_t)more;
	said[length] = '\0';
	return more < 0 ? -errno : 0;
}

static int ask(const char *text, char *said)
{
	AUTO(auto_close) int fd = dial();

	say(fd, text);
	return hear(fd, said);
}

static const char *body_of(const char *said)
{
	const char *end = strstr(said, "\r\n\r\n");

	ck_assert_ptr_nonnull(end);
	return end + 4;
}

START_TEST(a_request_is_answered)
{
	char said[SAID_MAX];

	ask("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
		said);
	ck_assert_ptr_nonnull(strstr(said, " 200 "));
	ck_assert_str_eq(body_of(said), "hello");
}
END_TEST

START_TEST(a_body_that_is_too_long_is_refused)
{
	char text[3000], said[SAID_MAX];
	int length = snprintf(text, sizeof text,
		"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1001\r\n\r\n");

	memset(text + length, 'x', 1001);
	text[length + 1001] = '\0';
	ask(text, said);
	ck_assert_ptr_nonnull(strstr(said, " 413 "));
}
END_TEST

START_TEST(half_a_request_is_dropped_in_time)
{
	char said[SAID_MAX];
	uint64_t begun_ns = clock_now_ns();

	ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe", said);
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
	char said[SAID_MAX];

	perform = rows[_i].perform;
	ck_assert_int_eq(ask("GET /transfer?a=%2Fb HTTP/1.1\r\nHost: x\r\n\r\n", said), 0);
	ck_assert_ptr_nonnull(strstr(said, rows[_i].head));
	ck_assert_str_eq(body_of(said), rows[_i].body);
}
END_TEST

START_TEST(a_wire_that_is_cut_has_no_last_chunk)
{
	char said[SAID_MAX];

	perform = send_chunked;
	end_kind = WIRE_CUT;
	ck_assert_int_eq(ask("GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n", said), 0);
	ck_assert_str_eq(body_of(said), "5\r\nabcde\r\n2\r\nab\r\n");
}
END_TEST

START_TEST(a_wire_that_is_reset_is_no_end)
{
	char said[SAID_MAX];

	perform = send_chunked;
	end_kind = WIRE_RESET;
	ck_assert_int_eq(ask("GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n", said), -ECONNRESET);
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
	AUTO(auto_close) int fd = dial();
	char piece[10000], said[SAID_MAX];

	perform = read_all;
	memset(piece, 'x', sizeof piece - 1);
	piece[sizeof piece - 1] = '\0';
	say(fd, "PUT /transfer HTTP/1.1\r\nHost: x\r\nContent-Length: 99990\r\n\r\n");
	for (int at = 0; at < 10; at++)
		say(fd, piece);
	ck_assert_int_eq(hear(fd, said), 0);
	ck_assert_str_eq(body_of(said), "99990");
}
END_TEST

START_TEST(a_client_that_goes_before_the_end_of_its_body_is_noticed)
{
	int fd = dial();

	perform = read_all;
	say(fd, "PUT /transfer HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
	while (!has_worker)
		usleep(1000);
	close(fd);
	pthread_join(worker, NULL);
	has_worker = has_begun = false;
	ck_assert_int_eq(outcome, -ECONNRESET);
}
END_TEST

START_TEST(a_client_that_goes_before_its_body_begins_is_told_of)
{
	int fd = dial();

	say(fd, "PUT /transfer?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
	close(fd);
	while (!has_lost)
		usleep(1000);
	ck_assert(!has_begun);
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
	AUTO(auto_close) int fd = dial();

	perform = send_for_ever;
	say(fd, "GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n");
	while (!has_worker)
		usleep(1000);
	pthread_join(worker, NULL);
	has_worker = has_begun = false;
	ck_assert_int_eq(outcome, -ETIMEDOUT);
}
END_TEST

static int wait_long(struct wire *wire)
{
	return wire_wait(wire, 3600 * NS_PER_S) ? 0 : -ECANCELED;
}

START_TEST(a_server_that_ends_cancels_its_wires)
{
	AUTO(auto_close) int fd = dial();

	perform = wait_long;
	say(fd, "GET /transfer HTTP/1.1\r\nHost: x\r\n\r\n");
	while (!has_worker)
		usleep(1000);
	http_server_quiesce(server);
	pthread_join(worker, NULL);
	has_worker = has_begun = false;
	ck_assert_int_eq(outcome, -ECANCELED);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_http");
	TCase *tests = tcase_create("http");

	tcase_add_checked_fixture(tests, setup, teardown);
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
	tcase_add_test(tests, a_client_that_never_reads_is_given_up);
	tcase_add_test(tests, a_server_that_ends_cancels_its_wires);
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
