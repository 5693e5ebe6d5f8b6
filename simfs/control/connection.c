/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/fd_reserve.h"
#include "simfs/control/server_internal.h"
#include "simfs/control/server_request.h"

/* The most received at once, so that a peer's flood of requests cannot starve the volume. */
#define RECEIVE_MAX_BYTES 4096

/* How often to check whether a peer that stopped sending, but is owed answers, is still there. */
#define HANG_UP_LOOK_NS (20 * NS_PER_MS)

void connection_destroy(struct control_connection *connection)
{
	while (list_pop(&connection->leases))
		;
	close(connection->fd);
	if (connection->fd_is_lent)
		fd_reserve_return();
	free(connection->unsent);
	free(connection);
}

static void unreference(struct control_connection *connection)
{
	MUST(connection->references > 0);
	if (--connection->references > 0)
		return;

	list_remove(&connection->link);
	connection->server->connection_count--;
	connection_destroy(connection);
}

void connection_break(struct control_connection *connection)
{
	if (connection->state == CONNECTION_BROKEN)
		return;

	connection->state = CONNECTION_BROKEN;
	connection->unsent_start = connection->unsent_end = 0;
	shutdown(connection->fd, SHUT_RDWR);
}

/* ---- sending ---- */

static size_t unsent_length(const struct control_connection *connection)
{
	return connection->unsent_end - connection->unsent_start;
}

/* A peer that stopped sending has nothing to wait for once it has all its answers. */
static void break_when_drained(struct control_connection *connection)
{
	if (connection->state == CONNECTION_DRAINING && connection->request_count == 0 &&
		unsent_length(connection) == 0)
		connection_break(connection);
}

static void flush(struct control_connection *connection);

static void out_done(struct ring_op *op, int result, uint32_t flags)
{
	struct control_connection *connection = CONTAINER_OF(op, struct control_connection, out_op);

	(void)flags;
	connection->waiting_for_room = false;
	if (result < 0)
		connection_break(connection);
	flush(connection);
	break_when_drained(connection);
	unreference(connection);
}

static void wait_for_room(struct control_connection *connection)
{
	struct ring *ring = connection->server->ring;
	struct io_uring_sqe *sqe = ring_sqe(ring);

	io_uring_prep_poll_add(sqe, connection->fd, POLLOUT);
	connection->waiting_for_room = true;
	connection->references++;
	ring_start(ring, sqe, &connection->out_op);
}

static void flush(struct control_connection *connection)
{
	while (unsent_length(connection) > 0 && !connection->waiting_for_room) {
		ssize_t sent = send(connection->fd, connection->unsent + connection->unsent_start,
			unsent_length(connection), MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent >= 0)
			connection->unsent_start += (size_t)sent;
		else if (errno == EAGAIN)
			wait_for_room(connection);
		else if (errno != EINTR)
			connection_break(connection);
	}
}

/* Appends LINE to what is unsent.  Returns 0 or -ENOMEM. */
static int append_unsent(struct control_connection *connection, const char *line, size_t length)
{
	size_t waiting = unsent_length(connection);

	if (connection->unsent_start > 0)
		memmove(connection->unsent, connection->unsent + connection->unsent_start, waiting);
	connection->unsent_start = 0;
	connection->unsent_end = waiting;

	if (connection->unsent_size < waiting + length) {
		size_t size = 2 * (waiting + length);
		char *unsent = realloc(connection->unsent, size);

		if (!unsent)
			return -ENOMEM;
		connection->unsent = unsent;
		connection->unsent_size = size;
	}
	memcpy(connection->unsent + waiting, line, length);
	connection->unsent_end += length;
	return 0;
}

void connection_send(struct control_connection *connection, char *stolen)
{
	AUTO(auto_free) char *line = stolen;

	if (connection->state == CONNECTION_BROKEN)
		return;

	/* Checked before the answer is added, so that a single long answer never counts against a
	 * peer that reads. */
	if (!line || unsent_length(connection) >= PROTOCOL_BACKLOG_MAX_BYTES ||
		append_unsent(connection, line, strlen(line)) < 0) {
		connection_break(connection);
		return;
	}
	flush(connection);
}

/* ---- requests ---- */

static void finish_request(struct control_request *request, char *line)
{
	struct control_connection *connection = request->connection;

	json_decref(request->arguments);
	json_decref(request->id);
	free(request);
	connection_send(connection, line);
	connection->request_count--;
	break_when_drained(connection);
	unreference(connection);
}

void control_request_answer(struct control_request *request, json_t *result)
{
	finish_request(request, server_request_success(request->id, result));
}

void control_request_refuse(struct control_request *request, int error, const char *format, ...)
{
	char message[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	finish_request(request, server_request_failure(request->id, error, message));
}

static void refuse_line(
	struct control_connection *connection, json_t *id, int error, const char *message)
{
	connection_send(connection, server_request_failure(id, error, message));
}

bool connection_is_idle(const struct control_connection *connection)
{
	return connection->request_count == 0 && list_empty(&connection->leases) &&
	       unsent_length(connection) == 0;
}

static void handle_line(struct control_connection *connection, const char *line, size_t length)
{
	struct control_server *server = connection->server;
	const struct control_command *command;
	struct control_request *request = NULL;
	json_t *arguments = NULL;
	json_t *id;
	char message[256];

	list_remove(&connection->link);
	list_append(&server->connections, &connection->link);

	int result = server_request_parse(
		line, length, server->commands, &id, &command, &arguments, message, sizeof message);

	if (result == 0 && connection->request_count >= CONTROL_REQUESTS_MAX) {
		snprintf(message, sizeof message, "too many requests wait for their answer (%d)",
			CONTROL_REQUESTS_MAX);
		result = -EBUSY;
	}
	if (result == 0) {
		snprintf(message, sizeof message, "out of memory");
		request = malloc(sizeof *request);
		result = request ? 0 : -ENOMEM;
	}
	if (result < 0) {
		refuse_line(connection, id, result, message);
		json_decref(arguments);
		json_decref(id);
		return;
	}

	*request = (struct control_request){
		.arguments = arguments, .connection = connection, .command = command, .id = id
	};
	connection->references++;
	connection->request_count++;
	connections_see_who_left(server);
	command->run(request, server->context);
}

/* ---- receiving ---- */

/* Starts the operation that completes when the peer sends something or is gone. */
static void receive(struct control_connection *connection)
{
	static struct __kernel_timespec hang_up_look = { .tv_nsec = HANG_UP_LOOK_NS };
	struct ring *ring = connection->server->ring;
	struct io_uring_sqe *sqe = ring_sqe(ring);

	if (connection->state == CONNECTION_OPEN) {
		size_t length;
		char *room = connection_lines_room(&connection->lines, &length);

		io_uring_prep_recv(sqe, connection->fd, room,
			length < RECEIVE_MAX_BYTES ? length : RECEIVE_MAX_BYTES, 0);
	} else {
		/* The ring would report the half that is already closed at once, whatever it polls
		 * for, so check periodically. */
		io_uring_prep_timeout(sqe, &hang_up_look, 0, 0);
	}
	ring_start(ring, sqe, &connection->in_op);
}

static void handle_lines(struct control_connection *connection)
{
	const char *line;
	size_t length;
	int result = 0;

	while (connection->state == CONNECTION_OPEN) {
		result = connection_lines_take(&connection->lines, &line, &length);
		if (result < 0)
			break;
		handle_line(connection, line, length);
	}
	if (result == -EMSGSIZE) {
		char message[64];

		snprintf(message, sizeof message, "the line is longer than %d bytes",
			PROTOCOL_LINE_MAX_BYTES);
		refuse_line(connection, json_null(), -EINVAL, message);
		connection_break(connection);
	}
}

static void handle_end_of_input(struct control_connection *connection)
{
	connection->state = CONNECTION_DRAINING;
	if (connection->lines.end > connection->lines.start)
		refuse_line(connection, json_null(), -EINVAL, "the last line has no end");
	if (connection_hung_up(connection))
		connection_break(connection);
	else
		break_when_drained(connection);
}

/* The peer is gone or was given up.  Connections end only here. */
static void end(struct control_connection *connection)
{
	connection_leave(connection);
	unreference(connection);
}

/* Handles the RESULT of receiving from a peer that may still send. */
static void handle_received(struct control_connection *connection, int result)
{
	if (result == 0) {
		handle_end_of_input(connection);
	} else if (result > 0) {
		connection_lines_added(&connection->lines, (size_t)result);
		handle_lines(connection);
	} else if (result != -EINTR) {
		connection_break(connection);
	}
}

static void in_done(struct ring_op *op, int result, uint32_t flags)
{
	struct control_connection *connection = CONTAINER_OF(op, struct control_connection, in_op);

	(void)flags;
	if (connection->state == CONNECTION_OPEN)
		handle_received(connection, result);
	else if (connection->state == CONNECTION_DRAINING && connection_hung_up(connection))
		connection_break(connection);

	if (connection->state == CONNECTION_BROKEN)
		end(connection);
	else
		receive(connection);
}

/* ---- life ---- */

int connection_create(struct control_server *server, int fd, bool fd_is_lent)
{
	struct control_connection *connection = malloc(sizeof *connection);

	if (!connection) {
		close(fd);
		return -ENOMEM;
	}
	/* Not an initialiser, which would write the whole line buffer. */
	connection->server = server;
	connection->fd = fd;
	connection->fd_is_lent = fd_is_lent;
	connection->state = CONNECTION_OPEN;
	connection->over = false;
	connection->references = 1;
	connection->request_count = 0;
	connection->in_op = (struct ring_op){ .done = in_done };
	connection->out_op = (struct ring_op){ .done = out_done };
	connection->waiting_for_room = false;
	connection->link = (struct list){ 0 };
	connection->unsent = NULL;
	connection->unsent_start = connection->unsent_end = connection->unsent_size = 0;
	list_init(&connection->leases);
	connection_lines_init(&connection->lines);
	list_append(&server->connections, &connection->link);
	server->connection_count++;
	receive(connection);
	return 0;
}
