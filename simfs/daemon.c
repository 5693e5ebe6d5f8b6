/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/fd_reserve.h"
#include "simfs/base/log.h"
#include "simfs/base/log_file.h"
#include "simfs/base/machine.h"
#include "simfs/base/service_notify.h"
#include "simfs/base/watchdog.h"
#include "simfs/blockio/file.h"
#include "simfs/children/pressure.h"
#include "simfs/children/writer_process.h"
#include "simfs/control/commands.h"
#include "simfs/control/protocol.h"
#include "simfs/control/server.h"
#include "simfs/control/state_folder.h"
#include "simfs/daemon_ring.h"
#include "simfs/daemon_taking.h"
#include "simfs/mount/session.h"
#include "simfs/volume/core.h"

struct daemon {
	const struct daemon_options *options;
	struct ring *ring;
	struct blockio *origin;
	int folder_fd;
	struct blockio_folder *folder;
	struct writer_hands *hands;
	struct volume *volume;
	struct commands *commands;
	struct control_server *server;
	struct session *session;
	struct memory_cgroup memory_cgroup; /* if one is measured */
	char *live_path;
	char *socket_path;

	int signal_fd;
	struct ring_op signal_op;
	struct signalfd_siginfo signal;
	bool ending;
};

static int open_image(struct daemon *daemon)
{
	return taking_image(daemon->ring, daemon->options->image, &daemon->origin);
}

static int open_state_folder(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	int error = state_folder_open(options->state_folder, true, &daemon->folder_fd);

	if (error < 0)
		return error == -EPERM ? EXIT_USAGE : EXIT_RIG;
	if (taking_folder(daemon->folder_fd, options->state_folder) != EXIT_MET)
		return EXIT_RIG;
	/* Now: its path may later lead through the mount.  A full disk means no log. */
	if (options->in_background)
		(void)log_file_open(daemon->folder_fd, STATE_LOG, STATE_LOG_OLD);
	if (file_folder_create(daemon->ring, daemon->folder_fd, &daemon->folder) < 0) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	file_folder_has_disk_of(daemon->folder, daemon->origin);
	return EXIT_MET;
}

static void snapshot_failed(void *context, struct snapshot *snapshot)
{
	struct daemon *daemon = context;

	if (daemon->session)
		session_forget_content(daemon->session, snapshot);
}

static void add_status(void *context, json_t *status)
{
	const struct daemon *daemon = context;

	json_object_set_new(status, "ring", daemon_ring_status(daemon->ring));
	json_object_set_new(status, "latency", session_latency_status(daemon->session));
}

static int open_volume(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	struct volume_options volume_options = {
		.profile = options->profile,
		.has_limit = options->has_limit,
		.limit = options->limit,
		.block_bytes = options->block_bytes,
		.durable = options->durable,
		.verify = options->verify,
		.image_policy = options->image_policy,
		.boot_id = machine_boot_id(),
		.sr = options->sr,
		.format = options->format,
		.coalesce_bytes_per_second = options->coalesce_bytes_per_second,
		.no_coalesce = options->no_coalesce,
		.limits = options->smallest_limits ? &volume_limits_smallest : NULL,
		.has_read_ahead = options->has_read_ahead,
		.read_ahead_bytes = options->read_ahead_bytes,
		.seed = options->seed,
		.faults = { .rules = options->fault_rules,
			.rule_count = options->fault_rule_count },
		.writers = { .texts = options->writers,
			.count = options->writer_count,
			.unchecked = options->no_writer_check,
			.hands = daemon->hands },
		.image = options->image,
		.live_path = daemon->live_path,
		.transport = "dev",
		.memory = options->memory_cgroup ? &daemon->memory_cgroup.source : &memory_system,
		.snapshot_failed = snapshot_failed,
		.add_status = add_status,
		.context = daemon,
	};
	uint64_t limit_bytes;

	if (options->memory_cgroup)
		memory_cgroup_init(&daemon->memory_cgroup, options->memory_source_name,
			options->memory_cgroup);
	if (options->has_limit && profile_limit_bytes(options->profile, &options->limit,
					  daemon->origin->size_bytes, &limit_bytes) < 0) {
		log_error("limit '%s' is nothing, or more than the volume could need (try 10%%)",
			options->limit_text);
		return EXIT_USAGE;
	}

	int error = volume_open(daemon->origin, daemon->folder, &volume_options, &daemon->volume);

	if (error == 0)
		return EXIT_MET;
	if (error != -EINVAL && error != -EUCLEAN && error != -ESTALE)
		log_error_code(error, "cannot read the state in '%s'", options->state_folder);
	return error == -EINVAL || error == -ESTALE ? EXIT_USAGE : EXIT_RIG;
}

static int open_control(struct daemon *daemon)
{
	pressure_sweep();

	int error = commands_create(daemon->ring, daemon->volume, &daemon->commands);

	if (error == 0)
		error = taking_socket(
			daemon->ring, daemon->folder_fd, daemon->commands, &daemon->server);
	if (error < 0) {
		log_error_code(error, "cannot listen on '%s'", daemon->socket_path);
		return EXIT_RIG;
	}
	return EXIT_MET;
}

static void session_ready(void *context)
{
	const struct daemon_options *options = ((const struct daemon *)context)->options;

	options->ready(options->context);
	service_notify("READY=1", "%s is on %s, as %s", options->image, options->mount_point,
		options->profile->name);
}

static void session_ended(void *context)
{
	struct daemon *daemon = context;

	daemon->ending = true;
}

static bool end_asked(void *context, struct mount_entry *ret)
{
	struct daemon *daemon = context;

	return session_end(daemon->session, ret);
}

static int open_session(struct daemon *daemon)
{
	const struct daemon_options *options = daemon->options;
	struct session_options session_options = {
		.mount_point = options->mount_point,
		.image = options->image,
		.fuse_options = options->fuse_options,
		.limits = options->smallest_limits ? &session_limits_smallest : NULL,
		.socket_path = daemon->socket_path,
		.ready = session_ready,
		.ended = session_ended,
		.context = daemon,
	};
	int error = session_create(daemon->ring, &session_options, &daemon->session);

	if (error < 0) {
		log_error("cannot mount at '%s'", options->mount_point);
		return error == -EINVAL ? EXIT_USAGE : EXIT_RIG;
	}
	session_serve(daemon->session, daemon->volume);
	commands_on_end(daemon->commands, end_asked, daemon);
	/* Only now: mounting a volume with all its snapshots needs some of these. */
	fd_reserve_fill();
	return EXIT_MET;
}

static void signal_came(struct ring_op *op, int result, uint32_t flags)
{
	struct daemon *daemon = CONTAINER_OF(op, struct daemon, signal_op);

	(void)result;
	(void)flags;
	daemon->ending = true;
}

static int listen_for_signals(struct daemon *daemon)
{
	struct io_uring_sqe *sqe;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	daemon->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (daemon->signal_fd < 0) {
		log_error_code(-errno, "cannot listen for signals");
		return EXIT_RIG;
	}
	sqe = ring_sqe(daemon->ring);
	daemon->signal_op.done = signal_came;
	io_uring_prep_read(sqe, daemon->signal_fd, &daemon->signal, sizeof daemon->signal, 0);
	ring_start(daemon->ring, sqe, &daemon->signal_op);
	return EXIT_MET;
}

static int open_ring(struct daemon *daemon)
{
	int error = daemon_ring_create(daemon->options, &daemon->ring);

	if (error == 0)
		error = writer_hands_create(daemon->ring, &daemon->hands);
	if (error == 0)
		return EXIT_MET;
	log_error_code(error, "cannot use io_uring%s",
		error == -EPERM ? " (see kernel.io_uring_disabled)" : "");
	return EXIT_RIG;
}

/* Does what the volume has due and returns 0, or returns for how long nothing is. */
static uint64_t tick(struct daemon *daemon)
{
	uint64_t due_ns = daemon->volume ? volume_due_ns(daemon->volume) : UINT64_MAX;
	uint64_t now_ns = due_ns == UINT64_MAX ? 0 : clock_now_ns();

	if (due_ns == UINT64_MAX)
		return UINT64_MAX;
	if (due_ns > now_ns)
		return clock_wait_ns(due_ns - now_ns);
	volume_tick(daemon->volume);
	return 0;
}

/* Runs the ring until IDLE returns true or the ring fails. */
static int run_until(struct daemon *daemon, bool (*idle)(const struct daemon *daemon))
{
	while (!idle(daemon)) {
		int error = ring_run_for(daemon->ring, tick(daemon));

		if (error < 0) {
			log_error_code(error, "the ring failed");
			return EXIT_RIG;
		}
		commands_tell(daemon->commands);
	}
	return EXIT_MET;
}

static bool is_ending(const struct daemon *daemon)
{
	return daemon->ending;
}

static bool is_drained(const struct daemon *daemon)
{
	return session_idle(daemon->session) && volume_idle(daemon->volume) &&
	       commands_idle(daemon->commands);
}

static bool is_control_idle(const struct daemon *daemon)
{
	return control_server_idle(daemon->server);
}

/*
 * All requests are answered before the mount goes, and the stores are closed before the control
 * socket: a client that waits for its end finds everything on disk.
 */
static int serve(struct daemon *daemon)
{
	int code = run_until(daemon, is_ending);

	service_notify("STOPPING=1", NULL);
	if (code != EXIT_MET)
		return code;
	commands_end(daemon->commands);
	session_stop(daemon->session);
	volume_stop(daemon->volume);
	code = run_until(daemon, is_drained);
	session_unmount(daemon->session);
	commands_end_telling(daemon->commands);
	if (code == EXIT_MET) {
		if (volume_close(daemon->volume) < 0)
			code = EXIT_RIG;
		daemon->volume = NULL;
		writer_hands_disown(daemon->hands);
	}
	control_server_close(daemon->server);
	if (run_until(daemon, is_control_idle) != EXIT_MET || session_has_failed(daemon->session))
		code = EXIT_RIG;
	return code;
}

static int make_paths(struct daemon *daemon)
{
	if (asprintf(&daemon->live_path, "%s/" MOUNT_LIVE, daemon->options->mount_point) < 0)
		daemon->live_path = NULL;
	if (asprintf(&daemon->socket_path, "%s/" STATE_SOCKET, daemon->options->state_folder) < 0)
		daemon->socket_path = NULL;
	if (daemon->live_path && daemon->socket_path)
		return EXIT_MET;
	log_error("out of memory");
	return EXIT_RIG;
}

/* Takes down what exists, top to bottom; what was never built is NULL. */
static void take_down(struct daemon *daemon)
{
	watchdog_stop();
	if (daemon->session)
		session_unmount(daemon->session);
	/* First, so that the kernel no longer has pointers into the rest. */
	ring_destroy(daemon->ring);
	session_destroy(daemon->session);
	control_server_destroy(daemon->server);
	commands_destroy(daemon->commands);
	if (daemon->volume)
		volume_forget(daemon->volume);
	writer_hands_destroy(daemon->hands);
	if (daemon->folder)
		daemon->folder->ops->destroy(daemon->folder);
	blockio_destroy(daemon->origin);
	log_file_close();
	if (daemon->folder_fd >= 0)
		close(daemon->folder_fd);
	if (daemon->signal_fd >= 0)
		close(daemon->signal_fd);
	free(daemon->live_path);
	free(daemon->socket_path);
}

int daemon_run(const struct daemon_options *options)
{
	static int (*const steps[])(struct daemon *) = {
		make_paths,
		open_ring,
		open_image,
		open_state_folder,
		open_volume,
		open_control,
		listen_for_signals,
		open_session,
		serve,
	};
	struct daemon daemon = { .options = options, .folder_fd = -1, .signal_fd = -1 };
	int code = EXIT_MET;

	service_notify_begin(!options->in_background);
	clock_set_scale(options->time_scale_per_mille);
	machine_raise_file_limit();
	machine_keep_small_blocks();
	/* A rig is useful even without the watchdog. */
	if (watchdog_start(options->watchdog_ns) < 0)
		log_error("cannot watch whether the rig makes progress");
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && code == EXIT_MET; i++)
		code = steps[i](&daemon);
	take_down(&daemon);
	return code;
}
