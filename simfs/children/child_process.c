/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/children/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/fd_reserve.h"

/*
 * A new image rather than a fork: the child must not share the rig's pages, mount, ring or blocked
 * signals.
 */
static int spawn(char *const argv[], int stdin_fd, int stdout_fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, broken_pipe;
	int error;

	sigemptyset(&none);
	sigemptyset(&broken_pipe);
	sigaddset(&broken_pipe, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, stdin_fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, stdout_fd, STDOUT_FILENO);
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

static int start(struct child_process *process, char *const argv[])
{
	int input[2], output[2];
	pid_t pid;

	if (pipe2(input, O_CLOEXEC) < 0)
		return -errno;

	AUTO(auto_close) int input_write = input[1];

	if (pipe2(output, O_CLOEXEC) < 0) {
		int error = -errno;

		close(input[0]);
		return error;
	}

	AUTO(auto_close) int output_read = output[0];
	int error = spawn(argv, input[0], output[1], &pid);

	/* Close these now, so that descriptors are free for the next call. */
	close(input[0]);
	close(output[1]);
	if (error < 0)
		return error;
	process->pidfd = pidfd_open(pid, 0);
	/* The child ends with its input.  If it were killed, it could not undo what it had
	 * begun. */
	if (process->pidfd < 0)
		return -errno;
	process->input_fd = TAKE_FD(input_write);
	process->output_fd = TAKE_FD(output_read);
	return 0;
}

int child_process_start(struct child_process *process, char *const argv[])
{
	int error = start(process, argv);

	/* What is frozen must be thawed even when descriptors have run out. */
	if (error == -EMFILE) {
		fd_reserve_give_all();
		error = start(process, argv);
		fd_reserve_fill();
	}
	return error;
}

void child_process_end_input(struct child_process *process)
{
	if (process->input_fd >= 0)
		close(TAKE_FD(process->input_fd));
}

void child_process_close(struct child_process *process)
{
	child_process_end_input(process);
	close(process->pidfd);
	close(process->output_fd);
}
