/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - listens, reads requests and gives them to handlers; does not know what they mean.
 *
 * Every request is answered once, from any thread, sooner or later.  Until then its connection is
 * suspended, and blocks no thread.  A request for a transfer becomes a wire (wire.h).
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
	size_t bodies_bytes;   /* of all those together; more is 503 */
	size_t header_bytes;   /* of a request, including read-ahead; more is 431 */
	unsigned connections;  /* at once; further ones wait until one ends */
	unsigned idle_seconds; /* without a byte of a request, or of an answer being read */
	uint64_t patience_ns;  /* for a transfer in which no byte moves */
};

extern const struct http_limits http_limits_default;

struct http_handlers {
	void *context;

	/*
	 * Required.  Whether METHOD PATH is a transfer.  Called on the server's thread; must not
	 * block.
	 */
	bool (*is_transfer)(void *context, const char *method, const char *path);

	/*
	 * Required.  Gets a whole request.  Called on the server's thread; must not block, and must
	 * make sure that http_answer() is called once.
	 */
	void (*request)(void *context, struct http_request *request);

	/* Required.  Gets a transfer that begins.  As `request', but with wire_end(). */
	void (*transfer)(void *context, struct wire *wire);

	/*
	 * Required.  Gets a transfer whose client has gone before it could begin: only the request
	 * in WIRE may be read, and WIRE is freed on return.  Called on the server's thread; must
	 * not block.  Not called once the server ends.
	 */
	void (*lost)(void *context, struct wire *wire);
};

/*
 * Listens on ADDRESS: "127.0.0.1:8080", "[::1]:0" (port 0: any free one) or "unix:PATH".  Clients
 * that connect wait until the server begins.  Returns 0, or -errno after a message.
 */
int http_server_create(const char *address, struct http_server **ret);

/*
 * Starts to read requests.  Copies HANDLERS and LIMITS.  Call once.  Returns 0, or -errno after a
 * message.
 */
int http_server_begin(struct http_server *server, const struct http_limits *limits,
	const struct http_handlers *handlers);

/* "http://127.0.0.1:8080", with the actual port, or "unix:PATH". */
const char *http_server_url(const struct http_server *server);

/* Whether other machines can reach it. */
bool http_server_is_open(const struct http_server *server);

/*
 * Accepts no more connections, and cancels every wire (-ECANCELED).  On return no handler is called
 * any more: later requests find their connection closed.  Answers may still be given.  Does nothing
 * to a server that has not begun.
 */
void http_server_quiesce(struct http_server *server);

/*
 * Call after all requests were answered and all wires have ended, or before the server begins.
 * Waits at most a second until the answers are sent.  NULL is fine.
 */
void http_server_destroy(struct http_server *server);

/* Of a request.  Valid until it is answered.  A NUL follows the body, and is not counted. */
const char *http_request_method(const struct http_request *request);
const char *http_request_path(const struct http_request *request);
const char *http_request_body(const struct http_request *request, size_t *ret_length);

/* Answers REQUEST; takes over BODY (free()), which may be NULL if LENGTH is 0. */
void http_answer(struct http_request *request, unsigned status, const char *content_type,
	char *body, size_t length);

/*
 * Instead of an answer: resets the connection; or sends BYTES (taken over, free()) and closes it.
 */
void http_answer_reset(struct http_request *request);
void http_answer_raw(struct http_request *request, char *bytes, size_t length);

#endif
