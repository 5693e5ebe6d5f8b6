/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/control/pressure_start.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/control/pressure.h"

/*
 * A new image, not a fork: the rig's own pages, its mount and its ring are no
 * business of the child, and neither are the signals that the rig blocks.
 */
static int spawn(const char *path, uint64_t size_bytes, int wanted_fd, int answer_fd, pid_t *ret)
{
	char size[32];
	char name[] = "snaprig", command[] = PRESSURE_CHILD;
	char *argv[] = { name, command, (char *)path, size, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, broken_pipe;
	int error;

	snprintf(size, sizeof size, "%" PRIu64, size_bytes);
	sigemptyset(&none);
	sigemptyset(&broken_pipe);
	sigaddset(&broken_pipe, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, wanted_fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, answer_fd, STDOUT_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &broken_pipe);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(ret, "/proc/self/exe", &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

int pressure_process_start(struct pressure_process *process, const char *path, uint64_t size_bytes)
{
	int wanted[2], answer[2];
	pid_t pid;

	if (pipe2(wanted, O_CLOEXEC) < 0)
		return -errno;

	AUTO(auto_close) int wanted_read = wanted[0];
	AUTO(auto_close) int wanted_write = wanted[1];

	if (pipe2(answer, O_CLOEXEC) < 0)
		return -errno;

	AUTO(auto_close) int answer_read = answer[0];
	AUTO(auto_close) int answer_write = answer[1];
	int error = spawn(path, size_bytes, wanted_read, answer_write, &pid);

	if (error < 0)
		return error;
	process->pidfd = pidfd_open(pid, 0);
	if (process->pidfd < 0) {
		error = -errno;
		/* The end of its input ends it, too, but nobody would reap it. */
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return error;
	}
	process->wanted_fd = TAKE_FD(wanted_write);
	process->answer_fd = TAKE_FD(answer_read);
	return 0;
}

void pressure_process_close(struct pressure_process *process)
{
	close(process->pidfd);
	close(process->wanted_fd);
	close(process->answer_fd);
}
