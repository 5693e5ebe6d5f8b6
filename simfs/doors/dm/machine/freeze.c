/* SPDX-License-Identifier: Apache-2.0 */
/*
 * freeze.c - see freeze.h.
 *
 * The keeper is one process.  With each order it receives the file and one end of a connection, and
 * forks a child.  The child carries the order out, answers on the connection with an error number,
 * and, if it has frozen something, waits for the other end to be closed.  Before its last answer it
 * has closed the file: the caller may unmount right after it.
 */
#include "simfs/doors/dm/machine/freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "simfs/base/cleanup.h"

enum order { ORDER_FREEZE = 'f', ORDER_READ_ONLY = 'r', ORDER_SYNC = 's' };

/* Descriptors that come with an order. */
enum { FD_SUBJECT, FD_ANSWERS, FDS };

struct freezer {
	int socket;
	pid_t keeper;
};

struct frozen {
	int socket;
};

union rights {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(FDS * sizeof(int))];
};

static int order_send(int socket, enum order order, const int fds[FDS])
{
	char byte = (char)order;
	struct iovec text = { &byte, 1 };
	union rights rights = { 0 };
	struct msghdr message = {
		.msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = rights.bytes,
		.msg_controllen = sizeof(rights.bytes),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(FDS * sizeof(int));
	memcpy(CMSG_DATA(header), fds, FDS * sizeof(int));
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Returns the order, or 0 when no more will come. */
static int order_receive(int socket, int fds[FDS])
{
	char byte;
	struct iovec text = { &byte, 1 };
	union rights rights = { 0 };
	struct msghdr message = {
		.msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = rights.bytes,
		.msg_controllen = sizeof(rights.bytes),
	};
	ssize_t got;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);

	struct cmsghdr *header = got == 1 ? CMSG_FIRSTHDR(&message) : NULL;
	if (!header || header->cmsg_len != CMSG_LEN(FDS * sizeof(int)))
		return 0;
	memcpy(fds, CMSG_DATA(header), FDS * sizeof(int));
	return byte;
}

/* ---- the keeper and its children ---- */

/* Whether the caller still exists. */
static bool answer(int answers, int error)
{
	return write(answers, &error, sizeof(error)) == sizeof(error);
}

static void answer_last(int answers, int subject, int error)
{
	close(subject);
	answer(answers, error);
}

/* Until the caller releases it, or is gone. */
static void wait_for_the_end(int answers)
{
	char end;
	while (read(answers, &end, 1) < 0 && errno == EINTR)
		;
}

static void child_freeze(int file_system, int answers)
{
	int error = ioctl(file_system, FIFREEZE, 0) ? -errno : 0;
	if (error) {
		answer_last(answers, file_system, error);
		return;
	}
	if (answer(answers, 0))
		wait_for_the_end(answers);
	ioctl(file_system, FITHAW, 0);
	answer_last(answers, file_system, 0);
}

static void child_read_only(int device, int answers)
{
	int yes = 1, no = 0;
	int error = ioctl(device, BLKROSET, &yes) ? -errno : 0;
	if (error) {
		answer_last(answers, device, error);
		return;
	}
	if (answer(answers, 0))
		wait_for_the_end(answers);
	ioctl(device, BLKROSET, &no);
	answer_last(answers, device, 0);
}

static void child_sync(int file, int answers)
{
	int error = fsync(file) ? -errno : 0;
	answer_last(answers, file, error);
}

static void follow(int order, int subject, int answers)
{
	if (order == ORDER_FREEZE)
		child_freeze(subject, answers);
	else if (order == ORDER_READ_ONLY)
		child_read_only(subject, answers);
	else
		child_sync(subject, answers);
}

/* Forks a child that carries out ORDER once its copies of FDS are the only ones. */
static void hand_on(int order, const int fds[FDS])
{
	int ours[2] = { -1, -1 };
	pid_t child = pipe(ours) ? -1 : fork();
	char end;
	if (child == 0) {
		close(3);
		close(ours[1]);
		while (read(ours[0], &end, 1) < 0 && errno == EINTR)
			;
		follow(order, fds[FD_SUBJECT], fds[FD_ANSWERS]);
		_exit(0);
	}
	close(fds[FD_SUBJECT]);
	/* Without a child nobody has the other end: it reads that there is none. */
	close(fds[FD_ANSWERS]);
	close(ours[0]);
	close(ours[1]);
}

__attribute__((noreturn)) static void keep(int socket)
{
	prctl(PR_SET_NAME, "snaprig-freezer");
	/* Only a closed socket ends it, never a signal: a frozen file system must thaw. */
	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN); /* nobody asks how they ended */
	dup2(socket, 3);
	close_range(4, ~0U, 0);

	int fds[FDS], order;
	while ((order = order_receive(3, fds)))
		hand_on(order, fds);
	_exit(0);
}

/* ---- the supervisor ---- */

int freezer_start(struct freezer **ret)
{
	AUTO(auto_free) struct freezer *freezer = calloc(1, sizeof(*freezer));
	int ends[2];
	if (!freezer)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;

	freezer->keeper = fork();
	if (freezer->keeper == 0)
		keep(ends[1]);
	int error = freezer->keeper < 0 ? -errno : 0;
	close(ends[1]);
	freezer->socket = ends[0];
	if (error) {
		close(ends[0]);
		return error;
	}
	*ret = TAKE_PTR(freezer);
	return 0;
}

void freezer_end(struct freezer *freezer)
{
	if (!freezer)
		return;
	close(freezer->socket);
	while (waitpid(freezer->keeper, NULL, 0) < 0 && errno == EINTR)
		;
	free(freezer);
}

/* Has ORDER carried out on FD, and returns the answer; *RET_SOCKET is the connection. */
static int order_do(struct freezer *freezer, enum order order, int fd, int *ret_socket)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	AUTO(auto_close) int here = ends[0];
	int error = order_send(freezer->socket, order, (int[FDS]){ fd, ends[1] });
	close(ends[1]);
	if (error)
		return error;

	int error_there;
	ssize_t got = read(here, &error_there, sizeof(error_there));
	if (got < 0)
		return -errno;
	if (got != sizeof(error_there))
		return -EAGAIN; /* no process could be forked */
	if (error_there == 0)
		*ret_socket = TAKE_FD(here);
	return error_there;
}

/* As order_do(); thawing *RET undoes it. */
static int order_keep(struct freezer *freezer, enum order order, int fd, struct frozen **ret)
{
	AUTO(auto_free) struct frozen *frozen = calloc(1, sizeof(*frozen));
	if (!frozen)
		return -ENOMEM;
	int error = order_do(freezer, order, fd, &frozen->socket);
	if (error)
		return error;
	*ret = TAKE_PTR(frozen);
	return 0;
}

int freezer_freeze(struct freezer *freezer, int file_system_fd, struct frozen **ret)
{
	return order_keep(freezer, ORDER_FREEZE, file_system_fd, ret);
}

int freezer_read_only(struct freezer *freezer, int fd, struct frozen **ret)
{
	return order_keep(freezer, ORDER_READ_ONLY, fd, ret);
}

void frozen_thaw(struct frozen *frozen)
{
	if (!frozen)
		return;
	/* The answer says that it has thawed; this wait cannot be interrupted. */
	shutdown(frozen->socket, SHUT_WR);
	int done;
	while (read(frozen->socket, &done, sizeof(done)) < 0 && errno == EINTR)
		;
	close(frozen->socket);
	free(frozen);
}

int freezer_sync(struct freezer *freezer, int fd)
{
	int socket = -1;
	int error = order_do(freezer, ORDER_SYNC, fd, &socket);
	if (socket >= 0)
		close(socket);
	return error;
}
