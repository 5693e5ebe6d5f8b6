/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/mount_background.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/log_file.h"
#include "simfs/control/protocol.h"

/* Sent by the child.  After told_failed come its notes about the failure, for --json. */
static const char told_ready = 'r', told_failed = 'f';

/*
 * Notifies the parent and detaches from the terminal: whoever reads our output must see its end
 * when the parent exits.  Later messages go to the log.
 */
void background_ready(void *context)
{
	struct background *background = context;

	if (background->ready_fd < 0)
		return;

	bool has_log = log_file_take_over() == 0;

	/* Without /dev/null, use the log. */
	int nothing_fd = background->null_fd >= 0 ? background->null_fd : STDERR_FILENO;

	dup2(nothing_fd, STDIN_FILENO);
	dup2(nothing_fd, STDOUT_FILENO);
	if (!has_log)
		dup2(nothing_fd, STDERR_FILENO);
	/* It does not matter if the parent is gone: the mount is served. */
	(void)!write(background->ready_fd, &told_ready, 1);
	close(background->ready_fd);
	background->ready_fd = -1;
}

/*
 * In the child: closes everything inherited from the starter except stdout and stderr, which
 * background_ready() replaces.  READY_FD becomes the first descriptor after them.
 */
static int leave_starter(int ready_fd, struct background *background)
{
	int first = STDERR_FILENO + 1;

	setsid();
	if (ready_fd != first && (dup3(ready_fd, first, O_CLOEXEC) < 0))
		return -errno;
	if (close_range((unsigned)first + 1, ~0u, 0) < 0 || chdir("/") < 0)
		return -errno;
	background->ready_fd = first;
	/* Opened now, since its path may later lead through the mount. */
	background->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return 0;
}

/*
 * In the child: restores the signal mask from before the starter blocked signals, and arranges to
 * end with STARTER, which may be gone already.
 */
static int become_captive(const struct background *background, pid_t starter)
{
	if (!background->captive_signals)
		return 0;
	if (sigprocmask(SIG_SETMASK, background->captive_signals, NULL) < 0 ||
		prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		return -errno;
	return getppid() == starter ? 0 : -ESRCH;
}

static int serve(const struct daemon_options *daemon, int ready_fd, struct background *background,
	pid_t starter)
{
	int error = leave_starter(ready_fd, background), code = EXIT_RIG;

	if (error == 0)
		error = become_captive(background, starter);
	if (error == 0)
		code = daemon_run(daemon);
	else
		log_error_code(error, "cannot close inherited files");
	if (background->ready_fd >= 0 && write(background->ready_fd, &told_failed, 1) == 1)
		json_output_send(background->ready_fd);
	return code;
}

/* Whether the mount is served, as other processes see it. */
static bool answers(const char *mount_point)
{
	AUTO(auto_free) char *live = NULL;
	struct stat facts;

	if (asprintf(&live, "%s/" MOUNT_LIVE, mount_point) < 0) {
		live = NULL;
		return false;
	}
	if (stat(live, &facts) == 0)
		return true;
	log_error_code(-errno, "the volume on '%s' does not answer", mount_point);
	return false;
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

	pid_t starter = getpid(), child = fork();

	if (child < 0) {
		log_error_code(-errno, "cannot start the serving process");
		return EXIT_RIG;
	}
	if (child == 0) {
		close(fds[0]);
		_exit(serve(daemon, fds[1], background, starter));
	}
	close(fds[1]);
	background->pid = child;

	ssize_t length = read(fds[0], &byte, 1);
	bool is_ready = length == 1 && byte == told_ready;

	if (length == 1 && !is_ready)
		json_output_receive(fds[0]);
	close(fds[0]);
	if (is_ready && answers(daemon->mount_point))
		return EXIT_MET;
	if (is_ready)
		kill(child, SIGTERM);
	if (waitpid(child, &status, 0) < 0)
		return EXIT_RIG;
	/* It had no chance to report this itself. */
	if (WIFSIGNALED(status))
		log_error("cannot mount '%s': the process that should serve it was killed by "
			  "signal %d",
			daemon->image, WTERMSIG(status));
	if (!WIFEXITED(status))
		return EXIT_RIG;
	/* It ended before it was mounted; a clean end was caused by a signal. */
	return WEXITSTATUS(status) == EXIT_MET ? EXIT_RIG : WEXITSTATUS(status);
}
