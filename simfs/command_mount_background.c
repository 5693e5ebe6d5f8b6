/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/command_mount_background.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"

/*
 * Tells the parent, and lets the terminal go: whoever reads our output must
 * see its end when the parent ends.  Later messages go to the log.
 */
void background_ready(void *context)
{
	struct background *background = context;

	if (background->ready_fd < 0)
		return;

	AUTO(auto_close) int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	AUTO(auto_close)
	int log_fd = open(background->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (null_fd >= 0) {
		dup2(null_fd, STDIN_FILENO);
		dup2(null_fd, STDOUT_FILENO);
		dup2(log_fd >= 0 ? log_fd : null_fd, STDERR_FILENO);
	}
	/* A parent that is gone does not matter: the mount is served. */
	(void)!write(background->ready_fd, "", 1);
	close(background->ready_fd);
	background->ready_fd = -1;
}

int background_run(const struct daemon_options *daemon, struct background *background)
{
	int fds[2];
	int status;
	char byte;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		log_error_code(-errno, "cannot make a pipe");
		return EXIT_RIG;
	}

	pid_t child = fork();

	if (child < 0) {
		log_error_code(-errno, "cannot start the serving process");
		return EXIT_RIG;
	}
	if (child == 0) {
		close(fds[0]);
		setsid();
		background->ready_fd = fds[1];
		_exit(daemon_run(daemon));
	}
	close(fds[1]);

	ssize_t length = read(fds[0], &byte, 1);

	close(fds[0]);
	if (length == 1)
		return EXIT_MET;
	if (waitpid(child, &status, 0) < 0)
		return EXIT_RIG;
	/* It had no time to say so itself. */
	if (WIFSIGNALED(status))
		log_error("cannot mount '%s': the process that was to serve it was killed by "
			  "signal %d",
			daemon->image, WTERMSIG(status));
	if (!WIFEXITED(status))
		return EXIT_RIG;
	/* It ended before it was mounted; a clean end was a signal's. */
	return WEXITSTATUS(status) == EXIT_MET ? EXIT_RIG : WEXITSTATUS(status);
}
