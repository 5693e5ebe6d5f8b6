/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/run/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"
#include "simfs/doors/dm/effects/udev.h"
#include "simfs/doors/dm/entry/join.h"
#include "simfs/doors/dm/intercept/trap_record.h"
#include "simfs/doors/dm/processes/inhabitants.h"
#include "simfs/doors/dm/run/physical.h"
#include "simfs/doors/dm/world/world.h"

/* As env(1) and shells have them. */
#define EXIT_NO_PROGRAM	 127
#define EXIT_CANNOT_RUN	 126

#define KILL_PATIENCE_NS (3 * NS_PER_S)
#define LOOK_AGAIN_MS	 200

#define MONITOR		 "dmeventd"

static const int asking_signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

#define ASKING_COUNT (sizeof asking_signals / sizeof asking_signals[0])

static sigset_t signals_before, signals_waited;

struct keeper {
	const struct keeper_world *world;
	pid_t command; /* 0: it has ended */
	int code;
	pid_t supervisor;      /* 0: it has ended, or is not ours */
	struct join_lead lead; /* its listener is -1 when nobody is behind it */
	bool is_orphaned;      /* the supervisor has ended */
	int signal_fd;
	uint64_t kill_ns; /* when what is left is killed; 0: it is not */
	uint64_t dev_device;
};

void keeper_begin(void)
{
	sigemptyset(&signals_waited);
	sigaddset(&signals_waited, SIGCHLD);
	for (size_t at = 0; at < ASKING_COUNT; at++)
		sigaddset(&signals_waited, asking_signals[at]);
	sigprocmask(SIG_BLOCK, &signals_waited, &signals_before);
}

/* ---- the command ---- */

static void tell(const char *name, const char *folder, const char *path)
{
	AUTO(auto_free) char *value = NULL;

	if (asprintf(&value, "%s%s%s", folder, *path ? "/" : "", path) < 0 ||
		setenv(name, value, true) < 0)
		_exit(EXIT_CANNOT_RUN);
}

static void tell_path(const char *path)
{
	AUTO(auto_free) char *value = NULL;

	if (asprintf(&value, WORLD_TOOLS ":%s", path) < 0 || setenv("PATH", value, true) < 0)
		_exit(EXIT_CANNOT_RUN);
}

/* Where the world has tools of its own, they come first. */
static void put_tools_first(void)
{
	const char *path = getenv("PATH");

	if (access(WORLD_TOOLS, X_OK) == 0)
		tell_path(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
}

__attribute__((noreturn)) static void become_command(
	const struct keeper_world *world, int channel, char *const *command, pid_t starter)
{
	if (join_follow(channel) < 0)
		_exit(EXIT_RIG);
	tell("SNAPRIG_MNT", world->mount_point, "");
	tell("SNAPRIG_LIVE", world->mount_point, MOUNT_LIVE);
	tell("SNAPRIG_SNAPSHOTS", world->mount_point, MOUNT_SNAPSHOTS);
	tell("SNAPRIG_CONTROL", world->mount_point, MOUNT_CONTROL);
	tell("SNAPRIG_PV", "/dev", PHYSICAL_NAME);
	put_tools_first();
	/* libdevmapper makes its own nodes; who has not got this is served by the supervisor. */
	if (access(UDEV_CONTROL, F_OK) < 0)
		setenv("DM_DISABLE_UDEV", "1", true);
	sigprocmask(SIG_SETMASK, &signals_before, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != starter)
		_exit(EXIT_CANNOT_RUN);
	execvp(command[0], command);

	int error = -errno;

	log_error_code(error, "cannot run '%s'", command[0]);
	_exit(error == -ENOENT ? EXIT_NO_PROGRAM : EXIT_CANNOT_RUN);
}

/* Brings it in.  Returns EXIT_MET, or an exit code after a message. */
static int command_start(struct keeper *keeper, char *const *command)
{
	AUTO(auto_close) int ours = -1;
	AUTO(auto_close) int socket = -1;
	pid_t starter = getpid();
	int channel[2];
	int result = join_connect(keeper->world->state, &socket);

	if (result == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		result = -errno;
	if (result == -ECONNREFUSED || result == -ENOENT) {
		log_error("no world of this volume runs");
		return EXIT_USAGE;
	}
	if (result < 0) {
		log_error_code(result, "cannot reach the world");
		return EXIT_RIG;
	}
	ours = channel[0];
	keeper->command = fork();
	if (keeper->command == 0) {
		close(TAKE_FD(ours));
		become_command(keeper->world, channel[1], command, starter);
	}
	result = keeper->command < 0 ? -errno : 0;
	close(channel[1]);
	if (result == 0)
		result = join_lead(ours, socket, &keeper->lead);
	if (result == 0) {
		keeper->dev_device = keeper->lead.record->dev_device;
		return EXIT_MET;
	}
	if (keeper->command > 0)
		waitpid(keeper->command, NULL, 0);
	keeper->command = 0;
	if (result == -ESHUTDOWN)
		log_error("the world has ended");
	return EXIT_RIG;
}

/* ---- waiting ---- */

static bool kill_visit(pid_t pid, void *context)
{
	kill(pid, *(const int *)context);
	return true;
}

/* All that lives in the world, if it is ours, gets the signal NUMBER. */
static void kill_all(const struct keeper *keeper, int number)
{
	if (keeper->world->supervisor)
		(void)inhabitants_walk(keeper->dev_device, kill_visit, &number);
}

static void children_look(struct keeper *keeper)
{
	int status;

	if (keeper->command && waitpid(keeper->command, &status, WNOHANG) == keeper->command) {
		keeper->command = 0;
		keeper->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		if (keeper->kill_ns)
			kill_all(keeper, SIGTERM);
	}
	if (keeper->supervisor &&
		waitpid(keeper->supervisor, &status, WNOHANG) == keeper->supervisor) {
		keeper->supervisor = 0;
		if (WIFSIGNALED(status))
			log_error(
				"the world's supervisor was ended by signal %d", WTERMSIG(status));
	}
}

static void signal_take(struct keeper *keeper)
{
	struct signalfd_siginfo facts;

	if (read(keeper->signal_fd, &facts, sizeof facts) != sizeof facts)
		return;

	int number = (int)facts.ssi_signo;

	if (number == SIGCHLD) {
		children_look(keeper);
		return;
	}
	/* What a terminal sends, it has sent to the command as well. */
	if (keeper->command && facts.ssi_code != SI_KERNEL)
		kill(keeper->command, number);
	if (!keeper->command)
		kill_all(keeper, SIGTERM);
	if (!keeper->kill_ns && (number == SIGTERM || number == SIGHUP || !keeper->command))
		keeper->kill_ns = clock_now_ns() + KILL_PATIENCE_NS;
}

/* ---- monitors ---- */

/* Ends the walk at the first who is no monitor of snapshots. */
static bool monitor_visit(pid_t pid, void *context)
{
	bool *others = context;
	char path[64], name[32];
	AUTO(auto_fclose) FILE *file = NULL;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	*others = !file || !fgets(name, sizeof name, file) || strcmp(name, MONITOR "\n") != 0;
	return !*others;
}

static bool kill_monitor_visit(pid_t pid, void *context)
{
	(void)context;
	kill(pid, SIGKILL);
	return true;
}

/*
 * The daemon that watches snapshots would stay for ever: it goes when nobody is there but
 * it.  It does not heed SIGTERM while there is something to watch.
 */
static void end_monitors(const struct keeper *keeper)
{
	bool others = false;

	if (inhabitants_walk(keeper->dev_device, monitor_visit, &others) == 0 && !others)
		(void)inhabitants_walk(keeper->dev_device, kill_monitor_visit, NULL);
}

/* Milliseconds up to the moment of looking again, or of killing; -1: there is none. */
static int patience_left(const struct keeper *keeper)
{
	uint64_t now_ns = clock_now_ns();

	if (!keeper->kill_ns)
		return keeper->command ? -1 : LOOK_AGAIN_MS;
	return keeper->kill_ns <= now_ns ? 0 : (int)((keeper->kill_ns - now_ns) / NS_PER_MS) + 1;
}

/* The supervisor was killed: nobody shall wait for its answers. */
static void take_over(struct keeper *keeper)
{
	keeper->is_orphaned = true;
	trap_record_settle(keeper->lead.record, keeper->lead.listener);
}

static void keeper_await(struct keeper *keeper)
{
	while (keeper->command || keeper->supervisor || keeper->lead.listener >= 0) {
		struct pollfd fds[] = {
			{ .fd = keeper->signal_fd, .events = POLLIN },
			{ .fd = keeper->lead.listener, .events = keeper->is_orphaned ? POLLIN : 0 },
			{ .fd = keeper->is_orphaned ? -1 : keeper->lead.supervisor,
				.events = POLLIN },
		};
		int ready = poll(fds, 3, patience_left(keeper));

		if (ready == 0 && !keeper->kill_ns) {
			end_monitors(keeper);
		} else if (ready == 0) {
			if (keeper->command)
				kill(keeper->command, SIGKILL);
			kill_all(keeper, SIGKILL);
			keeper->kill_ns = clock_now_ns() + KILL_PATIENCE_NS;
		}
		if (ready > 0 && fds[0].revents)
			signal_take(keeper);
		if (ready > 0 && fds[1].revents & POLLIN)
			trap_orphan_answer(keeper->lead.listener);
		else if (ready > 0 && fds[1].revents)
			join_lead_deinit(&keeper->lead);
		else if (ready > 0 && fds[2].revents)
			take_over(keeper);
	}
}

int keeper_run(const struct keeper_world *world, char *const *command)
{
	struct keeper keeper = {
		.world = world,
		.supervisor = world->supervisor,
		.lead = { .listener = -1, .supervisor = -1 },
		.signal_fd = signalfd(-1, &signals_waited, SFD_CLOEXEC),
	};

	if (keeper.signal_fd < 0) {
		log_error_code(-errno, "cannot wait for signals");
		keeper.code = EXIT_RIG;
	} else {
		keeper.code = command_start(&keeper, command);
	}
	if (world->news_fd >= 0)
		shutdown(world->news_fd, SHUT_RDWR);
	if (keeper.signal_fd >= 0) {
		children_look(&keeper);
		keeper_await(&keeper);
		close(keeper.signal_fd);
	}
	return keeper.code;
}
