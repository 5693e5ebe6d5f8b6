/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/captive_rig.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/dead_mount.h"

#define START_MS      (30 * 1000)
#define END_NS	      (15 * NS_PER_S)
#define KILLED_NS     (5 * NS_PER_S)
#define END_POLL_US   2000
#define ARGUMENTS_MAX 96

/* Runs in the rig's mount: reports that the volume is mounted, then waits for our end. */
#define WAITS_FOR_US "echo && exec cat"

extern char **environ;

struct ends {
	int in[2], out[2];
	int log;
};

static void ends_close(const struct ends *ends)
{
	const int fds[] = { ends->in[0], ends->in[1], ends->out[0], ends->out[1], ends->log };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int spawn(const char *const *argv, const struct ends *ends, pid_t *ret)
{
	const char *all[ARGUMENTS_MAX] = { "snaprig" };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	size_t count = 1;
	sigset_t none;
	int error;

	for (; *argv; argv++) {
		MUST(count + 5 < ARGUMENTS_MAX);
		all[count++] = *argv;
	}
	all[count++] = "--";
	all[count++] = "/bin/sh";
	all[count++] = "-c";
	all[count++] = WAITS_FOR_US;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, ends->in[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends->out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends->log, STDERR_FILENO);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
	error = -posix_spawn(ret, "/proc/self/exe", &actions, &attributes,
		(char *const *)(const void *)all, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* One byte arrives once the volume is mounted; EOF means that it cannot be. */
static int await_word(int fd)
{
	struct pollfd word = { .fd = fd, .events = POLLIN };
	char letter;
	int ready;

	do
		ready = poll(&word, 1, START_MS);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return -ETIMEDOUT;
	return ready > 0 && read(fd, &letter, 1) == 1 ? 0 : -EIO;
}

int captive_rig_start(struct captive_rig *rig, const char *const *argv, const char *mount_point,
	const char *log_path)
{
	struct ends ends = { { -1, -1 }, { -1, -1 }, -1 };
	int error = 0;

	rig->deadline_ns = 0;
	if (mkdir(mount_point, 0700) < 0 && errno != EEXIST)
		return -errno;
	ends.log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (ends.log < 0 || pipe2(ends.in, O_CLOEXEC) < 0 || pipe2(ends.out, O_CLOEXEC) < 0)
		error = -errno;
	if (error == 0)
		error = spawn(argv, &ends, &rig->pid);
	if (error == 0) {
		rig->life = TAKE_FD(ends.in[1]);
		close(TAKE_FD(ends.out[1]));
		error = await_word(ends.out[0]);
		if (error < 0)
			captive_rig_end(rig, mount_point);
	}
	ends_close(&ends);
	return error;
}

bool captive_rig_has_ended(struct captive_rig *rig)
{
	pid_t ended = waitpid(rig->pid, NULL, WNOHANG);

	return ended == rig->pid || (ended < 0 && errno == ECHILD);
}

void captive_rig_release(struct captive_rig *rig)
{
	if (rig->life >= 0)
		close(TAKE_FD(rig->life));
	if (rig->deadline_ns == 0)
		rig->deadline_ns = clock_now_ns() + END_NS;
}

/* The parent of process NAME in /proc; 0 if it has none or is gone. */
static pid_t parent_of(const char *name)
{
	char path[PATH_MAX], text[512];
	const char *behind_name;
	int parent = 0;

	snprintf(path, sizeof path, "/proc/%s/stat", name);

	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (length <= 0)
		return 0;
	text[length] = '\0';
	/* "PID (NAME) STATE PARENT", where NAME may contain anything. */
	behind_name = strrchr(text, ')');
	return behind_name && sscanf(behind_name, ") %*c %d", &parent) == 1 ? parent : 0;
}

/*
 * The serving process is a child in its own session.  It ends with its mount, but not while it is
 * stopped.
 */
static void kill_children(pid_t parent)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (isdigit((unsigned char)*entry->d_name) && parent_of(entry->d_name) == parent)
			kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
	if (folder)
		closedir(folder);
}

void captive_rig_kill(const struct captive_rig *rig)
{
	if (rig->pid <= 0)
		return;
	kill_children(rig->pid);
	kill(-rig->pid, SIGKILL);
	kill(rig->pid, SIGKILL);
}

/* Whether it ends before its deadline. */
static bool await_end(struct captive_rig *rig)
{
	while (!captive_rig_has_ended(rig)) {
		if (clock_now_ns() > rig->deadline_ns)
			return false;
		usleep(END_POLL_US);
	}
	return true;
}

void captive_rig_end(struct captive_rig *rig, const char *mount_point)
{
	captive_rig_release(rig);
	if (rig->pid > 0 && !await_end(rig)) {
		captive_rig_kill(rig);
		rig->deadline_ns = clock_now_ns() + KILLED_NS;
		await_end(rig);
	}
	rig->pid = 0;
	dead_mount_remove(mount_point);
}
