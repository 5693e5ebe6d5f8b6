/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/mount_captive.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"
#include "simfs/mount/mount_point.h"

/* As env(1) and shells have them. */
#define EXIT_NO_PROGRAM	    127
#define EXIT_CANNOT_RUN	    126

#define KILL_PATIENCE_NS    (5 * NS_PER_S)
#define UNMOUNT_PATIENCE_NS (10 * NS_PER_S)

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

/* The next signal, or 0 at DEADLINE_NS (0: none). */
static int signal_await(uint64_t deadline_ns, siginfo_t *ret)
{
	for (;;) {
		uint64_t now_ns = clock_now_ns();
		uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
		struct timespec patience = { .tv_sec = (time_t)(left_ns / NS_PER_S),
			.tv_nsec = (long)(left_ns % NS_PER_S) };
		int number = deadline_ns ? sigtimedwait(&signals_waited, ret, &patience)
					 : sigwaitinfo(&signals_waited, ret);

		if (number > 0)
			return number;
		if (deadline_ns && left_ns == 0)
			return 0;
	}
}

/* In the child. */
static void tell(const char *name, const char *mount_point, const char *path)
{
	char *value;

	if (asprintf(&value, "%s%s%s", mount_point, *path ? "/" : "", path) < 0 ||
		setenv(name, value, true) < 0)
		_exit(EXIT_CANNOT_RUN);
	free(value);
}

__attribute__((noreturn)) static void become_command(
	const char *mount_point, char *const *command, pid_t starter)
{
	tell("SNAPRIG_MNT", mount_point, "");
	tell("SNAPRIG_LIVE", mount_point, MOUNT_LIVE);
	tell("SNAPRIG_SNAPSHOTS", mount_point, MOUNT_SNAPSHOTS);
	tell("SNAPRIG_CONTROL", mount_point, MOUNT_CONTROL);
	sigprocmask(SIG_SETMASK, &signals_before, NULL);
	/* Nobody is mounted for it when its starter was killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != starter)
		_exit(EXIT_CANNOT_RUN);
	execvp(command[0], command);

	int error = -errno;

	log_error_code(error, "cannot run '%s'", command[0]);
	_exit(error == -ENOENT ? EXIT_NO_PROGRAM : EXIT_CANNOT_RUN);
}

static int exit_code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Hands signals on until COMMAND has ended; its exit code. */
static int command_await(pid_t command)
{
	uint64_t deadline_ns = 0;
	int status;

	while (waitpid(command, &status, WNOHANG) == 0) {
		siginfo_t facts;
		int number = signal_await(deadline_ns, &facts);

		if (number == 0) {
			kill(command, SIGKILL);
			deadline_ns = 0;
		} else if (number != SIGCHLD) {
			/* What a terminal sends, it has sent to the command as well. */
			if (facts.si_code != SI_KERNEL)
				kill(command, number);
			if (deadline_ns == 0 && (number == SIGTERM || number == SIGHUP))
				deadline_ns = clock_now_ns() + KILL_PATIENCE_NS;
		}
	}
	return exit_code_of(status);
}

/* A signal that came while it was mounted; 0 for none. */
static int signal_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < ASKING_COUNT; i++)
		if (sigismember(&pending, asking_signals[i]))
			return asking_signals[i];
	return 0;
}

static int command_run(const char *mount_point, char *const *command)
{
	pid_t starter = getpid(), child;
	int number = signal_pending();

	if (number)
		return 128 + number;
	child = fork();
	if (child < 0) {
		log_error_code(-errno, "cannot run '%s'", command[0]);
		return EXIT_RIG;
	}
	if (child == 0)
		become_command(mount_point, command, starter);
	return command_await(child);
}

/* Whether RIG has ended within PATIENCE_NS, which says so if it was not in order. */
static bool rig_ended(pid_t rig, uint64_t patience_ns)
{
	uint64_t deadline_ns = clock_now_ns() + patience_ns;
	siginfo_t facts;
	int status;

	while (waitpid(rig, &status, WNOHANG) == 0)
		if (clock_now_ns() >= deadline_ns || signal_await(deadline_ns, &facts) == 0)
			return waitpid(rig, &status, WNOHANG) != 0;
	if (WIFSIGNALED(status))
		log_error("the rig was ended by signal %d", WTERMSIG(status));
	return true;
}

static void unmount(const char *mount_point, pid_t rig)
{
	enum mount_point_state state;

	kill(rig, SIGTERM);
	if (!rig_ended(rig, UNMOUNT_PATIENCE_NS)) {
		log_error("the rig does not end and is killed");
		kill(rig, SIGKILL);
		(void)mount_point_clear(mount_point);
		(void)rig_ended(rig, UNMOUNT_PATIENCE_NS);
	}
	if (mount_point_look(mount_point, &state) == 0 && state == MOUNT_POINT_STALE)
		(void)mount_point_clear(mount_point);
}

int captive_run(
	const struct daemon_options *daemon, struct background *background, char *const *command)
{
	background->captive_signals = &signals_before;

	int code = background_run(daemon, background);

	if (code != EXIT_MET)
		return code;
	code = command_run(daemon->mount_point, command);
	unmount(daemon->mount_point, background->pid);
	return code;
}
