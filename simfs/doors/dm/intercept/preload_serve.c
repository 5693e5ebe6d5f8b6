/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/intercept/preload_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/calls/calls.h"
#include "simfs/doors/dm/commands/journal.h"
#include "simfs/doors/dm/effects/effects.h"
#include "simfs/doors/dm/intercept/preload_library.h"
#include "simfs/doors/dm/intercept/trap.h"
#include "simfs/doors/dm/preload/wire.h"
#include "simfs/doors/dm/processes/caller.h"
#include "simfs/doors/dm/world/world.h"

#define CALL_STACK_BYTES (256u << 10)

/* How long a connection may stay silent before it is closed. */
#define PATIENCE_S 10

struct preload_server {
	struct world *world;
	int listening;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned count;
};

struct preload_call {
	struct preload_server *server;
	int fd;
};

/* ---- one request ---- */

static bool waits(const struct caller *caller)
{
	struct pollfd fd = { .fd = caller->fd, .events = POLLRDHUP };

	return poll(&fd, 1, 0) == 0;
}

/* Receives the request on FD, and its sender's PID.  Returns 0 or -errno. */
static int request_take(int fd, struct preload_request *request, pid_t *ret_pid)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} room = { 0 };
	struct iovec data = { .iov_base = request, .iov_len = sizeof *request };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &room,
		.msg_controllen = sizeof room };
	ssize_t length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	struct ucred who;

	if (length != (ssize_t)sizeof *request || !header || header->cmsg_level != SOL_SOCKET ||
		header->cmsg_type != SCM_CREDENTIALS)
		return -EPROTO;
	memcpy(&who, CMSG_DATA(header), sizeof who);
	*ret_pid = who.pid;
	return who.pid > 0 ? 0 : -ESRCH;
}

static int open_answer(struct world *world, const struct caller *caller)
{
	if (!caller_is_admin(caller))
		return -EACCES;
	command_journal_came(world->command_journal, caller->pid);
	return 0;
}

/* Its dirty data is written before it ends, for programs that wait for that. */
static int end_answer(struct world *world, const struct caller *caller, uint32_t code)
{
	if (effects_must_settle(world))
		effects_settle(world, caller->pid);
	command_journal_exits(world->command_journal, caller->pid, (int)code);
	return 0;
}

static int request_answer(
	struct world *world, const struct caller *caller, const struct preload_request *request)
{
	switch (request->kind) {
	case PRELOAD_OPENS:
		return open_answer(world, caller);
	case PRELOAD_ASKS:
		return ioctl_answer(world, caller, request->number, request->address);
	case PRELOAD_ENDS:
		return end_answer(world, caller, request->number);
	default:
		return -EPROTO;
	}
}

static void serve(struct world *world, int fd)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct caller caller = { .waits = waits, .fd = fd };
	struct preload_request request;
	int32_t answer;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	answer = request_take(fd, &request, &caller.pid);
	if (answer == 0)
		answer = request_answer(world, &caller, &request);
	(void)send(fd, &answer, sizeof answer, MSG_NOSIGNAL);
}

/* ---- all ---- */

static void *call_thread(void *argument)
{
	struct preload_call *call = argument;
	struct preload_server *server = call->server;

	serve(server->world, call->fd);
	close(call->fd);
	free(call);
	pthread_mutex_lock(&server->lock);
	server->count--;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

/* Takes over FD if there is room.  Returns 0 or -ENOMEM. */
static int call_begin(struct preload_server *server, int fd)
{
	AUTO(auto_free) struct preload_call *call = malloc(sizeof *call);
	pthread_attr_t attributes;
	pthread_t thread;
	int result;

	if (!call || pthread_attr_init(&attributes) != 0)
		return -ENOMEM;
	*call = (struct preload_call){ server, fd };
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, CALL_STACK_BYTES);
	pthread_mutex_lock(&server->lock);
	result = server->count < TRAP_CALLS_MAX &&
				 pthread_create(&thread, &attributes, call_thread, call) == 0
			 ? 0
			 : -ENOMEM;
	if (result == 0) {
		server->count++;
		(void)TAKE_PTR(call);
	}
	pthread_mutex_unlock(&server->lock);
	pthread_attr_destroy(&attributes);
	return result;
}

static void *serve_all(void *argument)
{
	struct preload_server *server = argument;

	for (;;) {
		AUTO(auto_close)
		int fd = accept4(server->listening, NULL, NULL, SOCK_CLOEXEC);
		int32_t answer;

		if (fd < 0 && errno == EINVAL)
			return NULL; /* shut down */
		if (fd < 0)
			continue;
		answer = call_begin(server, fd);
		if (answer == 0)
			(void)TAKE_FD(fd);
		else
			(void)send(fd, &answer, sizeof answer, MSG_NOSIGNAL);
	}
}

static int library_write(void)
{
	size_t length = (uintptr_t)preload_library_end - (uintptr_t)preload_library;
	AUTO(auto_close) int fd = -1;

	if (mkdir(PRELOAD_FOLDER, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = open(PRELOAD_LIBRARY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0)
		return -errno;
	return write(fd, preload_library, length) == (ssize_t)length ? 0 : -ENOSPC;
}

static int listen_there(int *ret)
{
	const struct sockaddr_un address = { AF_UNIX, PRELOAD_SOCKET };
	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const int on = 1;

	/* Accepted sockets inherit the option, so every message has credentials. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
		bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
		chmod(PRELOAD_SOCKET, 0600) < 0 || listen(fd, SOMAXCONN) < 0)
		return -errno;
	*ret = TAKE_FD(fd);
	return 0;
}

int preload_serve(struct world *world, struct preload_server **ret)
{
	AUTO(auto_free) struct preload_server *server = calloc(1, sizeof *server);
	int result = server ? library_write() : -ENOMEM;

	if (result == 0)
		result = listen_there(&server->listening);
	if (result < 0)
		return result;
	server->world = world;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->changed, NULL);
	result = -pthread_create(&server->thread, NULL, serve_all, server);
	if (result < 0) {
		close(server->listening);
		return result;
	}
	*ret = TAKE_PTR(server);
	return 0;
}

void preload_server_end(struct preload_server *server)
{
	if (!server)
		return;
	shutdown(server->listening, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listening);
	pthread_mutex_lock(&server->lock);
	while (server->count > 0)
		pthread_cond_wait(&server->changed, &server->lock);
	pthread_mutex_unlock(&server->lock);
	pthread_mutex_destroy(&server->lock);
	pthread_cond_destroy(&server->changed);
	free(server);
}
