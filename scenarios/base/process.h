/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - runs a program in its own process group, for a limited time.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scenarios/base/process_usage.h"

/* The exit status for "exceeded its time limit", as in timeout(1). */
#define PROCESS_TIMED_OUT 124

struct process_order {
	const char *const *argv;	/* argv[0] is searched in PATH and the sbin folders */
	const char *const *environment; /* "NAME=value"s added to ours; NULL for none */
	const char *output_path;	/* stdout and stderr are appended to it */
	const char *folder;		/* working directory; NULL: ours */
	uint64_t time_limit_ns;		/* 0: none */

	/* Optional.  The group was killed, but may hang in something that this can release. */
	void (*killed)(void *context);
	void *context;
};

struct process_result {
	int exit_status; /* 128 + N if signal N ended it; PROCESS_TIMED_OUT */
	bool timed_out;
	uint64_t duration_ns; /* until it ended or had to be killed */
	struct process_usage usage;
	char *waited_in;    /* timed out: what its processes waited for; else NULL */
	char *left_running; /* processes that it started and that outlived it; else NULL */
};

/*
 * Runs the program and waits for it.  At the time limit, and when a signal interrupts the run
 * (interrupt.h), the program is killed with every process that it started, even those that left
 * its group (process_family.h).  Processes that outlive the program are named in left_running,
 * then killed, too.  Returns 0 however the program ended; -EINTR if the run was interrupted;
 * -ETIME if the program could not be killed (one of its requests hangs in the kernel); or the
 * -errno of starting it.  process_result_deinit() releases *RET.
 */
int process_run(const struct process_order *order, struct process_result *ret);
void process_result_deinit(struct process_result *result);

/*
 * Starts the program in its own process group.  Returns its pid, or -errno.  The program gets
 * SIGTERM when the thread that started it ends.
 */
pid_t process_start(const struct process_order *order);

/* Waits up to TIMEOUT_NS for PID to end.  Returns 0 with its exit status, or -ETIMEDOUT. */
int process_wait(pid_t pid, uint64_t timeout_ns, int *ret_exit_status);

/*
 * Waits until IS_READY(CONTEXT) says that the server PID is ready.  Returns 0; -ECHILD with its
 * exit status if it has ended; -EINTR; or -ETIMEDOUT at DEADLINE_NS of clock_now_ns().
 */
int process_await_ready(pid_t pid, uint64_t deadline_ns, bool (*is_ready)(const void *context),
	const void *context, int *ret_exit_status);

/* Returns whether PATH or the sbin folders have a program NAME. */
bool process_program_exists(const char *name);

#endif
