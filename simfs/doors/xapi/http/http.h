/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - listens, reads requests and gives them away; knows nothing of what they ask for.
 *
 * Every request is answered once, from any thread, sooner or later.  While it is not, nothing
 * waits for it: its connection is suspended.  A request for a transfer becomes a wire (wire.h).
 */
#ifndef SNAPRIG_DOORS_XAPI_HTTP_HTTP_H
#define SNAPRIG_DOORS_XAPI_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_server;
struct http_request;
struct wire;

struct http_limits {
	size_t body_bytes;     /* of a request that is no transfer; more is 413 */
	size_t bodies_bytes;   /* of all of those at once; more is 503 */
	size_t header_bytes;   /* of a request, with what is read ahead of it; more is 431 */
	unsigned connections;  /* at once; more wait until one ends */
	unsigned idle_seconds; /* without a byte of a request, or of an answer being read */
	uint64_t patience_ns;  /* a transfer without a byte that moves */
};

extern const struct http_limits http_limits_default;

struct http_handlers {
	void *context;

	/*
	 * Required.  Whether METHOD PATH is a transfer.  Called on the server's thread; does not
	 * wait.
	 */
	bool (*is_transfer)(void *context, const char *method, const char *path);

	/*
	 * Required.  A whole request.  Called on the server's thread; does not wait, and sees to
	 * it that http_answer() is called once.
	 */
	void (*request)(void *context, struct http_request *request);

	/* Required.  A transfer begins.  As `request`, with wire_end() instead. */
	void (*transfer)(void *context, struct wire *wire);

	/*
	 * Required.  One whose client has gone before it could begin: nothing of WIRE but what was
	 * asked for may be looked at, and it is gone when this returns.  Called on the server's
	 * thread; does not wait.  Of a server that ends nobody is told.
	 */
	void (*lost)(void *context, struct wire *wire);
};

/*
 * Listens on ADDRESS: "127.0.0.1:8080", "[::1]:0" (port 0: any that is free) or "unix:PATH".
 * Whoever connects has to wait until it begins.  Returns 0, or -errno after a message.
 */
int http_server_create(const char *address, struct http_server **ret);

/* Reads requests.  HANDLERS and LIMITS are copied.  Once: 0, or -errno after a message. */
int http_server_begin(struct http_server *server, const struct http_limits *limits,
	const struct http_handlers *handlers);

/* "http://127.0.0.1:8080", or "unix:PATH"; with the port that it got. */
const char *http_server_url(const struct http_server *server);

/* Whether somebody else than this machine can reach it. */
bool http_server_is_open(const struct http_server *server);

/*
 * Takes no new connection, and cancels every wire (-ECANCELED).  No handler is called any more
 * when this returns: who sends a request behind that finds his connection closed.  Answers may
 * still be given.  Nothing happens to one that has not begun.
 */
void http_server_quiesce(struct http_server *server);

/*
 * After all requests were answered and all wires ended, or before it begins.  Waits for a second
 * at most until the answers are sent.  NULL is fine.
 */
void http_server_destroy(struct http_server *server);

/* Of a request.  Valid until it is answered.  The body ends with a NUL that does not count. */
const char *http_request_method(const struct http_request *request);
const char *http_request_path(const struct http_request *request);
const char *http_request_body(const struct http_request *request, size_t *ret_length);

/* Answers REQUEST; BODY is taken (free()), and may be NULL when LENGTH is 0. */
void http_answer(struct http_request *request, unsigned status, const char *content_type,
	char *body, size_t length);

/* In place of an answer: the connection is reset; or it gets BYTES (taken, free()) and ends. */
void http_answer_reset(struct http_request *request);
void http_answer_raw(struct http_request *request, char *bytes, size_t length);

#endif
