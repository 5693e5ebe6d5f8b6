/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/http/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "simfs/base/check.h"

/* Set on the library's threads, which serve all clients and block for none. */
static _Thread_local bool is_library;

bool exchange_may_wait(void)
{
	return !is_library;
}

static void exchange_free(struct exchange *exchange)
{
	exchange_drop_body(exchange);
	for (size_t at = 0; at < exchange->query_count; at++) {
		free(exchange->query[at].name);
		free(exchange->query[at].value);
	}
	if (exchange->response)
		MHD_destroy_response(exchange->response);
	pthread_cond_destroy(&exchange->moved);
	pthread_mutex_destroy(&exchange->mutex);
	free(exchange->query);
	free(exchange->method);
	free(exchange->path);
	free(exchange->chunk);
	free(exchange);
}

void exchange_give_up(struct exchange *exchange)
{
	bool is_last;

	pthread_mutex_lock(&exchange->mutex);
	MUST(exchange->is_given);
	exchange->is_given = false;
	is_last = exchange->is_gone;
	pthread_mutex_unlock(&exchange->mutex);
	if (is_last)
		exchange_free(exchange);
}

static enum MHD_Result keep_query_value(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct exchange *exchange = context;
	struct query_value *grown, *at;

	(void)kind;
	if (!name)
		return MHD_YES;
	grown = realloc(exchange->query, (exchange->query_count + 1) * sizeof *grown);
	if (!grown)
		return MHD_NO;
	exchange->query = grown;
	at = &grown[exchange->query_count];
	at->name = strdup(name);
	at->value = strdup(value ? value : "");
	if (!at->name || !at->value) {
		free(at->name);
		free(at->value);
		return MHD_NO;
	}
	exchange->query_count++;
	return MHD_YES;
}

/* The length from Content-Length, which the library has checked; UINT64_MAX without one. */
static uint64_t announced_length(struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

	/* The length of a chunked body is that of its chunks, whatever else is announced. */
	if (!length || MHD_lookup_connection_value(
			       connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING))
		return UINT64_MAX;
	return strtoull(length, NULL, 10);
}

static struct exchange *exchange_create(struct http_server *server,
	struct MHD_Connection *connection, const char *url, const char *method)
{
	const union MHD_ConnectionInfo *socket = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct exchange *exchange = calloc(1, sizeof *exchange);

	if (!exchange)
		return NULL;
	pthread_mutex_init(&exchange->mutex, NULL);
	pthread_cond_init(&exchange->moved, NULL);
	exchange->server = server;
	exchange->connection = connection;
	exchange->fd = socket ? socket->connect_fd : -1;
	exchange->method = strdup(method);
	exchange->path = strdup(url);
	exchange->body_length = announced_length(connection);
	if (!socket || !exchange->method || !exchange->path) {
		exchange_free(exchange);
		return NULL;
	}
	exchange->is_transfer = server->handlers.is_transfer(server->handlers.context, method, url);
	if (exchange->is_transfer)
		MHD_get_connection_values(
			connection, MHD_GET_ARGUMENT_KIND, keep_query_value, exchange);
	return exchange;
}

/* Stops the library's calls for EXCHANGE until it is resumed. */
static void take(struct exchange *exchange)
{
	pthread_mutex_lock(&exchange->mutex);
	MUST(exchange->state == EXCHANGE_READING);
	MHD_suspend_connection(exchange->connection);
	exchange->state = EXCHANGE_OURS;
	pthread_cond_broadcast(&exchange->moved);
	pthread_mutex_unlock(&exchange->mutex);
}

/* A handler may run, unless the server ends: quiesce waits until it has returned. */
static bool handler_enter(struct http_server *server)
{
	bool is_in;

	pthread_mutex_lock(&server->mutex);
	is_in = !server->is_ending;
	server->is_handing = is_in;
	pthread_mutex_unlock(&server->mutex);
	return is_in;
}

static void handler_leave(struct http_server *server)
{
	pthread_mutex_lock(&server->mutex);
	server->is_handing = false;
	pthread_cond_broadcast(&server->moved);
	pthread_mutex_unlock(&server->mutex);
}

static enum MHD_Result give(struct exchange *exchange)
{
	struct http_server *server = exchange->server;

	if (!handler_enter(server))
		return MHD_NO;
	exchange->is_given = exchange->has_begun = true;
	/* Added to the list of wires before its worker can end it. */
	pthread_mutex_lock(&server->mutex);
	server->open_count++;
	if (exchange->is_transfer)
		list_append(&server->wires, &exchange->link);
	pthread_mutex_unlock(&server->mutex);
	take(exchange);
	if (exchange->is_transfer)
		server->handlers.transfer(server->handlers.context, (struct wire *)exchange);
	else
		server->handlers.request(server->handlers.context, (struct http_request *)exchange);
	handler_leave(server);
	return MHD_YES;
}

/* The library moves its buffer as soon as the handler has returned: so the piece is copied. */
static int keep_chunk(struct exchange *exchange, const char *upload, size_t length)
{
	if (length > exchange->chunk_allocated) {
		char *chunk = realloc(exchange->chunk, length);

		if (!chunk)
			return -ENOMEM;
		exchange->chunk = chunk;
		exchange->chunk_allocated = length;
	}
	if (length > 0)
		memcpy(exchange->chunk, upload, length);
	exchange->chunk_length = length;
	exchange->chunk_given = false;
	exchange->at_end = length == 0;
	return 0;
}

static enum MHD_Result access_wire(
	struct exchange *exchange, const char *upload, size_t *upload_length)
{
	if (exchange->held_length > 0) {
		/* The worker is done with it; data read since then may follow. */
		MUST(*upload_length >= exchange->held_length);
		*upload_length -= exchange->held_length;
		exchange->held_length = 0;
		if (*upload_length > 0) {
			/* The library calls again for that only when resumed. */
			MHD_suspend_connection(exchange->connection);
			MHD_resume_connection(exchange->connection);
		}
		return MHD_YES;
	}
	if (keep_chunk(exchange, upload, *upload_length) < 0)
		return MHD_NO;
	/* If it learned now that the piece is taken, it would bring the next one at once. */
	exchange->held_length = *upload_length;
	if (!exchange->has_begun)
		return give(exchange);
	take(exchange);
	return MHD_YES;
}

static enum MHD_Result access_request(
	struct exchange *exchange, const char *upload, size_t *upload_length)
{
	if (*upload_length == 0)
		return exchange->refusal ? MHD_NO : give(exchange);
	return exchange_take_body(exchange, upload, upload_length) ? MHD_YES : MHD_NO;
}

enum MHD_Result exchange_access(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_length,
	void **request_context)
{
	struct exchange *exchange = *request_context;
	enum exchange_state state;

	(void)version;
	is_library = true;
	if (!exchange) {
		exchange = exchange_create(context, connection, url, method);
		*request_context = exchange;
		return exchange && exchange_wants_body(exchange) ? MHD_YES : MHD_NO;
	}
	pthread_mutex_lock(&exchange->mutex);
	state = exchange->state;
	pthread_mutex_unlock(&exchange->mutex);
	MUST(state != EXCHANGE_OURS);
	if (state == EXCHANGE_DONE)
		return exchange->response ? MHD_queue_response(connection, exchange->status,
						    exchange->response)
					  : MHD_NO;
	return exchange->is_transfer ? access_wire(exchange, upload, upload_length)
				     : access_request(exchange, upload, upload_length);
}

/* The client is gone before the handler got the transfer. */
static void tell_lost(struct exchange *exchange)
{
	struct http_server *server = exchange->server;

	if (!handler_enter(server))
		return;
	server->handlers.lost(server->handlers.context, (struct wire *)exchange);
	handler_leave(server);
}

/* An exchange that was given away has been released. */
static void count_gone(struct http_server *server)
{
	pthread_mutex_lock(&server->mutex);
	server->open_count--;
	pthread_cond_broadcast(&server->moved);
	pthread_mutex_unlock(&server->mutex);
}

void exchange_completed(void *context, struct MHD_Connection *connection, void **request_context,
	enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *request_context;
	struct http_server *server = context;
	bool is_last;

	(void)connection;
	(void)code;
	if (!exchange)
		return;
	*request_context = NULL;
	if (exchange->has_begun)
		count_gone(server);
	else if (exchange->is_transfer)
		tell_lost(exchange);
	pthread_mutex_lock(&exchange->mutex);
	exchange->is_gone = true;
	exchange->state = EXCHANGE_DONE;
	is_last = !exchange->is_given;
	pthread_cond_broadcast(&exchange->moved);
	pthread_mutex_unlock(&exchange->mutex);
	if (is_last)
		exchange_free(exchange);
}

void exchange_finish(struct exchange *exchange)
{
	pthread_mutex_lock(&exchange->mutex);
	MUST(exchange->state == EXCHANGE_OURS);
	exchange->state = EXCHANGE_DONE;
	MHD_resume_connection(exchange->connection);
	pthread_mutex_unlock(&exchange->mutex);
}

void exchange_reset(struct exchange *exchange)
{
	/* A TCP socket that loses its peer sends RST; close() would send a FIN first. */
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	if (connect(exchange->fd, &nowhere, sizeof nowhere) < 0)
		shutdown(exchange->fd, SHUT_RDWR);
}
