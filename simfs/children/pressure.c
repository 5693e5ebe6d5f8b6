/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/children/pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/cgroup.h"
#include "simfs/base/check.h"
#include "simfs/base/list.h"
#include "simfs/base/log.h"
#include "simfs/children/child_process.h"
#include "simfs/children/pressure_place.h"

/* Bounds for a step: the gauge is checked often enough, but not at every page. */
#define STEP_MIN_BYTES ((uint64_t)64 << 10)
#define STEP_MAX_BYTES ((uint64_t)4 << 20)

/*
 * The kernel charges up to this many pages ahead for each CPU that takes memory (the child stays on
 * one), and may take them back at any time.  The share must hold without them.
 */
#define COUNTED_AHEAD_PAGES 64

/* The kernel counts a reaped process for a moment longer. */
#define REMOVE_TRIES	100
#define REMOVE_PAUSE_NS 10000000

enum state { IDLE, TAKING, PRESSING, ENDING };

struct pressure {
	struct ring *ring;
	struct pressure_events events;
	enum state state;
	bool has_settled;
	int error; /* why it ends, if it has not settled */

	char name[sizeof "pressure:" + PATH_MAX];
	const char *path; /* within the name */
	struct memory_cgroup cgroup;
	uint64_t size_bytes, share_per_million;
	uint64_t taken_bytes;

	struct child_process process;
	bool child_runs;
	struct ring_op exit_op;
	struct ring_op answer_op;
	bool answer_awaited;
	int64_t answer;
	struct ring_op remove_op;
	struct __kernel_timespec remove_pause;
	unsigned remove_tries;
};

static void settle(struct pressure *pressure, int result)
{
	char why[PRESSURE_MESSAGE_BYTES];

	pressure->has_settled = true;
	switch (-result) {
	case 0:
	case ECANCELED:
		snprintf(why, sizeof why, "memory was released before the share was reached");
		break;
	case EPERM:
		snprintf(why, sizeof why, "the cgroup '%s' cannot be made by this user (be root)",
			pressure->path);
		break;
	default:
		snprintf(why, sizeof why, "cannot press memory in the cgroup '%s': %s",
			pressure->path, error_text(result));
	}
	pressure->events.settled(pressure->events.context, result, why);
}

/* ---- the end ---- */

static void remove_cgroup(struct pressure *pressure);

static void pause_is_over(struct ring_op *op, int result, uint32_t flags)
{
	(void)result;
	(void)flags;
	remove_cgroup(CONTAINER_OF(op, struct pressure, remove_op));
}

static void remove_cgroup(struct pressure *pressure)
{
	if (rmdir(pressure->path) < 0 && errno == EBUSY &&
		pressure->remove_tries++ < REMOVE_TRIES) {
		struct io_uring_sqe *sqe = ring_sqe(pressure->ring);

		pressure->remove_pause.tv_nsec = REMOVE_PAUSE_NS;
		io_uring_prep_timeout(sqe, &pressure->remove_pause, 0, 0);
		ring_start(pressure->ring, sqe, &pressure->remove_op);
		return;
	}
	pressure->state = IDLE;
	if (!pressure->has_settled)
		settle(pressure, pressure->error);
	pressure->events.ended(pressure->events.context);
}

static void end_if_gone(struct pressure *pressure)
{
	if (pressure->child_runs || pressure->answer_awaited)
		return;
	child_process_close(&pressure->process);
	pressure->remove_tries = 0;
	remove_cgroup(pressure);
}

/* Ends, with ERROR for the request that waits for the share. */
static void give_up(struct pressure *pressure, int error)
{
	if (pressure->state == ENDING)
		return;
	pressure->state = ENDING;
	pressure->error = error;
	if (pressure->child_runs)
		pidfd_send_signal(pressure->process.pidfd, SIGKILL, NULL, 0);
}

static void child_exited(struct ring_op *op, int result, uint32_t flags)
{
	struct pressure *pressure = CONTAINER_OF(op, struct pressure, exit_op);
	siginfo_t info;

	(void)result;
	(void)flags;
	/* It has exited, so this does not block. */
	waitid(P_PIDFD, (id_t)pressure->process.pidfd, &info, WEXITED);
	pressure->child_runs = false;
	if (pressure->state == PRESSING)
		log_info("the process that pressed memory was killed");
	/* Its last answer is still in the pipe, and says more. */
	if (!pressure->answer_awaited)
		give_up(pressure, -ENOMEM);
	end_if_gone(pressure);
}

void pressure_end(struct pressure *pressure)
{
	if (pressure->state != IDLE)
		give_up(pressure, -ECANCELED);
}

/* ---- taking ---- */

static void await_answer(struct pressure *pressure)
{
	struct io_uring_sqe *sqe = ring_sqe(pressure->ring);

	pressure->answer_awaited = true;
	io_uring_prep_read(
		sqe, pressure->process.output_fd, &pressure->answer, sizeof pressure->answer, 0);
	ring_start(pressure->ring, sqe, &pressure->answer_op);
}

static void take_step(struct pressure *pressure)
{
	struct cgroup_memory memory;
	int error = cgroup_read(pressure->path, &memory);

	if (error < 0) {
		give_up(pressure, error);
		return;
	}

	uint64_t target_bytes = memory.limit_bytes * pressure->share_per_million / 1000000 +
				COUNTED_AHEAD_PAGES * (uint64_t)sysconf(_SC_PAGESIZE);

	if (memory.used_bytes >= target_bytes) {
		pressure->state = PRESSING;
		settle(pressure, 0);
		return;
	}
	if (pressure->taken_bytes == pressure->size_bytes) {
		give_up(pressure, -ENOMEM);
		return;
	}

	uint64_t step_bytes = target_bytes > memory.used_bytes ? target_bytes - memory.used_bytes
							       : 0;

	if (step_bytes < STEP_MIN_BYTES)
		step_bytes = STEP_MIN_BYTES;
	if (step_bytes > STEP_MAX_BYTES)
		step_bytes = STEP_MAX_BYTES;
	pressure->taken_bytes += step_bytes;
	if (pressure->taken_bytes > pressure->size_bytes)
		pressure->taken_bytes = pressure->size_bytes;
	/* The pipe is empty, so this does not block.  If the child has died, the missing answer
	 * shows it. */
	(void)!write(
		pressure->process.input_fd, &pressure->taken_bytes, sizeof pressure->taken_bytes);
	await_answer(pressure);
}

static void child_answered(struct ring_op *op, int result, uint32_t flags)
{
	struct pressure *pressure = CONTAINER_OF(op, struct pressure, answer_op);
	int error = 0;

	(void)flags;
	pressure->answer_awaited = false;
	if (result != sizeof pressure->answer)
		error = -ENOMEM;
	else if (pressure->answer < 0)
		error = (int)pressure->answer;
	/* If the kernel's folder is not writable, a privilege is missing. */
	if (error == -EACCES || error == -EROFS)
		error = -EPERM;
	if (error < 0)
		give_up(pressure, error);
	else if (pressure->state == TAKING)
		take_step(pressure);
	end_if_gone(pressure);
}

static int start_child(struct pressure *pressure, const char *path, uint64_t size_bytes)
{
	char name[] = "snaprig", command[] = PRESSURE_CHILD;
	char size[32];
	char *argv[] = { name, command, (char *)path, size, NULL };

	snprintf(size, sizeof size, "%" PRIu64, size_bytes);
	return child_process_start(&pressure->process, argv);
}

int pressure_begin(struct pressure *pressure, uint64_t size_bytes, uint64_t share_per_million,
	char message[PRESSURE_MESSAGE_BYTES])
{
	struct io_uring_sqe *sqe;
	uint64_t available_bytes;
	char *path = pressure->name + strlen("pressure:");
	int error;

	if (pressure->state != IDLE) {
		snprintf(message, PRESSURE_MESSAGE_BYTES,
			"memory is pressed already ('snaprig gauge release' ends it)");
		return -EBUSY;
	}
	error = pressure_place(path, PATH_MAX, &available_bytes, message);
	if (error == 0)
		error = pressure_check(size_bytes, share_per_million, available_bytes, message);
	if (error < 0)
		return error;
	error = start_child(pressure, path, size_bytes);
	if (error < 0) {
		snprintf(message, PRESSURE_MESSAGE_BYTES,
			"cannot start the process that presses memory: %s", error_text(error));
		return error;
	}
	pressure->path = path;
	memory_cgroup_init(&pressure->cgroup, pressure->name, path);
	pressure->size_bytes = size_bytes;
	pressure->share_per_million = share_per_million;
	pressure->taken_bytes = 0;
	pressure->has_settled = false;
	pressure->state = TAKING;
	pressure->child_runs = true;
	sqe = ring_sqe(pressure->ring);
	io_uring_prep_poll_add(sqe, pressure->process.pidfd, POLLIN);
	ring_start(pressure->ring, sqe, &pressure->exit_op);
	await_answer(pressure);
	return 0;
}

bool pressure_is_idle(const struct pressure *pressure)
{
	return pressure->state == IDLE;
}

const struct memory_source *pressure_source(const struct pressure *pressure)
{
	MUST(pressure->state != IDLE);
	return &pressure->cgroup.source;
}

/* ---- life ---- */

int pressure_create(struct ring *ring, const struct pressure_events *events, struct pressure **ret)
{
	struct pressure *pressure = calloc(1, sizeof *pressure);

	if (!pressure)
		return -ENOMEM;
	pressure->ring = ring;
	pressure->events = *events;
	snprintf(pressure->name, sizeof pressure->name, "pressure:");
	pressure->exit_op.done = child_exited;
	pressure->answer_op.done = child_answered;
	pressure->remove_op.done = pause_is_over;
	*ret = pressure;
	return 0;
}

void pressure_destroy(struct pressure *pressure)
{
	if (!pressure)
		return;
	if (pressure->child_runs) {
		siginfo_t info;

		pidfd_send_signal(pressure->process.pidfd, SIGKILL, NULL, 0);
		waitid(P_PIDFD, (id_t)pressure->process.pidfd, &info, WEXITED);
		child_process_close(&pressure->process);
	}
	/* If the kernel is not ready yet, the next rig removes it. */
	if (pressure->state != IDLE)
		(void)rmdir(pressure->path);
	free(pressure);
}
