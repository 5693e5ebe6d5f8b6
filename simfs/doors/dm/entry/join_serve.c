/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/doors/dm/entry/fd_pass.h"
#include "simfs/doors/dm/entry/join_internal.h"
#include "simfs/doors/dm/intercept/trap.h"
#include "simfs/doors/dm/intercept/trap_record.h"
#include "simfs/doors/dm/world/world.h"

/* A leader that connects and sends nothing keeps others out for this long. */
#define JOIN_PATIENCE_S 10

struct join_server {
	struct world *world;
	int listening;
	pthread_t thread;
};

/* ---- connections ---- */

static bool is_ours(int connection)
{
	struct ucred peer;
	socklen_t length = sizeof peer;

	return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

/* Takes over LISTENER, with a record of its calls in flight. */
static int take(struct world *world, int listener, int *ret_record)
{
	AUTO(auto_close) int fd = listener;
	struct trap_record *record;
	int result = trap_record_make(&record, ret_record);

	if (result < 0)
		return result;
	record->dev_device = world->dev_device;
	return trap_add(world->trap, TAKE_FD(fd), record);
}

/* Passes the world's namespaces, or RESULT if that is an error. */
static int give_spaces(const struct world *world, int socket, int result)
{
	const struct join_spaces spaces = {
		.mounts = world->namespace_fd,
		.ipc = world->ipc_fd,
		.root = world->root_fd,
	};

	return result < 0 ? fd_pass(socket, -1, result) : join_spaces_pass(socket, &spaces);
}

static void serve(struct world *world, int connection)
{
	struct timeval patience = { .tv_sec = JOIN_PATIENCE_S };
	AUTO(auto_close) int record_fd = -1;
	int listener, result;

	(void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (!is_ours(connection))
		return;
	result = fd_take(connection, &listener);
	if (result == 0)
		result = take(world, listener, &record_fd);
	if (give_spaces(world, connection, result) == 0 && result == 0)
		(void)fd_pass(connection, record_fd, 0);
}

static void *serve_all(void *argument)
{
	struct join_server *server = argument;

	for (;;) {
		AUTO(auto_close)
		int connection = accept4(server->listening, NULL, NULL, SOCK_CLOEXEC);

		if (connection < 0 && errno != EINTR && errno != ECONNABORTED)
			return NULL; /* shut down */
		if (connection < 0)
			continue;
		if (trap_hold(server->world->trap)) {
			serve(server->world, connection);
			trap_release(server->world->trap);
		} else {
			(void)fd_pass(connection, -1, -ESHUTDOWN);
		}
	}
}

int join_serve(struct world *world, struct join_server **ret)
{
	struct join_server *server = calloc(1, sizeof *server);
	int result;

	if (!server)
		return -ENOMEM;
	server->world = world;
	result = join_listen(world->state_folder, &server->listening);
	if (result == 0) {
		result = -pthread_create(&server->thread, NULL, serve_all, server);
		if (result < 0)
			close(server->listening);
	}
	if (result < 0) {
		free(server);
		return result;
	}
	*ret = server;
	return 0;
}

void join_server_end(struct join_server *server)
{
	if (!server)
		return;
	shutdown(server->listening, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listening);
	free(server);
}

/* ---- tools that the supervisor runs ---- */

__attribute__((noreturn)) static void become_tool(int channel, int output, char *const *command)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		_exit(EXIT_CANNOT_RUN);
	/* A rule for what the client does must not strike while its world is set up. */
	setenv("DM_DISABLE_UDEV", "1", true);
	if (join_follow(channel) == 0)
		execvp(command[0], command);
	_exit(EXIT_CANNOT_RUN);
}

/* Gives CHANNEL's follower what it needs, without a leader. */
static int lead_in(struct world *world, int channel)
{
	int listener, result = fd_take(channel, &listener);

	if (result == 0)
		result = trap_add(world->trap, listener, NULL);
	return give_spaces(world, channel, result);
}

static char *read_all(int fd)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	char buffer[4096];
	ssize_t count;

	if (!stream)
		return NULL;
	while ((count = read(fd, buffer, sizeof buffer)) > 0 || (count < 0 && errno == EINTR))
		if (count > 0)
			fwrite(buffer, 1, (size_t)count, stream);
	fclose(stream);
	return text;
}

struct tool {
	int channel[2];
	int output[2];
	pid_t pid;
};

static int tool_start(struct tool *tool, char *const *command)
{
	int result = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, tool->channel) < 0)
		return -errno;
	if (pipe2(tool->output, O_CLOEXEC) < 0) {
		result = -errno;
		close(tool->channel[0]);
		close(tool->channel[1]);
		return result;
	}
	tool->pid = fork();
	if (tool->pid == 0)
		become_tool(tool->channel[1], tool->output[1], command);
	if (tool->pid < 0)
		result = -errno;
	close(tool->channel[1]);
	close(tool->output[1]);
	if (result < 0) {
		close(tool->channel[0]);
		close(tool->output[0]);
	}
	return result;
}

int join_run(struct world *world, char *const *command, char **ret_output)
{
	struct tool tool;
	int status, result = tool_start(&tool, command);

	if (result < 0)
		return result;
	(void)lead_in(world, tool.channel[0]);
	close(tool.channel[0]);
	*ret_output = read_all(tool.output[0]);
	close(tool.output[0]);
	if (waitpid(tool.pid, &status, 0) < 0)
		return -errno;
	return exit_code_of_status(status);
}
