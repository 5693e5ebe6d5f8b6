/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request that is no transfer: kept, or refused before it is complete. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "simfs/doors/xapi/http/exchange.h"

/*
 * After a refusal, this many bodies of the largest size are dropped, so that the client reads it.
 */
#define DROPPED_BODIES 8

void exchange_drop_body(struct exchange *exchange)
{
	atomic_fetch_sub(&exchange->server->bodies_bytes, exchange->allocated);
	free(exchange->body);
	exchange->body = NULL;
	exchange->allocated = exchange->length = 0;
}

static int grow_body(struct exchange *exchange, size_t needed)
{
	struct http_server *server = exchange->server;
	size_t most = server->limits.body_bytes + 1;
	size_t grown = needed > most / 2 ? most : needed * 2;
	size_t more = grown - exchange->allocated;
	char *body = NULL;

	if (atomic_fetch_add(&server->bodies_bytes, more) + more <= server->limits.bodies_bytes)
		body = realloc(exchange->body, grown);
	if (!body) {
		atomic_fetch_sub(&server->bodies_bytes, more);
		return -ENOMEM;
	}
	exchange->body = body;
	exchange->allocated = grown;
	return 0;
}

/* Returns 0, -EMSGSIZE or -ENOMEM.  Leaves room for a NUL after it. */
static int keep_body(struct exchange *exchange, const char *upload, size_t length)
{
	size_t needed = exchange->length + length;

	if (needed > exchange->server->limits.body_bytes)
		return -EMSGSIZE;
	if (needed + 1 > exchange->allocated && grow_body(exchange, needed + 1) < 0)
		return -ENOMEM;
	memcpy(exchange->body + exchange->length, upload, length);
	exchange->length = needed;
	exchange->body[needed] = '\0';
	return 0;
}

/* The library allows no answer before the body is complete: this bypasses it. */
static void refuse(struct exchange *exchange, unsigned status)
{
	char text[128];
	int length = snprintf(text, sizeof text,
		"HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status,
		MHD_get_reason_phrase_for(status));

	exchange->refusal = status;
	exchange_drop_body(exchange);
	(void)!send(exchange->fd, text, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool is_announced_too_long(const struct exchange *exchange)
{
	return !exchange->is_transfer && exchange->body_length != UINT64_MAX &&
	       exchange->body_length > exchange->server->limits.body_bytes;
}

bool exchange_wants_body(struct exchange *exchange)
{
	/* A client that asks before it sends is told at once; others would not read it. */
	if (!is_announced_too_long(exchange) || !MHD_lookup_connection_value(exchange->connection,
							MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT))
		return true;
	refuse(exchange, MHD_HTTP_CONTENT_TOO_LARGE);
	return false;
}

bool exchange_take_body(struct exchange *exchange, const char *upload, size_t *upload_length)
{
	int error = 0;

	if (!exchange->refusal && is_announced_too_long(exchange))
		error = -EMSGSIZE;
	else if (!exchange->refusal)
		error = keep_body(exchange, upload, *upload_length);
	if (error < 0)
		refuse(exchange, error == -EMSGSIZE ? MHD_HTTP_CONTENT_TOO_LARGE
						    : MHD_HTTP_SERVICE_UNAVAILABLE);
	/*
	 * Closing a connection with unread data resets it, and the client would lose the answer: so
	 * the rest is read.
	 */
	if (exchange->refusal)
		exchange->dropped += *upload_length;
	*upload_length = 0;
	return exchange->dropped / DROPPED_BODIES <= exchange->server->limits.body_bytes;
}
