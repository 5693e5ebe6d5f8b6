/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_bench.h - a server of requests and wires on 127.0.0.1, with small limits, and a client.
 *
 * A request is answered with its body; GET or PUT /transfer is a wire, which a worker performs as
 * the test says, or with ?now the handler itself.
 */
#ifndef SNAPRIG_TESTS_UNIT_HTTP_BENCH_H
#define SNAPRIG_TESTS_UNIT_HTTP_BENCH_H

#include <pthread.h>

#include "simfs/doors/xapi/http/http.h"
#include "simfs/doors/xapi/http/wire.h"

#define BENCH_SAID_MAX 65536

struct http_bench {
	struct http_server *server;
	_Atomic unsigned requests;
	struct http_request *_Atomic kept; /* of POST /kept, which the test answers */
	_Atomic bool has_answered;	   /* a request, but one that is kept */

	/* What becomes of a transfer, and what came of it. */
	int (*perform)(struct wire *wire);
	enum wire_end end_kind;
	_Atomic int outcome;
	pthread_t worker;
	_Atomic bool has_begun, has_worker, has_lost;
};

extern struct http_bench http_bench;

/* For a checked fixture. */
void http_bench_setup(void);
void http_bench_teardown(void);

/* Until *WHAT is true. */
void http_bench_wait(_Atomic bool *what);

/* Until the worker has ended: its outcome. */
int http_bench_join(void);

void http_bench_echo(struct http_request *request);

/* A connection; what is said on it; all that comes until its end, into SAID of BENCH_SAID_MAX
 * bytes: 0, or -errno. */
int http_bench_dial(void);
void http_bench_say(int fd, const char *text);
int http_bench_hear(int fd, char *said);

/* The three in one. */
int http_bench_ask(const char *text, char *said);

/* What is behind the head of an answer, which must have one. */
const char *http_bench_body(const char *said);

#endif
