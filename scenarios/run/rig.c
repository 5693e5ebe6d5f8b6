/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/rig.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/base/process.h"
#include "scenarios/clients/share.h"
#include "scenarios/run/rig_mounts.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"

/* How often to check whether the volume is mounted. */
#define READY_POLL_US	 (5 * 1000)

#define STOP_PATIENCE_NS (10 * NS_PER_S)

struct rig {
	pid_t pid;	 /* 0: it has ended */
	int exit_status; /* once it has ended */
	char *mount_point;
	char *log_path;
	struct control_client *control;
};

static pid_t rig_spawn(const struct rig_order *order, const char *program)
{
	AUTO(auto_free) char *seed = heap_format("%" PRIu64, order->seed);
	AUTO(auto_free) char *scale = heap_format("%" PRIu64, order->time_scale);
	const char *const head[] = { program, "mount", order->image_path, order->mount_point,
		"--foreground", "--profile", order->profile, "--seed", seed };
	size_t count = sizeof head / sizeof head[0];
	AUTO(auto_free)
	const char **argv = heap_new((count + 13 + 2 * order->writer_count) * sizeof *argv);

	memcpy(argv, head, sizeof head);
	if (order->store) {
		argv[count++] = "--store";
		argv[count++] = order->store;
	}
	if (order->limit) {
		argv[count++] = "--limit";
		argv[count++] = order->limit;
	}
	if (order->sr) {
		argv[count++] = "--sr";
		argv[count++] = order->sr;
	}
	if (order->node_format) {
		argv[count++] = "--format";
		argv[count++] = order->node_format;
	}
	if (order->coalesces_when_asked)
		argv[count++] = "--no-coalesce";
	if (order->time_scale > 0) {
		argv[count++] = "--time-scale";
		argv[count++] = scale;
	}
	if (order->writers_unchecked)
		argv[count++] = "--no-writer-check";
	for (size_t i = 0; i < order->writer_count; i++) {
		argv[count++] = "--writer";
		argv[count++] = order->writers[i];
	}

	struct process_order process = { .argv = argv, .output_path = order->log_path };

	return process_start(&process);
}

/* Returns the rig's last message, without its name. */
static char *rig_last_words(const struct rig *rig)
{
	static const char name[] = "snaprig: ";
	AUTO(auto_free) char *line = file_last_line(rig->log_path);

	if (!line)
		return heap_copy("it said nothing");
	return heap_copy(strncmp(line, name, strlen(name)) == 0 ? line + strlen(name) : line);
}

bool rig_alive(struct rig *rig, struct reason *reason)
{
	if (rig->pid > 0 && process_wait(rig->pid, 0, &rig->exit_status) == 0)
		rig->pid = 0;
	if (rig->pid > 0)
		return true;

	AUTO(auto_free) char *words = rig_last_words(rig);

	if (rig->exit_status > 128)
		reason_set(reason, "the rig was ended by signal %d: %s", rig->exit_status - 128,
			words);
	else
		reason_set(reason, "the rig ended with exit code %d: %s", rig->exit_status, words);
	return false;
}

bool rig_was_killed(const struct rig *rig)
{
	return rig->pid == 0 && rig->exit_status == 128 + SIGKILL;
}

bool rig_was_ended(const struct rig *rig)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM };

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		if (rig->pid == 0 && rig->exit_status == 128 + signals[i])
			return true;
	}
	return rig->pid == 0 && rig->exit_status == 0;
}

static int exit_to_errno(int exit_status)
{
	switch (exit_status) {
	case EXIT_SKIPPED:
		return -EACCES;
	case EXIT_USAGE:
		return -EINVAL;
	}
	return -EIO;
}

static int rig_await(struct rig *rig, struct reason *reason)
{
	uint64_t deadline_ns = clock_now_ns() + RIG_PATIENCE_NS;

	while (control_client_connect(rig->mount_point, &rig->control) < 0) {
		if (!rig_alive(rig, reason))
			return exit_to_errno(rig->exit_status);
		if (interrupt_seen()) {
			reason_set(reason, "interrupted");
			return -EINTR;
		}
		if (clock_now_ns() > deadline_ns) {
			reason_set(reason, "the volume was not mounted within %u seconds",
				(unsigned)(RIG_PATIENCE_NS / NS_PER_S));
			return -ETIMEDOUT;
		}
		usleep(READY_POLL_US);
	}
	return rig_call(rig, "ping", NULL, reason, NULL);
}

int rig_start(const struct rig_order *order, struct reason *reason, struct rig **ret)
{
	AUTO(auto_free) char *program = share_program();

	if (!program)
		return reason_error(reason, -ENOENT, "cannot find this program in /proc");

	struct rig *rig = heap_new(sizeof *rig);

	rig->mount_point = heap_copy(order->mount_point);
	rig->log_path = heap_copy(order->log_path);

	pid_t pid = rig_spawn(order, program);
	int error;

	if (pid < 0) {
		error = reason_error(reason, pid, "cannot start '%s mount'", program);
	} else {
		rig->pid = pid;
		error = rig_await(rig, reason);
	}
	if (error < 0) {
		struct reason ignored = { "" };

		rig_stop(rig, &ignored);
		return error;
	}
	*ret = rig;
	return 0;
}

static bool ended_within(struct rig *rig, uint64_t patience_ns)
{
	if (rig->pid > 0 && process_wait(rig->pid, patience_ns, &rig->exit_status) == 0)
		rig->pid = 0;
	return rig->pid == 0;
}

/* For a mount whose process is gone or hangs: detaches it, even if it is in use. */
static void unmount_by_force(const char *mount_point)
{
	const char *argv[] = { "fusermount3", "-u", "-z", mount_point, NULL };
	struct process_order process = {
		.argv = argv,
		.output_path = "/dev/null",
		.time_limit_ns = STOP_PATIENCE_NS,
	};
	struct process_result result;

	if (!mounted_at(mount_point))
		return;
	if (umount2(mount_point, MNT_DETACH) == 0)
		return;
	if (process_run(&process, &result) == 0)
		process_result_deinit(&result);
}

static void rig_free(struct rig *rig)
{
	control_client_destroy(rig->control);
	free(rig->mount_point);
	free(rig->log_path);
	free(rig);
}

int rig_stop(struct rig *rig, struct reason *reason)
{
	int error = 0;

	if (!rig)
		return 0;
	/* Closing the connection releases everything that it holds. */
	control_client_destroy(TAKE_PTR(rig->control));
	if (rig->pid > 0)
		kill(rig->pid, SIGTERM);
	if (!ended_within(rig, STOP_PATIENCE_NS)) {
		unmount_by_force(rig->mount_point);
		kill(rig->pid, SIGKILL);
		ended_within(rig, STOP_PATIENCE_NS);
	}
	unmount_by_force(rig->mount_point);
	if (mounted_at(rig->mount_point)) {
		reason_set(reason, "cannot unmount '%s'", rig->mount_point);
		error = -EBUSY;
	}
	rig_free(rig);
	return error;
}

void rig_kill(struct rig *rig)
{
	if (rig->pid > 0)
		kill(rig->pid, SIGKILL);
	ended_within(rig, STOP_PATIENCE_NS);
}

void rig_await_end(struct rig *rig)
{
	ended_within(rig, STOP_PATIENCE_NS);
}

struct control_client *rig_control(struct rig *rig)
{
	return rig->control;
}

int rig_call(struct rig *rig, const char *command, json_t *arguments, struct reason *reason,
	json_t **ret_result)
{
	int error = control_client_call(
		rig->control, command, arguments, RIG_PATIENCE_NS, ret_result);

	if (error == 0)
		return 0;
	if (error == -ECONNRESET) {
		rig_await_end(rig);
		if (!rig_alive(rig, reason))
			return error;
	}
	if (*control_client_message(rig->control)) {
		reason_set(reason, "%s", control_client_message(rig->control));
		return error;
	}
	return reason_error(reason, error, "cannot send '%s' to the rig", command);
}

json_t *rig_snapshot(struct rig *rig, const char *name)
{
	json_t *status = NULL, *found = NULL, *snapshot;
	struct reason ignored = { "" };
	size_t i;

	if (rig_call(rig, "status", NULL, &ignored, &status) < 0)
		return NULL;
	json_array_foreach(json_object_get(status, "snapshots"), i, snapshot)
	{
		const char *its_name = json_string_value(json_object_get(snapshot, "name"));

		if (its_name && strcmp(its_name, name) == 0)
			found = json_incref(snapshot);
	}
	json_decref(status);
	return found;
}
