/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/entry/join.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/entry/fd_pass.h"
#include "simfs/doors/dm/entry/join_internal.h"
#include "simfs/doors/dm/intercept/filter.h"
#include "simfs/doors/dm/intercept/preload_environment.h"
#include "simfs/doors/dm/intercept/trap_record.h"

/* ---- the follower ---- */

void join_spaces_deinit(struct join_spaces *spaces)
{
	if (spaces->mounts >= 0)
		close(spaces->mounts);
	if (spaces->ipc >= 0)
		close(spaces->ipc);
	if (spaces->root >= 0)
		close(spaces->root);
}

int join_spaces_pass(int socket, const struct join_spaces *spaces)
{
	int result = fd_pass(socket, spaces->mounts, 0);

	if (result == 0)
		result = fd_pass(socket, spaces->ipc, 0);
	return result < 0 ? result : fd_pass(socket, spaces->root, 0);
}

static int spaces_take(int socket, struct join_spaces *ret)
{
	int result = fd_take(socket, &ret->mounts);

	if (result == 0)
		result = fd_take(socket, &ret->ipc);
	return result < 0 ? result : fd_take(socket, &ret->root);
}

static int enter_spaces(const struct join_spaces *spaces)
{
	char folder[PATH_MAX];
	bool known = getcwd(folder, sizeof folder) != NULL;

	/* A sanitizer's thread shares the current folder; setns() needs one that is not shared. */
	if (unshare(CLONE_FS) < 0 || setns(spaces->mounts, CLONE_NEWNS) < 0 ||
		setns(spaces->ipc, CLONE_NEWIPC) < 0)
		return -errno;
	/* The namespace's own root is the machine's, even if all this runs in a chroot. */
	if (fchdir(spaces->root) < 0 || chroot(".") < 0)
		return -errno;
	if (!known || chdir(folder) < 0)
		return chdir("/") < 0 ? -errno : 0;
	return 0;
}

/*
 * Without a filter, which is forbidden or not wanted: the listener is one end of a pipe whose other
 * end this process keeps until it executes its program.
 */
static int preload_install(int *ret)
{
	int ends[2], result = preload_environment();

	if (result < 0)
		return result;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret = ends[1];
	return 0;
}

int join_follow(int channel)
{
	AUTO(auto_close) int listener = -1;
	AUTO(join_spaces_deinit) struct join_spaces spaces = JOIN_NO_SPACES;
	int result = preload_is_wanted() ? -EPERM : filter_install(&listener);

	if (result < 0 && result != -EBUSY)
		result = preload_install(&listener);

	if (result == -EBUSY)
		log_error("system calls are already intercepted here: a world cannot be made "
			  "inside another one, or inside such a sandbox");
	else if (result < 0)
		log_error_code(result, "cannot watch system calls");
	if (result < 0) {
		(void)fd_pass(channel, -1, result);
		return result;
	}
	result = fd_pass(channel, listener, 0);
	if (result == 0)
		result = spaces_take(channel, &spaces);
	if (result == 0)
		result = enter_spaces(&spaces);
	if (result < 0)
		log_error_code(result, "cannot go into the world");
	return result;
}

/* ---- the leader ---- */

/* "/proc/self/fd/N/world.sock": the folder's own path may be too long for an address. */
static int socket_address(int folder, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(
		ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d/" JOIN_SOCKET, folder);
}

int join_connect(const char *state, int *ret_socket)
{
	AUTO(auto_close) int folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	if (folder < 0 || fd < 0)
		return -errno;
	socket_address(folder, &address);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -errno;
	*ret_socket = TAKE_FD(fd);
	return 0;
}

int join_listen(const char *state, int *ret_socket)
{
	AUTO(auto_close) int folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	if (folder < 0 || fd < 0)
		return -errno;
	if (unlinkat(folder, JOIN_SOCKET, 0) < 0 && errno != ENOENT)
		return -errno;
	socket_address(folder, &address);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 16) < 0)
		return -errno;
	*ret_socket = TAKE_FD(fd);
	return 0;
}

/* A pidfd of the process that listens at the other end of SOCKET. */
static int open_peer(int socket, int *ret)
{
	struct ucred peer;
	socklen_t length = sizeof peer;
	long fd;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return -errno;
	fd = syscall(SYS_pidfd_open, peer.pid, 0);
	if (fd < 0)
		return -errno;
	*ret = (int)fd;
	return 0;
}

/* The supervisor's answer to LEAD's listener: the namespaces, and the record. */
static int ask_supervisor(int socket, struct join_lead *lead, struct join_spaces *spaces)
{
	AUTO(auto_close) int record_fd = -1;
	int result = fd_pass(socket, lead->listener, 0);

	if (result == 0)
		result = spaces_take(socket, spaces);
	if (result == 0)
		result = fd_take(socket, &record_fd);
	if (result == 0)
		result = trap_record_open(record_fd, &lead->record);
	if (result == 0)
		result = open_peer(socket, &lead->supervisor);
	return result;
}

void join_lead_deinit(struct join_lead *lead)
{
	if (lead->listener >= 0)
		close(lead->listener);
	if (lead->supervisor >= 0)
		close(lead->supervisor);
	trap_record_close(lead->record);
	*lead = (struct join_lead){ .listener = -1, .supervisor = -1 };
}

int join_lead(int channel, int socket, struct join_lead *ret)
{
	AUTO(join_spaces_deinit) struct join_spaces spaces = JOIN_NO_SPACES;
	struct join_lead lead = { .listener = -1, .supervisor = -1 };
	int result = fd_take(channel, &lead.listener);

	/* The follower has logged why. */
	if (result < 0)
		return result;
	result = ask_supervisor(socket, &lead, &spaces);
	if (result < 0)
		(void)fd_pass(channel, -1, result);
	else
		result = join_spaces_pass(channel, &spaces);
	if (result < 0)
		join_lead_deinit(&lead);
	else
		*ret = lead;
	return result;
}
