/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/fd_reserve.h"
#include "simfs/base/log.h"
#include "simfs/control/connection.h"
#include "simfs/control/protocol.h"
#include "simfs/control/server_internal.h"
#include "simfs/control/server_request.h"

#define LISTEN_BACKLOG 16

/* How long to wait before accept() is retried when descriptors or memory ran out. */
#define ACCEPT_RETRY_NS (100 * NS_PER_MS)

static void accept_next(struct control_server *server);

/* Addresses the folder by its descriptor, because its path may be longer than sun_path. */
static struct sockaddr_un socket_address(int folder_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder_fd,
		STATE_SOCKET);
	return address;
}

/* Removes the socket file of a dead rig.  Returns 0, also if there is none, or -errno. */
static int remove_stale_socket(int folder_fd)
{
	struct sockaddr_un address = socket_address(folder_fd);
	struct stat status;

	if (fstatat(folder_fd, STATE_SOCKET, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;

	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN)
		return -EADDRINUSE;
	if (errno != ECONNREFUSED)
		return -errno;
	return unlinkat(folder_fd, STATE_SOCKET, 0) < 0 ? -errno : 0;
}

static int open_listener(int folder_fd, int *ret)
{
	struct sockaddr_un address = socket_address(folder_fd);
	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;

	/* bind() gives the file the mode of the socket, so it is never open to others. */
	if (fchmod(fd, 0600) < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -errno;
	if (listen(fd, LISTEN_BACKLOG) < 0) {
		int error = -errno;

		unlinkat(folder_fd, STATE_SOCKET, 0);
		return error;
	}
	*ret = TAKE_FD(fd);
	return 0;
}

/* ---- accepting ---- */

/* Tells a peer, as far as its socket has room, why it is not served. */
static void turn_away(int fd, int error, const char *message)
{
	AUTO(auto_free) char *line = server_request_failure(json_null(), error, message);

	/* A fresh socket has room for one line.  If it does not, the peer only sees the end. */
	if (line && send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_info("turned away a connection: %s", message);
	close(fd);
}

/*
 * Makes room for one more connection.  A connection that waits for nothing and holds nothing can be
 * replaced by a new one, so the least recently used of those is closed.
 */
static bool has_room(struct control_server *server)
{
	struct control_connection *idlest = NULL;
	unsigned count = 0;

	list_for_each (link, &server->connections) {
		struct control_connection *connection = CONTAINER_OF(
			link, struct control_connection, link);

		if (connection->state == CONNECTION_BROKEN)
			continue;
		count++;
		if (!idlest && connection_is_idle(connection))
			idlest = connection;
	}
	if (count < PROTOCOL_CONNECTIONS_MAX)
		return true;
	if (!idlest)
		return false;
	connection_send(idlest,
		server_request_failure(json_null(), -EBUSY,
			"closed to make room: this connection was idle for the longest time"));
	connection_break(idlest);
	return true;
}

static void welcome(struct control_server *server, int fd, bool fd_is_lent)
{
	struct ucred peer;
	socklen_t length = sizeof peer;
	bool stays = false;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 || peer.uid != geteuid())
		turn_away(fd, -EPERM, "the volume belongs to another user");
	else if (!has_room(server))
		turn_away(fd, -EBUSY, "the volume has too many control connections");
	else if (connection_create(server, fd, fd_is_lent) < 0)
		log_error("out of memory for a control connection");
	else
		stays = true;
	if (fd_is_lent && !stays)
		fd_reserve_return();
}

/*
 * Accepts a connection, if there is one.  It uses a descriptor from the reserve, so that it takes
 * none from snapshots.  Returns 0 or -errno: -EAGAIN if there is none.
 */
static int accept_one(struct control_server *server)
{
	bool is_lent = fd_reserve_lend();
	int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	int error = fd < 0 ? -errno : 0;

	if (error == 0)
		welcome(server, fd, is_lent);
	else if (is_lent)
		fd_reserve_return();
	return error;
}

static void retry_done(struct ring_op *op, int result, uint32_t flags)
{
	struct control_server *server = CONTAINER_OF(op, struct control_server, accept_op);

	(void)result;
	(void)flags;
	server->accepting = false;
	if (!server->closing)
		accept_next(server);
}

static void retry_later(struct control_server *server)
{
	static struct __kernel_timespec delay = { .tv_nsec = ACCEPT_RETRY_NS };
	struct io_uring_sqe *sqe = ring_sqe(server->ring);

	io_uring_prep_timeout(sqe, &delay, 0, 0);
	server->accept_op.done = retry_done;
	server->accepting = true;
	ring_start(server->ring, sqe, &server->accept_op);
}

/* Not the fault of this machine. */
static bool can_try_again(int error)
{
	return error == -ECONNABORTED || error == -EINTR || error == -EAGAIN;
}

static void accept_done(struct ring_op *op, int result, uint32_t flags)
{
	struct control_server *server = CONTAINER_OF(op, struct control_server, accept_op);

	(void)flags;
	server->accepting = false;
	if (server->closing)
		return;
	if (result >= 0)
		result = accept_one(server);
	if (result >= 0 || can_try_again(result))
		accept_next(server);
	else
		retry_later(server);
}

/* Not the ring's accept, which takes a descriptor at once and keeps it until a connection comes. */
static void accept_next(struct control_server *server)
{
	struct io_uring_sqe *sqe = ring_sqe(server->ring);

	io_uring_prep_poll_add(sqe, server->listen_fd, POLLIN);
	server->accept_op.done = accept_done;
	server->accepting = true;
	ring_start(server->ring, sqe, &server->accept_op);
}

/* ---- life ---- */

int control_server_create(struct ring *ring, int state_folder_fd,
	const struct control_command *commands, void *context, struct control_server **ret)
{
	/* Opened anew: a duplicate would keep a lock that its owner wants to release. */
	AUTO(auto_close)
	int folder_fd = openat(state_folder_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0)
		return -errno;

	AUTO(auto_free) struct control_server *server = malloc(sizeof *server);
	if (!server)
		return -ENOMEM;

	int listen_fd = -1;
	int result = remove_stale_socket(folder_fd);

	if (result == 0)
		result = open_listener(folder_fd, &listen_fd);
	if (result < 0)
		return result;

	*server = (struct control_server){
		.ring = ring,
		.commands = commands,
		.context = context,
		.folder_fd = TAKE_FD(folder_fd),
		.listen_fd = listen_fd,
	};
	list_init(&server->connections);
	accept_next(server);
	*ret = TAKE_PTR(server);
	return 0;
}

static void cancel_done(struct ring_op *op, int result, uint32_t flags)
{
	(void)result;
	(void)flags;
	CONTAINER_OF(op, struct control_server, cancel_op)->cancelling = false;
}

void control_server_close(struct control_server *server)
{
	MUST(!server->closing);
	server->closing = true;
	if (unlinkat(server->folder_fd, STATE_SOCKET, 0) < 0 && errno != ENOENT)
		log_error_code(-errno, "cannot remove '%s'", STATE_SOCKET);

	if (server->accepting) {
		struct io_uring_sqe *sqe = ring_sqe(server->ring);

		io_uring_prep_cancel(sqe, &server->accept_op, 0);
		server->cancel_op.done = cancel_done;
		server->cancelling = true;
		ring_start(server->ring, sqe, &server->cancel_op);
	}
	list_for_each (link, &server->connections)
		connection_break(CONTAINER_OF(link, struct control_connection, link));
}

bool control_server_idle(const struct control_server *server)
{
	return server->closing && !server->accepting && !server->cancelling &&
	       server->connection_count == 0;
}

void control_server_destroy(struct control_server *server)
{
	struct list *link;

	if (!server)
		return;

	if (!server->closing)
		unlinkat(server->folder_fd, STATE_SOCKET, 0);
	while ((link = list_pop(&server->connections)))
		connection_destroy(CONTAINER_OF(link, struct control_connection, link));
	close(server->listen_fd);
	close(server->folder_fd);
	free(server);
}
