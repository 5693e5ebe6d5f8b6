/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http_bench.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

#define SLOW_US 200000

static const struct http_limits limits = { .body_bytes = 1000,
	.bodies_bytes = 3 * 1001,
	.header_bytes = 4096,
	.connections = 10,
	.idle_seconds = 1,
	.patience_ns = 200 * NS_PER_MS };

struct http_bench http_bench;

/* ---- the server ---- */

static bool is_transfer(void *context, const char *method, const char *path)
{
	(void)context;
	(void)method;
	return strcmp(path, "/transfer") == 0;
}

void http_bench_echo(struct http_request *request)
{
	size_t length;
	const char *body = http_request_body(request, &length);
	char *copy = malloc(length + 1);

	memcpy(copy, body, length + 1);
	http_answer(request, 200, "text/plain", copy, length);
}

/* At once, slowly, or by the test. */
static void take_request(void *context, struct http_request *request)
{
	(void)context;
	http_bench.requests++;
	if (strcmp(http_request_path(request), "/kept") == 0) {
		http_bench.kept = request;
		return;
	}
	if (strcmp(http_request_path(request), "/slow") == 0)
		usleep(SLOW_US);
	http_bench.has_answered = true;
	http_bench_echo(request);
}

static void *work(void *context)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	http_bench.outcome = http_bench.perform(context);
	wire_end(context, http_bench.end_kind);
	return NULL;
}

static void transfer(void *context, struct wire *wire)
{
	(void)context;
	if (wire_query(wire, "now")) {
		http_bench.outcome = http_bench.perform(wire);
		wire_end(wire, WIRE_CLEAN);
		return;
	}
	http_bench.has_begun = true;
	ck_assert_int_eq(pthread_create(&http_bench.worker, NULL, work, wire), 0);
	http_bench.has_worker = true;
}

static void lost(void *context, struct wire *wire)
{
	(void)context;
	ck_assert_str_eq(wire_query(wire, "a"), "b");
	http_bench.has_lost = true;
}

void http_bench_setup(void)
{
	const struct http_handlers handlers = { .is_transfer = is_transfer,
		.request = take_request,
		.transfer = transfer,
		.lost = lost };

	memset(&http_bench, 0, sizeof http_bench);
	http_bench.end_kind = WIRE_CLEAN;
	ck_assert_int_eq(http_server_create("127.0.0.1:0", &http_bench.server), 0);
	ck_assert(!http_server_is_open(http_bench.server));
	ck_assert_int_eq(http_server_begin(http_bench.server, &limits, &handlers), 0);
}

void http_bench_teardown(void)
{
	if (http_bench.server)
		http_server_quiesce(http_bench.server);
	/* A client may have its answer before who began the worker knows of it. */
	if (http_bench.has_begun)
		http_bench_join();
	http_server_destroy(http_bench.server);
}

void http_bench_wait(_Atomic bool *what)
{
	while (!*what)
		usleep(1000);
}

int http_bench_join(void)
{
	http_bench_wait(&http_bench.has_worker);
	pthread_join(http_bench.worker, NULL);
	http_bench.has_worker = http_bench.has_begun = false;
	return http_bench.outcome;
}

/* ---- the client ---- */

int http_bench_dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons(
		(uint16_t)strtoul(strrchr(http_server_url(http_bench.server), ':') + 1, NULL, 10));
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

void http_bench_say(int fd, const char *text)
{
	ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
}

int http_bench_hear(int fd, char *said)
{
	size_t length = 0;
	ssize_t more;

	while ((more = recv(fd, said + length, BENCH_SAID_MAX - 1 - length, 0)) > 0)
		length += (size_t)more;
	said[length] = '\0';
	return more < 0 ? -errno : 0;
}

int http_bench_ask(const char *text, char *said)
{
	AUTO(auto_close) int fd = http_bench_dial();

	http_bench_say(fd, text);
	return http_bench_hear(fd, said);
}

const char *http_bench_body(const char *said)
{
	const char *end = strstr(said, "\r\n\r\n");

	ck_assert_ptr_nonnull(end);
	return end + 4;
}
