/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/captive.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/intercept/filter.h"
#include "simfs/doors/dm/intercept/preload_environment.h"
#include "simfs/doors/dm/run/keeper.h"
#include "simfs/doors/dm/run/supervisor.h"

/* In a rig's state folder: the world's own files, and the lock of the running world. */
#define WORLD_STATE "lvm"
#define WORLD_LOCK  "lock"

enum world_ability world_ability(const char **ret_why)
{
	int result = preload_is_inside() ? -EBUSY : 0;

	if (result == 0 && preload_is_wanted()) {
		*ret_why = "SNAPRIG_LVM_INTERCEPT wants it so";
		return WORLD_PRELOADS;
	}
	if (result == 0)
		result = filter_probe();
	if (result == 0) {
		*ret_why = "";
		return WORLD_TRAPS;
	}
	*ret_why = result == -EBUSY ? "system calls are already intercepted here: a world cannot "
				      "be made inside another one, or inside such a sandbox"
		   : result == -EINVAL ? "the kernel cannot keep signals from repeating an "
					 "intercepted system call (this needs Linux 5.19)"
				       : "system calls cannot be watched here (seccomp)";
	return result == -EBUSY ? WORLD_NONE : WORLD_PRELOADS;
}

/* Whether PROGRAM is in one of FOLDERS, as in PATH. */
static bool is_there(const char *folders, const char *program)
{
	for (const char *at = folders; at; at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL) {
		AUTO(auto_free) char *path = NULL;

		if (asprintf(&path, "%.*s/%s", (int)strcspn(at, ":"), at, program) < 0)
			path = NULL;
		if (path && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* Returns EXIT_MET, or an exit code after a message. */
static int check_machine(void)
{
	static const char *const tools[] = { "lvm", "dmsetup" };
	const char *path = getenv("PATH"), *why;
	enum world_ability ability = world_ability(&why);

	if (ability == WORLD_NONE) {
		log_error("cannot make a world: %s", why);
		return EXIT_SKIPPED;
	}
	if (ability == WORLD_PRELOADS && !preload_is_wanted())
		log_info("%s: programs of this world meet it by LD_PRELOAD", why);
	for (size_t at = 0; at < sizeof tools / sizeof tools[0]; at++) {
		if (is_there(path ? path : "/usr/sbin:/sbin", tools[at]))
			continue;
		log_error("cannot make a world: there is no '%s' in PATH", tools[at]);
		return EXIT_SKIPPED;
	}
	return EXIT_MET;
}

static char *state_of(const char *state_folder)
{
	char *state;

	if (asprintf(&state, "%s/" WORLD_STATE, state_folder) < 0) {
		log_error("out of memory");
		return NULL;
	}
	return state;
}

/* The holder of the lock owns the world; the supervisor keeps it. */
static int lock_take(const char *state, const char *mount_point, int *ret)
{
	AUTO(auto_close) int folder = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO(auto_close)
	int fd = openat(folder, WORLD_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0) {
		log_error_code(-errno, "cannot open the lock of the world in '%s'", state);
		return EXIT_RIG;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		log_error("a world of this volume runs already (snaprig lvm --enter %s)",
			mount_point);
		return EXIT_USAGE;
	}
	*ret = TAKE_FD(fd);
	return EXIT_MET;
}

/* Starts the supervisor, and waits until the world can be joined. */
static int supervisor_start(
	const struct world_options *options, const char *state, struct keeper_world *world)
{
	int channel[2], code;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0) {
		log_error_code(-errno, "cannot start the world's supervisor");
		return EXIT_RIG;
	}
	world->supervisor = fork();
	if (world->supervisor == 0) {
		close(channel[0]);
		_exit(supervisor_run(options, state, channel[1]));
	}
	close(channel[1]);
	world->news_fd = channel[0];
	if (world->supervisor < 0) {
		log_error_code(-errno, "cannot start the world's supervisor");
		return EXIT_RIG;
	}
	if (recv(channel[0], &code, sizeof code, 0) == (ssize_t)sizeof code)
		return code;
	log_error("the world's supervisor has ended");
	return EXIT_RIG;
}

static int run_locked(
	const struct world_options *options, const char *state, int lock, char *const *command)
{
	struct keeper_world world = {
		.state = state,
		.mount_point = options->mount_point,
		.news_fd = -1,
	};
	int code;

	captive_begin();
	code = supervisor_start(options, state, &world);
	/* The supervisor has the lock, too, and keeps it until it ends. */
	close(lock);
	if (code == EXIT_MET)
		code = keeper_run(&world, command);
	else if (world.supervisor > 0)
		waitpid(world.supervisor, NULL, 0);
	if (world.news_fd >= 0)
		close(world.news_fd);
	return code;
}

int world_run(const struct world_options *options, char *const *command)
{
	AUTO(auto_free) char *state = state_of(options->state_folder);
	int lock, code = check_machine();

	if (code != EXIT_MET)
		return code;
	if (!state)
		return EXIT_RIG;
	if (mkdir(state, 0700) < 0 && errno != EEXIST) {
		log_error_code(-errno, "cannot make folder '%s'", state);
		return EXIT_RIG;
	}
	code = lock_take(state, options->mount_point, &lock);
	return code == EXIT_MET ? run_locked(options, state, lock, command) : code;
}

int world_enter(const char *mount_point, const char *state_folder, char *const *command)
{
	AUTO(auto_free) char *state = state_of(state_folder);
	struct keeper_world world = {
		.state = state,
		.mount_point = mount_point,
		.news_fd = -1,
	};

	if (!state)
		return EXIT_RIG;
	if (preload_is_inside()) {
		log_error("a world cannot be entered from inside another one");
		return EXIT_SKIPPED;
	}
	captive_begin();
	return keeper_run(&world, command);
}
