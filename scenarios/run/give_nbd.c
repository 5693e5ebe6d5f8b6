/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/give_nbd.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"

/* A killed server ends at once, because the rig releases processes killed in a request. */
#define STOP_PATIENCE_NS (10 * NS_PER_S)

/* For paths that are short enough. */
#define SHORT_TEMPLATE "/tmp/snaprig-nbd-XXXXXX"

struct nbd_server {
	pid_t pid;
	char *folder;
	char *socket_path;
	char *pid_path; /* exists when the server accepts connections */
	char *uri;
};

/* Returns the URI of a socket's path, with special characters escaped. */
static char *uri_make(const char *socket_path)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	MUST(file);
	fputs("nbd+unix:///?socket=", file);
	for (const char *at = socket_path; *at; at++) {
		if (isalnum((unsigned char)*at) || strchr("/._-", *at))
			fputc(*at, file);
		else
			fprintf(file, "%%%02X", (unsigned char)*at);
	}
	fclose(file);
	return text;
}

static void server_forget(struct nbd_server *server)
{
	if (server->socket_path)
		unlink(server->socket_path);
	if (server->pid_path)
		unlink(server->pid_path);
	rmdir(server->folder);
	free(server->folder);
	free(server->socket_path);
	free(server->pid_path);
	free(server->uri);
	free(server);
}

static int server_run(const struct nbd_order *order, struct nbd_server *server)
{
	const char *argv[] = { NBD_PROGRAM, "--foreground", "--readonly", "--pidfile",
		server->pid_path, "--unix", server->socket_path, "file", order->file, NULL };
	struct process_order process = { .argv = argv, .output_path = order->log_path };

	server->pid = process_start(&process);
	return server->pid < 0 ? server->pid : 0;
}

/* The pid file exists when the server accepts connections. */
static bool pid_is_written(const void *path)
{
	return access(path, F_OK) == 0;
}

static bool is_too_long(const char *path)
{
	return strlen(path) >= sizeof((struct sockaddr_un *)NULL)->sun_path;
}

/* Creates the folder and sets the paths in it.  Returns 0 or -errno. */
static int folder_make(const struct nbd_order *order, struct nbd_server *server)
{
	server->folder = heap_copy(order->folder);
	server->socket_path = heap_format("%s/nbd", server->folder);
	if (is_too_long(server->socket_path)) {
		free(server->folder);
		free(server->socket_path);
		server->folder = heap_copy(SHORT_TEMPLATE);
		server->socket_path = NULL;
		if (!mkdtemp(server->folder))
			return -errno;
		server->socket_path = heap_format("%s/nbd", server->folder);
	} else if (mkdir(server->folder, 0700) < 0) {
		return -errno;
	}
	server->pid_path = heap_format("%s/pid", server->folder);
	server->uri = uri_make(server->socket_path);
	return 0;
}

int nbd_server_start(
	const struct nbd_order *order, struct process_result *ret_result, struct nbd_server **ret)
{
	struct nbd_server *server = heap_new(sizeof *server);
	uint64_t begin_ns = clock_now_ns();
	int error = folder_make(order, server);

	if (error == 0)
		error = server_run(order, server);
	*ret = NULL;
	*ret_result = (struct process_result){ 0 };
	if (error < 0) {
		server_forget(server);
		return error;
	}
	error = process_await_ready(server->pid, begin_ns + order->time_limit_ns, pid_is_written,
		server->pid_path, &ret_result->exit_status);
	if (error == 0) {
		*ret = server;
		return 0;
	}
	if (error == -ECHILD)
		server_forget(server);
	else
		nbd_server_stop(server);
	if (error == -EINTR)
		return error;
	ret_result->duration_ns = clock_now_ns() - begin_ns;
	ret_result->timed_out = error == -ETIMEDOUT;
	if (ret_result->timed_out)
		ret_result->exit_status = PROCESS_TIMED_OUT;
	return 0;
}

const char *nbd_server_uri(const struct nbd_server *server)
{
	return server->uri;
}

void nbd_server_stop(struct nbd_server *server)
{
	int exit_status;

	if (!server)
		return;
	/* A server that reads the snapshot may hang, and not end by itself. */
	kill(-server->pid, SIGKILL);
	(void)process_wait(server->pid, STOP_PATIENCE_NS, &exit_status);
	server_forget(server);
}
