/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.c - starts and ends the process that serves disks.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/disks/client_internal.h"
#include "simfs/doors/dm/disks/disks.h"
#include "simfs/doors/dm/disks/server.h"
#include "simfs/doors/dm/disks/wire.h"

#define START_MS 30000
#define END_MS	 5000
/* After SIGKILL, only a process that hangs in the kernel takes longer. */
#define KILL_MS 2000

static const char *const mounts[] = { SERVER_DEVICES, SERVER_EXPORTS };

static char *mount_path(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static int make_folders(const char *folder)
{
	for (size_t i = 0; i < 2; i++) {
		AUTO(auto_free) char *path = mount_path(folder, mounts[i]);

		if (!path)
			return -ENOMEM;
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* Closes every descriptor of the starter except stderr. */
__attribute__((noreturn)) static void child(const char *folder, int fd, pid_t starter)
{
	if (fd != STDERR_FILENO + 1 && dup2(fd, STDERR_FILENO + 1) < 0)
		_exit(1);
	close_range(STDERR_FILENO + 2, ~0u, 0);
	fcntl(STDERR_FILENO + 1, F_SETFD, FD_CLOEXEC);
	server_run(folder, STDERR_FILENO + 1, starter);
}

static int fork_server(struct disks *disks)
{
	pid_t starter = getpid();
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	disks->pid = fork();
	if (disks->pid == 0)
		child(disks->folder, ends[1], starter);
	close(ends[1]);
	disks->fd = ends[0];
	if (disks->pid < 0)
		return -errno;
	disks->pidfd = (int)syscall(SYS_pidfd_open, disks->pid, 0);
	return disks->pidfd < 0 ? -errno : 0;
}

static int wait_until_served(struct disks *disks)
{
	struct pollfd poller = { .fd = disks->fd, .events = POLLIN };
	struct wire_answer answer;
	int count;

	do
		count = poll(&poller, 1, START_MS);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		return count < 0 ? -errno : -ETIMEDOUT;
	if (recv(disks->fd, &answer, sizeof answer, MSG_DONTWAIT) != sizeof answer)
		return -ENOTCONN;
	return (int)answer.error;
}

int disks_start(const char *folder, struct disks **ret)
{
	struct disks *disks = calloc(1, sizeof *disks);

	if (!disks)
		return -ENOMEM;
	*disks = (struct disks){ .fd = -1, .pidfd = -1, .pid = -1 };
	disks->folder = realpath(folder, NULL);

	int error = disks->folder ? make_folders(disks->folder) : -errno;

	if (error < 0)
		log_error_code(error, "cannot make folders for disks in '%s'", folder);
	if (error == 0)
		error = fork_server(disks);
	if (error == 0) {
		error = wait_until_served(disks);
		if (error == -ETIMEDOUT)
			log_error_code(error, "cannot serve disks in '%s'", folder);
	}
	if (error < 0) {
		disks_end(disks);
		return error;
	}
	*ret = disks;
	return 0;
}

static bool wait_gone(const struct disks *disks, int ms)
{
	struct pollfd poller = { .fd = disks->pidfd, .events = POLLIN };
	int count;

	do
		count = poll(&poller, 1, ms);
	while (count < 0 && errno == EINTR);
	return count > 0;
}

/*
 * Removes mounts that remain when the process was killed or cannot end.  Forced: requests that
 * still wait fail.
 */
static void unmount_all(const struct disks *disks)
{
	for (size_t i = 0; i < 2 && disks->folder; i++) {
		AUTO(auto_free) char *path = mount_path(disks->folder, mounts[i]);

		if (path && disks->pid > 0)
			umount2(path, MNT_FORCE | MNT_DETACH);
	}
}

static void end_process(const struct disks *disks)
{
	if (disks->pid <= 0)
		return;
	if (!wait_gone(disks, END_MS)) {
		kill(disks->pid, SIGKILL);
		unmount_all(disks);
		if (!wait_gone(disks, KILL_MS))
			log_error("the process that serves disks (%d) does not end", disks->pid);
	}
	waitpid(disks->pid, NULL, WNOHANG);
}

void disks_end(struct disks *disks)
{
	if (!disks)
		return;
	if (disks->fd >= 0)
		close(disks->fd);
	end_process(disks);
	unmount_all(disks);
	for (size_t i = 0; i < 2 && disks->folder; i++) {
		AUTO(auto_free) char *path = mount_path(disks->folder, mounts[i]);

		if (path)
			rmdir(path);
	}
	if (disks->pidfd >= 0)
		close(disks->pidfd);
	free(disks->folder);
	free(disks);
}

int disks_gone_fd(const struct disks *disks)
{
	return disks->pidfd;
}

pid_t disks_pid(const struct disks *disks)
{
	return disks->pid;
}

static const char *path_of(const struct disks *disks, const char *name, uint64_t id, char *buffer)
{
	int length = snprintf(buffer, DISKS_PATH_BYTES, "%s/%s/%llu", disks->folder, name,
		(unsigned long long)id);

	/* No file has so long a path. */
	if (length < 0 || length >= DISKS_PATH_BYTES)
		buffer[0] = '\0';
	return buffer;
}

const char *disks_device_path(const struct disks *disks, uint64_t id, char *buffer)
{
	return path_of(disks, SERVER_DEVICES, id, buffer);
}

const char *disks_export_path(const struct disks *disks, uint64_t id, char *buffer)
{
	return path_of(disks, SERVER_EXPORTS, id, buffer);
}
