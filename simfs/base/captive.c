/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/captive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

static const int asking_signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

#define ASKING_COUNT (sizeof asking_signals / sizeof asking_signals[0])

static sigset_t signals_before, signals_waited;

void captive_begin(void)
{
	sigemptyset(&signals_waited);
	sigaddset(&signals_waited, SIGCHLD);
	for (size_t i = 0; i < ASKING_COUNT; i++)
		sigaddset(&signals_waited, asking_signals[i]);
	sigprocmask(SIG_BLOCK, &signals_waited, &signals_before);
}

const sigset_t *captive_signals(void)
{
	return &signals_waited;
}

const sigset_t *captive_signals_before(void)
{
	return &signals_before;
}

void captive_tell(const char *folder, const struct captive_word *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *path = words[i].path;
		AUTO(auto_free) char *value = NULL;

		if (asprintf(&value, "%s%s%s", folder, *path ? "/" : "", path) < 0 ||
			setenv(words[i].name, value, true) < 0)
			_exit(EXIT_CANNOT_RUN);
	}
}

void captive_become(char *const *command, pid_t starter)
{
	int error;

	sigprocmask(SIG_SETMASK, &signals_before, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* If the starter died before this, no signal comes. */
	if (getppid() != starter)
		_exit(EXIT_CANNOT_RUN);
	execvp(command[0], command);
	error = -errno;
	log_error_code(error, "cannot run '%s'", command[0]);
	_exit(error == -ENOENT ? EXIT_NO_PROGRAM : EXIT_CANNOT_RUN);
}

bool captive_look(struct captive *captive)
{
	int status;

	if (!captive->pid || waitpid(captive->pid, &status, WNOHANG) != captive->pid)
		return false;
	captive->pid = 0;
	captive->code = exit_code_of_status(status);
	return true;
}

void captive_hand_on(struct captive *captive, int number, int code)
{
	/* The terminal has sent its signals to the command as well. */
	if (captive->pid && code != SI_KERNEL)
		kill(captive->pid, number);
	if (!captive->kill_ns && (number == SIGTERM || number == SIGHUP))
		captive->kill_ns = clock_now_ns() + captive->patience_ns;
}
