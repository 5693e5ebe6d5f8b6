/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/run/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/calls/calls.h"
#include "simfs/doors/dm/calls/strikes.h"
#include "simfs/doors/dm/commands/journal.h"
#include "simfs/doors/dm/commands/state.h"
#include "simfs/doors/dm/disks/disks.h"
#include "simfs/doors/dm/effects/effects.h"
#include "simfs/doors/dm/entry/enter.h"
#include "simfs/doors/dm/entry/join.h"
#include "simfs/doors/dm/entry/old_messages.h"
#include "simfs/doors/dm/intercept/preload_serve.h"
#include "simfs/doors/dm/intercept/trap.h"
#include "simfs/doors/dm/machine/freeze.h"
#include "simfs/doors/dm/model/device.h"
#include "simfs/doors/dm/origins/group.h"
#include "simfs/doors/dm/origins/origins.h"
#include "simfs/doors/dm/processes/caller.h"
#include "simfs/doors/dm/run/physical.h"
#include "simfs/doors/dm/run/sweeper.h"
#include "simfs/doors/dm/world/world.h"

#define LOG_FILE "world.log"
/* A world that is stuck at two polls in a row is treated as stuck. */
#define STUCK_LOOK_NS (500 * NS_PER_MS)

#define JOURNAL_FILE  "commands.jsonl"

struct supervisor {
	struct world world;
	struct join_server *joins;
	struct preload_server *preloads;
	struct sweeper *sweeper;
	int news_fd;
};

/* ---- the process ---- */

/*
 * No signal interrupts it: it ends with the world.  One signal wakes its threads
 * (processes/patience.h).
 */
static void stand_apart(void)
{
	sigset_t all;

	setsid();
	sigfillset(&all);
	sigdelset(&all, SIGUSR2);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

/* Its messages go to a log from now on; it keeps no terminal and no pipe open. */
static void turn_to_log(const struct world *world)
{
	AUTO(auto_free) char *path = NULL;
	AUTO(auto_close) int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	AUTO(auto_close) int log = -1;

	if (asprintf(&path, "%s/" LOG_FILE, world->state_folder) < 0)
		path = NULL;
	if (path)
		log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(log < 0 ? null : log, STDERR_FILENO);
}

/* ---- callbacks ---- */

static void happened(void *context, struct dm_device *device)
{
	struct world *world = context;

	pthread_mutex_lock(&world->lock);
	dm_model_event(device);
	calls_wake(world);
	pthread_mutex_unlock(&world->lock);
}

static bool waits(void *context, void *caller)
{
	(void)context;
	return !caller || caller_waits(caller);
}

static json_t *tell_state(void *context, pid_t pid)
{
	return world_state(context, pid);
}

/* ---- the world's parts, in order of dependency ---- */

static int world_init(struct world *world, const struct world_options *options, const char *state)
{
	pthread_condattr_t clock;

	*world = (struct world){
		.options = *options,
		.state_folder = strdup(state),
		.namespace_fd = -1,
		.root_fd = -1,
		.ipc_fd = -1,
	};
	pthread_mutex_init(&world->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&world->turned, &clock);
	pthread_condattr_destroy(&clock);
	world->host_dev = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	world->host_sys_block = open("/sys/block", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return world->state_folder ? 0 : -ENOMEM;
}

/* Everything that forks, while there is one thread. */
static int start_processes(struct world *world)
{
	int result;

	world->has_udev = strikes_meet_udev(world->options.mount_point);
	result = enter_supervisor(world);

	if (result == 0 && world->options.old_messages) {
		result = old_messages_write(WORLD_TOOLS);
		if (result < 0)
			log_error_code(result, "cannot write the wrappers of the tools");
	}
	if (result == 0)
		result = enter_make_world(world);
	if (result == 0) {
		result = freezer_start(&world->freezer);
		if (result < 0)
			log_error_code(result, "cannot start what freezes file systems");
	}
	return result < 0 ? result : disks_start(WORLD_DISKS, &world->disks);
}

/* *RET_CODE is EXIT_USAGE if the request cannot be met. */
static int start_origins(struct world *world, int *ret_code)
{
	const struct world_options *options = &world->options;
	const struct group_order group = {
		.mount_point = options->mount_point,
		.state = world->state_folder,
		.vg = options->vg,
		.lv = options->lv,
		.free = options->free,
		.empty = options->empty,
	};
	const struct origins_order order = {
		.disks = world->disks,
		.mount_point = options->mount_point,
		.state = world->state_folder,
		.scratch = WORLD_RIGS,
		.event = happened,
		.waits = waits,
		.context = world,
	};
	int result = group_open(&group, &world->group);

	if (result == 0)
		result = origins_start(&order, &world->origins);
	if (result == -EINVAL || result == -EEXIST || result == -ERANGE || result == -EOPNOTSUPP)
		*ret_code = EXIT_USAGE;
	return result;
}

static int start_journal(struct world *world)
{
	AUTO(auto_free) char *path = NULL;

	if (asprintf(&path, "%s/" JOURNAL_FILE, world->state_folder) < 0)
		path = NULL;
	if (!path)
		return -ENOMEM;
	return commands_begin(path, tell_state, world, &world->command_journal);
}

static int start_door(struct supervisor *supervisor)
{
	struct world *world = &supervisor->world;
	int result = dm_model_create(&world->model);

	if (result == 0)
		result = effects_start(world);
	if (result == 0)
		result = physical_add(world);
	if (result == 0)
		result = start_journal(world);
	if (result == 0)
		result = strikes_create(world->options.mount_point, &world->strikes);
	if (result == 0)
		result = trap_start(world, &world->trap);
	if (result == 0)
		result = preload_serve(world, &supervisor->preloads);
	if (result == 0)
		result = join_serve(world, &supervisor->joins);
	if (result == 0)
		result = sweeper_start(world, &supervisor->sweeper);
	if (result < 0)
		log_error_code(result, "cannot make a device-mapper");
	return result;
}

/* ---- the end ---- */

/* Frees whatever was built, in the opposite order. */
static void world_deinit(struct supervisor *supervisor)
{
	struct world *world = &supervisor->world;

	if (world->origins)
		origins_stop(world->origins);
	join_server_end(supervisor->joins);
	preload_server_end(supervisor->preloads);
	sweeper_end(supervisor->sweeper);
	trap_end(world->trap);
	commands_close(world->command_journal);
	strikes_destroy(world->strikes);
	if (world->model)
		physical_leave(world);
	if (world->effects)
		effects_end(world);
	freezer_end(world->freezer);
	if (world->disks)
		(void)disks_fail_all(world->disks);
	origins_end(world->origins);
	if (world->group)
		group_close(world->group);
	disks_end(world->disks);
	dm_model_destroy(world->model);
	if (world->namespace_fd >= 0)
		close(world->namespace_fd);
	if (world->root_fd >= 0)
		close(world->root_fd);
	if (world->ipc_fd >= 0)
		close(world->ipc_fd);
	if (world->host_dev >= 0)
		close(world->host_dev);
	if (world->host_sys_block >= 0)
		close(world->host_sys_block);
	free(world->state_folder);
	pthread_cond_destroy(&world->turned);
	pthread_mutex_destroy(&world->lock);
}

static void tell(const struct supervisor *supervisor, int code)
{
	(void)send(supervisor->news_fd, &code, sizeof code, MSG_NOSIGNAL);
}

static bool disks_have_gone(const struct world *world)
{
	struct pollfd gone = { .fd = disks_gone_fd(world->disks), .events = POLLIN };

	return poll(&gone, 1, 0) > 0;
}

/*
 * Waits until no process is in the world.  Its command has ended, so nothing will resume a device
 * that it left suspended, and processes that wait for one in the kernel could not even be killed.
 * Users of a disk that is gone get errors, and end without help.
 */
static void wait_for_the_last(struct world *world)
{
	bool was_stuck = false, had_gone = false;

	while (!trap_wait_for(world->trap, STUCK_LOOK_NS)) {
		bool is_stuck = effects_is_stuck(world);

		if (is_stuck && was_stuck)
			effects_let_go_on(world);
		was_stuck = is_stuck;
		if (!had_gone && disks_have_gone(world)) {
			log_error("the world's disks have ended");
			had_gone = true;
		}
	}
}

/* Keeps the finished world until no process is in it.  False: its disks ended first. */
static bool keep(struct supervisor *supervisor)
{
	char byte;

	tell(supervisor, EXIT_MET);
	turn_to_log(&supervisor->world);
	while (recv(supervisor->news_fd, &byte, 1, 0) < 0 && errno == EINTR)
		;
	trap_release(supervisor->world.trap);
	wait_for_the_last(&supervisor->world);
	return !disks_have_gone(&supervisor->world);
}

int supervisor_run(const struct world_options *options, const char *state, int news_fd)
{
	struct supervisor supervisor = { .news_fd = news_fd };
	struct world *world = &supervisor.world;
	int result, code = EXIT_RIG;

	stand_apart();
	result = world_init(world, options, state);
	if (result == 0)
		result = start_processes(world);
	if (result == 0)
		result = start_origins(world, &code);
	if (result == 0)
		result = start_door(&supervisor);
	if (result == 0)
		result = physical_make_group(world);
	if (result == 0) {
		command_journal_watch(world->command_journal);
		code = keep(&supervisor) ? EXIT_MET : EXIT_RIG;
	} else {
		if (world->trap) {
			trap_release(world->trap);
			trap_wait(world->trap);
		}
		tell(&supervisor, code);
	}
	world_deinit(&supervisor);
	return code;
}
