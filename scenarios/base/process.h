/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - runs a program in a process group of its own, for a limited time.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scenarios/base/process_usage.h"

/* The exit status that stands for "outlived its time", as timeout(1) has it. */
#define PROCESS_TIMED_OUT 124

struct process_order {
	const char *const *argv;	/* argv[0] is looked for in PATH and the sbin folders */
	const char *const *environment; /* "NAME=value"s on top of ours; NULL for none */
	const char *output_path;	/* stdout and stderr are appended to it */
	const char *folder;		/* to start in; NULL: ours */
	uint64_t time_limit_ns;		/* 0: none */

	/* Optional.  Its group was killed, and may hang in what this can let go. */
	void (*killed)(void *context);
	void *context;
};

struct process_result {
	int exit_status; /* 128 + N when signal N ended it; PROCESS_TIMED_OUT */
	bool timed_out;
	uint64_t duration_ns; /* until it ended, or was to be killed */
	struct process_usage usage;
	char *waited_in;    /* timed out: what its processes waited for; else NULL */
	char *left_running; /* processes that it started and that outlived it; else NULL */
};

/*
 * Runs the program and waits for it.  At the time limit, and when a signal
 * interrupts the run (interrupt.h), the program is killed with all that it has
 * started, wherever that went (process_family.h); so are those that outlive it,
 * after they are named in left_running.
 * Returns 0 however the program ended; -EINTR when the run was interrupted;
 * -ETIME when it could not be killed (a request of its hangs in the kernel);
 * or the -errno of starting it.  process_result_deinit() releases *RET.
 */
int process_run(const struct process_order *order, struct process_result *ret);
void process_result_deinit(struct process_result *result);

/*
 * Starts the program and returns its pid, which leads a group of its own, or
 * -errno.  It is sent SIGTERM when the thread that started it ends.
 */
pid_t process_start(const struct process_order *order);

/* Waits up to TIMEOUT_NS for PID to end: 0 with its exit status, or -ETIMEDOUT. */
int process_wait(pid_t pid, uint64_t timeout_ns, int *ret_exit_status);

/*
 * Waits until IS_READY(CONTEXT) says that the server PID serves: 0; -ECHILD with its exit status
 * when it has ended; -EINTR; or -ETIMEDOUT at DEADLINE_NS of clock_now_ns().
 */
int process_await_ready(pid_t pid, uint64_t deadline_ns, bool (*is_ready)(const void *context),
	const void *context, int *ret_exit_status);

/* Is there a program NAME in PATH or the sbin folders? */
bool process_program_exists(const char *name);

#endif
