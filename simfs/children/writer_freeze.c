/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/children/writer_freeze.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"

static const char *const deed_names[] = { [WRITER_FREEZE] = "freeze", [WRITER_THAW] = "thaw" };

/* ---- a hook ---- */

/*
 * Runs in the new process.  Its own process group allows it to be killed with everything that it
 * started.  If this process is killed, the hook must end too, because another process thaws then.
 * Its output is discarded: a pipe that nobody reads would kill it.
 */
static void become_hook(pid_t parent, const char *path, const char *argument, int error_fd)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	int error;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EX_OSERR);
	for (size_t at = 0; at < sizeof ignored / sizeof ignored[0]; at++)
		signal(ignored[at], SIG_DFL);
	dup2(STDERR_FILENO, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execl(path, path, argument, (char *)NULL);
	error = -errno;
	(void)!write(error_fd, &error, sizeof error);
	_exit(EX_OSERR);
}

/* Returns the pid once PATH is running, or -errno. */
static pid_t start_hook(const char *path, enum writer_deed deed)
{
	int fds[2], error = 0;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;

	AUTO(auto_close) int read_fd = fds[0];
	AUTO(auto_close) int write_fd = fds[1];
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		become_hook(parent, path, deed_names[deed], write_fd);
	close(TAKE_FD(write_fd));
	/* The pipe ends without data once the program was executed. */
	if (read(read_fd, &error, sizeof error) == sizeof error) {
		waitpid(pid, NULL, 0);
		return error;
	}
	return pid;
}

/* Waits until the hook ends (returns true) or stdin does. */
static bool hook_ends_first(pid_t pid)
{
	AUTO(auto_close) int pidfd = pidfd_open(pid, 0);
	struct pollfd events[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};

	/* Without a pidfd the hook cannot be stopped early, but it still runs. */
	if (pidfd < 0)
		return true;
	while (poll(events, 2, -1) < 0 && errno == EINTR)
		;
	return events[0].revents != 0;
}

/* Whether it ends within LIMIT_MS; true if that cannot be checked. */
static bool hook_ends_within(pid_t pid, int limit_ms)
{
	AUTO(auto_close) int pidfd = pidfd_open(pid, 0);
	struct pollfd event = { .fd = pidfd, .events = POLLIN };
	int ended = pidfd < 0 ? 1 : -1;

	while (ended < 0) {
		ended = poll(&event, 1, limit_ms);
		MUST(ended >= 0 || errno == EINTR);
	}
	return ended > 0;
}

/* Kills everything that it started, except what has left its process group. */
static void kill_hook(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

/* How the hook ended, in the words of qemu-ga. */
static int judge_hook(pid_t pid, char *why)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!WIFEXITED(status)) {
		snprintf(why, WRITER_WHY_BYTES, "fsfreeze hook has terminated abnormally");
		return -EIO;
	}
	if (WEXITSTATUS(status) == 0)
		return 0;
	snprintf(why, WRITER_WHY_BYTES, "fsfreeze hook has failed with status %d",
		WEXITSTATUS(status));
	return WEXITSTATUS(status) == EX_TEMPFAIL ? -EAGAIN : -EIO;
}

static int cannot_run(const char *path, int error, char *why)
{
	snprintf(why, WRITER_WHY_BYTES, "cannot run hook '%.512s': %s", path, error_text(error));
	return error;
}

int writer_hook_freeze(const char *path, char *why)
{
	char unheard[WRITER_WHY_BYTES];
	pid_t pid = start_hook(path, WRITER_FREEZE);
	int error;

	if (pid < 0)
		return cannot_run(path, pid, why);
	if (!hook_ends_first(pid)) {
		kill_hook(pid);
		(void)judge_hook(pid, unheard);
		return WRITER_GIVEN_UP;
	}
	error = judge_hook(pid, why);
	/* It may have got halfway.  A message about the thaw would add nothing. */
	if (error < 0)
		(void)writer_hook_thaw(path, WRITER_THAW_MAX_MS, unheard);
	return error;
}

int writer_hook_thaw(const char *path, int limit_ms, char *why)
{
	char unheard[WRITER_WHY_BYTES];
	pid_t pid = start_hook(path, WRITER_THAW);

	if (pid < 0)
		return cannot_run(path, pid, why);
	if (hook_ends_within(pid, limit_ms))
		return judge_hook(pid, why);
	kill_hook(pid);
	(void)judge_hook(pid, unheard);
	snprintf(why, WRITER_WHY_BYTES, "fsfreeze hook has not thawed within %g s",
		(double)limit_ms / 1000);
	return -ETIMEDOUT;
}

/* ---- a file system ---- */

/* FD may be -1. */
static int cannot_do(enum writer_deed deed, const char *path, int fd, int error, char *why)
{
	const char *hint = "";
	struct statfs status;

	/* -EPERM, a user's error here, would explain only half of it. */
	if (fd >= 0 && fstatfs(fd, &status) == 0 && status.f_type == FUSE_SUPER_MAGIC)
		hint = " (a FUSE mount cannot be frozen: freeze a file system on a loop "
		       "device over its live view)";
	else if (error == -EPERM)
		hint = " (needs root)";
	else if (error == -EBUSY)
		hint = " (somebody else froze it)";
	snprintf(why, WRITER_WHY_BYTES, "failed to %s '%.512s': %s%s", deed_names[deed], path,
		error_text(error), hint);
	return error;
}

static int open_mounted(enum writer_deed deed, const char *path, int *ret, char *why)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statx status;

	if (fd < 0)
		return cannot_do(deed, path, fd, -errno, why);
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &status) < 0)
		return cannot_do(deed, path, fd, -errno, why);
	if (!(status.stx_attributes & STATX_ATTR_MOUNT_ROOT)) {
		snprintf(why, WRITER_WHY_BYTES, "failed to %s '%.512s': nothing is mounted there",
			deed_names[deed], path);
		return -EINVAL;
	}
	*ret = TAKE_FD(fd);
	return 0;
}

/* Whether the rig has a file or folder open on the file system of FD. */
static bool is_the_rigs(int fd)
{
	struct stat wanted, found;
	struct dirent *entry;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/fd", (int)getppid());

	AUTO(auto_closedir) DIR *folder = opendir(path);

	if (!folder || fstat(fd, &wanted) < 0)
		return false;
	while ((entry = readdir(folder))) {
		/* "." and ".." are not files of the rig. */
		if (entry->d_name[0] == '.')
			continue;
		if (fstatat(dirfd(folder), entry->d_name, &found, 0) == 0 &&
			(S_ISREG(found.st_mode) || S_ISDIR(found.st_mode)) &&
			found.st_dev == wanted.st_dev)
			return true;
	}
	return false;
}

int writer_fsfreeze(const char *path, int *ret_fd, char *why)
{
	AUTO(auto_close) int fd = -1;
	int error = open_mounted(WRITER_FREEZE, path, &fd, why);

	if (error < 0)
		return error;
	if (is_the_rigs(fd)) {
		snprintf(why, WRITER_WHY_BYTES,
			"failed to freeze '%.512s': the rig's own files are on it, and it would "
			"wait for itself",
			path);
		return -EDEADLK;
	}
	if (ioctl(fd, FIFREEZE, 0) < 0)
		return cannot_do(WRITER_FREEZE, path, fd, -errno, why);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int writer_fsthaw(const char *path, int fd, char *why)
{
	return ioctl(fd, FITHAW, 0) < 0 ? cannot_do(WRITER_THAW, path, fd, -errno, why) : 0;
}

int writer_fsthaw_left(const char *path, char *why)
{
	AUTO(auto_close) int fd = -1;
	int error = open_mounted(WRITER_THAW, path, &fd, why);

	if (error < 0)
		return error;
	/* -EINVAL: it was not frozen. */
	error = writer_fsthaw(path, fd, why);
	return error == -EINVAL ? 0 : error;
}
