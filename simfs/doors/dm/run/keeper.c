/* SPDX-License-Identifier: Apache-2.0 */
/*
 *
 * 1. It ends after the command, after the supervisor, if that is its child, and once no process is
 *    left behind its listener.
 * 2. No process may wait for a supervisor that has ended: from then on the keeper answers.
 * 3. Processes that were asked to end are killed when their time is over, along with any others
 *    that exist then, as often as that takes.
 */
#include "simfs/doors/dm/run/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/captive.h"
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

/* Less than the starter of `snaprig lvm IMAGE' allows it (cli/mount_captive.c). */
#define KILL_PATIENCE_NS (3 * NS_PER_S)
#define LOOK_AGAIN_MS	 200

#define MONITOR		 "dmeventd"

static const struct captive_word mount_words[] = { MOUNT_WORDS };
static const struct captive_word volume_word = { "SNAPRIG_PV", PHYSICAL_NAME };

#define MOUNT_WORD_COUNT (sizeof mount_words / sizeof mount_words[0])

struct keeper {
	const struct keeper_world *world;
	struct captive command; /* its kill time is also that of what it leaves */
	pid_t supervisor;	/* 0: it has ended, or is not ours */
	struct join_lead lead;	/* its listener is -1 if no process is behind it */
	bool is_orphaned;	/* the supervisor has ended */
	int signal_fd;
	uint64_t dev_device;
};

/* ---- the command ---- */

static void tell_path(const char *path)
{
	AUTO(auto_free) char *value = NULL;

	if (asprintf(&value, WORLD_TOOLS ":%s", path) < 0 || setenv("PATH", value, true) < 0)
		_exit(EXIT_CANNOT_RUN);
}

/* The world's own tools, if any, come first. */
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
	captive_tell(world->mount_point, mount_words, MOUNT_WORD_COUNT);
	captive_tell("/dev", &volume_word, 1);
	put_tools_first();
	/*
	 * libdevmapper makes its own nodes; for a program without this variable the supervisor
	 * does.
	 */
	if (access(UDEV_CONTROL, F_OK) < 0)
		setenv("DM_DISABLE_UDEV", "1", true);
	captive_become(command, starter);
}

/* Brings it into the world.  Returns EXIT_MET, or an exit code after a message. */
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
	keeper->command.pid = fork();
	if (keeper->command.pid == 0) {
		close(TAKE_FD(ours));
		become_command(keeper->world, channel[1], command, starter);
	}
	result = keeper->command.pid < 0 ? -errno : 0;
	close(channel[1]);
	if (result == 0)
		result = join_lead(ours, socket, &keeper->lead);
	if (result == 0) {
		keeper->dev_device = keeper->lead.record->dev_device;
		return EXIT_MET;
	}
	if (keeper->command.pid > 0)
		waitpid(keeper->command.pid, NULL, 0);
	keeper->command.pid = 0;
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

/* Sends signal NUMBER to everything in the world, if that is ours. */
static void kill_all(const struct keeper *keeper, int number)
{
	if (keeper->world->supervisor)
		(void)inhabitants_walk(keeper->dev_device, kill_visit, &number);
}

static void children_look(struct keeper *keeper)
{
	int status;

	if (captive_look(&keeper->command) && keeper->command.kill_ns)
		kill_all(keeper, SIGTERM);
	if (keeper->supervisor &&
		waitpid(keeper->supervisor, &status, WNOHANG) == keeper->supervisor) {
		keeper->supervisor = 0;
		if (WIFSIGNALED(status))
			log_error(
				"the world's supervisor was ended by signal %d", WTERMSIG(status));
		else if (WEXITSTATUS(status) != EXIT_MET)
			log_error("the world's disks ended before it did");
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
	/* Any of them ends what the command has left. */
	if (!keeper->command.pid) {
		kill_all(keeper, SIGTERM);
		number = SIGTERM;
	}
	captive_hand_on(&keeper->command, number, facts.ssi_code);
}

/* ---- monitors ---- */

/* Ends the walk at the first process that is no monitor of snapshots. */
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
 * The daemon that watches snapshots would stay forever: it is killed once it is alone.  It ignores
 * SIGTERM while it has something to watch.
 */
static void end_monitors(const struct keeper *keeper)
{
	bool others = false;

	if (inhabitants_walk(keeper->dev_device, monitor_visit, &others) == 0 && !others)
		(void)inhabitants_walk(keeper->dev_device, kill_monitor_visit, NULL);
}

/* Milliseconds until the next check, or the kill; -1: neither. */
static int patience_left(const struct keeper *keeper)
{
	uint64_t now_ns = clock_now_ns();

	if (!keeper->command.kill_ns)
		return keeper->command.pid ? -1 : LOOK_AGAIN_MS;
	return keeper->command.kill_ns <= now_ns
		       ? 0
		       : (int)((keeper->command.kill_ns - now_ns) / NS_PER_MS) + 1;
}

/* The supervisor was killed: no caller may wait for its answers. */
static void take_over(struct keeper *keeper)
{
	keeper->is_orphaned = true;
	trap_record_settle(keeper->lead.record, keeper->lead.listener);
}

static void keeper_await(struct keeper *keeper)
{
	while (keeper->command.pid || keeper->supervisor || keeper->lead.listener >= 0) {
		struct pollfd fds[] = {
			{ .fd = keeper->signal_fd, .events = POLLIN },
			{ .fd = keeper->lead.listener, .events = keeper->is_orphaned ? POLLIN : 0 },
			{ .fd = keeper->is_orphaned ? -1 : keeper->lead.supervisor,
				.events = POLLIN },
		};
		int ready = poll(fds, 3, patience_left(keeper));

		if (ready == 0 && !keeper->command.kill_ns) {
			end_monitors(keeper);
		} else if (ready == 0) {
			if (keeper->command.pid)
				kill(keeper->command.pid, SIGKILL);
			kill_all(keeper, SIGKILL);
			keeper->command.kill_ns = clock_now_ns() + KILL_PATIENCE_NS;
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
		.command.patience_ns = KILL_PATIENCE_NS,
		.supervisor = world->supervisor,
		.lead = { .listener = -1, .supervisor = -1 },
		.signal_fd = signalfd(-1, captive_signals(), SFD_CLOEXEC),
	};

	if (keeper.signal_fd < 0) {
		log_error_code(-errno, "cannot wait for signals");
		keeper.command.code = EXIT_RIG;
	} else {
		keeper.command.code = command_start(&keeper, command);
	}
	if (world->news_fd >= 0)
		shutdown(world->news_fd, SHUT_RDWR);
	if (keeper.signal_fd >= 0) {
		children_look(&keeper);
		keeper_await(&keeper);
		close(keeper.signal_fd);
	}
	return keeper.command.code;
}
