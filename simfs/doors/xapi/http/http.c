/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/http/http.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/doors/xapi/http/exchange.h"

/* How long clients may take to read the last answers. */
#define LAST_ANSWERS_NS NS_PER_S

const struct http_limits http_limits_default = {
	.body_bytes = 8u << 20,
	.bodies_bytes = 64u << 20,
	.header_bytes = 64u << 10,
	.connections = 4000,
	.idle_seconds = 60,
	.patience_ns = 300 * NS_PER_S,
};

/* The library's messages about clients are dropped. */
static void say_nothing(void *context, const char *format, va_list arguments)
{
	(void)context;
	(void)format;
	(void)arguments;
}

static void server_free(struct http_server *server)
{
	if (server->socket_path)
		unlink(server->socket_path);
	if (server->listen_fd >= 0)
		close(server->listen_fd);
	pthread_cond_destroy(&server->moved);
	pthread_mutex_destroy(&server->mutex);
	free(server->socket_path);
	free(server->url);
	free(server);
}

int http_server_create(const char *address, struct http_server **ret)
{
	struct http_server *server = calloc(1, sizeof *server);
	int error;

	if (!server) {
		log_error("out of memory");
		return -ENOMEM;
	}
	pthread_mutex_init(&server->mutex, NULL);
	pthread_cond_init(&server->moved, NULL);
	list_init(&server->wires);
	server->listen_fd = -1;
	error = listen_open(address, server, &server->listen_fd);
	if (error < 0) {
		server_free(server);
		return error;
	}
	*ret = server;
	return 0;
}

int http_server_begin(struct http_server *server, const struct http_limits *limits,
	const struct http_handlers *handlers)
{
	server->limits = *limits;
	server->handlers = *handlers;
	server->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
						  MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
		0, NULL, NULL, exchange_access, server, MHD_OPTION_EXTERNAL_LOGGER, say_nothing,
		NULL, MHD_OPTION_LISTEN_SOCKET, server->listen_fd, MHD_OPTION_CONNECTION_LIMIT,
		limits->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits->header_bytes,
		MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_seconds, MHD_OPTION_NOTIFY_COMPLETED,
		exchange_completed, server, MHD_OPTION_END);
	if (!server->daemon) {
		log_error_code(-(errno ? errno : ENOMEM), "cannot serve on '%s'", server->url);
		return -EIO;
	}
	server->listen_fd = -1;
	return 0;
}

const char *http_server_url(const struct http_server *server)
{
	return server->url;
}

bool http_server_is_open(const struct http_server *server)
{
	return server->is_open;
}

void http_server_quiesce(struct http_server *server)
{
	if (!server->daemon)
		return;
	/* It stays open while the library's thread lives, which may be about to look at it. */
	server->listen_fd = MHD_quiesce_daemon(server->daemon);
	if (server->listen_fd >= 0)
		shutdown(server->listen_fd, SHUT_RDWR);
	pthread_mutex_lock(&server->mutex);
	server->is_ending = true;
	while (server->is_handing)
		pthread_cond_wait(&server->moved, &server->mutex);
	list_for_each (link, &server->wires) {
		struct exchange *exchange = CONTAINER_OF(link, struct exchange, link);

		/* Its socket stays open until it is gone. */
		pthread_mutex_lock(&exchange->mutex);
		if (!exchange->is_gone)
			shutdown(exchange->fd, SHUT_RDWR);
		pthread_mutex_unlock(&exchange->mutex);
	}
	pthread_mutex_unlock(&server->mutex);
}

/* Waits until given answers are sent, for clients that read them. */
static void await_answers(struct http_server *server)
{
	uint64_t end_ns = clock_now_ns() + LAST_ANSWERS_NS;
	struct timespec end = { .tv_sec = (time_t)(end_ns / NS_PER_S),
		.tv_nsec = (long)(end_ns % NS_PER_S) };

	pthread_mutex_lock(&server->mutex);
	while (server->open_count > 0 &&
		pthread_cond_clockwait(&server->moved, &server->mutex, CLOCK_MONOTONIC, &end) == 0)
		;
	pthread_mutex_unlock(&server->mutex);
}

void http_server_destroy(struct http_server *server)
{
	if (!server)
		return;
	if (server->daemon) {
		await_answers(server);
		MHD_stop_daemon(server->daemon);
	}
	server_free(server);
}
