/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/mount_captive.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/captive.h"
#include "simfs/base/clock.h"
#include "simfs/base/dead_mount.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"
#include "simfs/mount/mount_point.h"

static const struct captive_word mount_words[] = { MOUNT_WORDS };

#define MOUNT_WORD_COUNT    (sizeof mount_words / sizeof mount_words[0])

#define COMMAND_PATIENCE_NS (5 * NS_PER_S)
#define UNMOUNT_PATIENCE_NS (10 * NS_PER_S)

/* The next signal, or 0 at DEADLINE_NS (0: no deadline). */
static int signal_await(uint64_t deadline_ns, siginfo_t *ret)
{
	for (;;) {
		uint64_t now_ns = clock_now_ns();
		uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
		struct timespec patience = { .tv_sec = (time_t)(left_ns / NS_PER_S),
			.tv_nsec = (long)(left_ns % NS_PER_S) };
		int number = deadline_ns ? sigtimedwait(captive_signals(), ret, &patience)
					 : sigwaitinfo(captive_signals(), ret);

		if (number > 0)
			return number;
		if (deadline_ns && left_ns == 0)
			return 0;
	}
}

/* Passes on signals until COMMAND has ended.  Returns its exit code. */
static int command_await(pid_t command)
{
	struct captive captive = { .pid = command, .patience_ns = COMMAND_PATIENCE_NS };

	while (!captive_look(&captive)) {
		siginfo_t facts;
		int number = signal_await(captive.kill_ns, &facts);

		if (number == 0) {
			kill(command, SIGKILL);
			captive.kill_ns = 0;
		} else if (number != SIGCHLD) {
			captive_hand_on(&captive, number, facts.si_code);
		}
	}
	return captive.code;
}

/* A signal that arrived while the volume was being mounted; 0 for none. */
static int signal_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	for (int number = 1; number < NSIG; number++)
		if (number != SIGCHLD && sigismember(captive_signals(), number) == 1 &&
			sigismember(&pending, number) == 1)
			return number;
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
	if (child == 0) {
		captive_tell(mount_point, mount_words, MOUNT_WORD_COUNT);
		captive_become(command, starter);
	}
	return command_await(child);
}

/* Whether RIG ends within PATIENCE_NS.  Reports an abnormal end. */
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
		log_error("the rig does not exit, so it is killed");
		kill(rig, SIGKILL);
		(void)dead_mount_detach(mount_point, false);
		(void)rig_ended(rig, UNMOUNT_PATIENCE_NS);
	}
	if (mount_point_look(mount_point, &state) == 0 && state == MOUNT_POINT_STALE)
		(void)dead_mount_detach(mount_point, false);
}

int mount_captive_run(
	const struct daemon_options *daemon, struct background *background, char *const *command)
{
	background->captive_signals = captive_signals_before();

	int code = background_run(daemon, background);

	if (code != EXIT_MET)
		return code;
	code = command_run(daemon->mount_point, command);
	unmount(daemon->mount_point, background->pid);
	return code;
}
