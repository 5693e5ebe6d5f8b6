/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watchdog.c - polls a thread once per slice of the limit.
 *
 *        the same thing, and it runs: + CPU it used     at the limit
 *   look ─────────────────────────────────────────────▶ SIGNAL ─▶ its trace, abort()
 *    ▲   the same thing, and it sleeps: + the slice        │ it does not answer
 *    └── another thing, or it rests: 0                     └─▶ what /proc says, abort()
 *
 * A slice interrupted by SIGSTOP counts once, however long it took.
 */
#include "simfs/base/watchdog.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"

/* Polls per limit; the time counted is accurate to one of them. */
#define SLICES	   16
#define ANSWER_MS  2000
#define FRAMES_MAX 64

atomic_uint_fast64_t watchdog_things;

static struct {
	atomic_bool traces; /* SIGURG is ours */
	bool is_watching;
	int end_fd; /* an eventfd that ends the watcher */
	pthread_t watched, watcher;
	pid_t watched_id;
	uint64_t limit_ns;
} watchdog;

static void say(const char *text)
{
	(void)!write(STDERR_FILENO, text, strlen(text));
}

/* Runs on the watched thread, in the middle of whatever it does. */
static void trace(int number)
{
	void *frames[FRAMES_MAX];

	(void)number;
	if (!atomic_load(&watchdog.traces))
		return;
	say("snaprig: the rig makes no progress; its thread is here:\n");
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), STDERR_FILENO);
	abort();
}

static size_t read_task(const char *name, char *buffer, size_t length)
{
	char path[64];
	AUTO(auto_close) int fd = -1;
	ssize_t count;

	snprintf(path, sizeof path, "/proc/self/task/%d/%s", (int)watchdog.watched_id, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	count = fd < 0 ? -1 : read(fd, buffer, length - 1);
	buffer[count < 0 ? 0 : count] = '\0';
	return count < 0 ? 0 : (size_t)count;
}

/* Waits for WAIT_MS; returns false at the end. */
static bool wait_for(int wait_ms)
{
	struct pollfd end = { .fd = watchdog.end_fd, .events = POLLIN };

	return poll(&end, 1, wait_ms) <= 0;
}

/* Whether the thread sleeps in the kernel, if that is known. */
static bool is_asleep(void)
{
	char text[512];
	const char *state;

	read_task("stat", text, sizeof text);
	state = strrchr(text, ')');
	return state && (state[2] == 'S' || state[2] == 'D');
}

static void say_task(const char *name)
{
	char text[2048];

	if (read_task(name, text, sizeof text) == 0)
		return;
	say("snaprig: ");
	say(name);
	say(": ");
	say(text);
	say("\n");
}

static _Noreturn void bark(void)
{
	/* The thread may never run again; then what follows is all that can be reported. */
	atomic_store(&watchdog.traces, true);
	pthread_kill(watchdog.watched, SIGURG);
	wait_for(ANSWER_MS);
	say("snaprig: the rig is stuck in the kernel, and its thread does not answer\n");
	say_task("wchan");
	say_task("syscall");
	say_task("stack");
	abort();
}

static void *watch(void *nothing)
{
	uint64_t slice_ns = watchdog.limit_ns / SLICES / NS_PER_MS * NS_PER_MS;
	uint64_t things = 0, cpu_ns = 0, stuck_ns = 0;

	while (wait_for((int)(slice_ns / NS_PER_MS))) {
		uint64_t things_now = atomic_load(&watchdog_things);
		uint64_t cpu_now_ns = clock_cpu_ns(watchdog.watched);

		if (things_now != things || things_now % 2 == 0)
			stuck_ns = 0;
		else
			stuck_ns += is_asleep() ? slice_ns : cpu_now_ns - cpu_ns;
		if (stuck_ns >= watchdog.limit_ns)
			bark();
		things = things_now;
		cpu_ns = cpu_now_ns;
	}
	return nothing;
}

/* The watcher blocks all signals: they are for the watched thread. */
static int watcher_create(void)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&watchdog.watcher, NULL, watch, NULL);
	if (error == 0)
		pthread_setname_np(watchdog.watcher, "watchdog");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

int watchdog_start(uint64_t limit_ns)
{
	struct sigaction action = { .sa_handler = trace, .sa_flags = SA_RESTART };
	void *frame;
	int error;

	if (limit_ns == 0)
		return 0;
	MUST(!watchdog.is_watching && limit_ns >= WATCHDOG_MIN_NS && limit_ns <= WATCHDOG_MAX_NS);
	watchdog.watched = pthread_self();
	watchdog.watched_id = gettid();
	watchdog.limit_ns = limit_ns;
	watchdog_works();
	/* The first call loads a library, which a signal handler must not do. */
	backtrace(&frame, 1);
	watchdog.end_fd = eventfd(0, EFD_CLOEXEC);
	if (watchdog.end_fd < 0)
		return -errno;
	error = sigaction(SIGURG, &action, NULL) < 0 ? -errno : watcher_create();
	watchdog.is_watching = error == 0;
	if (error < 0)
		close(watchdog.end_fd);
	return error;
}

void watchdog_stop(void)
{
	if (!watchdog.is_watching)
		return;
	MUST(eventfd_write(watchdog.end_fd, 1) == 0);
	pthread_join(watchdog.watcher, NULL);
	close(watchdog.end_fd);
	watchdog.is_watching = false;
}
