/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/client_connect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/mount_table.h"
#include "simfs/control/protocol.h"

/* ---- the path to the socket ---- */

static int connect_in_folder(int folder_fd, const char *name, int *ret)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int length = snprintf(
		address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder_fd, name);

	if ((size_t)length >= sizeof address.sun_path)
		return -ENAMETOOLONG;

	AUTO(auto_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return -errno;
	*ret = TAKE_FD(fd);
	return 0;
}

/* As control_peer_connect(), for a path relative to BASE_FD. */
static int connect_at(int base_fd, const char *path, int *ret)
{
	const char *slash = strrchr(path, '/');
	AUTO(auto_free)
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	if (!folder)
		return -ENOMEM;

	AUTO(auto_close) int folder_fd = openat(base_fd, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0)
		return -errno;
	return connect_in_folder(folder_fd, slash ? slash + 1 : path, ret);
}

/*
 * The length of the part of PATH that leads through /proc/PID/root into another mount namespace; 0
 * if it does not.
 */
static size_t other_root_length(const char *path)
{
	int length = 0;

	(void)!sscanf(path, "/proc/%*[0-9]/root%n", &length);
	return length > 0 && path[length] == '/' ? (size_t)length : 0;
}

/* The link holds a path in the mount's own namespace. */
static int connect_by_link(const char *mount_point, int rig_fd, const char *target, int *ret)
{
	AUTO(auto_free) char *path = NULL;
	size_t length = target[0] == '/' ? other_root_length(mount_point) : 0;

	if (asprintf(&path, "%.*s%s", (int)length, mount_point, target) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return connect_at(rig_fd, path, ret);
}

static int connect_through_mount(const char *mount_point, int *ret)
{
	char target[PATH_MAX];

	/* Open files below the mount keep it busy: none of these outlives this function. */
	AUTO(auto_close) int mount_fd = open(mount_point, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mount_fd < 0)
		return -errno;

	AUTO(auto_close) int rig_fd = openat(mount_fd, MOUNT_RIG, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rig_fd < 0)
		return -errno;

	ssize_t length = readlinkat(mount_fd, MOUNT_CONTROL, target, sizeof target);
	if (length < 0)
		return errno == EINVAL ? -ENOENT : -errno;
	if ((size_t)length == sizeof target)
		return -ENAMETOOLONG;
	target[length] = '\0';

	int error = connect_by_link(mount_point, rig_fd, target, ret);

	/* The mount exists but its state does not: no rig answers, yet this is not a missing
	 * mount. */
	return error == -ENOENT || error == -ENOTDIR ? -EHOSTDOWN : error;
}

/* ---- the child ---- */

/* One int of data, and one descriptor if the int is 0. */
union ancillary {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void hand_back(int to_fd, int error, int fd)
{
	struct iovec data = { .iov_base = &error, .iov_len = sizeof error };
	union ancillary ancillary = {
		.header = { .cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof fd) },
	};
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (error == 0) {
		memcpy(CMSG_DATA(&ancillary.header), &fd, sizeof fd);
		message.msg_control = &ancillary;
		message.msg_controllen = sizeof ancillary;
	}
	(void)!sendmsg(to_fd, &message, MSG_NOSIGNAL);
}

/*
 * Runs in the child.  Close everything that the caller has open, since the child may hang for ever.
 */
static void go(const char *mount_point, int answer_fd)
{
	int fd = -1;

	if (dup2(answer_fd, STDIN_FILENO) < 0 || close_range(STDIN_FILENO + 1, ~0u, 0) < 0)
		_exit(EXIT_RIG);

	int error = connect_through_mount(mount_point, &fd);

	hand_back(STDIN_FILENO, error, fd);
	_exit(EXIT_MET);
}

static int take_back(int from_fd, int *ret)
{
	int error = -EIO;
	struct iovec data = { .iov_base = &error, .iov_len = sizeof error };
	union ancillary ancillary;
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &ancillary,
		.msg_controllen = sizeof ancillary,
	};
	ssize_t length = recvmsg(from_fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (length != sizeof error || (error == 0 && !header))
		return -EIO;
	if (error == 0)
		memcpy(ret, CMSG_DATA(header), sizeof *ret);
	return error;
}

static int poll_milliseconds(uint64_t ns)
{
	return ns == 0 ? -1 : ns / NS_PER_MS >= INT_MAX ? INT_MAX : (int)(ns / NS_PER_MS) + 1;
}

static int connect_by_child(const char *mount_point, uint64_t patience_ns, int *ret)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;

	AUTO(auto_close) int near_fd = ends[0];
	struct pollfd answer = { .fd = near_fd, .events = POLLIN };
	pid_t child = fork();
	int ready;

	if (child == 0)
		go(mount_point, ends[1]);
	close(ends[1]);
	if (child < 0)
		return -errno;
	while ((ready = poll(&answer, 1, poll_milliseconds(patience_ns))) < 0 && errno == EINTR)
		;
	if (ready > 0) {
		int error = take_back(near_fd, ret);

		waitpid(child, NULL, 0);
		return error;
	}
	/* The child may be in an uninterruptible sleep. */
	kill(child, SIGKILL);
	waitpid(child, NULL, WNOHANG);
	return -ETIMEDOUT;
}

/* ---- the peer ---- */

static int judge(int fd, struct control_peer *ret)
{
	struct ucred peer;
	socklen_t length = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return -errno;
	if (peer.uid != geteuid() && peer.uid != 0)
		return -EPERM;
	ret->pid = peer.pid;
	/* The pid may have been reused until the peer answers. */
	ret->pidfd = peer.pid > 0 && peer.pid != getpid() ? pidfd_open(peer.pid, 0) : -1;
	return 0;
}

static int finish(int connected_fd, struct control_peer *ret)
{
	AUTO(auto_close) int fd = connected_fd;
	int error = judge(fd, ret);

	if (error == 0)
		ret->fd = TAKE_FD(fd);
	return error;
}

int control_peer_connect(const char *socket_path, struct control_peer *ret)
{
	int fd = -1;
	int error = connect_at(AT_FDCWD, socket_path, &fd);

	return error < 0 ? error : finish(fd, ret);
}

int control_peer_find(const char *mount_point, uint64_t patience_ns, struct control_peer *ret)
{
	int fd = -1;
	int error = connect_by_child(mount_point, patience_ns, &fd);

	return error < 0 ? error : finish(fd, ret);
}

/* ---- the end ---- */

bool control_peer_has_ended(const struct control_peer *peer)
{
	struct pollfd end = { .fd = peer->fd, .events = POLLRDHUP };

	/* Data that precedes the end is not the end. */
	return poll(&end, 1, 0) != 0;
}

void control_peer_hang_up(const struct control_peer *peer)
{
	shutdown(peer->fd, SHUT_RDWR);
}

pid_t control_peer_guess(const char *mount_point)
{
	AUTO(auto_free) char *path = realpath(mount_point, NULL);
	AUTO(auto_free) struct mount_entry *entry = malloc(sizeof *entry);
	AUTO(auto_free) char *socket_path = NULL;
	struct control_peer peer;

	if (!path || !entry || mount_table_find(MOUNT_TABLE_SELF, path, entry) < 0)
		return 0;
	/* The source is the image; its state is beside it by default. */
	if (asprintf(&socket_path, "%s" STATE_SUFFIX "/" STATE_SOCKET, entry->source) < 0)
		socket_path = NULL;
	if (!socket_path || control_peer_connect(socket_path, &peer) < 0)
		return 0;
	close(peer.fd);
	if (peer.pidfd >= 0)
		close(peer.pidfd);
	return peer.pid;
}
