/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a request that is no transfer: http.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "simfs/base/check.h"
#include "simfs/doors/xapi/http/exchange.h"

/* How long a client that has gone from a silent connection may stay unnoticed. */
#define WATCH_MS 500

const char *http_request_method(const struct http_request *request)
{
	return ((const struct exchange *)request)->method;
}

const char *http_request_path(const struct http_request *request)
{
	return ((const struct exchange *)request)->path;
}

const char *http_request_body(const struct http_request *request, size_t *ret_length)
{
	const struct exchange *exchange = (const struct exchange *)request;

	*ret_length = exchange->length;
	return exchange->body ? exchange->body : "";
}

void http_answer(struct http_request *request, unsigned status, const char *content_type,
	char *body, size_t length)
{
	struct exchange *exchange = (struct exchange *)request;
	struct MHD_Response *response = MHD_create_response_from_buffer(
		length, body, MHD_RESPMEM_MUST_FREE);

	if (!response)
		free(body);
	else if (content_type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	exchange->status = status;
	exchange->response = response;
	exchange_finish(exchange);
	exchange_give_up(exchange);
}

void http_answer_reset(struct http_request *request)
{
	struct exchange *exchange = (struct exchange *)request;

	exchange_reset(exchange);
	exchange_finish(exchange);
	exchange_give_up(exchange);
}

void http_answer_raw(struct http_request *request, char *bytes, size_t length)
{
	struct exchange *exchange = (struct exchange *)request;

	/* A few bytes, for which there is room in a socket on which nothing was written. */
	(void)!send(exchange->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
	free(bytes);
	exchange_finish(exchange);
	exchange_give_up(exchange);
}

/* ---- silence ---- */

/* Ends those whose clients have gone; all of them when IS_ALL. */
static void drop_silent(struct http_server *server, bool is_all)
{
	struct list kept, *link;

	list_init(&kept);
	pthread_mutex_lock(&server->mutex);
	while ((link = list_pop(&server->silent))) {
		struct exchange *exchange = CONTAINER_OF(link, struct exchange, link);

		if (!is_all && !socket_is_gone(exchange->fd)) {
			list_append(&kept, link);
			continue;
		}
		exchange_finish(exchange);
		exchange_give_up(exchange);
	}
	list_splice(&server->silent, &kept);
	pthread_mutex_unlock(&server->mutex);
}

static void *watch(void *context)
{
	struct http_server *server = context;
	struct pollfd wake = { .fd = server->wake_fd, .events = POLLIN };

	while (poll(&wake, 1, WATCH_MS) <= 0)
		drop_silent(server, false);
	return NULL;
}

void http_answer_silence(struct http_request *request)
{
	struct exchange *exchange = (struct exchange *)request;
	struct http_server *server = exchange->server;
	bool is_kept;

	pthread_mutex_lock(&server->mutex);
	if (!server->has_watcher && !server->is_ending)
		server->has_watcher = pthread_create(&server->watcher, NULL, watch, server) == 0;
	is_kept = server->has_watcher && !server->is_ending;
	if (is_kept)
		list_append(&server->silent, &exchange->link);
	pthread_mutex_unlock(&server->mutex);
	if (!is_kept)
		http_answer_reset(request);
}

void silent_end(struct http_server *server)
{
	bool has_watcher;

	pthread_mutex_lock(&server->mutex);
	MUST(server->is_ending);
	has_watcher = server->has_watcher;
	server->has_watcher = false;
	pthread_mutex_unlock(&server->mutex);
	if (has_watcher) {
		eventfd_write(server->wake_fd, 1);
		pthread_join(server->watcher, NULL);
	}
	drop_silent(server, true);
}
