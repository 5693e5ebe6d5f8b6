/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/list.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/disks/calls.h"
#include "simfs/doors/dm/disks/front.h"
#include "simfs/doors/dm/disks/wire.h"

/* Writeback through our files must not wait for memory that it would free. */
#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif

#define FRONTS 2

/* The signal that the kernel sends when the thread that forked us has ended. */
#define STARTER_ENDED SIGUSR2

struct server {
	int fd;
	struct pump *pump;
	struct flow *flow;
	struct files *files;
	struct front *fronts[FRONTS];
	unsigned ready_count;
	int signal_fd;
	struct pump_op signal_op;
	struct calls *calls;
};

static void tell(struct server *server, int error)
{
	struct wire_answer answer = { .error = error };

	(void)!send(server->fd, &answer, sizeof answer, MSG_NOSIGNAL);
}

/*
 * Answers the waiting requests first.  The rest is for requests that come while this process cannot
 * exit because a file below it does not answer.
 */
__attribute__((noreturn)) static void server_end(void *context)
{
	struct server *server = context;

	if (server->flow)
		flow_fail_all(server->flow);
	for (int i = 0; i < FRONTS; i++)
		front_unmount(server->fronts[i]);
	_exit(0);
}

/*
 * The socket alone is not enough: a child or a thread of the starter that waits for one of our
 * disks keeps it open, and ends only when we have answered.
 */
static void starter_ended(struct pump_op *op, int result, uint32_t flags)
{
	(void)result;
	(void)flags;
	server_end(CONTAINER_OF(op, struct server, signal_op));
}

static int watch_starter(struct server *server, pid_t starter)
{
	struct io_uring_sqe *sqe;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, STARTER_ENDED);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || prctl(PR_SET_PDEATHSIG, STARTER_ENDED) < 0)
		return -errno;
	/* It may have ended earlier. */
	if (getppid() != starter)
		return -ESRCH;
	server->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (server->signal_fd < 0)
		return -errno;
	sqe = pump_sqe(server->pump);
	server->signal_op.done = starter_ended;
	io_uring_prep_poll_add(sqe, server->signal_fd, POLLIN);
	pump_start(sqe, &server->signal_op);
	return 0;
}

static void front_is_ready(void *context)
{
	struct server *server = context;

	if (++server->ready_count == FRONTS)
		tell(server, 0);
}

static int server_start(struct server *server, const char *folder, pid_t starter)
{
	static const char *const names[FRONTS] = { SERVER_DEVICES, SERVER_EXPORTS };
	struct flow_ops ops = { .file = files_transfer, .delay = files_delay };
	int error = pump_create(&server->pump);

	if (error == 0)
		error = watch_starter(server, starter);
	if (error == 0)
		error = files_create(server->pump, &server->files);
	ops.context = server->files;
	if (error == 0)
		error = flow_create(&ops, &server->flow);
	if (error < 0)
		return error;
	files_set_flow(server->files, server->flow);
	for (int i = 0; i < FRONTS && error == 0; i++) {
		AUTO(auto_free) char *path = NULL;

		if (asprintf(&path, "%s/%s", folder, names[i]) < 0)
			return -ENOMEM;
		error = front_create(server->pump, server->flow, path, front_is_ready, server,
			&server->fronts[i]);
	}
	if (error == 0)
		error = disk_calls_create(server->pump, server->flow, server->files, server->fd,
			server_end, server, &server->calls);
	return error;
}

/* Leaves the terminal; only the end of its starter ends the process. */
static void detach(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
	struct sigaction action = { .sa_handler = SIG_IGN };
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	setsid();
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	prctl(PR_SET_NAME, "snaprig-disks");
	prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
	/* The starter's folder may have to be unmounted. */
	(void)!chdir("/");
}

void server_run(const char *folder, int fd, pid_t starter)
{
	struct server server = { .fd = fd };

	detach();

	int error = server_start(&server, folder, starter);

	if (error < 0) {
		log_error_code(error, "cannot serve disks in '%s'", folder);
		tell(&server, error);
		server_end(&server);
	}
	while ((error = pump_run(server.pump)) == 0)
		;
	log_error_code(error, "the ring of the disks failed");
	server_end(&server);
}
